"""Writing: compounds locked and asked again, firms found or added, then one action enters the projects."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from compounds.models import Compound
from directory.models import Organisation
from files.models import StoredFile
from imports.errors import ChangedSincePreview
from imports.kinds import Row, Task
from jobs.progress import Progress
from projects.actions.backlog import ProjectBefore, WorkBefore, enter_projects_from_before
from projects.imports.backlog.days import DAYS
from projects.imports.backlog.known import COUNTY, Known
from projects.imports.backlog.reading import FIRMS
from projects.models import LINE, CatalogueItem, Origin, PartyRole, Project, Stage


def write_projects(rows: Sequence[Row], *, task: Task, progress: Progress) -> None:
    """All rows or none; raises `ChangedSincePreview` where the register is no longer what the preview saw."""
    compounds = _still_right(rows, task)
    firms = _firms(rows)
    items = CatalogueItem.objects.in_bulk({work[0] for row in rows for work in row.values.get("works", ())})
    document = StoredFile.objects.get(pk=task.options["document"])
    enter_projects_from_before(
        projects=[_before(row, compounds, firms, items) for row in rows], user=task.user, document=document,
        progress=progress,
    )  # fmt: skip


def _still_right(rows: Sequence[Row], task: Task) -> dict[int, Compound]:
    """The compounds, locked; refused where the register is no longer what the preview saw."""
    keys = {row.values["compound"]["id"] for row in rows}
    compounds = Compound.objects.select_for_update(no_key=True).order_by("pk").in_bulk(keys)
    years = {(row.values["compound"]["id"], row.values["year"]) for row in rows}
    there = set(
        Project.objects.filter(compound__in=keys, origin=Origin.BEFORE_PORTAL).values_list(
            "compound_id", "year"
        )
    )
    going_on = set(
        Project.objects.unfinished().filter(compound__in=keys).values_list("compound_id", flat=True)
    )
    reach, outdated = Known(task).compounds, 0
    for row in rows:
        key = row.values["compound"]["id"]
        compound = compounds.get(key)
        if (
            compound is None
            or compound.ended_on is not None
            or not reach.covers(compound.community_id)
            or (key in going_on and row.values["stage"] != Stage.AFTERCARE)
        ):
            outdated += 1
    outdated += len(years & there)
    if outdated:
        raise ChangedSincePreview(count=outdated)
    return compounds


def _firms(rows: Sequence[Row]) -> dict[tuple[str, str], Organisation]:
    """{(county, name): organisation} of those that were not registered: found meanwhile, or added."""
    wanted: dict[tuple[str, str], str] = {}
    for row in rows:
        for key, kind in FIRMS.items():
            firm = row.values.get(key, {})
            if "name" in firm:
                wanted.setdefault((firm["county"], firm["name"]), kind)
    named = Q(pk__in=[])
    for county, name in wanted:
        named |= Q(division__code__startswith=county, name=name)
    found = {(one.division_id[:COUNTY], one.name): one for one in Organisation.objects.active().filter(named)}
    missing = [
        Organisation(division_id=county, name=name, kind=kind)
        for (county, name), kind in sorted(wanted.items())
        if (county, name) not in found
    ]
    for one in Organisation.objects.bulk_create(missing):
        found[one.division_id, one.name] = one
    registered = {row.values[key]["id"] for row in rows for key in FIRMS if row.values.get(key, {}).get("id")}
    found |= {("", str(pk)): one for pk, one in Organisation.objects.in_bulk(registered).items()}
    return found


def _firm(
    value: Mapping[str, Any] | None, firms: Mapping[tuple[str, str], Organisation]
) -> Organisation | None:
    if not value:
        return None
    return firms["", str(value["id"])] if "id" in value else firms[value["county"], value["name"]]


def _before(
    row: Row,
    compounds: Mapping[int, Compound],
    firms: Mapping[tuple[str, str], Organisation],
    items: Mapping[int, CatalogueItem],
) -> ProjectBefore:
    values = row.values
    days = {key: date.fromisoformat(values[key]) if key in values else None for key in DAYS}
    roles = (PartyRole.DESIGNER, PartyRole.CONTRACTOR, PartyRole.SUPERVISOR)
    parties = {
        role.value: firm for role in roles if (firm := _firm(values.get(role.value), firms)) is not None
    }
    stood = days["stage_on"]
    if stood is None or values["stage"] not in LINE:
        raise ChangedSincePreview(count=1)
    return ProjectBefore(
        compound=compounds[values["compound"]["id"]], year=values["year"], stage=values["stage"], effective_on=stood,
        started_on=days["started_on"], completed_on=days["completed_on"], client=_firm(values.get("client"), firms),
        parties=parties, investment=Decimal(values["investment"]) if "investment" in values else None,
        notes=values.get("notes", ""),
        works=[
            WorkBefore(item=items[pk], planned=Decimal(planned), done=Decimal(done))
            for pk, planned, done in values.get("works", ())
        ],
    )  # fmt: skip
