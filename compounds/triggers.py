"""Triggers that several tables of the register carry (`core.triggers`), for rows that hang on a compound."""

from typing import Any

import pgtrigger

from core import triggers

COMPOUND: dict[str, Any] = {"key": "compound_id", "parent": "compounds_compound"}
CODE: dict[str, Any] = {**COMPOUND, "column": "community_id"}


def takes_division() -> pgtrigger.Trigger:
    """The row gets the compound's division code when it is written."""
    return triggers.takes_division("takes_division_of_compound", **CODE)


def follow_division_of_compound(table: str) -> tuple[str, str]:
    """SQL forward and back: `table`'s (compound_id, division_code) follows the compound's community."""
    return triggers.follow_division(table, f"{table}_follows_compound", **CODE)


def touches_compound() -> pgtrigger.Trigger:
    return triggers.touches("touches_compound", **COMPOUND)
