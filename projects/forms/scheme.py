"""Forms of a scheme: its table of lines, the choice from the catalogue, signatures, notice, objections, approval."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.fields import DayInput, DecimalNumberField
from files.forms import RuledFileField
from files.rules import IMAGES, SCANS, SPREADSHEETS, FileRule
from projects.actions.schemes import IN_A_WORK_ITEM, Addition, LineEdit, LineFacts, mark, mark_of
from projects.models import (
    CatalogueItem,
    Category,
    ObjectionChannel,
    SchemeLine,
    SignOffKind,
    Treatment,
    WorkOrigin,
)

SIGNED_OPINION = FileRule(accepted=SCANS)
NOTICE_PHOTO = FileRule(accepted=IMAGES)
LONGEST_PLACE = 120


def _quantity(**options: Any) -> DecimalNumberField:
    return DecimalNumberField(label=_("quantity"), min_value=0, max_digits=12, decimal_places=2, **options)


def _cost(**options: Any) -> DecimalNumberField:
    return DecimalNumberField(
        label=_("unit cost (yuan)"), min_value=0, max_digits=12, decimal_places=2, **options
    )


class PlainForm(forms.Form):
    """The labels are the models' own words, written as a form begins them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.label = capfirst(str(field.label))


class RowForm(forms.Form):
    """A row of a table: `controls` draws its fields without a template each, of which a page would need a thousand."""

    @cached_property
    def controls(self) -> dict[str, SafeString]:
        return {name: _drawn(self[name]) for name in self.fields}


def _drawn(bound: BoundField) -> SafeString:
    """An input or a select, as Django's widgets would write it."""
    wrong = ' aria-invalid="true"' if bound.errors else ""
    named = f'name="{escape(bound.html_name)}" id="{escape(bound.auto_id)}"{wrong}'
    value = "" if bound.value() is None else str(bound.value())
    field: Any = bound.field
    if isinstance(field, forms.ChoiceField):
        options = "".join(
            f'<option value="{escape(key)}"{" selected" if key == value else ""}>{escape(label)}</option>'
            for key, label in cast(list[tuple[str, str]], field.choices)
        )
        return SafeString(f"<select {named}>{options}</select>")
    kind = "hidden" if bound.is_hidden else "text"
    more = ' inputmode="decimal" autocomplete="off"' if isinstance(field, forms.DecimalField) else ""
    if getattr(field, "max_length", None):
        more += f' maxlength="{field.max_length}"'
    return SafeString(f'<input type="{kind}" {named} value="{escape(value)}"{more}>')


class LineForm(RowForm):
    """A row of the table of lines. `seen` carries what the row showed; an untouched row is not written."""

    quantity = _quantity()
    unit_cost = _cost()
    location = forms.CharField(label=_("location"), max_length=LONGEST_PLACE, required=False)
    treatment = forms.ChoiceField(label=_("treatment"), choices=Treatment.choices)
    origin = forms.ChoiceField(label=_("origin"), choices=WorkOrigin.choices)
    note = forms.CharField(label=_("note"), max_length=300, required=False)
    seen = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, line: SchemeLine, is_fixed: bool) -> None:
        work = line.work_item
        initial = {
            "quantity": line.quantity, "unit_cost": line.unit_cost, "note": line.note, "location": work.location,
            "treatment": work.treatment, "origin": work.origin, "seen": mark_of(line),
        }  # fmt: skip
        super().__init__(data, prefix=f"line{line.pk}", initial=initial)
        self.line = line
        self.is_fixed = is_fixed
        if is_fixed:
            # Where a work is that was handed in once, stays: the boxes are not drawn.
            for name in ("location", "treatment", "origin"):
                del self.fields[name]
        elif work.catalogue_item.category != Category.BASIC:
            self.fields["origin"].choices = [  # type: ignore[attr-defined]
                choice for choice in WorkOrigin.choices if choice[0] != WorkOrigin.BASIC
            ]

    @property
    def edit(self) -> LineEdit | None:
        """What was changed in this row, or None: a row sent as it was shown leaves alone what others did to it."""
        cleaned, work = self.cleaned_data, self.line.work_item
        words = [cleaned["note"], *(cleaned.get(name, getattr(work, name)) for name in IN_A_WORK_ITEM)]
        if (
            not self.has_changed()
            or mark(cleaned["quantity"], cleaned["unit_cost"], *words) == cleaned["seen"]
        ):
            return None
        facts: dict[str, Any] = {name: cleaned[name] for name in self.changed_data if name != "seen"}
        return LineEdit(line_id=self.line.pk, facts=cast(LineFacts, facts), seen=cleaned["seen"])


