"""Start and completion of the works: what is missing is said, and the database asks for the same."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from core.board import MissingLine
from core.errors import ChangedMeanwhile, NotPermitted
from core.history import version_of
from core.integrity import ConstraintRefused
from delivery.actions.contracts import edit_contract, file_contract, follow_division
from delivery.actions.works import complete_works, start_works
from delivery.errors import (
    CompletedBeforeLastWorks,
    CompletionIncomplete,
    ContractAcrossCounties,
    ContractInFuture,
    ContractOfStartedWorks,
    ContractWithoutProjects,
    StartIncomplete,
)
from delivery.missing import missing_for_start
from delivery.models import Contract, ContractProject
from projects.actions.documents import withdraw_document
from projects.actions.stages import send_back, suspend
from projects.errors import DateInFuture, DocumentInUse, MoveNotAllowed, ProjectMoved, ProjectNotActive
from projects.gates import missing_for_next_stage
from projects.models import Document, DocumentKind, MoveKind, Project, Stage, StageChange
from tests.cast import Cast
from tests.compounds.builders import make_compound
from tests.delivery.builders import (
    a_firm,
    a_paper,
    at_the_start,
    make_contract,
    on_site,
    ready_to_start,
    report,
)
from tests.projects.builders import make_document


def words(lines: list[MissingLine]) -> list[str]:
    return [str(line.text) for line in lines]


def insert(project: Project, kind: str, to: str, cast: Cast) -> None:
    """As a shell would do it, past every action."""
    StageChange.objects.create(
        project=project, kind=kind, from_stage=project.stage, to_stage=to, effective_on=timezone.localdate(), by=cast.bureau
    )  # fmt: skip


def test_the_strip_leads_from_contract_and_evidence_to_the_start(cast: Cast) -> None:
    project = at_the_start(cast)
    lines = missing_for_next_stage(cast.bureau, project)
    assert [line.url.partition("?")[0] for line in lines] == [
        "/site/contracts/add/",
        f"/projects/{project.code}/documents/add/",
    ]
    with pytest.raises(StartIncomplete) as refusal:
        start_works(project=project, user=cast.bureau, effective_on=timezone.localdate())
    assert refusal.value.details["missing"] == words(lines)
    make_contract(cast, project)
    make_document(cast, project, DocumentKind.START_EVIDENCE)
    (act,) = missing_for_next_stage(cast.bureau, project)
    assert act.url == f"/projects/{project.code}/start/"
    assert missing_for_next_stage(cast.community, project) == []


def test_the_works_start_on_their_day(cast: Cast) -> None:
    project = ready_to_start(cast)
    today = timezone.localdate()
    start_works(project=project, user=cast.bureau, effective_on=today, expected_stage=Stage.START)
    project.refresh_from_db()
    assert (project.stage, project.started_on) == (Stage.CONSTRUCTION, today)
    with pytest.raises(MoveNotAllowed):
        start_works(project=project, user=cast.bureau, effective_on=today)
    with pytest.raises(ProjectMoved):
        start_works(project=project, user=cast.bureau, effective_on=today, expected_stage=Stage.START)


def test_who_and_when(cast: Cast) -> None:
    project = ready_to_start(cast)
    today = timezone.localdate()
    for user in (cast.community, cast.street, cast.contractor, cast.stranger):
        with pytest.raises(NotPermitted):
            start_works(project=project, user=user, effective_on=today)
    with pytest.raises(DateInFuture):
        start_works(project=project, user=cast.bureau, effective_on=today + timedelta(days=1))
    suspend(project=project, user=cast.bureau, reason="停")
    with pytest.raises(ProjectNotActive):
        start_works(project=project, user=cast.bureau, effective_on=today)


def test_a_contract_signed_after_the_start_does_not_count(cast: Cast) -> None:
    project = at_the_start(cast)
    today = timezone.localdate()
    make_document(cast, project, DocumentKind.START_EVIDENCE)
    make_contract(cast, project, kind="design")
    contract = make_contract(cast, project, signed_on=today)
    with pytest.raises(StartIncomplete) as refusal:
        start_works(project=project, user=cast.bureau, effective_on=today - timedelta(days=1))
    assert today.isoformat() in refusal.value.message
    assert contract.get_absolute_url() in [
        line.url for line in missing_for_start(project, on=today - timedelta(days=1))
    ]


def test_no_shell_starts_or_completes_without_what_it_needs(cast: Cast) -> None:
    project = at_the_start(cast)
    for make in (
        lambda: make_contract(cast, project),
        lambda: make_document(cast, project, DocumentKind.START_EVIDENCE),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            insert(project, MoveKind.START, Stage.CONSTRUCTION, cast)
        make()
    insert(project, MoveKind.START, Stage.CONSTRUCTION, cast)
    project.refresh_from_db()
    with pytest.raises(DatabaseError, match="evidence"), transaction.atomic():
        insert(project, MoveKind.COMPLETE, Stage.ACCEPTANCE, cast)
    make_document(cast, project, DocumentKind.COMPLETION_EVIDENCE)
    report(cast, project, 100)
    report(cast, project, "199.99", item=1)
    with pytest.raises(DatabaseError, match="not done"), transaction.atomic():
        insert(project, MoveKind.COMPLETE, Stage.ACCEPTANCE, cast)
    report(cast, project, "0.01", item=1)
    insert(project, MoveKind.COMPLETE, Stage.ACCEPTANCE, cast)


def test_completion_names_each_work_that_is_not_done(cast: Cast) -> None:
    project = on_site(cast)
    report(cast, project, 100)
    with pytest.raises(CompletionIncomplete) as refusal:
        complete_works(project=project, user=cast.bureau, effective_on=timezone.localdate())
    _evidence, works = refusal.value.details["missing"]
    assert "200" in works
    (*_lines, link) = missing_for_next_stage(cast.bureau, project)
    assert link.url == f"/projects/{project.code}/progress/report/{project.work_items.last().pk}/"  # type: ignore[union-attr]
    report(cast, project, 200, item=1)
    make_document(cast, project, DocumentKind.COMPLETION_EVIDENCE)
    with pytest.raises(CompletedBeforeLastWorks):
        complete_works(
            project=project, user=cast.bureau, effective_on=timezone.localdate() - timedelta(days=1)
        )
    complete_works(project=project, user=cast.bureau, effective_on=timezone.localdate())
    project.refresh_from_db()
    assert (project.stage, project.completed_on, project.percent_done) == (
        Stage.ACCEPTANCE,
        timezone.localdate(),
        Decimal(100),
    )
    send_back(project=project, user=cast.bureau, reason="有缺陷要返工")
    project.refresh_from_db()
    assert project.stage == Stage.CONSTRUCTION
    report(cast, project, 1, key=uuid.uuid4())


def test_what_the_start_rests_on_stays(cast: Cast) -> None:
    project = on_site(cast)
    contract, other = Contract.objects.get(), at_the_start(cast)
    bureau = cast.bureau
    kept: dict[str, Any] = {"kind": "works", "signed_on": contract.signed_on}
    for facts, projects in (({**kept, "kind": "design"}, [project]), (kept, [other])):
        with pytest.raises(ContractOfStartedWorks):
            edit_contract(contract=contract, user=bureau, projects=projects, **facts)
    for write in (
        lambda: ContractProject.objects.filter(contract=contract).delete(),
        lambda: Contract.objects.filter(pk=contract.pk).update(kind="goods"),
        lambda: Contract.objects.filter(pk=contract.pk).delete(),
        lambda: Document.objects.filter(kind=DocumentKind.START_EVIDENCE).update(
            withdrawn_at=timezone.now(), withdrawn_by=bureau, withdrawal_reason="x"
        ),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()
    document = Document.objects.get(kind=DocumentKind.START_EVIDENCE)
    with pytest.raises(DocumentInUse):
        withdraw_document(document=document, user=bureau, reason="传错")
    make_document(cast, project, DocumentKind.START_EVIDENCE)
    withdraw_document(document=document, user=bureau, reason="传错")
    make_contract(cast, project)
    edit_contract(contract=contract, user=bureau, projects=[other], **kept)


# --- Contracts ----------------------------------------------------------------------------


def test_a_contract_is_of_one_county_with_its_paper(cast: Cast) -> None:
    project = at_the_start(cast)
    today = timezone.localdate()
    contract = make_contract(cast, project, number="  HT 1 ", by="street")
    assert (contract.number, contract.division_code) == ("HT 1", "421003")
    with pytest.raises(ConstraintRefused):
        make_contract(cast, project, number="HT 1")
    with pytest.raises(ContractInFuture):
        make_contract(cast, project, signed_on=today + timedelta(days=1))
    with pytest.raises(ContractWithoutProjects):
        make_contract(cast)
    for user in ("community", "finance", "stranger"):
        with pytest.raises(NotPermitted):
            make_contract(cast, project, by=user)
    with pytest.raises(ConstraintRefused):
        make_contract(cast, project, amount=0)


def test_no_contract_reaches_into_another_county(cast: Cast) -> None:
    project = at_the_start(cast)
    contract = make_contract(cast, project)
    far = make_compound(cast, "枣阳小区", community="420683001001", by="stranger")
    elsewhere = Project.objects.create(
        compound=far, code="420683-2026-0001", year=2026, lead_kind="bureau", created_by=cast.stranger
    )
    with pytest.raises(ContractAcrossCounties):
        make_contract(cast, project, elsewhere)
    with pytest.raises(DatabaseError, match="county"), transaction.atomic():
        ContractProject.objects.create(contract=contract, project=elsewhere)


def test_who_sees_which_contract(cast: Cast) -> None:
    project = at_the_start(cast)
    contract = make_contract(cast, project)

    def sees(name: str) -> bool:
        return Contract.objects.visible_to(getattr(cast, name)).filter(pk=contract.pk).exists()

    assert [name for name in ("bureau", "street", "community", "finance", "service", "stranger", "contractor", "sysadmin") if sees(name)] == [
        "bureau", "street", "community", "finance", "service",
    ]  # fmt: skip
    cast.contractor.organisation = a_firm()
    cast.contractor.save()
    assert Contract.objects.visible_to(cast.contractor).get() == contract


def test_two_people_correcting_one_contract(cast: Cast) -> None:
    project = at_the_start(cast)
    contract = make_contract(cast, project)
    version = version_of(contract)
    edit_contract(
        contract=contract, user=cast.street, projects=[project], expected_version=version, title="新名"
    )
    with pytest.raises(ChangedMeanwhile):
        edit_contract(
            contract=contract, user=cast.bureau, projects=[project], expected_version=version, title="旧名"
        )


def test_contracts_move_along_with_their_county(cast: Cast) -> None:
    contract = make_contract(cast, at_the_start(cast))
    assert follow_division("421003", "421099") == 1
    contract.refresh_from_db()
    assert contract.division_code == "421099"


def test_a_paper_is_needed(cast: Cast) -> None:
    project = at_the_start(cast)
    with pytest.raises(TypeError):
        file_contract(user=cast.bureau, projects=[project])  # type: ignore[call-arg]
    assert a_paper(cast).size
