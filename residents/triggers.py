"""Triggers that several tables of the residents' floor carry."""

import pgtrigger


class TakesPlaceOfHousehold(pgtrigger.Trigger):
    """A row that hangs on a household gets the household's compound and division when it is written.

    A composite foreign key with ON UPDATE CASCADE (`follow_household`) moves both along.
    """

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.UpdateOf("household_id")
    func = """
        SELECT compound_id, division_code INTO NEW.compound_id, NEW.division_code
        FROM residents_household WHERE id = NEW.household_id;
        RETURN NEW;
    """


def takes_place_of_household() -> TakesPlaceOfHousehold:
    return TakesPlaceOfHousehold(name="takes_place_of_household")


def follow_household(table: str) -> tuple[str, str]:
    """SQL forward and back: `table`'s (household, compound, division) follow the household's."""
    name = f"{table}_follows_household"
    forward = (
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (household_id, compound_id, division_code)'
        " REFERENCES residents_household (id, compound_id, division_code) ON UPDATE CASCADE"
        " DEFERRABLE INITIALLY IMMEDIATE"
    )
    return forward, f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"'


def begins_in_living_compound(
    name: str, *, on: pgtrigger.Operation, state: str = "", compound: str = "NEW.compound_id"
) -> pgtrigger.Trigger:
    """Nothing begins at a compound that was merged or split; the row is shared, so that none begins beside the act.

    `on` is what begins it: the insert, or the update that publishes (`state`).
    """
    begins = f"NEW.state = '{state}' AND OLD.state <> '{state}'" if state else "TRUE"
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=on,
        func=f"""
            IF {begins} THEN
                PERFORM FROM compounds_compound WHERE id = {compound} AND ended_on IS NULL FOR KEY SHARE;
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'the compound was merged or split' USING ERRCODE = 'check_violation',
                        CONSTRAINT = 'begins_in_living_compound';
                END IF;
            END IF;
            RETURN NEW;
        """,
    )


def keeps(*columns: str, name: str = "keeps_what_it_said") -> pgtrigger.Trigger:
    """These columns stay as they were inserted; what follows a household (`follow_household`) is not among them."""
    new, old = (", ".join(f"{row}.{column}" for column in columns) for row in ("NEW", "OLD"))
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
            IF ({new}) IS DISTINCT FROM ({old}) THEN
                RAISE EXCEPTION 'what was recorded stays as it was recorded' USING ERRCODE = 'check_violation',
                    CONSTRAINT = '{name}';
            END IF;
            RETURN NEW;
        """,
    )
