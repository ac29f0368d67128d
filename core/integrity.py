"""A database constraint that refuses a write, told in the constraint's own sentence."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, connection, models, transaction
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class ConstraintRefused(DomainError):
    """`constraint` is the name in the database; the sentence is its `violation_error_message`."""

    code = "constraint"
    sentence = "{explanation}"


def violated_constraint(error: IntegrityError) -> str:
    """The name of the constraint that refused, "" where the database names none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


@contextmanager
def constraints_as_refusals(*about: type[models.Model]) -> Iterator[None]:
    """Inside, a violated constraint of these models becomes a `ConstraintRefused`.

    A savepoint keeps the surrounding transaction usable. Constraints of other models
    are bugs, not refusals, and go on as they are.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = violated_constraint(error)
        for model in about:
            for constraint in model._meta.constraints:
                if constraint.name == name:
                    explanation = str(constraint.get_violation_error_message())
                    raise ConstraintRefused(explanation=explanation, constraint=name) from error
            if name.startswith(f"{model._meta.db_table}_") and name.endswith("_key"):
                explanation = str(_("Another record already has this value."))
                raise ConstraintRefused(explanation=explanation, constraint=name) from error
        raise


@contextmanager
def refusals_of_triggers(
    refusals: Mapping[str, type[DomainError]], *, deferred_of: type[models.Model] | None = None
) -> Iterator[None]:
    """Inside, what a trigger refuses under one of these constraint names becomes its `DomainError`.

    For what only the database can decide when several people act at once. A savepoint keeps the
    surrounding transaction usable. The deferred triggers of `deferred_of` fire before the block ends.
    """
    try:
        with transaction.atomic():
            yield
            if deferred_of is not None:
                _fire_deferred(deferred_of)
    except IntegrityError as error:
        refusal = refusals.get(violated_constraint(error))
        if refusal is None:
            raise
        raise refusal from error


def _fire_deferred(model: type[models.Model]) -> None:
    names = ", ".join(
        connection.ops.quote_name(trigger.get_pgid(model))
        for trigger in model._meta.triggers  # type: ignore[attr-defined]
        if trigger.timing is not None
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE")
        cursor.execute(f"SET CONSTRAINTS {names} DEFERRED")
