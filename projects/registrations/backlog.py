"""Projects from before the portal among what can be imported."""

from imports.kinds import register as register_import
from projects.imports.backlog import BacklogImport


def register() -> None:
    register_import(BacklogImport())
