"""Migrating without drawing every model anew for each constraint, index and trigger.

While it migrates, Django keeps the models of that moment as classes. For each of these operations it
makes the model and all that are related to it anew, which is nearly all of them: nine tenths of
the time that a new database takes, and it grows with the square of the models. None of these
operations changes a field, so the classes may stay; what they say in `Meta` is brought up to date.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.operations.models import IndexOperation
from django.db.migrations.state import ProjectState

StateForwards = Callable[[Any, str, ProjectState], None]
OPTIONS = ("constraints", "indexes")


@contextmanager
def classes_kept() -> Iterator[None]:
    """Inside, operations on constraints, indexes and triggers leave the classes of the models as they are."""
    heavy = {
        kind: vars(kind)["state_forwards"]
        for kind in _kinds(IndexOperation)
        if "state_forwards" in vars(kind)
    }
    try:
        for kind, state_forwards in heavy.items():
            setattr(kind, "state_forwards", _light(state_forwards))  # noqa: B010 (mypy: a method is replaced)
        yield
    finally:
        for kind, state_forwards in heavy.items():
            setattr(kind, "state_forwards", state_forwards)  # noqa: B010


def _kinds(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from _kinds(one)


def _light(state_forwards: StateForwards) -> StateForwards:
    def forwards(self: Any, app_label: str, state: ProjectState) -> None:
        # A state whose classes were not asked for yet has none to make anew.
        apps = state.__dict__.pop("apps", None)
        try:
            state_forwards(self, app_label, state)
        finally:
            if apps is not None:
                state.__dict__["apps"] = apps
        if apps is not None:
            meta = apps.get_model(app_label, self.model_name)._meta
            options = state.models[app_label, self.model_name.lower()].options
            for name in OPTIONS:
                setattr(meta, name, list(options.get(name, ())))

    return forwards
