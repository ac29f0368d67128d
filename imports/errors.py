"""Why a step of an import cannot be taken, and what to do instead."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class UnknownKind(DomainError):
    code = "import_kind"
    status = HTTPStatus.NOT_FOUND
    sentence = _("Records of this kind are not imported.")


class WrongStep(DomainError):
    code = "import_step"
    sentence = _("This import is at another step. Open it again and go on from there.")


class StillWorking(DomainError):
    code = "import_working"
    sentence = _("This import is being worked on. Wait until it is done, or cancel the job.")


class ColumnsMissing(DomainError):
    code = "import_columns"
    status = HTTPStatus.BAD_REQUEST
    sentence = _(
        "Say which column of the file holds: {columns}. What the file does not say can be chosen below."
    )


class WrongRowsLeft(DomainError):
    code = "import_wrong_rows"
    sentence = _("{count} rows are wrong. Mend them and upload the file again, or choose to leave them out.")


class NothingToWrite(DomainError):
    code = "import_nothing"
    sentence = _("There is nothing to write: no row is new or changed.")


class ChangedSincePreview(DomainError):
    """The register is no longer what the preview compared with; nothing was written."""

    code = "import_changed"
    sentence = _(
        "Since the preview {count} of these records were changed or added by somebody else. Nothing was"
        " written. The preview has been made anew: look at it and confirm again."
    )


class RefusedByDatabase(DomainError):
    """A rule of the database that the preview did not foresee; nothing was written."""

    code = "import_refused"
    sentence = _("Nothing was written: {explanation} The preview has been made anew; look at it again.")


class TooManyValues(DomainError):
    code = "import_values"
    status = HTTPStatus.BAD_REQUEST
    sentence = _(
        "The column {heading} holds {count} different values; more than {limit} cannot be assigned by hand."
    )
