"""Why a step of an import cannot be taken, and what to do instead."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class UnknownKind(DomainError):
    code = "import_kind"
    status = HTTPStatus.NOT_FOUND
    sentence = _("This kind of record cannot be imported.")


class WrongStep(DomainError):
    code = "import_step"
    sentence = _("This import is at another step by now. Reload the page and continue from there.")


class StillWorking(DomainError):
    code = "import_working"
    sentence = _("A job is working on this import. Wait until it is done, or cancel it.")


class ColumnsMissing(DomainError):
    code = "import_columns"
    status = HTTPStatus.BAD_REQUEST
    sentence = _(
        "Say which column of the file holds: {columns}. What the file does not say can be chosen below."
    )


class ChoicesMissing(DomainError):
    """`questions` are {option: what is to be chosen}."""

    code = "import_choices"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("Something is still to be chosen: {asked}")

    def __init__(self, *, questions: dict[str, str]) -> None:
        super().__init__(asked=" ".join(questions.values()), questions=questions)


class WrongRowsLeft(DomainError):
    code = "import_wrong_rows"
    sentence = _("{count} rows have errors. Correct them and upload the file again, or choose to skip them.")


class NothingToWrite(DomainError):
    code = "import_nothing"
    sentence = _("There is nothing to save: no row is new or changed.")


class ChangedSincePreview(DomainError):
    """The register is no longer what the preview compared with; nothing was written."""

    code = "import_changed"
    sentence = _(
        "Since the preview, {count} of these records were changed or added by somebody else. Nothing was"
        " saved. The preview has been renewed: check it and confirm again."
    )


class RefusedByDatabase(DomainError):
    """A rule of the database that the preview did not foresee; nothing was written."""

    code = "import_refused"
    sentence = _("Nothing was saved: {explanation} The preview has been renewed; check it again.")


class TooManyValues(DomainError):
    code = "import_values"
    status = HTTPStatus.BAD_REQUEST
    sentence = _(
        "The column {heading} holds {count} different values; more than {limit} cannot be assigned by hand."
    )


class FileForgotten(DomainError):
    """The bytes are gone: they held residents' personal data and were deleted in time."""

    code = "import_file_deleted"
    status = HTTPStatus.GONE
    sentence = _("The file held residents' personal data and has been deleted. Upload it again to go on.")
