"""Rows beside each other and beside the projects that are there already."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from compounds.imports.known import KnownCompound
from imports.kinds import Remark, Row
from projects.imports.backlog.cells import naming_column
from projects.imports.backlog.known import Known, KnownProject
from projects.imports.backlog.reasons import Why
from projects.models import Stage


def compare(rows: Sequence[Row], found: Mapping[int, KnownCompound], known: Known) -> None:
    """What is there already, what the compound does not allow, what the file says twice."""
    existing = known.projects_of([one.pk for one in found.values()])
    seen: dict[tuple[int, int], Row] = {}
    unfinished: dict[int, Row] = {}
    for row in rows:
        compound = found.get(row.number)
        if compound is None or not {"year", "stage"} <= row.values.keys():
            continue
        at = naming_column(row)
        goes_on = row.values["stage"] != Stage.AFTERCARE
        first = seen.setdefault((compound.pk, row.values["year"]), row)
        other = unfinished.setdefault(compound.pk, row) if goes_on else row
        if first is not row or other is not row:
            number = (first if first is not row else other).number
            text = _("Row {number} is a project of this compound as well; a compound has one at a time.")
            row.problems[at] = Remark(Why.REPEATED_PROJECT, text.format(number=number))
        projects = existing.get(compound.pk, [])
        same = [one for one in projects if one.is_from_before and one.year == row.values["year"]]
        if same:
            _already_there(row, at, same[0])
        elif goes_on and any(one.is_unfinished for one in projects):
            text = _("This compound has a project that is not finished.")
            row.problems.setdefault(at, Remark(Why.UNFINISHED, text))


def _already_there(row: Row, at: str, project: KnownProject) -> None:
    """Nothing of it is written again; where the file says something else, that is told."""
    row.target_id = project.compound
    told = tuple(row.values.get(key) for key in ("stage", "started_on", "completed_on"))
    kept = (
        project.stage,
        project.started_on and project.started_on.isoformat(),
        project.completed_on and project.completed_on.isoformat(),
    )
    if told != kept:
        text = _(
            "Entered already, as it stood then; what differs is not changed. Change it on the project's page."
        )
        row.warnings.setdefault(at, Remark(Why.ALREADY_THERE, text))
