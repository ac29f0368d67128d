"""What a file is follows from how it begins; a tag in the middle of a table is somebody's cell."""

import io

import pytest

from core import filetypes
from core.filetypes import real_type
from core.sheets import open_bytes
from tests.spreadsheets import csv_bytes


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<html><body><table>", filetypes.HTML),
        (b"\xef\xbb\xbf \r\n<!DOCTYPE html>\n<html>", filetypes.HTML),
        (b"<table border=1><tr><td>x", filetypes.HTML),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=gbk"><table>', filetypes.HTML),
        (b"<!-- made by a system --><TABLE><tr>", filetypes.HTML),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', filetypes.HTML),
        (b"<script>alert(1)</script>,x", filetypes.HTML),
        (b'<?xml version="1.0"?>\n<!-- x --><svg xmlns="http://www.w3.org/2000/svg">', filetypes.SVG),
        (b"<!DOCTYPE svg PUBLIC ''><svg>", filetypes.SVG),
        (b'<?xml version="1.0"?><Workbook>', filetypes.XML),
        (b"name,address\nx,<script>alert(1)</script>\n", filetypes.TEXT),
        (b"name,address\nx,<svg onload=alert(1)>\n", filetypes.TEXT),
        (b"<5 households,x\n", filetypes.TEXT),
        (b"a < b", filetypes.TEXT),
    ],
)
def test_markup_is_what_begins_with_it(content: bytes, kind: str) -> None:
    assert real_type(io.BytesIO(content)) == kind


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
def test_a_csv_with_a_tag_in_a_cell_is_a_csv(encoding: str) -> None:
    rows = [["小区名称", "地址"], ["甲", "<script>alert(1)</script>"], ["乙", "<table>"]]
    assert open_bytes(csv_bytes(rows, encoding=encoding)).read().rows == rows
