"""The shape of what the API says and takes about the building site, for the schema."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.writes import StrictBody, Text, WholeNumber
from core.filters import MOST
from delivery.models import ContractKind, ProgressSource
from directory.api import OrganisationRefForm
from projects.models import Unit

TypeForm = serializers.Serializer[Any]


class WorkItemRefForm(TypeForm):
    explanation = _("工程内容: a piece of work of a project. `code` is that of the works catalogue.")

    id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()
    location = serializers.CharField(allow_blank=True)
    unit = serializers.ChoiceField(choices=Unit.values)


class ProgressEntryForm(TypeForm):
    explanation = _(
        "So much of a work item was done on a day. Entries are never changed; one that was wrong is taken back by "
        "another with the opposite quantity (`reverses`)."
    )

    id = serializers.IntegerField()
    key = serializers.UUIDField(help_text=_("The idempotency key that it was sent with."))
    project = serializers.CharField(help_text=_("The project's number."))
    work_item = WorkItemRefForm()
    done_on = serializers.DateField()
    quantity = serializers.DecimalField(
        max_digits=12,
        decimal_places=2,
        help_text=_("In the unit of the work item; below zero where it takes back."),
    )
    note = serializers.CharField(allow_blank=True)
    source = serializers.ChoiceField(choices=ProgressSource.values)  # type: ignore[assignment]
    organisation = OrganisationRefForm(allow_null=True, help_text=_("Firm or office that reported it."))
    photos = serializers.IntegerField(help_text=_("How many photos it has."))
    reverses = serializers.IntegerField(
        allow_null=True, help_text=_("Id of the entry that this one takes back.")
    )
    reversed_by = serializers.IntegerField(
        allow_null=True, help_text=_("Id of the entry that took this one back.")
    )
    recorded_at = serializers.DateTimeField(help_text=_("When it was saved."))


class ContractForm(TypeForm):
    explanation = _("A signed contract that is on file. Amount in yuan as decimal text.")

    id = serializers.IntegerField()
    number = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=ContractKind.values)
    organisation = OrganisationRefForm()
    amount = serializers.DecimalField(max_digits=16, decimal_places=2)
    signed_on = serializers.DateField()
    county = serializers.CharField(help_text=_("Code of the county."))
    projects = serializers.ListField(
        child=serializers.CharField(),
        help_text=_("Numbers of the projects that it is for, as far as the caller sees them."),
    )
    updated_at = serializers.DateTimeField()


# --- What is taken ------------------------------------------------------------------------

QUANTITY_SCHEMA = {
    "oneOf": [
        {"type": "string", "pattern": r"^[0-9]{1,10}(\.[0-9]{1,2})?$"},
        {"type": "integer", "minimum": 1, "maximum": 9_999_999_999},
        {"type": "number", "minimum": 0.01, "maximum": 9_999_999_999, "multipleOf": 0.01},
    ]
}


@extend_schema_field(QUANTITY_SCHEMA)
class QuantityField(serializers.DecimalField):
    """Decimal text or a number, plain and positive; at most two decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=12, decimal_places=2, min_value=Decimal("0.01"), **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, str | int | float):
            self.fail("invalid")
        text = str(data)
        if not text.isascii() or not all(sign.isdigit() or sign == "." for sign in text):
            self.fail("invalid")
        return super().to_internal_value(text)


class NewEntryForm(StrictBody):
    explanation = _("What was done.")

    work_item = WholeNumber(
        min_value=1, max_value=MOST, help_text=_("Id of a work item of the scheme in force.")
    )
    done_on = serializers.DateField(
        input_formats=["%Y-%m-%d"], help_text=_("Not before the start of the works, not in the future.")
    )
    quantity = QuantityField(
        help_text=_("In the unit of the work item; as text or number, at most two decimals.")
    )
    note = Text(max_length=500, required=False, allow_blank=True, default="")
