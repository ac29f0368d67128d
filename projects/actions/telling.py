"""Into the inbox of those who must act next: a plan that was handed in, returned or approved, a public notice."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from directory.models import User
from directory.powers import Power
from outbox.actions import tell
from projects.models import Plan, PublicNotice
from projects.people import nearest_with


def tell_of_submitted_plan(plan: Plan, *, by: User) -> None:
    text = _("{who} handed it in. It waits to be approved or returned.").format(who=by.name)
    _tell_of_plan(_deciders(plan, by), plan, _("Plan handed in: {title}"), text)


def tell_of_returned_plan(plan: Plan, *, by: User) -> None:
    if plan.submitted_by is not None:
        text = _("{who}: {reason}").format(who=by.name, reason=plan.return_reason)
        _tell_of_plan([plan.submitted_by], plan, _("Plan returned, to be revised: {title}"), text)


def tell_of_approved_plan(plan: Plan, *, by: User) -> None:
    """Whoever handed it in, and the colleagues who may issue it."""
    people = [*_deciders(plan, by), *filter(None, [plan.submitted_by])]
    text = _("{who} approved it. It waits to be issued with its document number.").format(who=by.name)
    _tell_of_plan(people, plan, _("Plan approved: {title}"), text)


def tell_of_notice(notice: PublicNotice, *, by: User, subject: str) -> None:
    """Those who hear the residents and answer them, and those who decide when its last day is over."""
    scheme = notice.scheme
    place, days = scheme.division_code, {"from": notice.from_on, "until": notice.until_on}
    powers = (Power.SIGN_FOR_COMMUNITY, Power.DRAW_SCHEMES)
    hearing = {one for power in powers for one in nearest_with(power, at=place)} - {by}
    deciding = set(nearest_with(Power.APPROVE_SCHEMES, at=place, but=scheme.submitted_by)) - {by} - hearing
    url = reverse("projects:scheme_notice", args=[scheme.project.code, scheme.version])
    heard = _("{from} – {until}. Record what residents say; every objection is answered before the approval.")
    decided = _("{from} – {until}. The scheme can be approved afterwards, once every objection is answered.")
    for people, text in ((hearing, heard), (deciding, decided)):
        _tell(people, subject.format(name=scheme.project.compound.name), text.format(**days), url)


def _deciders(plan: Plan, by: User) -> list[User]:
    return nearest_with(Power.APPROVE_PLANS, at=plan.division_id, but=by)


def _tell_of_plan(people: Iterable[User], plan: Plan, subject: str, text: str) -> None:
    _tell(people, subject.format(title=plan.title), text, plan.get_absolute_url())


def _tell(people: Iterable[User], subject: str, text: str, url: str) -> None:
    for person in sorted(set(people), key=lambda one: one.pk):
        tell(recipient=person, subject=subject, text=text, url=url)
