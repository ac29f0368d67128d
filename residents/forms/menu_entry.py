"""What the office types on a household's behalf: its choice at the desk or from paper, and the piles of paper."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fields import WholeNumberField
from files.forms import RuledFileField
from files.rules import SCANS, FileRule
from residents.actions.choices import DECLINE, EITHER, WANT
from residents.forms.menus import moment_field
from residents.forms.numbers import Numbers
from residents.models import Channel, OptionVersion, PaperBatch

SHEET = FileRule(accepted=SCANS)
ANSWERS = [
    (WANT, pgettext_lazy("a household", "wants it")),
    (DECLINE, pgettext_lazy("a household", "does not want it")),
    (EITHER, pgettext_lazy("a household", "all the same")),
]
ANSWER_EACH = {"required": _("One of the three answers is still missing here.")}


class ChoiceForm(forms.Form):
    """One answer for each item on offer. `seen` are the versions that the page showed, `key` names this one entry.

    `versions` are all versions of the items on offer, by option, newest first; `usual` is each option's version that
    the household saw unless said otherwise.
    """

    # About what the household would pay, by version; the desk knows for whom it asks.
    shares: Mapping[int, int] = MappingProxyType({})

    key = forms.UUIDField(widget=forms.HiddenInput)
    seen = Numbers(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: Mapping[str, Any] | None, files: Any, *, usual: Sequence[OptionVersion], preset: str = ""
    ) -> None:
        self.usual = usual
        shown = " ".join(str(version.pk) for version in usual)
        super().__init__(data, files, initial={"key": uuid.uuid4(), "seen": shown})
        for version in usual:
            self.fields[f"item-{version.option_id}"] = forms.ChoiceField(
                label=version.name, choices=ANSWERS, widget=forms.RadioSelect, initial=preset or None, error_messages=ANSWER_EACH,
            )  # fmt: skip

    def rows(self) -> Iterator[tuple[OptionVersion, forms.BoundField, forms.BoundField | None]]:
        """Item, its answer, and (where it was ever changed) the question which version was printed."""
        for version in self.usual:
            printed = f"version-{version.option_id}"
            yield (
                version,
                self[f"item-{version.option_id}"],
                self[printed] if printed in self.fields else None,
            )

    def said(self) -> dict[str, Any]:
        """`seen`, `wanted`, `declined` and `key` as the actions take them; of a page that was sent as it was shown."""
        seen = {version.pk: version.option_id for version in self._seen()}
        answers = {pk: self.cleaned_data[f"item-{option}"] for pk, option in seen.items()}
        return {
            "key": self.cleaned_data["key"],
            # What has changed since is named as it was shown: the action sees that, and refuses.
            "seen": list(seen) if seen else self.cleaned_data["seen"],
            "wanted": [pk for pk, answer in answers.items() if answer == WANT],
            "declined": [pk for pk, answer in answers.items() if answer == DECLINE],
        }

    def show_anew(self) -> None:
        """With what is on show now, under a new key; answers and errors stay."""
        self.data = {
            **{name: self.data[name] for name in self.data},
            **{name: self.initial[name] for name in ("key", "seen")},
        }

    def _seen(self) -> list[OptionVersion]:
        shown = set(self.cleaned_data["seen"])
        return [version for version in self.usual if version.pk in shown]


class DeskForm(ChoiceForm):
    """At the desk or the door with the signed sheet, by telephone with the code of the letter."""

    channel = forms.ChoiceField(
        label=_("How they said it"),
        choices=[(Channel.DESK, _("here or at the door, on a signed sheet")), (Channel.PHONE, _("by telephone, with the code of their letter"))],
        widget=forms.RadioSelect, initial=Channel.DESK,
    )  # fmt: skip
    sheet = RuledFileField(label=_("Photo of the signed sheet"), rule=SHEET, required=False)
    code = forms.CharField(
        label=_("Code of the letter"), max_length=100, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("By telephone: let them read out the three groups of four."),
    )  # fmt: skip


class SheetForm(ChoiceForm):
    """One piece of sealed paper. What has no tick is all the same to them; what was changed since has two prints."""

    sheet = RuledFileField(label=_("Scan or photo of the sheet"), rule=SHEET)

    def __init__(
        self, data: Mapping[str, Any] | None, files: Any, *, usual: Sequence[OptionVersion],
        printed: Mapping[int, Sequence[OptionVersion]],
    ) -> None:  # fmt: skip
        super().__init__(data, files, usual=usual, preset=EITHER)
        self.printed = printed
        for version in usual:
            versions = printed.get(version.option_id, ())
            if len(versions) > 1:
                self.fields[f"version-{version.option_id}"] = forms.TypedChoiceField(
                    label=_("As printed on the sheet"), coerce=int, initial=version.pk,
                    choices=[(one.pk, _printed_as(one)) for one in versions],
                )  # fmt: skip

    def _seen(self) -> list[OptionVersion]:
        found = []
        for version in self.usual:
            chosen = self.cleaned_data.get(f"version-{version.option_id}", version.pk)
            found += [one for one in self.printed.get(version.option_id, [version]) if one.pk == chosen]
        return found


def _printed_as(version: OptionVersion) -> str:
    return _("Version %(number)s: %(cost)s yuan") % {
        "number": version.version,
        "cost": f"{version.cost:,.2f}",
    }


class BatchForm(forms.Form):
    """The first count of a pile."""

    pieces = WholeNumberField(label=_("Pieces you counted"), min_value=1, max_value=20_000)
    received_at = moment_field(_("Received, the last of them"), help_text=_("Before the close of the menu."))
    kept_where = forms.CharField(label=_("Where the pile is kept"), max_length=120)

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"received_at": timezone.localtime()})


class SealForm(forms.Form):
    """The second count, without the first one's number in sight."""

    pieces = WholeNumberField(label=_("Pieces you counted"), min_value=1, max_value=20_000)


class SpoiledForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is no valid choice"), max_length=200,
        help_text=_("Such as: not signed, two answers for one item, no door can be made out."),
    )  # fmt: skip
    sheet = RuledFileField(label=_("Scan or photo of the sheet"), rule=SHEET, required=False)


class ReverseForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is reversed"), max_length=200, help_text=_("Such as: typed for the wrong door.")
    )


def versions_printed(versions: Sequence[OptionVersion], batch: PaperBatch) -> list[OptionVersion]:
    """Of each option, the version that was on show when the pile was received; `versions` newest first."""
    found: dict[int, OptionVersion] = {}
    for version in sorted(versions, key=lambda one: one.version):
        if version.option_id not in found or version.made_at <= batch.received_at:
            found[version.option_id] = version
    return sorted(found.values(), key=lambda one: one.option.position)
