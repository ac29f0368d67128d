"""Why a file is not taken, in sentences that say what to do next."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class UnsupportedFile(DomainError):
    code = "file_type"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    sentence = _("Files of this type are not accepted. Upload {accepted}.")


class BrokenImage(DomainError):
    code = "image_broken"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("The image is damaged or was not fully uploaded. Take or choose it again.")


class TooManyPixels(DomainError):
    code = "image_pixels"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    sentence = _(
        "The image has {megapixels} million pixels; at most {limit} million are accepted. Upload a smaller one."
    )


class EmptyFile(DomainError):
    code = "file_empty"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("The file is empty.")


class CaptionTooLong(DomainError):
    code = "caption_too_long"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("A caption has at most {most} characters.")


class StorageFull(DomainError):
    code = "storage_full"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    sentence = _(
        "The server's storage is full. Nothing was saved. Tell your system administrator and try again later."
    )


class StorageAway(DomainError):
    code = "storage_away"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    sentence = _("The server's storage is not responding. Nothing was saved. Try again in a few minutes.")


class BrokenPdf(DomainError):
    code = "pdf_broken"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("The PDF is damaged or cannot be read. Export or scan it again.")


class LockedPdf(DomainError):
    code = "pdf_locked"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("The PDF is protected by a password. Save a copy without a password and upload that.")


class TooManyPages(DomainError):
    code = "pdf_pages"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    sentence = _("The PDF has {pages} pages; at most {limit} are accepted. Split it into several files.")


class ActiveContent(DomainError):
    code = "file_macros"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    sentence = _(
        "The file contains macros or controls, or cannot be checked for them. "
        "Save it as .docx, .xlsx or PDF without macros or a password, and upload that."
    )


class PackedTooTight(DomainError):
    code = "file_bomb"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    sentence = _("Unpacked, the file would be too large. Save it again in smaller parts or as PDF.")
