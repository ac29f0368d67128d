"""Words for what the rows name: actions, divisions, the pages of records.

The audit lies low in the house and knows only names and codes. Upper apps put
their words here from `AppConfig.ready`; what nobody described is shown as it is.
"""

from collections.abc import Callable, Iterable, Mapping

from django.apps import apps
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_actions: dict[str, str | Promise] = {
    "access.refused": _("tried a page outside their role"),
    "audit.exported": _("exported the audit"),
    "audit.purged": _("removed audit rows past their time"),
}
_pages: dict[str, str] = {}
_division_names: list[Callable[[Iterable[str]], Mapping[str, str]]] = []


def describe_actions(words: Mapping[str, str | Promise]) -> None:
    """{"role.granted": _("granted a role")}: how the viewer names these actions."""
    _actions.update(words)


def describe_page(*, kind: str, url_name: str) -> None:
    """Records of this kind ("directory.user") have a page that takes the key as its one argument."""
    _pages[kind] = url_name


def name_divisions_by(names: Callable[[Iterable[str]], Mapping[str, str]]) -> None:
    """The function that turns division codes into names."""
    _division_names[:] = [names]


def action_label(action: str) -> str:
    return str(_actions.get(action, action))


def action_choices(actions: Iterable[str]) -> list[tuple[str, str]]:
    """(action, label) of those given, by label."""
    return sorted(((action, action_label(action)) for action in actions), key=lambda pair: pair[1])


def kind_label(kind: str) -> str:
    try:
        return str(apps.get_model(kind)._meta.verbose_name) if kind else ""
    except (LookupError, ValueError):
        return kind


def page_of(kind: str, key: str) -> str:
    """The address of a record's page, "" where it has none."""
    if kind not in _pages or not key:
        return ""
    try:
        return reverse(_pages[kind], args=[key])
    except NoReverseMatch:
        return ""


def division_names(codes: Iterable[str]) -> dict[str, str]:
    wanted = {code for code in codes if code}
    found: dict[str, str] = {}
    for names in _division_names:
        found.update(names(wanted))
    return found
