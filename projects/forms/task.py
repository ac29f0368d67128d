"""Forms of tasks: given, passed on, reported done. Whom a task goes to is chosen by one key (`projects.hands`)."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.forms.fields import LineField
from compounds.models import Compound
from core.errors import TooLarge
from core.fields import DecimalNumberField, Picker, WholeNumberField
from directory.models import Division, User
from directory.powers import Power
from files.rules import OFFICE, SCANS, FileRule
from projects.forms.project import day_field
from projects.hands import Hands, find, near, resolve
from projects.models import TASK_UNITS, Project, Task, TaskKind

ATTACHMENT = FileRule(accepted=SCANS | OFFICE)
MOST_FILES = 20
LARGEST_PLACES = 1_000_000


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each within the rule; what they really are, `store_upload` finds out."""

    def __init__(self, *, rule: FileRule = ATTACHMENT, **options: Any) -> None:
        self.rule = rule
        widget = SeveralFiles(attrs={"accept": rule.accept})
        super().__init__(**{"widget": widget, "required": False, "help_text": _("Photos, PDF or office files."), **options})  # fmt: skip

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        sent = data if isinstance(data, list) else [data] if data else []
        if len(sent) > MOST_FILES:
            raise ValidationError(_("At most 20 files at once."), code="too_many")
        uploads = [super(FilesField, self).clean(one, initial) for one in sent]
        if any(upload.size > self.rule.limit * 1024 * 1024 for upload in uploads):
            raise ValidationError(TooLarge(limit=self.rule.limit).message, code="too_large")
        return uploads


class HandsForm(forms.Form):
    """Whom it goes to: a key of `projects.hands`, found by a few letters or taken from those nearby.

    With `find` pressed (or without scripts) the form comes back with what was found.
    """

    hands_q = LineField(label=_("Find somebody"), max_length=60, required=False)
    hands = forms.CharField(
        max_length=24, error_messages={"required": _("Choose who is to do it.")}, widget=forms.HiddenInput, label=_("To whom"),
    )  # fmt: skip

    def __init__(
        self, *args: Any, user: User, place: Division | None, project: Project | None = None,
        compound: Compound | None = None, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **options)
        self.user, self.place, self.project, self.compound = user, place, project, compound

    def clean_hands(self) -> Hands:
        place = self.chosen_place
        found = (
            resolve(self.user, place, self.cleaned_data["hands"], compound=self.compound) if place else None
        )
        if found is None:
            raise ValidationError(_("Nobody on the line of this place is called so. Choose from the list."))
        return found

    @property
    def chosen_place(self) -> Division | None:
        return self.place

    @property
    def typed(self) -> str:
        return str(self.data.get("hands_q", "") if self.is_bound else "")[:60]

    @property
    def options(self) -> list[Hands]:
        """What was found, else those nearby; whoever is chosen already stays on offer."""
        place = self.chosen_place
        if place is None:
            return []
        found = find(self.user, place, self.typed) if self.typed else self._near(place)
        key = str(self.data.get("hands", "")) if self.is_bound else ""
        if key and all(one.key != key for one in found):
            chosen = resolve(self.user, place, key, compound=self.compound)
            found = [*([chosen] if chosen else []), *found]
        return found

    def _near(self, place: Division) -> list[Hands]:
        return near(self.user, place, project=self.project, compound=self.compound)

    @property
    def chosen_key(self) -> str:
        return str(self.data.get("hands", "")) if self.is_bound else ""


class PassForm(HandsForm):
    text = forms.CharField(
        label=_("Note"), max_length=2000, required=False, widget=forms.Textarea({"rows": 3}),
        help_text=_("What the next holder should know."),
    )  # fmt: skip


class GiveForm(HandsForm):
    """A new task. With a project, a compound or a whole task it is about that place; else the place is chosen."""

    division = forms.ModelChoiceField(
        label=pgettext_lazy("where", "Place"),
        queryset=Division.objects.none(),
        widget=Picker(),
        help_text=_("What the task is about."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=TaskKind.choices)
    title = LineField(label=_("What is to be done"), max_length=120)
    text = forms.CharField(
        label=_("In detail"), max_length=2000, required=False, widget=forms.Textarea({"rows": 4})
    )
    due_on = day_field(_("Due on"))
    quantity_planned = DecimalNumberField(
        label=_("Quantity"), min_value=0, max_digits=12, decimal_places=2, required=False,
        help_text=_("Illegal structures in m², points and stations by number, relocated lines in m."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    places_planned = WholeNumberField(
        label=_("Places of illegal structures"), min_value=0, max_value=LARGEST_PLACES, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    attachments = FilesField(label=_("Attachments"))

    def __init__(self, *args: Any, user: User, place: Division | None, **options: Any) -> None:
        super().__init__(*args, user=user, place=place, **options)
        if place is not None:
            del self.fields["division"]
        else:
            choose: Any = self.fields["division"]
            choose.queryset = Division.objects.living().below(user.scopes_for(Power.WORK_ON_TASKS))

    @property
    def chosen_place(self) -> Division | None:
        """The fixed place, else the one that was sent, else one's own."""
        if self.place is not None:
            return self.place
        field: Any = self.fields["division"]
        sent = self.data.get("division", "") if self.is_bound else self.initial.get("division")
        try:
            found = field.clean(getattr(sent, "pk", sent))
        except ValidationError:
            return None
        return found if isinstance(found, Division) else None

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day < timezone.localdate():
            raise ValidationError(_("This day has passed."))
        return day

    def facts(self) -> dict[str, Any]:
        """What `give_task` takes beside the place, the hands and the files."""
        names = ("kind", "title", "text", "due_on", "quantity_planned", "places_planned")
        return {name: self.cleaned_data[name] for name in names}


class ReportForm(forms.Form):
    """Done: how much, when, in words, with evidence."""

    quantity_done = DecimalNumberField(
        label=_("Quantity done"), min_value=0, max_digits=12, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    places_done = WholeNumberField(
        label=_("Places done"), min_value=0, max_value=LARGEST_PLACES, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )  # fmt: skip
    done_on = day_field(_("Done on"))
    text = forms.CharField(
        label=_("In words"), max_length=2000, required=False, widget=forms.Textarea({"rows": 3})
    )
    attachments = FilesField(label=_("Documents"))

    def __init__(self, *args: Any, task: Task, rolled_up: Sequence[Any], **options: Any) -> None:
        quantity, places = rolled_up
        initial = {
            "done_on": timezone.localdate(),
            "quantity_done": quantity if quantity is not None else task.quantity_done,
            "places_done": places if places is not None else task.places_done,
        }
        super().__init__(*args, **{"initial": initial, **options})
        if TASK_UNITS[task.kind] is None:
            del self.fields["quantity_done"]
        if task.kind != TaskKind.ILLEGAL_STRUCTURES:
            del self.fields["places_done"]


class CommentForm(forms.Form):
    text = forms.CharField(label=_("Comment"), max_length=2000, widget=forms.Textarea({"rows": 2}))
    attachments = FilesField(label=_("Attachments"))


class DueForm(forms.Form):
    due_on = day_field(_("New day"))
    reason = LineField(label=_("Reason"), max_length=300)
