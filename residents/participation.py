"""How many households of a menu's compound have chosen, building by building; never who, never what."""

from typing import Any

from django.db.models import Count, Q

from residents.models import Choice, Household, Menu


def participation(menu: Menu) -> list[dict[str, Any]]:
    """By building, in the order of their numbers: doors, and how many of them chose.

    A door that chose and has gone since (struck, merged) is still one of its building: the sum is that of the choices.
    """
    chosen = Choice.objects.filter(menu=menu).counting().values("household")
    of_menu = Q(compound=menu.project.compound_id, ended_on__isnull=True) | Q(pk__in=chosen)
    rows: Any = (
        Household.objects.filter(of_menu)
        .order_by("building__number_key")
        .values("building__number", "building__number_key")
        .annotate(doors=Count("pk"), chosen=Count("pk", filter=Q(pk__in=chosen)))
    )
    return sorted(rows, key=lambda row: (len(row["building__number_key"]), row["building__number_key"]))


def kept_participation(menu: Menu) -> list[list[Any]]:
    """The same as it is kept with an outcome: [number, doors, chose]. The register goes on, this stays as it was."""
    return [[row["building__number"], row["doors"], row["chosen"]] for row in participation(menu)]
