"""Triggers that several tables of the programme carry."""

import pgtrigger


class TakesDivisionOfProject(pgtrigger.Trigger):
    """A row that hangs on a project gets the project's division code when it is written.

    A composite foreign key with ON UPDATE CASCADE (`follow_division_of_project`) moves it along.
    """

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.UpdateOf("project_id")
    func = """
        SELECT division_code INTO NEW.division_code FROM projects_project WHERE id = NEW.project_id;
        RETURN NEW;
    """


def takes_division_of_project() -> TakesDivisionOfProject:
    return TakesDivisionOfProject(name="takes_division_of_project")


def follow_division_of_project(table: str) -> tuple[str, str]:
    """SQL forward and back: `table`'s (project_id, division_code) follows the project's."""
    name = f"{table}_follows_project"
    forward = (
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (project_id, division_code)'
        " REFERENCES projects_project (id, division_code) ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE"
    )
    return forward, f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"'


def touches_project() -> pgtrigger.Trigger:
    """A change of this row is a change of what the project's status says: pollers must see it."""
    return pgtrigger.Trigger(
        name="touches_project",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func="""
            UPDATE projects_project SET updated_at = clock_timestamp()
            WHERE id IN (
                CASE WHEN TG_OP <> 'DELETE' THEN NEW.project_id END,
                CASE WHEN TG_OP <> 'INSERT' THEN OLD.project_id END
            );
            RETURN NULL;
        """,
    )


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
