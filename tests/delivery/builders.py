"""Projects on the building site, as tests need them."""

import io
import itertools
import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from delivery.actions.contracts import file_contract
from delivery.actions.progress import report_progress
from delivery.actions.works import start_works
from delivery.models import Contract, ContractKind, ProgressEntry
from directory.models import Division, Organisation, OrganisationKind, User
from directory.powers import Role
from files.actions import store_document, store_image
from files.models import StoredFile
from projects.actions.go_live import confirm_go_live, enter_project_from_before, propose_go_live
from projects.models import (
    CatalogueItem,
    DocumentKind,
    PartyRole,
    Project,
    ProjectParty,
    PublicNotice,
    Scheme,
    SchemeLine,
    SchemeState,
    SignOff,
    SignOffKind,
    Stage,
    WorkItem,
    WorkOrigin,
)
from tests.cast import Cast, make_organisation, make_user
from tests.compounds.builders import make_pooled
from tests.compounds.pages import picture
from tests.projects.builders import PDF, bring_to, make_document, make_project

_serial = itertools.count(1)

# Catalogue codes, planned quantities and unit costs: half of the money lies in each of the two.
WORKS = (("B01", "100", "300"), ("B02", "200", "150"))


def make_scheme(cast: Cast, project: Project, works: Any = WORKS) -> list[WorkItem]:
    """An approved scheme with these works, by rows: how a scheme comes about is another test's matter."""
    today = timezone.localdate()
    version = project.schemes.count() + 1
    scheme = Scheme.objects.create(
        project=project, version=version, drawn_up_by=cast.street, submitted_by=cast.street,
        change_reason="" if version == 1 else "设计变更",
    )  # fmt: skip
    items = []
    for code, quantity, cost in works:
        item = CatalogueItem.objects.get(code=code, division=None)
        work = WorkItem.objects.filter(
            project=project, catalogue_item=item
        ).first() or WorkItem.objects.create(
            project=project, catalogue_item=item, origin=WorkOrigin.BASIC, created_by=cast.street
        )
        SchemeLine.objects.create(
            scheme=scheme,
            work_item=work,
            project=project,
            quantity=Decimal(quantity),
            unit_cost=Decimal(cost),
        )
        items.append(work)
    _move(scheme, SchemeState.SIGNING)
    for kind, who in ((SignOffKind.STREET_OFFICE, cast.street), (SignOffKind.COMMUNITY, cast.community)):
        SignOff.objects.create(scheme=scheme, kind=kind, agrees=True, by=who)
    PublicNotice.objects.create(
        scheme=scheme, from_on=today - timedelta(days=9), until_on=today - timedelta(days=1), places="公告栏",
        posted_by=cast.community,
    )  # fmt: skip
    _move(scheme, SchemeState.NOTICED)
    if version > 1:
        _move(project.schemes.get(state=SchemeState.APPROVED), SchemeState.SUPERSEDED)
    scheme.approved_by, scheme.approved_on = cast.bureau2, today
    _move(scheme, SchemeState.APPROVED)
    return items


def _move(scheme: Scheme, state: str) -> None:
    scheme.state = state
    scheme.save()


def at_the_start(cast: Cast, name: str = "", works: Any = WORKS) -> Project:
    """Everything before the start of works is behind it; no contract and no evidence yet."""
    # A county has one annual plan a year: each further project is of the year before.
    year = 2026 - Project.objects.count()
    project = bring_to(cast, make_project(cast, name, year=year), Stage.SCHEME)
    make_scheme(cast, project, works)
    return bring_to(cast, project, Stage.START)


def a_paper(cast: Cast, *, by: str = "bureau") -> StoredFile:
    return store_document(file=io.BytesIO(PDF), name="合同.pdf", user=getattr(cast, by))


def a_firm(name: str = "荆州建工有限公司") -> Organisation:
    return Organisation.objects.filter(name=name).first() or make_organisation(
        name, kind=OrganisationKind.CONTRACTOR
    )


def make_contract(cast: Cast, *projects: Project, **facts: Any) -> Contract:
    by = getattr(cast, facts.pop("by", "bureau"))
    kept = {
        "kind": ContractKind.WORKS, "number": f"HT-2026-{next(_serial):03}", "title": "施工合同",
        "organisation": a_firm(), "amount": Decimal("60000.00"), "signed_on": timezone.localdate() - timedelta(days=60),
        **facts,
    }  # fmt: skip
    return file_contract(user=by, projects=projects, **{"document": a_paper(cast), **kept})


def ready_to_start(cast: Cast, name: str = "", works: Any = WORKS) -> Project:
    project = at_the_start(cast, name, works)
    make_contract(cast, project)
    make_document(cast, project, DocumentKind.START_EVIDENCE)
    return project


def on_site(cast: Cast, name: str = "", *, works: Any = WORKS) -> Project:
    """Under construction since today: the line before it was walked today."""
    project = ready_to_start(cast, name, works)
    start_works(project=project, user=cast.bureau, effective_on=timezone.localdate())
    project.refresh_from_db()
    return project


def from_before(cast: Cast, *, works: Any = WORKS) -> Project:
    """Under construction since before the portal, with an approved scheme."""
    system = make_user(role=Role.SYSTEM_ADMINISTRATOR, division="4210")
    security = make_user(role=Role.SECURITY_ADMINISTRATOR, division="4210")
    city = Division.objects.get(pk="4210")
    confirm_go_live(
        go_live=propose_go_live(division=city, user=system, live_from=date(2025, 1, 1)), user=security
    )
    project = enter_project_from_before(
        compound=make_pooled(cast, "存量小区"), user=cast.bureau, year=2023, stage=Stage.CONSTRUCTION,
        effective_on=date(2023, 5, 1), started_on=date(2023, 5, 1), document=a_paper(cast),
    )  # fmt: skip
    make_scheme(cast, project, works)
    return project


def items_of(project: Project) -> list[WorkItem]:
    return list(project.work_items.order_by("catalogue_item__code", "pk"))


def report(
    cast: Cast,
    project: Project,
    quantity: str | int = 10,
    *,
    item: int = 0,
    by: str = "community",
    **facts: Any,
) -> ProgressEntry:
    sent = {"done_on": timezone.localdate(), "key": uuid.uuid4(), **facts}
    work = items_of(project)[item]
    user = getattr(cast, by)
    return report_progress(
        project=project, work_item=work.pk, user=user, quantity=Decimal(quantity), **sent
    ).entry


def party_user(cast: Cast, project: Project, *, role: str = PartyRole.CONTRACTOR, username: str = "") -> User:
    """Somebody of a firm that takes part in the project."""
    firm = a_firm("荆州建工有限公司" if role == PartyRole.CONTRACTOR else f"{PartyRole(role).value}单位")
    ProjectParty.objects.get_or_create(
        project=project, organisation=firm, role=role, from_on=date(2026, 1, 1)
    )
    return make_user(username, role="contractor_user", organisation=firm)


def a_photo(user: User) -> StoredFile:
    upload: Any = picture()
    return store_image(file=upload, name="现场.jpg", user=user)
