"""Forms about whose a household is: opening the record, recording owners, naming the voter, linking units."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.forms.fields import LineField
from compounds.reading.cells import CellProblem
from core.fields import DayField, DayInput
from residents.actions.owners import OwnerFacts
from residents.models import Owner
from residents.reading.owners import LONGEST_NAME, MOST_OWNERS, read_phone, read_share
from residents.records import share_of

# Lines of the form beyond those of the owners that are known.
SPARE_LINES, MORE_LINES = 2, 4

OTHER = "other"
# What records are opened for; whoever has another reason writes it.
USUAL_REASONS = (
    ("ownership", _("check whose it is")),
    ("contact", _("reach the owner about the renovation")),
    ("correct", _("correct the register")),
    ("letter", _("hand over or post a letter")),
    ("opinion", _("answer an opinion or a complaint")),
    ("vote", _("check who may vote")),
    ("data_subject", _("the owner asks what is recorded about them")),
    (OTHER, _("another reason")),
)


class OpenForm(forms.Form):
    """Why the record is opened: one of the usual reasons, in more words if needed."""

    usual = forms.ChoiceField(label=_("Why do you open it?"), choices=USUAL_REASONS, widget=forms.RadioSelect)
    words = LineField(
        label=_("In your words"), max_length=150, required=False,
        help_text=_("Needed for another reason. Write no names: whoever opens the record later reads this."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("usual") == OTHER and not cleaned.get("words"):
            self.add_error("words", _("Say why you open this record; the reason is kept."))
        return cleaned

    @property
    def reason(self) -> str:
        """As it is kept, in the language of whoever gave it."""
        usual, words = self.cleaned_data["usual"], self.cleaned_data["words"]
        label = "" if usual == OTHER else str(dict(USUAL_REASONS)[usual])
        return _("{usual}: {words}").format(usual=label, words=words) if label and words else label or words


# --- Owners -------------------------------------------------------------------------------


class ShareField(forms.CharField):
    """1/2, 50 %, 一半; None where it is not known."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"label": pgettext_lazy("of an owner", "Share"), "required": False, "max_length": 20, **kwargs}
        )

    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, Fraction) else value

    def clean(self, value: Any) -> Fraction | None:
        text = super().clean(value)
        try:
            return read_share(text) if text else None
        except CellProblem as problem:
            raise forms.ValidationError(str(problem)) from problem


class PhoneField(forms.CharField):
    """Digits of a number; what is none is refused."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "tel", "autocomplete": "off"}
        usual = {
            "label": _("Phone"),
            "required": False,
            "max_length": 30,
            "widget": forms.TextInput(attrs=attrs),
        }
        super().__init__(**{**usual, **kwargs})

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text:
            return ""
        if not (digits := read_phone(text)):
            raise forms.ValidationError(_("This is no telephone number. Write only the digits."))
        return digits


class Manner:
    """How what is recorded follows what was recorded before."""

    CORRECTED, TRANSFERRED = "corrected", "transferred"
    CHOICES = (
        (CORRECTED, _("a correction: these were the owners all along")),
        (TRANSFERRED, _("the household changed hands")),
    )


class OwnersForm(forms.Form):
    """`name-0`, `share-0`, `phone-0` … of each owner and `voter`, the number of the one who votes."""

    manner = forms.ChoiceField(label=_("This is"), choices=Manner.CHOICES, widget=forms.RadioSelect)
    effective_on = DayField(label=_("Owners since"), widget=DayInput())
    basis = LineField(
        label=_("On what it rests"), max_length=300,
        help_text=_("The deed, the extract of the register, the notarised paper. Write no names: it stays when names are erased."),
    )  # fmt: skip
    voter = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, lines: int, has_owners: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = range(min(max(lines, 1), MOST_OWNERS))
        self.fields["effective_on"].initial = timezone.localdate()
        if not has_owners:
            del self.fields["manner"]
            self.fields["basis"].required = False
        voter: Any = self.fields["voter"]
        voter.choices = [("", ""), *((str(number), str(number)) for number in self.lines)]
        for number in self.lines:
            self.fields[f"name-{number}"] = LineField(
                label=pgettext_lazy("of a person", "Name"), required=False, max_length=LONGEST_NAME,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )  # fmt: skip
            self.fields[f"share-{number}"] = ShareField()
            self.fields[f"phone-{number}"] = PhoneField()

    @property
    def rows(self) -> Iterable[tuple[int, Any, Any, Any, bool]]:
        """(number, name, share, phone, is the voter) as the template draws them."""
        chosen = str(self["voter"].value() or "")
        for number in self.lines:
            fields = (self[f"{part}-{number}"] for part in ("name", "share", "phone"))
            yield number, *fields, chosen == str(number)  # type: ignore[misc]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for number in self.lines:
            name = cleaned.get(f"name-{number}")
            has_more = cleaned.get(f"share-{number}") or cleaned.get(f"phone-{number}")
            if not name and (has_more or cleaned.get("voter") == str(number)):
                self.add_error(f"name-{number}", _("Give the owner's name."))
        if not self.errors and not self.owners():
            self.add_error("name-0", _("Give at least one owner."))
        return cleaned

    def owners(self) -> list[OwnerFacts]:
        cleaned = self.cleaned_data
        return [
            OwnerFacts(
                name=cleaned[f"name-{number}"], share=cleaned[f"share-{number}"], phone=cleaned[f"phone-{number}"],
                is_voter=cleaned.get("voter") == str(number),
            )
            for number in self.lines
            if cleaned.get(f"name-{number}")
        ]  # fmt: skip


def initial_of(owners: Sequence[Owner]) -> dict[str, Any]:
    """What the form shows of the owners that are recorded."""
    found: dict[str, Any] = {}
    for number, owner in enumerate(owners):
        found |= {
            f"name-{number}": owner.name, f"share-{number}": share_of(owner), f"phone-{number}": owner.phone,
        }  # fmt: skip
        if owner.is_voter:
            found["voter"] = str(number)
    return found


class VoterForm(forms.Form):
    owner = forms.ModelChoiceField(
        label=_("Who votes for the co-owners"), queryset=Owner.objects.none(), required=False, widget=forms.RadioSelect,
        empty_label=_("nobody is named"),
    )  # fmt: skip
    basis = LineField(
        label=_("On what it rests"),
        max_length=300,
        help_text=_("For example a paper that all co-owners signed."),
    )

    def __init__(self, *args: Any, owners: Any, is_open: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["owner"]
        field.queryset = owners
        field.label_from_instance = lambda owner: owner.name if is_open else owner.masked_name


class LinkForm(forms.Form):
    """An owner of another door of the compound who is the same person."""

    other = forms.ModelChoiceField(
        label=_("The same person as"), queryset=Owner.objects.none(), widget=forms.RadioSelect,
        error_messages={"required": _("Choose the owner who is the same person.")},
    )  # fmt: skip
    note = LineField(
        label=_("How you know"), max_length=200,
        help_text=_("For example: both deeds show the same identity number. Write no names and no numbers."),
    )  # fmt: skip

    def __init__(self, *args: Any, offered: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].queryset = offered  # type: ignore[attr-defined]
