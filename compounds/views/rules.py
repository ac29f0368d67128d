"""The eligibility rule and the urgency formula: what is in force and why, and new versions with their effect."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compounds.actions.rules import publish_eligibility_rule, publish_urgency_formula
from compounds.forms.rules import EligibilityForm, FormulaForm, PublishForm
from compounds.judging.conditions import condition_of, scores_of
from compounds.judging.formula_words import rule_sentences, weight_groups
from compounds.judging.in_force import COUNTY_DIGITS
from compounds.judging.previews import effect_of_formula, effect_of_rule, proposed_formula, proposed_rule
from compounds.judging.urgency import PARTS, part_values
from compounds.models import EligibilityRule, UrgencyFormula, UrgencyScore
from compounds.permissions import can_set_rules
from compounds.views.shared import demand, rescoring
from core.errors import DomainError
from core.posted import posted
from core.scope import chosen_division
from directory.codes import ancestors, is_division_code
from directory.models import Division
from directory.requests import SignedInRequest

TypeRule = EligibilityRule | UrgencyFormula
IN_FORCE, COMING, REPLACED = "in_force", "coming", "replaced"
KINDS: dict[str, Any] = {"eligibility": EligibilityRule, "urgency": UrgencyFormula}


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version in the history of a place."""

    rule: TypeRule
    state: str


@require_safe
def rules_page(request: SignedInRequest) -> HttpResponse:
    """Open to every signed-in person: whoever is judged by a formula may read it."""
    code = _county(request)
    context: dict[str, Any] = {
        "shown_division": _seen_division(request, code),
        "may_set": bool(code) and can_set_rules(request.user, code),
        "rescoring": rescoring(request, code),
    }
    for kind, model in KINDS.items():
        current = model.objects.in_force(code, timezone.localdate()).select_related("division").nearest()
        context |= {kind: current, f"{kind}_versions": _versions(model, code, current)}
    context["sentences"] = rule_sentences(context["eligibility"])
    context["groups"] = weight_groups(context["urgency"])
    return render(request, "compounds/rules.html", context)


def _county(request: SignedInRequest) -> str:
    """`?division=`, else that of the top bar, else one's own; what lies below a county has its county's rules."""
    asked = request.GET.get("division", "")
    scopes: tuple[str, ...] = request.user.scopes
    code = asked if is_division_code(asked) else chosen_division(request) or (scopes[0] if scopes else "")
    return code[:COUNTY_DIGITS]


def _seen_division(request: SignedInRequest, code: str) -> Division | None:
    """The division, 404 where one may not see it; None for somebody without any."""
    return get_object_or_404(Division.objects.visible_to(request.user), pk=code) if code else None


def _versions(model: type[TypeRule], code: str, current: TypeRule) -> list[Version]:
    """Every version that reaches the place, the latest first."""
    reach = Q(division__isnull=True) | Q(division__in=[*ancestors(code), code] if code else [])
    found = model.objects.filter(reach).select_related("division", "created_by")
    today = timezone.localdate()
    return [
        Version(rule=rule, state=_state(rule, current, today))
        for rule in found.order_by("-effective_from", "-version", "-pk")
    ]


def _state(rule: TypeRule, current: TypeRule, today: date) -> str:
    if rule.pk == current.pk:
        return IN_FORCE
    return COMING if rule.effective_from > today else REPLACED


