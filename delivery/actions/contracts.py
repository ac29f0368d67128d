"""Contracts: filed with the signed paper, corrected with history, never deleted."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import ChangedMeanwhile, NotPermitted
from core.figures import moment
from core.history import changed_since
from core.integrity import constraints_as_refusals, violated_constraint
from core.text import clean_line, listed, without_invisible
from delivery.errors import (
    ContractAcrossCounties,
    ContractInFuture,
    ContractOfStartedWorks,
    ContractWithoutProjects,
)
from delivery.models import Contract, ContractProject
from delivery.permissions import can_edit_contract, can_file_contract
from directory.models import Organisation, User
from files.models import StoredFile
from projects.models import Project

COUNTY_DIGITS = 6


@transaction.atomic
def file_contract(
    *, user: User, projects: Sequence[Project], kind: str, number: str, title: str, organisation: Organisation,
    amount: Decimal, signed_on: date, document: StoredFile, notes: str = "",
) -> Contract:  # fmt: skip
    """Put a signed contract on file for projects of one county. `amount` in yuan."""
    _refuse_unless_for(user, projects)
    contract = Contract(
        division_code=projects[0].division_code[:COUNTY_DIGITS], filed_by=user, kind=kind, number=clean_line(number),
        title=clean_line(title), organisation=organisation, amount=amount, signed_on=signed_on, document=document,
        notes=without_invisible(notes).strip(),
    )  # fmt: skip
    _refuse_future(signed_on)
    with constraints_as_refusals(Contract):
        contract.save(force_insert=True)
    _link(contract, projects)
    contract.refresh_from_db()
    return contract


@transaction.atomic
def edit_contract(
    *, contract: Contract, user: User, projects: Sequence[Project], expected_version: int | None = None,
    **facts: Any,
) -> Contract:  # fmt: skip
    """Correct a contract. `expected_version` is `core.history.version_of` of when the form was shown.

    Projects that the person does not see stay linked: nobody unlinks what they were not shown.
    """
    contract = Contract.objects.select_for_update(no_key=True, of=("self",)).get(pk=contract.pk)
    if not can_edit_contract(user, contract):
        raise NotPermitted
    if expected_version is not None:
        _refuse_if_changed_since(contract, expected_version)
    _refuse_unless_for(user, projects, county=contract.division_code)
    for field in ("number", "title"):
        if field in facts:
            facts[field] = clean_line(facts[field])
    for field, value in facts.items():
        setattr(contract, field, value)
    _refuse_future(contract.signed_on)
    try:
        with constraints_as_refusals(Contract):
            contract.save()
        _link(contract, projects)
        seen = Project.objects.visible_to(user).values("pk")
        gone = contract.links.filter(project__in=seen).exclude(project__in=[one.pk for one in projects])
        with transaction.atomic():
            gone.delete()
    except IntegrityError as error:
        raise _refusal(error) from error
    contract.refresh_from_db()
    return contract


def follow_division(old: str, new: str) -> int:
    """Contracts of a county that was renamed or merged belong to the one after it."""
    if len(old) != COUNTY_DIGITS or len(new) != COUNTY_DIGITS:
        return 0
    return Contract.objects.filter(division_code=old).update(division_code=new)


def _link(contract: Contract, projects: Iterable[Project]) -> None:
    known = set(contract.links.values_list("project_id", flat=True))
    ContractProject.objects.bulk_create(
        [
            ContractProject(contract=contract, project=project)
            for project in projects
            if project.pk not in known
        ]
    )


def _refuse_unless_for(user: User, projects: Sequence[Project], *, county: str = "") -> None:
    if not projects:
        raise ContractWithoutProjects
    county = county or projects[0].division_code[:COUNTY_DIGITS]
    elsewhere = [str(project) for project in projects if not project.division_code.startswith(county)]
    if elsewhere:
        raise ContractAcrossCounties(names=listed(elsewhere))
    if not all(can_file_contract(user, project.division_code) for project in projects):
        raise NotPermitted


def _refuse_future(day: date) -> None:
    if day > timezone.localdate():
        raise ContractInFuture(day=day.isoformat())


def _refuse_if_changed_since(contract: Contract, version: int) -> None:
    meanwhile = changed_since(contract, version)
    if meanwhile is not None:
        raise ChangedMeanwhile(who=meanwhile.who, when=moment(meanwhile.at))


def _refusal(error: IntegrityError) -> Exception:
    return ContractOfStartedWorks() if violated_constraint(error) == "contract_of_started_works" else error
