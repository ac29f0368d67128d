"""Who may import. A run itself is seen by `visible_to`: only whoever uploaded the file."""

from typing import Any

from imports.kinds import ImportKind, kinds_for


def can_import(user: Any, kind: ImportKind) -> bool:
    return kind.may_import(user)


def can_import_anything(user: Any) -> bool:
    return bool(kinds_for(user))
