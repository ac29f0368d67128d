"""Forms of milestones: added, moved with a reason, assigned, done."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compounds.forms.fields import LineField
from core.fields import Picker
from directory.models import Organisation, User
from projects.forms.project import day_field, organisations
from projects.models import Answerable, Milestone, Stage


class AnswerableForm(forms.Form):
    """Who answers: the role, and the body in it where it is known."""

    answerable = forms.ChoiceField(label=_("Who answers for it"), choices=Answerable.choices)
    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none(), required=False, widget=Picker(),
        empty_label=_("not named"),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, current: int | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        offered: Any = self.fields["organisation"]
        offered.queryset = organisations(user, current)


class MilestoneForm(AnswerableForm):
    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices)
    name = LineField(label=_("Milestone"), max_length=80)
    planned_on = day_field(
        _("Planned for"), help_text=_("This first date stays; when it moves, the reason is kept beside it.")
    )
    field_order = ("stage", "name", "planned_on", "answerable", "organisation")


class MoveForm(forms.Form):
    to = day_field(_("New date"))
    reason = LineField(label=_("Reason"), max_length=300)

    @classmethod
    def of(cls, milestone: Milestone, data: Any = None) -> "MoveForm":
        return cls(data, initial={"to": milestone.due_on})


class DoneForm(forms.Form):
    done_on = day_field(_("Done on"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"initial": {"done_on": timezone.localdate()}, **options})
