"""What several writes check alike."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import models

from core.errors import InvalidInput
from directory.errors import DivisionEnded, DivisionUnknown
from directory.models import Division


def refuse_unclean(instance: models.Model, *, exclude: Collection[str] = ()) -> None:
    """Field rules of the model as a refusal; a form has said the same at each field before.

    Constraints are the database's to judge: what is read here may be stale.
    """
    try:
        instance.clean_fields(exclude=set(exclude))
    except ValidationError as error:
        labels = {field.name: field.verbose_name for field in instance._meta.fields}
        lines = [
            f"{labels.get(name, name)}: {' '.join(sentences)}"
            for name, sentences in error.message_dict.items()
        ]
        raise InvalidInput(reason="; ".join(lines)) from error


def living_division(code: str) -> Division:
    """The division of this code, locked so that nobody dissolves it before this transaction ends."""
    division = Division.objects.select_for_update(no_key=True).filter(code=code).first()
    if division is None:
        raise DivisionUnknown(code=code or "–")
    if division.ended_on is not None:
        raise DivisionEnded(name=division.name)
    return division
