"""Divisions, organisations and people as the options of a form, within what a person may choose from."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.fields import Picker
from directory.codes import outermost
from directory.models import Division, Organisation, User
from directory.models.divisions import Level

# A select that is longer than this is slow on an office machine: communities are left out then.
MOST_OPTIONS = 3000

Groups = list[tuple[str, list[tuple[str, str]]]]


def division_groups(scopes: Iterable[str], *, also: str = "") -> Groups:
    """Living divisions of these scopes under the name of the division above; `also` is offered whatever it is."""
    scopes = outermost(scopes)
    within = Division.objects.below(scopes).living() if scopes else Division.objects.none()
    if within.count() > MOST_OPTIONS:
        within = within.exclude(level=Level.COMMUNITY)
    rows = within | Division.objects.filter(code=also) if also else within
    found = list(rows.values_list("code", "name", "parent_id"))
    above = {parent for _code, _name, parent in found}
    names = dict(Division.objects.filter(code__in=above).values_list("code", "name"))
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for code, name, parent in found:
        groups[parent or ""].append((code, f"{name} {code}"))
    return [(names.get(parent, "–"), options) for parent, options in sorted(groups.items())]


class DivisionField(forms.ChoiceField):
    """Gives the `Division`; the form sets the groups it offers."""

    widget = Picker

    def clean(self, value: Any) -> Division | None:
        code = super().clean(value)
        return Division.objects.get(code=code) if code else None


def nothing_chosen(form: forms.BaseForm, field: str) -> Any:
    """What a choice shows as long as nobody made it."""
    return _("choose") if form.fields[field].required else "—"


def offer_divisions(form: forms.BaseForm, field: str, scopes: Iterable[str], *, also: str = "") -> None:
    """Set what a `DivisionField` of the form offers; the only one there is, is chosen already."""
    groups: list[Any] = list(division_groups(scopes, also=also))
    only = sum(len(options) for _name, options in groups) == 1
    offer_choices(form, field, groups if only else [("", nothing_chosen(form, field)), *groups])


def offer_choices(form: forms.BaseForm, field: str, choices: list[Any]) -> None:
    form.fields[field].choices = choices  # type: ignore[attr-defined]


def offer_rows(form: forms.BaseForm, field: str, rows: QuerySet[Any]) -> None:
    offered: Any = form.fields[field]
    if not isinstance(offered, forms.ModelMultipleChoiceField):
        offered.empty_label = nothing_chosen(form, field)
    offered.queryset = rows


def organisations_for(user: User, *, also: int | None = None) -> QuerySet[Organisation]:
    """Active organisations this person may name, and the present one."""
    offered = Organisation.objects.visible_to(user).active()
    return (offered | Organisation.objects.filter(pk=also)).distinct() if also else offered


class PersonField(forms.ModelChoiceField):
    """A colleague, told apart by post and user name."""

    widget = Picker

    def label_from_instance(self, obj: Any) -> str:
        return " · ".join(part for part in (obj.name, obj.post, obj.username) if part)
