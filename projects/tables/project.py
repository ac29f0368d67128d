"""The columns of the list of projects."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.lists import Column, Kind, Link, ListSpec
from projects.models import Stage

PROJECTS = ListSpec(
    key="projects",
    title=_("Projects"),
    noun=pgettext_lazy("count", "projects"),
    division="division_code",
    columns=(
        Column("compound", _("Compound"), source="compound__name", link=Link("projects:detail", "code"), width=28),
        Column("code", _("Number"), kind=Kind.CODE),
        Column("year", _("Plan year"), kind=Kind.YEAR),
        Column("stage", _("Stage"), choices=Stage.choices),
    ),
    sort="compound",
)  # fmt: skip
