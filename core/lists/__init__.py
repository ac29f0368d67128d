"""Lists that staff live in: declared once, drawn as page, fragment and spreadsheet.

How to declare one, with an example: templates/README.md.
"""

from core.lists.columns import Bulk, Column, Kind, Link, Total
from core.lists.page import ListPage
from core.lists.spec import ListSpec

__all__ = ["Bulk", "Column", "Kind", "Link", "ListPage", "ListSpec", "Total"]
