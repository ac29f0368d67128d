"""Triggers that several tables of the register carry."""

import pgtrigger


class TakesDivisionOfCompound(pgtrigger.Trigger):
    """A row that hangs on a compound gets the compound's division code when it is written.

    A composite foreign key with ON UPDATE CASCADE (declared in the migration with
    `follow_division_of_compound`) moves it along when the compound changes community.
    """

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.UpdateOf("compound_id")
    func = """
        SELECT community_id INTO NEW.division_code FROM compounds_compound WHERE id = NEW.compound_id;
        RETURN NEW;
    """


def takes_division() -> TakesDivisionOfCompound:
    return TakesDivisionOfCompound(name="takes_division_of_compound")


def follow_division_of_compound(table: str) -> tuple[str, str]:
    """SQL forward and back: `table`'s (compound_id, division_code) follows the compound's community."""
    name = f"{table}_follows_compound"
    forward = (
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (compound_id, division_code)'
        " REFERENCES compounds_compound (id, community_id) ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE"
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


def touches_compound() -> pgtrigger.Trigger:
    """A change of this row is a change of what the compound's status says: pollers must see it.

    A row that moves to another compound changes both.
    """
    return pgtrigger.Trigger(
        name="touches_compound",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func="""
            UPDATE compounds_compound SET updated_at = clock_timestamp()
            WHERE id IN (
                CASE WHEN TG_OP <> 'DELETE' THEN NEW.compound_id END,
                CASE WHEN TG_OP <> 'INSERT' THEN OLD.compound_id END
            );
            RETURN NULL;
        """,
    )
