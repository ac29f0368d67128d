"""The shape of what a household's addresses say and take, for the schema."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.writes import StrictBody, Text, WholeNumber
from core.filters import MOST
from residents.actions.choices import DECLINE, EITHER, WANT
from residents.opening import LONGEST_TYPED

TypeForm = serializers.Serializer[Any]
ANSWERS = [WANT, DECLINE, EITHER]
STANDINGS = ["coming", "open", "closed", "counted", "voided"]
# More items than any menu has.
MOST_ITEMS = 200


def _yuan(**kwargs: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=16, decimal_places=2, **kwargs)


# --- The door ---------------------------------------------------------------------------


class CodeForm(StrictBody):
    explanation = _("What stands on the letter, as somebody types it.")

    code = Text(
        max_length=LONGEST_TYPED, help_text=_("Twelve characters; spaces, dashes and case do not matter.")
    )
    door = Text(
        max_length=100, required=False, allow_blank=True, default="",
        help_text=_("Number of the door; asked for (`door_needed`) while somebody is guessing."),
    )  # fmt: skip


class LetterForm(TypeForm):
    explanation = _("Whose letter it is.")

    door = serializers.CharField()
    compound = serializers.CharField()
    community = serializers.CharField()
    is_representative = serializers.BooleanField()


class WhoForm(LetterForm):
    explanation = _("Who is at home: the door and the generation of its letter; nobody's name.")

    building = serializers.CharField()
    staircase = serializers.CharField(allow_blank=True)
    floor = serializers.IntegerField(allow_null=True)
    unit = serializers.CharField()
    generation = serializers.IntegerField()


class NothingForm(StrictBody):
    explanation = _("An empty object.")


class LeftForm(TypeForm):
    explanation = _("The session is over.")

    left = serializers.BooleanField()


# --- The home page ----------------------------------------------------------------------


class CardForm(TypeForm):
    explanation = _("One thing on the home page, in plain sentences of the reader's language.")

    title = serializers.CharField()
    tag = serializers.CharField(allow_blank=True)
    tone = serializers.ChoiceField(choices=["act", "ok", "late"], allow_null=True)
    lines = serializers.ListField(child=serializers.CharField(allow_blank=True))
    items = serializers.ListField(child=serializers.CharField(allow_blank=True))
    phone = serializers.CharField(allow_blank=True)
    action = serializers.CharField(allow_blank=True, help_text=_("What its button says."))
    page = serializers.CharField(allow_null=True, help_text=_("Address of the page that the button opens."))


class HomeForm(TypeForm):
    explanation = _("What is decided, what is open for you, whom to call.")

    decided = CardForm(many=True)
    open = CardForm(many=True)
    contact = CardForm(many=True)


# --- Menus ------------------------------------------------------------------------------


class OwnMenuForm(TypeForm):
    explanation = _("A menu of the compound, and how far this household is with it.")

    id = serializers.IntegerField()
    title = serializers.CharField()
    standing = serializers.ChoiceField(choices=STANDINGS)
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    result_on = serializers.DateField(allow_null=True)
    is_sent = serializers.BooleanField(help_text=_("A choice of this household counts."))


class OwnMenusForm(TypeForm):
    explanation = _("The latest menus of the compound.")

    results = OwnMenuForm(many=True)


class IncludedForm(TypeForm):
    explanation = _("Basic work: done in any case.")

    name = serializers.CharField()
    text = serializers.CharField()


class OfferForm(TypeForm):
    explanation = _("An item on offer. Money is in yuan; `share` is about what this household would pay.")

    option = serializers.IntegerField(help_text=_("Stays while words and prices change."))
    version = serializers.IntegerField(help_text=_("What is on show now: a choice names these."))
    name = serializers.CharField()
    text = serializers.CharField()
    picture = serializers.CharField(allow_null=True)
    cost = _yuan()
    subsidy = _yuan()
    residents_pay = _yuan()
    funding = serializers.CharField(allow_blank=True)
    share = serializers.IntegerField()
    answer = serializers.ChoiceField(choices=ANSWERS, allow_null=True, help_text=_("Null without one."))
    has_changed = serializers.BooleanField(help_text=_("Since this household's choice was sent."))
    requires = serializers.ListField(child=serializers.IntegerField(), help_text=_("Ids of options."))
    excludes = serializers.ListField(child=serializers.IntegerField(), help_text=_("Ids of options."))


class ReceiptForm(TypeForm):
    explanation = _("The choice of this household that counts. The three lists hold versions of options.")

    receipt = serializers.CharField(help_text=_("Number of the receipt, eight characters."))
    received_at = serializers.DateTimeField()
    counts = serializers.BooleanField(help_text=_("False: another choice of the household goes before it."))
    seen = serializers.ListField(child=serializers.IntegerField())
    wanted = serializers.ListField(child=serializers.IntegerField())
    declined = serializers.ListField(child=serializers.IntegerField())


class DraftForm(TypeForm):
    explanation = _("What is ticked so far.")

    total = serializers.IntegerField(help_text=_("About what this household would pay, in yuan."))
    is_too_much = serializers.BooleanField(help_text=_("More items are wanted than the menu allows."))
    conflicts = serializers.ListField(
        child=serializers.CharField(), help_text=_("Sentences about what does not go together.")
    )
    is_kept = serializers.BooleanField(help_text=_("Something is ticked that was not sent."))


class OwnMenuDetailForm(OwnMenuForm):
    explanation = _("A menu with what this household has ticked, sent and would pay.")

    introduction = serializers.CharField(allow_blank=True)
    budget = _yuan()
    threshold = serializers.DecimalField(max_digits=5, decimal_places=2)
    most = serializers.IntegerField(allow_null=True, help_text=_("Items a household may want; null: any."))
    precedence = serializers.CharField(help_text=_("Which of several choices counts, in words."))
    included = IncludedForm(many=True)
    offers = OfferForm(many=True)
    draft = DraftForm()
    sent = ReceiptForm(allow_null=True)


class AnswerForm(StrictBody):
    explanation = _("What the household says of one option.")

    option = WholeNumber(min_value=1, max_value=MOST)
    answer = serializers.ChoiceField(choices=ANSWERS)


class AnswersForm(StrictBody):
    explanation = _("All that is ticked: it replaces what was kept before. Nothing counts by that.")

    answers = AnswerForm(many=True, max_length=MOST_ITEMS)  # type: ignore[call-arg]


def _versions(text: Any, **kwargs: Any) -> serializers.ListField:
    number = WholeNumber(min_value=1, max_value=MOST)
    return serializers.ListField(child=number, max_length=MOST_ITEMS, help_text=text, **kwargs)


class ChoiceForm(StrictBody):
    explanation = _(
        "The choice. An item that is neither wanted nor declined is all the same to the household."
    )

    seen = _versions(_("Every version that was on show."))
    wanted = _versions(_("Those of them that are wanted."))
    declined = _versions(_("Those that are not."), required=False, default=list)
