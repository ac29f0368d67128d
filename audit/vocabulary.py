"""Words for what the rows name: actions, records, divisions.

The audit lies low in the house and knows only names and codes. Upper apps put
their words here from `AppConfig.ready`; what nobody described is shown as it is.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.apps import apps
from django.db.models import CharField, Value
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EXPORTED = ".exported"

_actions: dict[str, str | Promise] = {
    "access.refused": _("tried to open a page without permission"),
    "audit.exported": _("exported the audit log"),
    "audit.purged": _("removed audit entries past their retention period"),
}
_areas: dict[str, str | Promise] = {"access": _("Access"), "audit": _("Audit")}
_division_name: list[Callable[[str], Combinable]] = []


def describe_actions(words: Mapping[str, str | Promise]) -> None:
    """{"role.granted": _("granted a role")}: how the viewer names these actions."""
    _actions.update(words)


def name_divisions_by(name_of: Callable[[str], Combinable]) -> None:
    """`name_of(column)` is an expression that turns the codes of a column into names."""
    _division_name[:] = [name_of]


def division_name(column: str) -> Any:
    """An expression for `annotate`; empty while nobody names divisions."""
    return _division_name[0](column) if _division_name else Value("", output_field=CharField())


def action_label(action: str) -> str:
    if action not in _actions and action.endswith(EXPORTED):
        return str(_("exported a list"))
    return str(_actions.get(action, action))


def describe_area(area: str, label: str | Promise) -> None:
    """What the actions whose names begin with `area.` are about: the groups of the viewer's filter."""
    _areas[area] = label


def action_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every described action in groups; `role.` stands for all of a group."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for action, label in _actions.items():
        groups.setdefault(action.partition(".")[0], []).append((action, str(label)))
    everything = str(_("all of these"))
    return sorted(
        (str(_areas.get(area, area)), [(f"{area}.", f"{_areas.get(area, area)}: {everything}"), *found])
        for area, found in groups.items()
    )


def kind_label(kind: str) -> str:
    """`directory.user` → what a user is called."""
    try:
        return str(apps.get_model(kind)._meta.verbose_name) if kind else ""
    except (LookupError, ValueError):
        return kind
