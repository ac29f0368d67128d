"""What any act can be refused for."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class ReasonNeeded(DomainError):
    code = "reason_needed"
    sentence = _("Give the reason; it is kept with the record.")