@require_safe
def rule_version(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    """One version as it was published; it never changes."""
    if kind not in KINDS:
        raise Http404
    seen = Q(division__isnull=True) | Q(division__in=Division.objects.visible_to(request.user))
    rules = KINDS[kind].objects.filter(seen).select_related("division", "created_by")
    rule = get_object_or_404(rules, pk=pk)
    context: dict[str, Any] = {"rule": rule, "kind": kind}
    if isinstance(rule, EligibilityRule):
        context["sentences"] = rule_sentences(rule)
    else:
        context["groups"] = weight_groups(rule)
    return render(request, "compounds/rules_version.html", context)


# --- New versions -----------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def new_eligibility(request: SignedInRequest) -> HttpResponse:
    division = _own_division(request)
    current = EligibilityRule.objects.in_force(division.code, timezone.localdate()).nearest()
    initial = {name: getattr(current, name) for name in EligibilityForm.LIMITS}
    form = EligibilityForm(posted(request), initial={**initial, "effective_from": timezone.localdate()})
    return _answer(
        request,
        division,
        form,
        preview=lambda: effect_of_rule(proposed_rule(division.code, **form.limits)),
        publish=lambda common: publish_eligibility_rule(**{**common, **form.limits}),
        template="compounds/rules_eligibility_form.html",
        context={"current": current},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def new_urgency(request: SignedInRequest) -> HttpResponse:
    division = _own_division(request)
    current = UrgencyFormula.objects.in_force(division.code, timezone.localdate()).nearest()
    initial = {f"weight_{part}": current.weights.get(part, 0) for part in PARTS}
    form = FormulaForm(posted(request), initial={**initial, "effective_from": timezone.localdate()})
    example = _example(division.code)
    return _answer(
        request,
        division,
        form,
        preview=lambda: effect_of_formula(proposed_formula(division.code, form.weights)),
        publish=lambda common: publish_urgency_formula(**common, weights=form.weights),
        template="compounds/rules_urgency_form.html",
        context={"current": current, "example": example, "rows": _weight_rows(form, current, example)},
    )


def _own_division(request: SignedInRequest) -> Division:
    """The division a new version is for: seen (else 404) and in one's power (else 403)."""
    code = _county(request)
    division = _seen_division(request, code)
    demand(division is not None and can_set_rules(request.user, code))
    assert division is not None  # noqa: S101 (told to the type checker)
    return division


def _answer(
    request: SignedInRequest,
    division: Division,
    form: PublishForm,
    *,
    preview: Callable[[], Any],
    publish: Callable[[dict[str, Any]], TypeRule],
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """First post: what the version would change. It is published only as it was previewed."""
    effect, seal = None, ""
    if form.is_valid():
        seal = _seal(form)
        if request.POST.get("seal") == seal and "publish" in request.POST:
            data = form.cleaned_data
            common = {"division": division, "user": request.user, "basis": data["basis"]}
            try:
                rule = publish({**common, "effective_from": data["effective_from"]})
            except DomainError as refusal:
                form.add_error(None, refusal.message)
            else:
                messages.success(request, _("Version {version} is published.").format(version=rule.version))
                return redirect(f"{_rules_url()}?division={division.code}")
        effect = preview()
    context |= {"form": form, "effect": effect, "seal": seal, "shown_division": division}
    return render(request, template, context, status=422 if form.errors else 200)


def _rules_url() -> str:
    return reverse("compounds:rules")


def _seal(form: PublishForm) -> str:
    """A digest of what was previewed: a figure changed afterwards is previewed again, not published."""
    content = json.dumps(form.cleaned_data, sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _example(code: str) -> UrgencyScore | None:
    """The most urgent compound of the division: its parts show what the weights do."""
    scored = UrgencyScore.objects.filter(
        compound__community__code__startswith=code, compound__ended_on__isnull=True
    )
    return scored.select_related("compound", "survey").order_by("-score", "compound_id").first()


def _exact_values(example: UrgencyScore) -> dict[str, str]:
    """{part: value 0–1}, as exact as the score itself was computed; the stored parts are rounded."""
    found = scores_of([example.survey]).get(example.survey_id, {})
    condition = condition_of(example.survey, built_year=example.compound.built_year, scores=found)
    return {part: repr(float(value)) for part, value in part_values(condition).items()}


def _weight_rows(
    form: FormulaForm, current: UrgencyFormula, example: UrgencyScore | None
) -> list[dict[str, Any]]:
    """The form's weights in their groups, beside today's weight and the example's value of the part."""
    values = _exact_values(example) if example else {}
    return [
        {
            "group": group,
            "lines": [
                {
                    "field": form[f"weight_{line.part}"],
                    "words": line.words,
                    "now": line.weight,
                    "value": values.get(line.part, "0"),
                }
                for line in group.lines
            ],
        }
        for group in weight_groups(current)
    ]
