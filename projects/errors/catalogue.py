"""Works catalogue."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class CatalogueBelowCounty(DomainError):
    code = "catalogue_below_county"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("A catalogue is kept for a county or above; {name} uses that of its county.")


class CatalogueChanged(DomainError):
    code = "changed_meanwhile"
    sentence = _("A newer version of {code} was published meanwhile. Look at it, then publish yours again.")


class ItemNotOffered(DomainError):
    code = "item_not_offered"
    sentence = _("{code} is not offered here (any more).")