class WorkForm(RowForm):
    """An item of the catalogue: with a quantity it is taken in, without one it is left."""

    quantity = _quantity(required=False)
    unit_cost = _cost(required=False)
    location = forms.CharField(label=_("location"), max_length=LONGEST_PLACE, required=False)
    treatment = forms.ChoiceField(label=_("treatment"), choices=Treatment.choices, required=False)
    origin = forms.ChoiceField(label=_("origin"), choices=WorkOrigin.choices, required=False)

    def __init__(self, data: Any = None, *, item: CatalogueItem) -> None:
        basic = item.category == Category.BASIC
        initial = {
            "unit_cost": item.unit_cost,
            "treatment": Treatment.ALTER,
            "origin": WorkOrigin.BASIC if basic else WorkOrigin.CHOSEN,
        }
        super().__init__(data, prefix=f"item{item.pk}", initial=initial)
        self.item = item
        if not basic:
            self.fields["origin"].choices = [  # type: ignore[attr-defined]
                choice for choice in WorkOrigin.choices if choice[0] != WorkOrigin.BASIC
            ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (
            cleaned.get("quantity") is None
            and "quantity" not in self.errors
            and self._says_something(cleaned)
        ):
            self.add_error("quantity", _("Write how much; without a quantity the item is not taken in."))
        return cleaned

    def _says_something(self, cleaned: dict[str, Any]) -> bool:
        cost = cleaned.get("unit_cost")
        return bool(cleaned.get("location")) or (cost is not None and cost != self.item.unit_cost)

    @property
    def addition(self) -> Addition | None:
        cleaned = self.cleaned_data
        if cleaned.get("quantity") is None:
            return None
        return Addition(
            item=self.item, quantity=cleaned["quantity"], unit_cost=cleaned["unit_cost"],
            location=cleaned["location"], treatment=cleaned["treatment"] or Treatment.ALTER, origin=cleaned["origin"],
        )  # fmt: skip


def all_valid(rows: Iterable[forms.Form]) -> bool:
    """Every row is looked at, so that all errors show at once."""
    return not [form for form in rows if not form.is_valid()]


class SummaryForm(PlainForm):
    summary = forms.CharField(
        label=_("in words"), max_length=4000, required=False, widget=forms.Textarea({"rows": 4}),
        help_text=_("What is done and why, in plain words. It stands on the public notice."),
    )  # fmt: skip


class ReasonForm(PlainForm):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea({"rows": 2}))


