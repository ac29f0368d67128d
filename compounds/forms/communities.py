"""Choosing a community: a list where they are few, a box that finds them where they are many."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from core.fields import Picker, levelled
from core.text import first_of
from directory.codes import outermost
from directory.models import Division
from directory.models.divisions import Level

# A district has some hundred; a select of a city's thousands is slow to load and hopeless to scroll.
MOST_LISTED = 300
SUGGESTED = 20
NAMED = 5
_CODE = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")


def communities_within(scopes: Iterable[str], also: str = "") -> QuerySet[Division]:
    """Living communities below these divisions; `also` is offered whatever it is."""
    scopes = outermost(scopes)
    rows = Division.objects.below(scopes).living() if scopes else Division.objects.none()
    rows = rows | Division.objects.filter(code=also) if also else rows
    return rows.communities().order_by("code")


def community_field(scopes: Iterable[str], *, also: str = "", blank: bool) -> forms.Field:
    """A select grouped by sub-district, or the box that finds; two statements either way."""
    rows = communities_within(scopes, also)
    listed = list(rows.values_list("code", "name")[: MOST_LISTED + 1])
    if len(listed) > MOST_LISTED:
        return CommunityFinderField(rows, label=_("Community"))
    choices: list[Any] = [("", _("choose"))] if blank else []
    return forms.ChoiceField(label=_("Community"), widget=Picker(), choices=[*choices, *_grouped(listed)])


def _grouped(communities: list[tuple[str, str]]) -> list[tuple[str, list[tuple[str, str]]]]:
    above = {code[:length] for code, _name in communities for length in (Level.COUNTY, Level.STREET)}
    names = dict(Division.objects.filter(code__in=above).values_list("code", "name"))
    several_counties = len({code[: Level.COUNTY] for code, _name in communities}) > 1
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for code, name in communities:
        street = names.get(code[: Level.STREET], "")
        county = names.get(code[: Level.COUNTY], "") if several_counties else ""
        groups[f"{county} {street}".strip()].append((code, name))
    return list(groups.items())


def suggestions(rows: QuerySet[Division], typed: str) -> list[str]:
    """The communities that carry these words or begin with this code, as the box takes them."""
    return [_written(one) for one in _found(rows, levelled(typed))[:SUGGESTED]]


def _found(rows: QuerySet[Division], text: str) -> QuerySet[Division]:
    found = rows.filter(code__startswith=text) if text.isdigit() else rows.filter(name__contains=text)
    return found.select_related("parent")


def _written(one: Division) -> str:
    """Name, sub-district, code: the code says which, the rest is for people."""
    return f"{one.name} {one.parent.name if one.parent else ''} {one.code}"


class CommunityFinderField(forms.CharField):
    """A community by its code, or by a name that only one has; without scripts as well.

    A script fills the list of suggestions while somebody types (`compounds:communities`).
    """

    def __init__(self, rows: QuerySet[Division], **options: Any) -> None:
        self.rows = rows
        attrs = {
            "list": "communities-found", "autocomplete": "off", "name": "community",
            "hx-get": reverse_lazy("compounds:communities"), "hx-trigger": "input changed delay:200ms",
            "hx-target": "#communities-found", "hx-swap": "innerHTML", "hx-push-url": "false",
        }  # fmt: skip
        help_text = _("Type part of the name and choose, or type the 12-digit code.")
        super().__init__(
            **{"max_length": 200, "help_text": help_text, "widget": forms.TextInput(attrs=attrs), **options}
        )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) and _CODE.fullmatch(value):
            found = Division.objects.filter(pk=value).select_related("parent").first()
            return _written(found) if found else value
        return value

    def clean(self, value: Any) -> str:
        """The code of the one community that is meant."""
        text = levelled(super().clean(value))
        code = _CODE.search(text)
        found = list((self.rows.filter(code=code[0]) if code else _found(self.rows, text))[: NAMED + 1])
        exact = [one for one in found if one.name == text]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0].code
        if not found:
            raise ValidationError(_("No community of your division is called so."), code="not_found")
        which = first_of([_written(one) for one in found], NAMED)
        raise ValidationError(
            _("Several communities fit: %(which)s. Add the code."), code="several", params={"which": which}
        )
