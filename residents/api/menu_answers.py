"""The shape of what programs read about menus: figures of many households, for the schema."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from directory.api import DivisionRefForm
from projects.api.answers import CompoundRefForm
from projects.models import Category
from residents.filters.api import PUBLIC_STATES
from residents.models import Completion, OutcomeRule, Precedence
from residents.outcome.reasons import Why

TypeForm = serializers.Serializer[Any]
STATES = [state for state, _label in PUBLIC_STATES]
WHYS = [why.value for why in Why]
NOT_TOLD = _("Null where it would tell of fewer than five households, by itself or by subtraction.")


def _yuan(**kwargs: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=16, decimal_places=2, **kwargs)


class ParticipationForm(TypeForm):
    explanation = _(
        "How many households chose. Until the menu is counted `is_final` is false and `chose` is rounded down to a "
        "multiple of five."
    )

    households = serializers.IntegerField()
    chose = serializers.IntegerField(allow_null=True, help_text=NOT_TOLD)
    is_final = serializers.BooleanField()


class MenuForm(TypeForm):
    explanation = _(
        "改造菜单: what the residents of a compound choose from. Money is in yuan, as decimal text."
    )

    id = serializers.IntegerField()
    project = serializers.CharField(help_text=_("The project's number."))
    compound = CompoundRefForm()
    community = DivisionRefForm()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField(help_text=_("May become later while the menu is open."))
    result_on = serializers.DateField(allow_null=True)
    counted_at = serializers.DateTimeField(allow_null=True)
    rule = serializers.ChoiceField(choices=OutcomeRule.values)
    completion = serializers.ChoiceField(choices=Completion.values)
    precedence = serializers.ChoiceField(choices=Precedence.values)
    budget = _yuan()
    threshold = serializers.DecimalField(
        max_digits=5, decimal_places=2, help_text=_("Per cent of those that chose, for improvements.")
    )
    most = serializers.IntegerField(allow_null=True, help_text=_("Items a household may want; null: any."))
    participation = ParticipationForm()


class BuildingPartForm(TypeForm):
    explanation = _("A building as it was when the menu was counted.")

    building = serializers.CharField()
    households = serializers.IntegerField()
    chose = serializers.IntegerField(allow_null=True, help_text=NOT_TOLD)


class ParticipationDetailForm(ParticipationForm):
    explanation = _("How many households chose, and where.")

    buildings = BuildingPartForm(many=True, allow_null=True, help_text=_("Null until the menu is counted."))


class MenuItemForm(TypeForm):
    explanation = _("An item with its words and prices of today.")

    option = serializers.IntegerField()
    name = serializers.CharField()
    text = serializers.CharField()
    category = serializers.ChoiceField(
        choices=Category.values, help_text=_("Basic items are done in any case.")
    )
    cost = _yuan()
    subsidy = _yuan()
    residents_pay = _yuan()
    requires = serializers.ListField(child=serializers.IntegerField(), help_text=_("Ids of options."))
    excludes = serializers.ListField(child=serializers.IntegerField(), help_text=_("Ids of options."))


class OutcomeItemForm(TypeForm):
    explanation = _("What became of an item on offer.")

    option = serializers.IntegerField()
    name = serializers.CharField(help_text=_("As it was when the menu was counted."))
    is_in = serializers.BooleanField()
    why = serializers.ChoiceField(
        choices=WHYS, allow_null=True, help_text=_("Null where support is not told.")
    )
    supporters = serializers.IntegerField(
        allow_null=True,
        help_text=_(
            "Null where fewer than five want it, or all who took part but fewer than five, or where that could be had by subtraction."
        ),
    )
    needed = serializers.IntegerField(
        allow_null=True, help_text=_("Households that must want it; null where support is not told.")
    )
    sentence = serializers.CharField(help_text=_("Why, as residents read it."))


class MenuOutcomeForm(TypeForm):
    explanation = _(
        "The outcome by the menu's own rule; items that are in come first, in the order of choice."
    )

    rule = serializers.ChoiceField(choices=OutcomeRule.values)
    completion = serializers.ChoiceField(choices=Completion.values)
    budget = _yuan()
    cost = serializers.CharField(help_text=_("Exactly: decimal text, or a fraction such as `1000/3`."))
    left = serializers.CharField(help_text=_("Of the budget, written alike."))
    items = OutcomeItemForm(many=True)


class DepartureForm(TypeForm):
    explanation = _("Where the scheme departs from the outcome, and why.")

    option = serializers.IntegerField()
    is_taken = serializers.BooleanField()
    reason = serializers.CharField()


class AdoptionForm(TypeForm):
    explanation = _("The outcome was taken into the scheme.")

    adopted_at = serializers.DateTimeField()
    scheme_version = serializers.IntegerField()
    departures = DepartureForm(many=True)


class MenuDetailForm(MenuForm):
    explanation = _("A menu with its items and, once it is counted, support, outcome and adoption.")

    introduction = serializers.CharField(allow_blank=True)
    void_reason = serializers.CharField(allow_blank=True)
    participation = ParticipationDetailForm()
    items = MenuItemForm(many=True)
    outcome = MenuOutcomeForm(allow_null=True, help_text=_("Null until the menu is counted."))
    adoption = AdoptionForm(allow_null=True)
