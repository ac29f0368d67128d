"""Why a spreadsheet cannot be taken, in sentences that say what to do next."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class UnreadableSheet(DomainError):
    """Any reason why a file cannot be read as a table."""

    code = "sheet_unreadable"
    status = HTTPStatus.BAD_REQUEST
    sentence = _(
        "This file cannot be read as a spreadsheet. It may be damaged: open it in Excel or WPS and save it anew."
    )


class NotASpreadsheet(UnreadableSheet):
    code = "sheet_not_a_spreadsheet"
    sentence = _("This is not a spreadsheet. Send an .xlsx, .xls, .ods or CSV file.")


class SaveAsXlsx(UnreadableSheet):
    """Excel's binary and XML 2003 forms."""

    code = "sheet_save_as_xlsx"
    sentence = _("This kind of Excel file is not read here. Open it in Excel or WPS and save it as .xlsx.")


class PasswordProtected(UnreadableSheet):
    code = "sheet_password"
    sentence = _("The file is protected by a password. Save a copy without one and send that.")


class TooManyRows(UnreadableSheet):
    code = "sheet_too_many_rows"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    sentence = _(
        "The sheet has more than {limit} rows, which is too many at once. Split it into several files."
    )


class TooManyColumns(UnreadableSheet):
    code = "sheet_too_many_columns"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    sentence = _("The sheet is more than {limit} columns wide. Delete the columns that are not needed.")


class TooManyCells(UnreadableSheet):
    code = "sheet_too_many_cells"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    sentence = _(
        "The sheet is too large as a whole. Split it into several files or delete columns that are not needed."
    )


class UnpacksTooLarge(UnreadableSheet):
    """A zip bomb, or a workbook beyond all measure."""

    code = "sheet_unpacks_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    sentence = _("Unpacked, this file is larger than {limit} MB. Split it into several files.")


class UnknownEncoding(UnreadableSheet):
    code = "sheet_unknown_encoding"
    sentence = _("The text of this file is neither UTF-8 nor GBK. Save it as .xlsx, or as CSV in UTF-8.")


class BrokenCsv(UnreadableSheet):
    code = "sheet_broken_csv"
    sentence = _("Line {line} of the CSV file cannot be read. Often a quotation mark is not closed.")


class EmptySheet(UnreadableSheet):
    code = "sheet_empty"
    sentence = _("There is no table in this file.")


class NoSuchSheet(UnreadableSheet):
    code = "sheet_missing"
    sentence = _("The workbook has no sheet of this name.")