class SignForm(PlainForm):
    kind = forms.ChoiceField(label=_("signed for"), widget=forms.RadioSelect)
    agrees = forms.TypedChoiceField(
        label=_("opinion"), choices=[("yes", _("agrees with it")), ("no", _("does not agree"))],
        coerce=lambda value: value == "yes", widget=forms.RadioSelect,
    )  # fmt: skip
    remark = forms.CharField(
        label=_("remark"), max_length=500, required=False, widget=forms.Textarea({"rows": 3}),
        help_text=_("Needed where the office does not agree: what must be changed."),
    )  # fmt: skip
    signed_on = forms.DateField(
        label=_("date of the opinion"), required=False, widget=DayInput, help_text=_("The date on the paper; empty means today."),
    )  # fmt: skip
    paper = RuledFileField(label=_("signed and sealed paper"), rule=SIGNED_OPINION, required=False)

    def __init__(self, *args: Any, kinds: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        labels = dict(SignOffKind.choices)
        self.fields["kind"].choices = [(kind, labels[kind]) for kind in kinds]  # type: ignore[attr-defined]
        if len(kinds) == 1:
            self.fields["kind"].initial = kinds[0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("agrees") is False and not cleaned.get("remark"):
            self.add_error("remark", _("Say what must be changed."))
        return cleaned


class NoticeForm(PlainForm):
    from_on = forms.DateField(label=_("from"), widget=DayInput)
    until_on = forms.DateField(label=_("until"), widget=DayInput, help_text=_("Both days are counted."))
    places = forms.CharField(
        label=_("where it is posted"), max_length=200, help_text=_("For example: the board at the gate, each staircase.")
    )  # fmt: skip
    photo = RuledFileField(label=_("photo of the notice"), rule=NOTICE_PHOTO, required=False)


class ProlongForm(PlainForm):
    until_on = forms.DateField(label=_("new last day"), widget=DayInput)
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea({"rows": 2}),
        help_text=_("It is printed on the notice, below the days."),
    )  # fmt: skip


class ObjectionForm(PlainForm):
    received_on = forms.DateField(label=_("received on"), widget=DayInput)
    channel = forms.ChoiceField(label=_("how"), choices=ObjectionChannel.choices)
    raised_by = forms.CharField(
        label=_("raised by (masked)"), max_length=40, required=False,
        help_text=_("A role or a masked name such as 张*; a full name is shortened when it is saved."),
    )  # fmt: skip
    text = forms.CharField(
        label=_("objection"), max_length=2000, widget=forms.Textarea({"rows": 3}),
        help_text=_("No telephone numbers, no flat numbers."),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"initial": {"received_on": timezone.localdate()}, **options})


class AnswerForm(PlainForm):
    answer = forms.CharField(label=_("answer"), max_length=2000, widget=forms.Textarea({"rows": 4}))
    is_adopted = forms.TypedChoiceField(
        label=_("adopted?"), choices=[("yes", _("adopted")), ("no", _("not adopted"))],
        coerce=lambda value: value == "yes", widget=forms.RadioSelect,
    )  # fmt: skip


class ApprovalForm(PlainForm):
    approved_on = forms.DateField(label=_("approved on"), widget=DayInput)
    approval_number = forms.CharField(label=_("number of the approval"), max_length=60, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"initial": {"approved_on": timezone.localdate()}, **options})


class VisitForm(PlainForm):
    visited_on = forms.DateField(label=_("visited on"), widget=DayInput)
    participants = forms.CharField(
        label=_("participants"), max_length=500, widget=forms.Textarea({"rows": 2}),
        help_text=_("Offices and firms, with the names of their people; residents by role only."),
    )  # fmt: skip
    purpose = forms.CharField(label=_("purpose"), max_length=200, required=False)
    conclusion = forms.CharField(
        label=_("conclusion"), max_length=2000, widget=forms.Textarea({"rows": 5}),
        help_text=_("What was found and agreed. It can be completed later."),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"initial": {"visited_on": timezone.localdate()}, **options})


class RuleForm(PlainForm):
    notice_days = forms.IntegerField(label=_("days of public notice, at least"), min_value=1, max_value=60)
    cost_low = DecimalNumberField(
        label=_("plausible from (yuan/m²)"), min_value=0, max_digits=8, decimal_places=2
    )
    cost_high = DecimalNumberField(
        label=_("plausible to (yuan/m²)"), min_value=0, max_digits=8, decimal_places=2
    )
    basis = forms.CharField(label=_("document it is based on"), max_length=200)


class SheetForm(PlainForm):
    """A workbook, or cells pasted from one."""

    file = RuledFileField(label=_("spreadsheet"), rule=FileRule(accepted=SPREADSHEETS), required=False)
    text = forms.CharField(
        label=_("or cells copied from one"), required=False, max_length=200_000, strip=False,
        widget=forms.Textarea({"rows": 6, "wrap": "off", "spellcheck": "false"}),
        help_text=_("With its headings: code or name, quantity, and where you wish unit cost, location, note."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("file") and not (cleaned.get("text") or "").strip():
            raise forms.ValidationError(_("Choose a file or paste the cells."))
        return cleaned
