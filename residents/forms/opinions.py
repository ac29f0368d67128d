"""What the office types about an opinion, and what a resident says."""

import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Compound
from core.conflicts import FactsForm
from core.fields import DayField, DayInput
from core.refusals import add_refusal as add_refusal_to
from core.text import first_of, listed
from directory.models import User
from files.rules import IMAGES
from projects.models import WorkItem
from residents.actions.opinion_alarms import answerers
from residents.finding import doors_like
from residents.forms.menus import moment_field
from residents.models import Adoption, Channel, Household, Meeting, Opinion, OpinionCategory, OpinionState
from residents.voices import categories_for, grouped_choices

LONGEST = 4000
CANDIDATES = 20
MEETINGS = 10
# What the office can take down; what comes from the phone comes by itself.
TAKEN_DOWN = [choice for choice in Channel.choices if choice[0] != Channel.WEB]
FIELD_OF_REFUSAL = {
    "opinion_says_something": "text",
    "opinion_answered_has_reply": "reply",
    "opinion_not_adopted_says_why": "adoption_reason",
    "owner_out_of_reach": "owner",
    "work_of_another_compound": "work_item",
    "household_elsewhere": "door",
    "meeting_elsewhere": "meeting",
    "opinion_joins_elsewhere": "numbers",
}


NO_DOOR = _("It has no door, so nobody reads the reply on an own page: tell it in person or by telephone.")


def add_refusal(form: forms.BaseForm, refusal: Any) -> None:
    add_refusal_to(form, refusal, fields=FIELD_OF_REFUSAL)


class CategoryField(forms.ModelChoiceField):
    """The categories of a place, below the problem classes."""

    def __init__(self, *, empty: Any, **kwargs: Any) -> None:
        self.empty = empty
        super().__init__(queryset=OpinionCategory.objects.none(), **kwargs)

    def offer(self, division_code: str, current: OpinionCategory | None = None) -> None:
        rows = list(categories_for(division_code))
        if current is not None and current not in rows:
            rows.append(current)
        self.queryset = OpinionCategory.objects.filter(pk__in=[one.pk for one in rows])
        self.choices = grouped_choices(rows, str(self.empty))


class DoorField(forms.CharField):
    """One door of a compound as people write it (3-2-501); `compound` is set by the form."""

    compound: Compound | None = None

    def clean(self, value: Any) -> Household | None:
        typed = super().clean(value)
        if not typed or self.compound is None:
            return None
        rows = Household.objects.living().filter(doors_like(typed), compound=self.compound)
        found = list(rows.select_related("building").by_door()[:5])
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(_("No door of this compound is called so."), code="not_found")
        doors = first_of([one.door for one in found], 4)
        raise forms.ValidationError(
            _("Several doors fit: %(doors)s."), code="several", params={"doors": doors}
        )


def photo_field(**more: Any) -> forms.FileField:
    accepted = ",".join(sorted(IMAGES))
    widget = forms.FileInput(attrs={"accept": accepted})
    return forms.FileField(label=_("Photo"), required=False, widget=widget, **more)


