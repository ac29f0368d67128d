"""Menus for programs: how many took part, what is wanted by how many, what came of it. Never a household."""

from collections.abc import Hashable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from core.api.views import ApiView, ListView, Row, answer
from core.filters import MOST
from directory.authentication import MayRead, caller
from directory.models import User
from directory.powers import Power
from projects.permissions import can_see_programme
from residents.api.menu_answers import MenuDetailForm, MenuForm
from residents.api.menu_bodies import MENU_COLUMNS, Body, menu_body, menu_detail, with_figures
from residents.api.shared import OF_MENU
from residents.filters.api import MENU_ORDERS, MenuApiFilter
from residents.models import Menu, MenuState


class SeesProgramme(MayRead):
    """Sums of many households are part of the programme; the households themselves, and firms, are not."""

    may_see = staticmethod(can_see_programme)


def _menus(user: User) -> QuerySet[Menu]:
    return Menu.objects.within(user.scopes_for(Power.SEE_PROGRAMME)).exclude(state=MenuState.DRAFT)


class MenuList(ListView):
    operation_id = "menus_list"
    summary = _("Menus")
    explanation = _(
        "Published menus within the caller's divisions, with the total of the households that chose. Of a menu that "
        "is not counted yet it is told in steps of five."
    )
    tag = _("Menus")
    permission_classes = (SeesProgramme,)
    item_form = MenuForm
    filterset = MenuApiFilter
    orders = MENU_ORDERS
    default_order = "-closes_at"
    columns = MENU_COLUMNS

    def rows(self, user: User) -> QuerySet[Any, Any]:
        return with_figures(_menus(user))

    def listing_key(self, user: User) -> Hashable:
        return user.scopes_for(Power.SEE_PROGRAMME)

    def item(self, row: Row, number: int) -> Body:
        return menu_body(row)


class MenuDetail(ApiView):
    operation_id = "menus_retrieve"
    summary = _("A menu")
    explanation = _(
        "One menu with its items and, once it is counted, participation by building, support, outcome with its "
        "reasons, and adoption. No figure stands for fewer than five households, nor does what is left when figures "
        "are taken from each other."
    )
    tag = _("Menus")
    permission_classes = (SeesProgramme,)
    answer_form = MenuDetailForm
    path_parameters = OF_MENU

    def get(self, request: Request, id: int) -> HttpResponse:  # noqa: A002 (the parameter's name in the schema)
        self.check_parameters(request.query_params)
        found = _menus(caller(request)).filter(pk=id) if id <= MOST else Menu.objects.none()
        menu = found.first()
        if menu is None:
            raise Http404
        row = with_figures(found).order_by().values_list(*MENU_COLUMNS).get()
        return answer(request, menu_detail(row, menu))


urlpatterns: list[URLPattern] = [
    path("menus/", MenuList.as_view(), name="menus"),
    path("menus/<int:id>/", MenuDetail.as_view(), name="menu"),
]
