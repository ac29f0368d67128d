"""Projects from before the portal as a kind of import: what a row says, whether it may be, and writing it.

Works stand beside the project in columns of the catalogue, or one by one on a second sheet; one document proves
the whole file. Rows are checked in memory against what `known` reads once. The parts are put together in `kind`.
"""

from projects.imports.backlog.kind import BacklogImport

__all__ = ["BacklogImport"]
