"""The tests' own database: what they stand on must be what the portal stands on."""

from contextlib import nullcontext

import pytest
from django.db import connection, models
from django.db.migrations.operations import AddConstraint, AddIndex, RemoveConstraint
from django.db.migrations.state import ModelState, ProjectState

from core.migrating import classes_kept
from tests.database import Databases


def test_tests_work_as_the_role_app(db: None, databases: Databases) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        assert cursor.fetchone() == ("app", databases.name)


def test_the_role_app_cannot_create_tables(db: None) -> None:
    with connection.cursor() as cursor, pytest.raises(Exception, match="permission denied for schema public"):
        cursor.execute("CREATE TABLE mine (id int)")


def test_migrating_keeps_the_classes_of_models_and_tells_them_their_constraints() -> None:
    """Against Django's own way: the same state, and classes with the same constraints, indexes and fields."""

    def migrated(*, light: bool) -> ProjectState:
        state = ProjectState()
        state.add_model(ModelState("files", "Thing", [("id", models.AutoField(primary_key=True)), ("name", models.TextField())], {"indexes": [], "constraints": []}))  # fmt: skip
        before = state.apps.get_model("files", "Thing")
        with classes_kept() if light else nullcontext():
            for operation in (
                AddConstraint("Thing", models.UniqueConstraint(fields=["name"], name="once")),
                AddIndex("Thing", models.Index(fields=["name"], name="quick")),
                AddConstraint("Thing", models.CheckConstraint(condition=models.Q(name__gt=""), name="some")),
                RemoveConstraint("Thing", "once"),
            ):
                operation.state_forwards("files", state)
        assert (state.apps.get_model("files", "Thing") is before) == light
        return state

    light, heavy = migrated(light=True), migrated(light=False)
    assert light == heavy
    for state in (light, heavy):
        meta = state.apps.get_model("files", "Thing")._meta
        assert [constraint.name for constraint in meta.constraints] == ["some"]
        assert [index.name for index in meta.indexes] == ["quick"]
    assert not any("classes_kept" in str(kind.state_forwards) for kind in (AddConstraint, AddIndex))
