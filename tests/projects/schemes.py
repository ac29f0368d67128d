"""Schemes at each point of their way, made by the actions that move them in life."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from projects.actions.approvals import approve_scheme, post_notice, sign_off
from projects.actions.schemes import add_work, begin_scheme, submit_scheme
from projects.models import CatalogueItem, Project, PublicNotice, Scheme, SchemeLine, SignOffKind, WorkItem
from tests.cast import Cast

# Water pipes, drains, roads: basic items that answer pipes, municipal services and roads.
USUAL_WORKS = {"B01": 800, "B02": 600, "B08": 1500}


def catalogue_item(code: str, division: str = "421003") -> CatalogueItem:
    """An item of the catalogue in force, by its code (B01 water pipes, 800 m …)."""
    return CatalogueItem.objects.of(division).get(code=code)


def make_scheme(
    cast: Cast, project: Project, works: dict[str, Any] | None = None, *, by: str = "street"
) -> Scheme:
    """A draft with works, {catalogue code: quantity}; water pipes, drains and roads unless told otherwise."""
    scheme = begin_scheme(project=project, user=getattr(cast, by), summary="管网和道路改造")
    for code, quantity in (USUAL_WORKS if works is None else works).items():
        make_line(cast, scheme, code, quantity, by=by)
    return scheme


def make_line(
    cast: Cast, scheme: Scheme, code: str, quantity: Any = 100, *, by: str = "street", **facts: Any
) -> SchemeLine:
    item = catalogue_item(code, scheme.project.division_code)
    return add_work(scheme=scheme, user=getattr(cast, by), item=item, quantity=Decimal(quantity), **facts)


def sign(cast: Cast, scheme: Scheme) -> Scheme:
    """Handed in by the street office, signed by both offices."""
    submit_scheme(scheme=scheme, user=cast.street)
    sign_off(scheme=scheme, user=cast.street, kind=SignOffKind.STREET_OFFICE, agrees=True)
    sign_off(scheme=scheme, user=cast.community, kind=SignOffKind.COMMUNITY, agrees=True)
    scheme.refresh_from_db()
    return scheme


def post(cast: Cast, scheme: Scheme, *, until: date | None = None) -> PublicNotice:
    """On notice for seven days; they ended yesterday unless told otherwise."""
    until = until or timezone.localdate() - timedelta(days=1)
    return post_notice(
        scheme=scheme, user=cast.community, from_on=until - timedelta(days=6), until_on=until, places="小区大门公示栏"
    )  # fmt: skip


def approve(cast: Cast, scheme: Scheme) -> Scheme:
    """A draft all the way to its approval, today."""
    post(cast, sign(cast, scheme))
    return approve_scheme(scheme=scheme, user=cast.bureau, approval_number="荆区住建方〔2026〕1号")


def make_approved_scheme(cast: Cast, project: Project, works: dict[str, Any] | None = None) -> Scheme:
    """Signed by both offices, a week on notice that ended yesterday, approved today; its work is planned."""
    return approve(cast, make_scheme(cast, project, works))


def work_of(project: Project, code: str) -> WorkItem:
    """The work item of a catalogue code in a project."""
    return WorkItem.objects.get(project=project, catalogue_item__code=code)
