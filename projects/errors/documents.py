"""Documents, and photos of visits."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class DocumentNeedsProject(DomainError):
    code = "document_wrong_kind"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("A document of this kind belongs to a project, not to a plan.")


class DocumentInUse(DomainError):
    code = "document_in_use"
    sentence = _("The project has passed “{stage}” on this document; add a new version instead.")


class DocumentWithdrawn(DomainError):
    code = "document_withdrawn"
    sentence = _("This document was withdrawn.")


class VisitPhotosFull(DomainError):
    code = "visit_photos_full"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("A visit holds at most {most} photos.")
