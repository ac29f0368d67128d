"""Reading within one's divisions: for every table that carries the division's code."""

from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q

Row = TypeVar("Row", bound=models.Model, covariant=True)


class ScopedQuerySet(models.QuerySet[Row]):
    """Rows with a `division_code`; `power` is what lets a person see them within the divisions where it is held."""

    power: ClassVar[str]

    def within(self, codes: tuple[str, ...] | list[str]) -> Self:
        """Rows below these divisions, given as code prefixes."""
        if not codes:
            return self.none()
        below = Q()
        for code in codes:
            below |= Q(division_code__startswith=code)
        return self.filter(below)

    def visible_to(self, user: Any) -> Self:
        return self.within(user.scopes_for(self.power))
