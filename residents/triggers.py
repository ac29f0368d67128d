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
