"""An action's refusal as an error of the form: at the field it is about, where that is known."""

from collections.abc import Mapping

from django import forms

from core.errors import DomainError


def add_refusal(form: forms.BaseForm, refusal: DomainError, *, fields: Mapping[str, str]) -> None:
    """`fields` are {name of the constraint that refused, or the refusal's code: field}."""
    constraint = str(refusal.details.get("constraint", ""))
    field = fields.get(constraint) or fields.get(refusal.code)
    form.add_error(field if field in form.fields else None, refusal.message)
