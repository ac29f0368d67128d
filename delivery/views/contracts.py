"""Contracts: the list, one of them, filing and correcting."""

from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.history import version_of
from core.lists import called
from delivery.actions.contracts import edit_contract, file_contract
from delivery.contractlog import changes_of
from delivery.filters import ContractPageFilter
from delivery.forms import CONTRACT_FILE, ContractForm, keys
from delivery.models import Contract, ContractKind
from delivery.permissions import can_edit_contract, can_file_contracts, can_see_site
from delivery.tables import CONTRACTS
from delivery.views.shared import demand
from directory.models import Division
from directory.requests import SignedInRequest
from files.actions import store_upload
from files.models import StoredFile
from files.serving import file_response, preview_response
from projects.models import Project
from projects.permissions import can_export

# The button that brings the form back with one more project.
ADDS = "add_project"


@require_safe
def contract_list(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_site(request.user))
    return CONTRACTS.respond(
        request,
        lambda: Contract.objects.visible_to(request.user),
        filterset=ContractPageFilter,
        may_export=can_export(request.user),
        describe={"division": called(Division)},
        template="delivery/contracts.html",
        context={"may_file": can_file_contracts(request.user), "tab": "contracts"},
    )


@require_safe
def contract_page(request: SignedInRequest, pk: int) -> HttpResponse:
    contract = _find(request, pk)
    return render(
        request,
        "delivery/contract.html",
        {
            "contract": contract,
            "projects": _projects(request, contract),
            "hidden": contract.links.count(),
            "county": Division.objects.filter(pk=contract.division_code).first(),
            "may_edit": can_edit_contract(request.user, contract),
            "changes": changes_of(contract, seen_by=request.user),
            "tab": "contracts",
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contract_add(request: SignedInRequest) -> HttpResponse:
    """File a contract; `?project=…&kind=works` comes from what a project's page says is missing."""
    demand(can_file_contracts(request.user))
    if ADDS in request.POST:
        return _form_page(request, ContractForm(actor=request.user, initial=_with_further(request)), None)
    form = ContractForm(*_sent(request), actor=request.user, initial=_asked(request))
    if request.method == "POST" and form.is_valid():
        try:
            facts, projects = form.facts(), list(form.cleaned_data["projects"])
            document = _stored(request, form)
            contract = file_contract(user=request.user, projects=projects, document=document, **facts)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The contract is on file."))
            return redirect(contract)
    return _form_page(request, form, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contract_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    contract = _find(request, pk)
    demand(can_edit_contract(request.user, contract))
    if ADDS in request.POST:
        initial = _with_further(request)
        form = ContractForm(actor=request.user, contract=contract, initial=initial)
        return _form_page(request, form, contract)
    form = ContractForm(
        *_sent(request),
        actor=request.user,
        contract=contract,
        initial=_present(contract),
    )
    if request.method == "POST" and form.is_valid():
        facts, projects = form.facts(), list(form.cleaned_data["projects"])
        try:
            if form.cleaned_data["document"]:
                facts["document"] = _stored(request, form)
            edit_contract(
                contract=contract, user=request.user, projects=projects,
                expected_version=form.cleaned_data["version"], **facts,
            )  # fmt: skip
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved."))
            return redirect(contract)
    return _form_page(request, form, contract)


@require_safe
def contract_document(request: SignedInRequest, pk: int) -> HttpResponseBase:
    return file_response(_find(request, pk).document)


@require_safe
def contract_preview(request: SignedInRequest, pk: int) -> HttpResponseBase:
    return preview_response(_find(request, pk).document)


def _sent(request: SignedInRequest) -> tuple[Any, Any]:
    """What a form is filled with: nothing before it was sent."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _with_further(request: SignedInRequest) -> dict[str, Any]:
    """What was typed so far, and the project that was found beside those chosen: the way without scripts."""
    sent = request.POST
    chosen = keys([*sent.getlist("projects"), sent.get("further", "")])
    typed = {name: sent[name] for name in ContractForm.base_fields if name in sent}
    return {**typed, "projects": chosen, "further": ""}


def _find(request: SignedInRequest, pk: int) -> Contract:
    demand(can_see_site(request.user))
    rows = Contract.objects.visible_to(request.user).select_related("organisation", "document", "filed_by")
    return get_object_or_404(rows, pk=pk)


def _projects(request: SignedInRequest, contract: Contract) -> Any:
    """Those of its projects that the person sees; a firm may see its contract and not all of its sites."""
    seen = Project.objects.visible_to(request.user).values("pk")
    return (
        contract.projects.filter(pk__in=seen).select_related("compound").order_by("-year", "compound__name")
    )


def _form_page(request: SignedInRequest, form: ContractForm, contract: Contract | None) -> HttpResponse:
    context = {"form": form, "contract": contract, "tab": "contracts"}
    return render(request, "delivery/contract_form.html", context, status=422 if form.errors else 200)


def _stored(request: SignedInRequest, form: ContractForm) -> StoredFile:
    """Bytes first, outside the action's transaction."""
    upload = form.cleaned_data["document"]
    return store_upload(
        file=cast(BinaryIO, upload.file), name=upload.name or "", user=request.user, rule=CONTRACT_FILE
    )


def _asked(request: SignedInRequest) -> dict[str, Any]:
    project = Project.objects.visible_to(request.user).filter(code=request.GET.get("project", "")).first()
    kind = request.GET.get("kind", "")
    asked: dict[str, Any] = {"kind": kind} if kind in ContractKind.values else {}
    if project is None:
        return asked
    party = (
        project.parties.filter(role="contractor", until_on__isnull=True).first() if kind == "works" else None
    )
    return {**asked, "projects": [project.pk], "organisation": party.organisation_id if party else None}


def _present(contract: Contract) -> dict[str, Any]:
    names = ("kind", "number", "title", "amount", "signed_on", "notes")
    return {
        **{name: getattr(contract, name) for name in names},
        "organisation": contract.organisation_id,
        "projects": list(contract.links.values_list("project_id", flat=True)),
        "version": version_of(contract),
    }
