"""What the resident's home page shows from here, how errors look there, and the representatives on a scheme's page."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.board import CONTACT, DECIDED, OPEN, ErrorFrame, Panel, ResidentSource, TypeText, board
from directory.powers import Power
from projects.models import Scheme, SchemeState, SignOffKind
from residents.actions.sign_offs import OPEN_STATES, Tally
from residents.home.contacts import contacts
from residents.home.programme import decided, open_now
from residents.home.sign_offs import open_for_representatives
from residents.models import FEWEST_REPRESENTATIVES, Representative, RepresentativeOpinion
from residents.permissions import can_record_representatives

CALL = _(
    "If it does not help, call your community committee. The number stands on your letter and on the compound's notice board."
)
# By refusal code, else by status: what a resident reads when something is not as it should be.
ERROR_WORDS: dict[int | str, tuple[TypeText, TypeText]] = {
    400: (_("This page could not be read"), _("Go back and try again. If it does not help, scan the square on your letter again.")),
    403: (_("This page is not for you"), _("Go back to your home page, or scan the square on your letter again.")),
    404: (_("There is no such page"), _("Perhaps it was only there for a while. Go back to your home page, or scan the square on your letter again.")),
    405: (_("This does not work here"), _("Go back to your home page and try it from there.")),
    409: (_("This does not work any more"), _("Something has changed meanwhile. Go back to your home page and look again.")),
    413: (_("That is too large"), _("Take a smaller picture, or send fewer of them.")),
    429: (_("Too often"), _("Please wait a few minutes and try again.")),
    500: (_("Something went wrong on our side"), _("It is not your fault, and nothing you handed in is lost. Please try again in a few minutes.")),
    503: (_("The page is closed for a few minutes"), _("Please try again in a few minutes. Nothing you handed in is lost.")),
    "csrf_failed": (_("This page was open for too long"), _("Go back, load the page anew and press the button again. Nothing you handed in is lost.")),
}  # fmt: skip


def register() -> None:
    """Called once, when the app is ready."""
    board.register(
        ErrorFrame(key="residents", below="/r/", template="residents/home/error.html", words=ERROR_WORDS)
    )
    board.register(ResidentSource(subject=DECIDED, key="programme", position=10, cards=decided))
    board.register(ResidentSource(subject=OPEN, key="sign_off", position=10, cards=open_for_representatives))
    board.register(ResidentSource(subject=OPEN, key="notice", position=50, cards=open_now))
    board.register(ResidentSource(subject=CONTACT, key="contacts", position=10, cards=contacts))
    board.register(
        Panel(
            subject="scheme",
            key="representatives",
            position=10,
            template="residents/sign_offs_panel.html",
            context=_panel,
            may_see=lambda user: bool(user.has_power(Power.SEE_HOUSEHOLDS)),
        )
    )


def _panel(request: HttpRequest, scheme: Scheme) -> dict[str, Any]:
    """What each representative says; empty for whoever does not see the residents of this place, and for a draft."""
    user: Any = request.user
    shown = (*OPEN_STATES, SchemeState.APPROVED)
    if not user.has_power(Power.SEE_HOUSEHOLDS, at=scheme.division_code) or scheme.state not in shown:
        return {}
    opinions = RepresentativeOpinion.objects.filter(
        scheme=scheme, submitted_at=scheme.submitted_at, superseded_at__isnull=True
    )
    said = {opinion.representative_id: opinion for opinion in opinions.select_related("representative")}
    present = Representative.objects.current().filter(compound_id=scheme.project.compound_id)
    people = {person.pk: person for person in present.order_by("from_on", "id")}
    gone = [opinion for key, opinion in said.items() if key not in people]
    heard = [opinion.agrees for key, opinion in said.items() if key in people]
    tally = Tally(len(people), sum(heard), len(heard) - sum(heard))
    is_recorded = scheme.sign_offs.filter(kind=SignOffKind.REPRESENTATIVES, revoked_at__isnull=True).exists()
    return {
        "scheme": scheme,
        "rows": [(person, said.get(person.pk)) for person in people.values()],
        "gone": gone,
        "tally": tally,
        "least": FEWEST_REPRESENTATIVES,
        "is_recorded": is_recorded,
        "may_record": tally.is_enough and not is_recorded and scheme.state in OPEN_STATES
        and can_record_representatives(user, scheme.division_code),
    }  # fmt: skip
