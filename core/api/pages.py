"""Cursor pages: stable while rows come and go."""

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    ordering = "pk"
    page_size = 100
    max_page_size = 500
    page_size_query_param = "page_size"
