"""A resident's session: no account, no password, no row. A signed cookie that says which letter was opened and when.

The cookie names the holder and the generation of the code. Every request asks the register, in one statement, whether
that code is still live; so revoking a letter, merging a household or ending a term ends the sessions at once. It ends
by itself when nothing was done for `IDLE`, and `LONGEST` after the letter was opened.
"""

import time
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.core import signing
from django.db.models import BigIntegerField, PositiveSmallIntegerField, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core.prepared import Prepared, Slot
from residents.codes import Kind
from residents.models import AccessCode, Household, Representative

IDLE = 2 * 3600
LONGEST = 12 * 3600
# A page more often than this does not make the cookie anew.
SIGNED_EVERY = 5 * 60

_signer = signing.TimestampSigner(salt="residents.session")


@dataclass(frozen=True, kw_only=True)
class Resident:
    """Who holds the letter: a household, or a representative (then with the own household's door).

    `shared` is where sources of one page keep what they read once.
    """

    household_id: int
    generation: int
    code_id: int
    building_number: str
    staircase: str
    floor: int | None
    unit: str
    exclusive_area: Decimal | None
    building_id: int
    compound_id: int
    compound_name: str
    division_code: str
    community_name: str
    representative_id: int | None = None
    representative_name: str = ""
    shared: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def door(self) -> str:
        """3号楼2单元501."""
        return f"{self.building_number}{self.staircase}{self.unit}"

    @property
    def is_representative(self) -> bool:
        return self.representative_id is not None


@dataclass(frozen=True)
class Ticket:
    """What the cookie says: whose code of which generation, when it was opened, when the cookie was signed."""

    kind: Kind
    holder_id: int
    generation: int
    began_at: int
    signed_at: int


def cookie_name(name: str) -> str:
    """`__Host-`: over HTTPS no neighbouring host and no plain connection can set or replace it."""
    return f"__Host-{name}" if settings.HTTPS else name


def set_cookie(response: HttpResponseBase, name: str, value: str, *, max_age: int | None = None) -> None:
    response.set_cookie(
        cookie_name(name), value, max_age=max_age, path="/", secure=settings.HTTPS, httponly=True, samesite="Lax"
    )  # fmt: skip


def delete_cookie(response: HttpResponseBase, name: str) -> None:
    # Not `response.delete_cookie`, whose answer a browser refuses for a `__Host-` name on an insecure deletion.
    set_cookie(response, name, "", max_age=0)


# --- Beginning and ending ---------------------------------------------------------------

SESSION = "resident"


def begin(response: HttpResponseBase, code: AccessCode) -> None:
    """Open the session of a live code in this browser; another letter's session there ends."""
    kind = Kind.HOUSEHOLD if code.household_id is not None else Kind.REPRESENTATIVE
    holder = code.household_id or code.representative_id or 0
    _put(response, kind, holder, code.generation, began_at=int(time.time()))


def end(response: HttpResponseBase) -> None:
    delete_cookie(response, SESSION)


def prolong(response: HttpResponseBase, ticket: Ticket) -> None:
    """Somebody is there: at most each five minutes the cookie is signed anew."""
    if time.time() - ticket.signed_at >= SIGNED_EVERY:
        _put(response, ticket.kind, ticket.holder_id, ticket.generation, began_at=ticket.began_at)


def _put(response: HttpResponseBase, kind: Kind, holder: int, generation: int, *, began_at: int) -> None:
    # It ends with the browser too; a phone that is never switched off ends it by the clock.
    set_cookie(response, SESSION, _signer.sign(f"{kind.value[0]}.{holder}.{generation}.{began_at}"))


# --- Reading ----------------------------------------------------------------------------


def has_cookie(request: HttpRequest) -> bool:
    return bool(request.COOKIES.get(cookie_name(SESSION)))


def ticket_of(request: HttpRequest) -> Ticket | None:
    """What the cookie says, if it is ours and its time is not over."""
    cookie = request.COOKIES.get(cookie_name(SESSION), "")
    try:
        value = _signer.unsign(cookie, max_age=IDLE)
        letter, holder, generation, began_at = value.split(".")
        signed_at = signing.b62_decode(cookie.rsplit(":", 2)[1])
    except (signing.BadSignature, ValueError, IndexError):
        return None
    kind = Kind.HOUSEHOLD if letter == "h" else Kind.REPRESENTATIVE
    ticket = Ticket(kind, int(holder), int(generation), int(began_at), signed_at)
    return ticket if time.time() - ticket.began_at < LONGEST else None


def resident_of(ticket: Ticket) -> Resident | None:
    """Whom the code still belongs to; None once it was revoked or its holder is gone. One statement."""
    rows = _statement(ticket.kind).fetch(holder=ticket.holder_id, generation=ticket.generation)
    return _resident(ticket.kind, rows[0]) if rows else None


def resident_of_code(code: AccessCode) -> Resident | None:
    """The same before a session is begun."""
    kind = Kind.HOUSEHOLD if code.household_id is not None else Kind.REPRESENTATIVE
    rows = _statement(kind).fetch(
        holder=code.household_id or code.representative_id, generation=code.generation
    )
    return _resident(kind, rows[0]) if rows else None


def place_of(ticket: Ticket) -> tuple[int, str] | None:
    """(compound, division code) of a letter that is no longer valid: so that its page can say whom to call."""
    holders: QuerySet[Any, Any] = (
        Household.objects.all() if ticket.kind is Kind.HOUSEHOLD else Representative.objects.all()
    )
    return holders.filter(pk=ticket.holder_id).values_list("compound_id", "division_code").first()


_DOOR = (
    "household_id", "household__building__number", "household__staircase", "household__floor", "household__unit",
    "household__exclusive_area", "household__building_id",
)  # fmt: skip
_PLACE = ("compound_id", "compound__name", "division_code", "compound__community__name")


@cache
def _statement(kind: Kind) -> Prepared:
    """Its SQL is built once: this is asked with every page of every resident."""
    holder, door = ("household", "") if kind is Kind.HOUSEHOLD else ("representative", "representative__")
    rows = AccessCode.objects.live().filter(
        **{f"{holder}_id": Slot("holder", BigIntegerField())},
        generation=Slot("generation", PositiveSmallIntegerField()),
    )
    fields = (
        [f"{door}{name}" for name in _DOOR] + [f"{holder}__{name}" for name in _PLACE] + ["generation", "pk"]
    )
    more = ["representative_id", "representative__name"] if kind is Kind.REPRESENTATIVE else []
    return Prepared(rows.values_list(*fields, *more))


def _resident(kind: Kind, row: tuple[Any, ...]) -> Resident:
    return Resident(
        household_id=row[0],
        building_number=row[1],
        staircase=row[2],
        floor=row[3],
        unit=row[4],
        exclusive_area=row[5],
        building_id=row[6],
        compound_id=row[7],
        compound_name=row[8],
        division_code=row[9],
        community_name=row[10],
        generation=row[11],
        code_id=row[12],
        representative_id=row[13] if kind is Kind.REPRESENTATIVE else None,
        representative_name=row[14] if kind is Kind.REPRESENTATIVE else "",
    )