class KeyForm(forms.Form):
    """`key` of a page: sent twice it is one opinion."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


class RecordForm(KeyForm):
    """What somebody said, taken down by the office."""

    text = forms.CharField(
        label=_("What was said"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("In the resident’s own words. It stays as it is taken down."),
    )  # fmt: skip
    channel = forms.ChoiceField(label=pgettext_lazy("opinion", "Came in"), choices=TAKEN_DOWN)
    meeting = forms.ModelChoiceField(
        label=_("In which meeting"), queryset=Meeting.objects.none(), required=False, empty_label=_("in none"),
        help_text=_("Choose it if it was said in a meeting."),
    )  # fmt: skip
    received_at = moment_field(_("Received"), required=False)
    category = CategoryField(label=_("Category"), required=False, empty=_("not sorted yet"))
    door = DoorField(
        label=_("Door"), required=False, max_length=60,
        help_text=_("For example 3-2-501. Leave empty if it is not known or not wanted."),
    )  # fmt: skip
    contact = forms.CharField(
        label=_("Name or telephone for the reply"), required=False, max_length=80,
        help_text=_("Only if wanted. Only whoever answers opinions sees it; it can be erased."),
    )  # fmt: skip
    may_show_words = forms.BooleanField(
        label=_("Their words may be shown to the neighbours"), required=False,
        help_text=_("Ask them first. Without the tick neighbours read at most the reply."),
    )  # fmt: skip
    photo = photo_field()

    def __init__(self, *args: Any, compound: Compound, said_in: Meeting | None = None, **kwargs: Any) -> None:
        """`said_in`: the meeting from whose page one comes."""
        kwargs["initial"] = {"received_at": timezone.localtime(), "channel": Channel.DESK}
        if said_in is not None:
            began = timezone.localtime(min(said_in.begins_at, timezone.now()))
            kwargs["initial"] = {"received_at": began, "channel": Channel.MEETING, "meeting": said_in}
        super().__init__(*args, **kwargs)
        self.fields["category"].offer(compound.community_id)  # type: ignore[attr-defined]
        self.fields["door"].compound = compound  # type: ignore[attr-defined]
        meetings = Meeting.objects.met_by(timezone.now()).filter(compound=compound)
        self.fields["meeting"].queryset = meetings  # type: ignore[attr-defined]
        self.fields["meeting"].choices = _latest(meetings, said_in)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Said in a meeting it came in there, whatever else the form says."""
        cleaned = super().clean() or {}
        if cleaned.get("meeting"):
            cleaned["channel"] = Channel.MEETING
        return cleaned

    def clean_received_at(self) -> Any:
        moment = self.cleaned_data["received_at"]
        if moment is not None and moment > timezone.now() + timedelta(minutes=1):
            raise forms.ValidationError(_("This lies in the future."))
        return moment


def _latest(meetings: QuerySet[Meeting], said_in: Meeting | None) -> list[Any]:
    """The last few, and the one that is meant already."""
    rows = list(meetings.order_by("-begins_at")[:MEETINGS])
    if said_in is not None and said_in not in rows:
        rows.append(said_in)
    return [
        ("", _("in none")),
        *((one.pk, f"{timezone.localtime(one.begins_at):%Y-%m-%d} {one.title}") for one in rows),
    ]


class AssignForm(FactsForm):
    owner = forms.ModelChoiceField(
        label=_("Who answers"), queryset=User.objects.none(), required=False, empty_label=_("nobody yet")
    )
    due_on = DayField(label=_("Answer due"), widget=DayInput())
    category = CategoryField(label=_("Category"), required=False, empty=_("not sorted yet"))

    def __init__(self, *args: Any, opinion: Opinion, **kwargs: Any) -> None:
        initial = {"owner": opinion.owner_id, "due_on": opinion.due_on, "category": opinion.category_id}
        kwargs["initial"] = initial | kwargs.get("initial", {})
        super().__init__(*args, **{"auto_id": "assign_%s", **kwargs})
        self.fields["owner"].queryset = answerers(opinion.division_code).order_by("name")  # type: ignore[attr-defined]
        self.fields["category"].offer(opinion.division_code, opinion.category)  # type: ignore[attr-defined]


