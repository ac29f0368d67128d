"""A row of an old list: its cells, the compound it means, and who took part."""

from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.imports.known import KnownCompound, Meant
from compounds.reading import texts
from compounds.reading.cells import CellProblem, CellReaders, is_nothing, levelled
from compounds.reading.totals import REMARKS, TOTALS
from core.sheets import bracket_of
from directory.models import OrganisationKind
from imports.kinds import Remark, Row, Task
from projects.imports.backlog import cells
from projects.imports.backlog.cells import naming_column
from projects.imports.backlog.days import check_days
from projects.imports.backlog.known import COUNTY, Known
from projects.imports.backlog.reasons import Why
from projects.imports.backlog.works import read_works

LONGEST_NAME = 120
# Columns of organisations; the client is a fact of the project, the others take part in it.
FIRMS: dict[str, str] = {
    "client": OrganisationKind.OTHER,
    "contractor": OrganisationKind.CONTRACTOR,
    "designer": OrganisationKind.DESIGNER,
    "supervisor": OrganisationKind.SUPERVISOR,
}


class RowReader:
    """Reads the rows of one file, one after the other; every look-up is in memory."""

    def __init__(self, task: Task, known: Known) -> None:
        self._task, self._known = task, known
        self._today = timezone.localdate()
        self._cells = CellReaders(
            {
                "year": cells.year,
                "stage": cells.stage(),
                "stage_on": cells.day("stage_on", last=True),
                "started_on": cells.day("started_on", last=False),
                "completed_on": cells.day("completed_on", last=True),
                "investment": cells.money(bracket_of(task.mapping.get("investment", ""))),
                "notes": texts.notes,
            }
        )

    def read(self, row: Row) -> KnownCompound | None:
        """Fill values, problems and warnings; returns the compound where it was found."""
        if self._is_total(row):
            row.problems = {"name": Remark(Why.NOT_A_PROJECT, _("This is no project. Leave it out."))}
            return None
        self._read_cells(row)
        compound = self._compound(row)
        check_days(row, known=self._known, compound=compound, today=self._today)
        if compound is not None:
            self._firms(row, compound)
            read_works(row, task=self._task, known=self._known, compound=compound)
        return compound

    def _read_cells(self, row: Row) -> None:
        self._cells.fill(row)
        for key in ("year", "stage"):
            if key not in row.values and key not in row.problems:
                row.problems[key] = Remark(Why.DAY_MISSING, _("This cell is needed."))

    @staticmethod
    def _is_total(row: Row) -> bool:
        told = {levelled(text).replace(" ", "").casefold() for text in (row.lead, row.cells.get("name", ""))}
        return bool(told & TOTALS) or levelled(row.lead).startswith(REMARKS)

    def _compound(self, row: Row) -> KnownCompound | None:
        at = naming_column(row)
        text = row.cells.get(at, "")
        if not text:
            row.problems[at if at in self._task.mapping else "code"] = Remark(
                Meant.COMPOUND_MISSING, _("Neither code nor name of the compound is given.")
            )
            return None
        try:
            found, is_former = self._known.compounds.find(text, community=row.cells.get("community", ""))
        except CellProblem as problem:
            row.problems[at] = problem.remark
            return None
        row.values["compound"] = {"id": found.pk, "code": found.code, "name": found.name}
        if is_former:
            row.warnings[at] = found.formerly()
        return found

    def _firms(self, row: Row, compound: KnownCompound) -> None:
        for key in FIRMS:
            text = row.cells.get(key, "")
            if not text or is_nothing(text):
                continue
            try:
                pk = self._known.organisation(text, county=compound.community[:COUNTY])
                texts.check_text(text, LONGEST_NAME)
            except CellProblem as problem:
                row.problems[key] = problem.remark
                continue
            name = " ".join(text.split())
            row.values[key] = {"id": pk} if pk else {"name": name, "county": compound.community[:COUNTY]}
            if pk is None:
                row.warnings[key] = Remark(
                    Why.NEW_FIRM, _("{name} is not registered yet and will be added.").format(name=name)
                )
