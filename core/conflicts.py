"""Two people at one form of a record's facts: nothing that the other saved meanwhile is lost, and nothing overwritten unseen.

The form carries the version it was shown with (`core.history.version_of`); the action refuses a later one, and the
page shows the form again with what only the other changed taken over (core/reconciled.html):

    before = state_at(compound, form.cleaned_data["version"])
    data, conflict = reconciled(
        form, who=…, version=version, theirs=facts_of(current), base=facts_of(before) if before else None
    )
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms
from django.db.models import Model

from core.text import listed


class Conflict(NamedTuple):
    """What somebody else saved while the form was open; `rows` are (label, theirs, yours) still to be decided."""

    who: str
    rows: list[tuple[str, str, str]]
    taken: list[str]


class FactsForm(forms.Form):
    """The facts of a record, and the version of it that the form was shown with."""

    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def facts(self) -> dict[str, Any]:
        """What the action takes; `version` goes its own way."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def shown(self, name: str, value: Any) -> str:
        """A cleaned value as this form would show it."""
        field: Any = self.fields[name]
        if value is None or isinstance(value, Model):
            return str(value or "")
        labels = dict(getattr(field, "choices", ())) if not isinstance(field, forms.ModelChoiceField) else {}
        if isinstance(value, list):
            return listed(labels.get(one, one) for one in value)
        return str(labels.get(field.prepare_value(value), value))


def reconciled(
    form: FactsForm,
    *,
    who: str,
    version: int,
    theirs: Mapping[str, Any],
    base: Mapping[str, Any] | None,
) -> tuple[Any, Conflict]:
    """The data for the form shown again, and what is still to be decided.

    `theirs` are the facts as they stand now, at `version`; `base` those that the form was shown with. None: a form
    without a known version, everything that differs is to be decided.
    """
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    data["version"] = str(version)
    yours, conflict = form.facts(), Conflict(who=who, rows=[], taken=[])
    for name, their_value in theirs.items():
        if their_value == yours[name]:
            continue
        label = str(form.fields[name].label)
        if base is not None and yours[name] == base[name]:
            conflict.taken.append(label)
            _put(data, form.fields[name], name, their_value)
        elif base is None or their_value != base[name]:
            conflict.rows.append((label, form.shown(name, their_value), form.shown(name, yours[name])))
    return data, conflict


def _put(data: Any, field: forms.Field, name: str, value: Any) -> None:
    """A value into the posted data, as its widget would have sent it."""
    prepared = field.prepare_value(value)
    if isinstance(prepared, list):
        data.setlist(name, prepared)
        return
    if isinstance(prepared, Model):
        prepared = prepared.pk
    data[name] = "" if prepared is None else str(prepared)