class ReplyForm(FactsForm):
    reply = forms.CharField(
        label=_("Reply"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Whoever said it reads this on the own page."),
    )  # fmt: skip
    adoption = forms.ChoiceField(
        label=_("Adopted or not"), choices=Adoption.choices, widget=forms.RadioSelect
    )
    adoption_reason = forms.CharField(
        label=_("Why"), max_length=500, required=False, help_text=_("Needed unless it is adopted in full.")
    )
    work_item = forms.ModelChoiceField(
        label=_("Work it led to"), queryset=WorkItem.objects.none(), required=False, empty_label=_("none")
    )
    is_public = forms.BooleanField(
        label=_("Show words and reply to the neighbours"), required=False,
        help_text=_("Without door and contact. Read the words first: nobody may be recognised by them."),
    )  # fmt: skip

    def __init__(self, *args: Any, opinion: Opinion, **kwargs: Any) -> None:
        names = ("reply", "adoption", "adoption_reason", "work_item", "is_public")
        kwargs["initial"] = {name: getattr(opinion, name) for name in names} | kwargs.get("initial", {})
        super().__init__(*args, **{"auto_id": "reply_%s", **kwargs})
        works = WorkItem.objects.filter(project__compound=opinion.compound_id).select_related(
            "catalogue_item"
        )
        self.fields["work_item"].queryset = works  # type: ignore[attr-defined]
        if opinion.household_id is None:
            self.fields["reply"].help_text = NO_DOOR
        if not opinion.may_show_words:
            self.fields["is_public"].label = _("Show the reply to the neighbours")
            self.fields["is_public"].help_text = _(
                "Whoever said it did not agree to have the words shown: neighbours read only the reply. Write it so that nobody is recognised by it."
            )


class JoinForm(forms.Form):
    """Which others say the same: ticked, or by their running numbers."""

    others = forms.ModelMultipleChoiceField(
        label=_("Say the same"),
        queryset=Opinion.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    numbers = forms.CharField(
        label=_("Further numbers"),
        required=False,
        max_length=200,
        help_text=_("Of the same compound: 12 15 40."),
    )

    def __init__(self, *args: Any, opinion: Opinion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.opinion = opinion
        states = (OpinionState.OPEN, OpinionState.ANSWERED)
        rows = Opinion.objects.filter(compound=opinion.compound_id, state__in=states).exclude(pk=opinion.pk)
        near = rows.filter(category=opinion.category_id, voices__isnull=True).order_by("-received_at")
        self.candidates = list(near[:CANDIDATES])
        self.fields["others"].queryset = rows.filter(pk__in=[one.pk for one in self.candidates])  # type: ignore[attr-defined]

    def clean_numbers(self) -> list[Opinion]:
        words = self.cleaned_data["numbers"].replace("№", " ").replace("，", " ").replace(",", " ").split()
        if not all(word.isascii() and word.isdigit() and len(word) < 9 for word in words):
            raise forms.ValidationError(_("Write numbers with spaces between them."))
        wanted = {int(word) for word in words}
        found = list(Opinion.objects.filter(compound=self.opinion.compound_id, number__in=wanted))
        if missing := wanted - {one.number for one in found}:
            raise forms.ValidationError(
                _("There is no opinion No. %(numbers)s in this compound."),
                params={"numbers": listed(sorted(missing))},
            )
        return found

    def chosen(self) -> list[Opinion]:
        every = {one.pk: one for one in [*self.cleaned_data["others"], *self.cleaned_data["numbers"]]}
        return list(every.values())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not [*cleaned["others"], *cleaned["numbers"]]:
            raise forms.ValidationError(_("Tick an opinion, or write its number."))
        return cleaned


class ReopenForm(forms.Form):
    due_on = DayField(label=_("Answer due"), widget=DayInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].initial = timezone.localdate() + timedelta(days=7)


class SayForm(KeyForm):
    """One page for a resident: only the words are needed."""

    text = forms.CharField(
        label=_("What do you want to say?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write what you want to say, in your own words.")},
    )  # fmt: skip
    category = CategoryField(
        label=_("What is it about?"), required=False, empty=_("I do not know, please sort it for me")
    )
    photo = photo_field()
    may_show_words = forms.BooleanField(label=_("My words may be shown too, without my door"), required=False)

    def __init__(self, *args: Any, division_code: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].offer(division_code)  # type: ignore[attr-defined]
