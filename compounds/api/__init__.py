"""Compounds and the reserve pool for programs."""

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from compounds.api.answers import CompoundDetailForm, CompoundForm, PoolEntryForm
from compounds.api.bodies import (
    COMPOUND_COLUMNS,
    POOL_COLUMNS,
    Body,
    compound_body,
    detail_body,
    detail_row,
    pool_body,
)
from compounds.filters import ORDERS, POOL_ORDER, CompoundFilter, PoolFilter
from compounds.models import Compound
from compounds.permissions import can_see_register
from core.api.views import ApiView, ListView, Row, answer
from directory.authentication import MayRead, caller
from directory.models import User
from directory.powers import Power


class SeesRegister(MayRead):
    """A role without the register gets 403, not an empty list that looks like an answer."""

    may_see = staticmethod(can_see_register)


class CompoundList(ListView):
    operation_id = "compounds_list"
    summary = _("Compounds")
    explanation = _(
        "Compounds within the caller's divisions. Merged and split-up ones are left out unless `ended` asks for "
        "them. With `updated_since` the order is that of the changes; a compound also counts as changed when its "
        "place in the pool or its urgency changed."
    )
    tag = _("Compounds")
    permission_classes = (SeesRegister,)
    item_form = CompoundForm
    filterset = CompoundFilter
    orders = ORDERS
    default_order = "code"
    columns = COMPOUND_COLUMNS

    def rows(self, user: User) -> QuerySet[Compound]:
        return Compound.objects.visible_to(user).with_pool()

    def listing_key(self, user: User) -> tuple[str, ...]:
        return user.scopes_for(Power.SEE_REGISTER)

    def item(self, row: Row, number: int) -> Body:
        return compound_body(row)


class PoolList(ListView):
    operation_id = "pool_list"
    summary = _("Reserve pool")
    explanation = _(
        "The reserve pool in its order: a decided place first, then urgent first, compounds without a score last. "
        "Takes the filters of the list of compounds. Without `batch` all three batches are listed; compounds that "
        "left the pool appear only with `batch=out`."
    )
    tag = _("Reserve pool")
    permission_classes = (SeesRegister,)
    item_form = PoolEntryForm
    filterset = PoolFilter
    orders = {"rank": POOL_ORDER}
    default_order = "rank"
    columns = POOL_COLUMNS

    def rows(self, user: User) -> QuerySet[Compound]:
        return Compound.objects.visible_to(user).with_pool().filter(batch__isnull=False)  # type: ignore[misc]

    def listing_key(self, user: User) -> tuple[str, ...]:
        return user.scopes_for(Power.SEE_REGISTER)

    def item(self, row: Row, number: int) -> Body:
        return pool_body(row, number)


class CompoundDetail(ApiView):
    operation_id = "compounds_retrieve"
    summary = _("A compound")
    explanation = _(
        "One compound with everything the register knows: buildings, confirmed surveys, urgency and eligibility "
        "explained."
    )
    tag = _("Compounds")
    permission_classes = (SeesRegister,)
    answer_form = CompoundDetailForm
    path_parameters = (
        OpenApiParameter(
            "code", {"type": "string", "minLength": 1}, "path", description=_("The compound's code.")
        ),
    )

    def get(self, request: Request, code: str) -> HttpResponse:
        self.check_parameters(request.query_params)
        row = detail_row(Compound.objects.visible_to(caller(request)).with_pool(), code)
        if row is None:
            raise Http404
        body = detail_body(row, user=caller(request))
        return answer(request, body, modified=body["updated_at"].timestamp())


urlpatterns: list[URLPattern] = [
    path("compounds/", CompoundList.as_view(), name="compounds"),
    path("compounds/<str:code>/", CompoundDetail.as_view(), name="compound"),
    path("pool/", PoolList.as_view(), name="pool"),
]
