"""Compounds counted by division: the table beneath the map and on the overview."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Left

from compounds.models import Batch
from directory.codes import LENGTHS
from directory.models import Division

# The batches a reader compares; who left the pool is not in it.
SHOWN_BATCHES = (Batch.RESERVE, Batch.PREPARING, Batch.IMPLEMENTING)


@dataclass(frozen=True, kw_only=True)
class DivisionLine:
    """What a division has; `batches` in the order of `SHOWN_BATCHES`."""

    code: str
    name: str
    compounds: int
    placed: int
    households: int
    households_known: int
    batches: list[int]

    @property
    def unplaced(self) -> int:
        """Without a position on the map."""
        return self.compounds - self.placed

    @property
    def uncounted(self) -> int:
        """Without a number of households: the sum leaves them out."""
        return self.compounds - self.households_known


def level_below(codes: list[str]) -> int:
    """How many digits a table of what lies below these divisions groups by."""
    shortest = min((len(code) for code in codes), default=0)
    return next((length for length in LENGTHS if length > shortest), LENGTHS[-1])


def by_division(rows: QuerySet[Any, Any], digits: int) -> list[DivisionLine]:
    """One line for each division with that many digits; two statements. `rows` went through `with_pool`."""
    batches = {f"in_{batch}": Count("pk", filter=Q(current_entry__batch=batch)) for batch in SHOWN_BATCHES}
    # The keys of `in_…` are made here; no type checker could know them.
    grouped: Any = (
        rows.order_by()
        .values(here=Left("community_id", digits))
        .annotate(
            compounds=Count("pk"),
            placed=Count("wgs84_longitude"),
            households=Sum("household_count", default=0),
            households_known=Count("household_count"),
            **batches,
        )
        .order_by("here")
    )
    found: list[dict[str, Any]] = list(grouped)
    names = dict(
        Division.objects.filter(code__in=[line["here"] for line in found]).values_list("code", "name")
    )
    return [
        DivisionLine(
            code=line["here"],
            name=names.get(line["here"], line["here"]),
            compounds=line["compounds"],
            placed=line["placed"],
            households=line["households"],
            households_known=line["households_known"],
            batches=[line[f"in_{batch}"] for batch in SHOWN_BATCHES],
        )
        for line in found
    ]
