"""Lists that staff live in: declared once, drawn as page, fragment and spreadsheet.

How to declare one, with an example: templates/README.md.
"""

from core.lists.cells import editable
from core.lists.columns import Bulk, Column, Gap, Kind, Link, Total
from core.lists.filtering import called
from core.lists.page import ListPage
from core.lists.spec import ListSpec, is_list

__all__ = [
    "Bulk",
    "Column",
    "Gap",
    "Kind",
    "Link",
    "ListPage",
    "ListSpec",
    "Total",
    "called",
    "editable",
    "is_list",
]
