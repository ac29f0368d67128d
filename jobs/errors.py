"""Why a job ends without its result."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class JobFinished(DomainError):
    code = "job_finished"
    sentence = _("This work is already over.")


class Stopped(Exception):
    """Raised inside a handler's `progress.step`: whoever asked for the work no longer wants it."""


class ClaimLost(Exception):
    """Raised inside a handler's `progress.step`: another worker took the job over. Nothing may be written."""
