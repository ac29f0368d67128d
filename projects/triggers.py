"""Triggers that several tables of the programme carry (`core.triggers`), for rows that hang on a project."""

from typing import Any

import pgtrigger

from core import triggers

PROJECT: dict[str, Any] = {"key": "project_id", "parent": "projects_project"}
CODE: dict[str, Any] = {**PROJECT, "column": "division_code"}


def takes_division_of_project() -> pgtrigger.Trigger:
    """The row gets the project's division code when it is written."""
    return triggers.takes_division("takes_division_of_project", **CODE)


def follow_division_of_project(table: str) -> tuple[str, str]:
    """SQL forward and back: `table`'s (project_id, division_code) follows the project's."""
    return triggers.follow_division(table, f"{table}_follows_project", **CODE)


def touches_project() -> pgtrigger.Trigger:
    return triggers.touches("touches_project", **PROJECT)


def only_while(
    *, name: str, table: str, column: str, states: tuple[str, ...], noun: str, delete: bool = True
) -> pgtrigger.Trigger:
    """Rows of a parent can be written only while the parent is in one of `states`.

    The parent is locked FOR SHARE: a row never slips in beside the act that closes it.
    """
    listed = ", ".join(f"'{state}'" for state in states)
    operation = pgtrigger.Insert | pgtrigger.Update
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation | pgtrigger.Delete if delete else operation,
        declare=[("its_state", "text")],
        func=f"""
            SELECT state INTO its_state FROM {table}
            WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.{column} ELSE NEW.{column} END FOR SHARE;
            IF its_state NOT IN ({listed}) THEN
                RAISE EXCEPTION '{noun} is % and cannot be changed', its_state USING ERRCODE = 'check_violation';
            END IF;
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        """,  # noqa: S608 (names from the code)
    )
