"""What the office types about a menu."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import DayField, DayInput, DecimalNumberField, WholeNumberField
from files.forms import RuledFileField
from files.rules import IMAGES, FileRule
from projects.models import CatalogueItem, Category, Project
from residents.models import (
    Completion,
    Menu,
    OptionRelation,
    OptionVersion,
    OutcomeRule,
    Precedence,
    ShareRule,
)

# What residents see of an item: a photo of the place, or a drawing.
PICTURE = FileRule(accepted=IMAGES, megabytes=20)


class MomentInput(forms.DateTimeInput):
    """The browser's own calendar and clock."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


def money_field(label: Any, *, required: bool = True) -> DecimalNumberField:
    """Yuan, to the cent, not below nothing."""
    return DecimalNumberField(
        label=label, required=required, max_digits=16, decimal_places=2, min_value=Decimal(0)
    )


def moment_field(label: Any, **more: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label, widget=MomentInput(), input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **more
    )


class MenuForm(forms.Form):
    """The frame of a menu; `title` … `contact_phone` of the round only where none runs."""

    title = forms.CharField(label=_("Title"), max_length=120)
    introduction = forms.CharField(
        label=_("Introduction for residents"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Plain words: what it is about, and why it is asked now."),
    )  # fmt: skip
    budget = money_field(_("Budget for what is on offer (yuan)"))
    opens_at = moment_field(_("Opens"))
    closes_at = moment_field(_("Closes"))
    result_on = DayField(label=_("Result is announced on"), required=False, widget=DayInput())
    rule = forms.ChoiceField(
        label=_("Rule"), choices=OutcomeRule.choices,
        help_text=_("Equal shares: no part of the compound is left with nothing. Most support first: simple; the majority gets all."),
    )  # fmt: skip
    completion = forms.ChoiceField(label=_("What becomes of the rest"), choices=Completion.choices)
    threshold = DecimalNumberField(
        label=_("Improvements need at least (%)"),
        max_digits=5,
        decimal_places=2,
        min_value=Decimal(0),
        max_value=Decimal(100),
    )
    most = WholeNumberField(
        label=_("Items a household may want, at most"), min_value=1, max_value=99, required=False,
        help_text=_("Leave empty: as many as it likes."),
    )  # fmt: skip
    precedence = forms.ChoiceField(label=_("Which choice counts"), choices=Precedence.choices)
    round_title = forms.CharField(label=_("Round of visits"), max_length=80, required=False)
    contact = forms.CharField(label=_("Whom residents call"), max_length=60, required=False)
    contact_phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)

    def __init__(
        self, *args: Any, project: Project, needs_round: bool, menu: Menu | None = None, **kwargs: Any
    ) -> None:
        kwargs["initial"] = _initial(project, menu)
        super().__init__(*args, **kwargs)
        names = ("round_title", "contact", "contact_phone")
        for name in names:
            if needs_round:
                self.fields[name].required = True
            else:
                del self.fields[name]

    def facts(self) -> dict[str, Any]:
        """What `draw_up_menu` and `change_menu` take."""
        rest = {"round_title", "contact", "contact_phone"}
        return {name: value for name, value in self.cleaned_data.items() if name not in rest}


def _initial(project: Project, menu: Menu | None) -> dict[str, Any]:
    if menu is not None:
        names = (
            "title",
            "introduction",
            "budget",
            "result_on",
            "rule",
            "completion",
            "threshold",
            "most",
            "precedence",
        )
        found = {name: getattr(menu, name) for name in names}
        return {
            **found,
            "opens_at": timezone.localtime(menu.opens_at),
            "closes_at": timezone.localtime(menu.closes_at),
        }
    morning = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=3)
    return {
        "title": f"{project.compound.name}改造项目选择", "opens_at": morning,
        "closes_at": morning.replace(hour=18) + timedelta(days=14),
        "result_on": (morning + timedelta(days=17)).date(), "rule": OutcomeRule.EQUAL_SHARES,
        "completion": Completion.BUDGET_INCREASE, "threshold": Decimal(50), "precedence": Precedence.LATEST,
        "round_title": "改造意愿入户",
    }  # fmt: skip


class OptionForm(forms.Form):
    """Words and prices of an item; `item` only where it is put on the menu."""

    item = forms.ModelChoiceField(
        label=_("Item of the works catalogue"), queryset=CatalogueItem.objects.none()
    )
    name = forms.CharField(
        label=_("Name for residents"),
        max_length=60,
        help_text=_("Short and plain: “E-bike shed by the east gate”."),
    )
    text = forms.CharField(
        label=_("In plain words"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Where it stands, for how many, what changes for whom."),
    )  # fmt: skip
    quantity = DecimalNumberField(
        label=_("Quantity"), max_digits=12, decimal_places=2, min_value=Decimal("0.01")
    )
    cost = money_field(_("Price (yuan)"))
    subsidy = money_field(_("Paid by others (yuan)"), required=False)
    residents_pay = money_field(_("Paid by residents together (yuan)"), required=False)
    share_rule = forms.ChoiceField(label=_("How residents share it"), choices=ShareRule.choices)
    funding = forms.CharField(label=_("Where the money comes from"), max_length=200, required=False)
    picture = RuledFileField(label=_("Picture"), rule=PICTURE, required=False)
    no_picture = forms.BooleanField(label=_("Show no picture any more"), required=False)
    reason = forms.CharField(label=_("Reason for the change"), max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, menu: Menu, current: OptionVersion | None = None, **kwargs: Any) -> None:
        if current is not None:
            names = (
                "name",
                "text",
                "quantity",
                "cost",
                "subsidy",
                "residents_pay",
                "share_rule",
                "funding",
                "version",
            )
            kwargs["initial"] = {name: getattr(current, name) for name in names}
        super().__init__(*args, **kwargs)
        if current is None or current.picture_id is None:
            del self.fields["no_picture"]
        if current is None:
            offered = CatalogueItem.objects.of(menu.division_code).exclude(category=Category.BASIC)
            self.fields["item"].queryset = offered.filter(is_offered=True)  # type: ignore[attr-defined]
            del self.fields["reason"]
        else:
            del self.fields["item"]
            if menu.state == "draft":
                del self.fields["reason"]
            else:
                self.fields["reason"].required = True

    def clean_subsidy(self) -> Decimal:
        return self.cleaned_data["subsidy"] or Decimal(0)

    def clean_residents_pay(self) -> Decimal:
        return self.cleaned_data["residents_pay"] or Decimal(0)

    def facts(self) -> dict[str, Any]:
        """Words and sums; a picture is bytes, which the view keeps first."""
        rest = {"item", "reason", "version", "picture", "no_picture"}
        return {name: value for name, value in self.cleaned_data.items() if name not in rest}


class RelationForm(forms.Form):
    option = forms.ChoiceField(label=_("Menu item"))
    kind = forms.ChoiceField(label=_("Relation"), choices=OptionRelation.Kind.choices)
    other = forms.ChoiceField(label=_("Other item"))

    def __init__(self, *args: Any, names: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in ("option", "other"):
            self.fields[field].choices = names  # type: ignore[attr-defined]


class LaterForm(forms.Form):
    closes_at = moment_field(_("New close"))


class CloseForm(LaterForm):
    """A menu's: what stood on the letters changes, so residents read why."""

    result_on = DayField(label=_("Result is announced on"), required=False, widget=DayInput())
    reason = forms.CharField(
        label=_("Why it closes later"), max_length=200, help_text=_("Residents read it on their page.")
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)
