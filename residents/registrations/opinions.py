"""Opinions on other pages: tabs, what waits for a person, the resident's home page."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.vocabulary import describe_actions, describe_area
from compounds.models import Compound
from core.board import CONTACT, ResidentSource, Tab, WaitingLine, WaitingSource, board
from directory.models import User
from directory.powers import Power
from residents.board import OF_COMPOUND, RESIDENTS
from residents.following import of_compound_and_before
from residents.home.opinions import say_something
from residents.models import Opinion


def register() -> None:
    """Called once, when the app is ready."""
    board.register(ResidentSource(subject=CONTACT, key="opinions", position=5, cards=say_something))
    board.register(
        Tab(
            subject=RESIDENTS, key="opinions", label=_("Opinions"), position=40,
            url=lambda _user: reverse("residents:opinions"),
        )
    )  # fmt: skip
    board.register(
        Tab(
            subject=OF_COMPOUND, key="opinions", label=_("Opinions"), position=60, url=_of_compound, count=_waiting_of,
        )
    )  # fmt: skip
    board.register(WaitingSource(key="opinions", position=35, lines=_waiting))
    describe_area("opinion", _("Opinions"))
    describe_actions({"opinion.contact_erased": _("erased the contact of an opinion")})


def _of_compound(compound: Compound) -> str:
    return reverse("residents:opinions_of_compound", args=[compound.code])


def _waiting_of(compound: Compound) -> int:
    return Opinion.objects.waiting().filter(of_compound_and_before(compound)).count()


def _waiting(user: User) -> Iterator[WaitingLine]:
    """Opinions that one is to answer, and those of one's place that nobody has been given yet."""
    scopes = user.scopes_for(Power.KEEP_OPINIONS)
    if not scopes:
        return
    here = reverse("residents:opinions")
    waiting = Opinion.objects.waiting()
    mine = waiting.filter(owner=user).aggregate(count=Count("pk"), due=Min("due_on"))
    yield WaitingLine(
        text=_("opinions for me to answer"), count=mine["count"], due=mine["due"],
        url=f"{here}?whose=mine&state=open",
    )  # fmt: skip
    nobodys = (
        waiting.within(scopes).filter(owner__isnull=True).aggregate(count=Count("pk"), due=Min("due_on"))
    )
    yield WaitingLine(
        text=_("opinions that nobody answers yet"), count=nobodys["count"], due=nobodys["due"],
        url=f"{here}?whose=nobody&state=open",
    )  # fmt: skip
