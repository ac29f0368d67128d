"""Triggers that tables of several apps carry. The text of a function is part of its migration: to the space."""

import pgtrigger


def takes_division(name: str, *, key: str, parent: str, column: str) -> pgtrigger.Trigger:
    """A row that hangs on a parent gets the parent's division code when it is written.

    `key` is the row's foreign key, `column` the parent's with the code. A composite foreign key with ON UPDATE
    CASCADE (`follow_division`, declared in a migration) moves it along when the parent's changes.
    """
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf(key),
        func=f"""
        SELECT {column} INTO NEW.division_code FROM {parent} WHERE id = NEW.{key};
        RETURN NEW;
    """,  # noqa: S608 (names from the code)
    )


def follow_division(table: str, name: str, *, key: str, parent: str, column: str) -> tuple[str, str]:
    """SQL forward and back: `table`'s (key, division_code) follows the parent's code."""
    forward = (
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY ({key}, division_code)'
        f" REFERENCES {parent} (id, {column}) ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE"
    )
    return forward, f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"'


def stamps_change() -> pgtrigger.Trigger:
    """`updated_at` is the database's, so that no bulk update forgets it and pollers miss nothing."""
    return pgtrigger.Trigger(
        name="stamps_change",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func="NEW.updated_at = clock_timestamp(); RETURN NEW;",
    )


def touches(name: str, *, key: str, parent: str) -> pgtrigger.Trigger:
    """A change of this row is a change of what the parent's status says: pollers must see it.

    A row that moves to another parent changes both.
    """
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            UPDATE {parent} SET updated_at = clock_timestamp()
            WHERE id IN (
                CASE WHEN TG_OP <> 'DELETE' THEN NEW.{key} END,
                CASE WHEN TG_OP <> 'INSERT' THEN OLD.{key} END
            );
            RETURN NULL;
        """,  # noqa: S608 (names from the code)
    )
