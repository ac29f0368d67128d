"""From a letter to its session: what was scanned or typed travels in a short-lived cookie, never in an address.

`/r/<code>/` sets the cookie and leads away at once: a preview by another program, a scanner or a robot that calls the
address opens nothing and learns nothing. The code is looked up on the next page, and the session begins by a button.
"""

from contextlib import suppress

from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

from compounds.reading.cells import CellProblem
from core.address import client_address
from directory.actions.sign_in import counted_address
from residents.models import AccessCode, Household
from residents.reading.doors import read_door
from residents.reading.units import unit_key
from residents.session import cookie_name, delete_cookie, set_cookie

TYPED = "letter"
KEPT_FOR = 15 * 60
LONGEST_TYPED = 200
_SALT = "residents.letter"


def keep_typed(response: HttpResponseBase, typed: str) -> None:
    set_cookie(response, TYPED, signing.dumps(typed[:LONGEST_TYPED], salt=_SALT), max_age=KEPT_FOR)


def typed_of(request: HttpRequest) -> str:
    """What was scanned or typed a moment ago; "" where there is nothing or it is too long ago."""
    try:
        found = signing.loads(
            request.COOKIES.get(cookie_name(TYPED), ""), salt=_SALT, max_age=KEPT_FOR
        )  # fmt: skip
    except signing.BadSignature:
        return ""
    return str(found)


def drop_typed(response: HttpResponseBase) -> None:
    delete_cookie(response, TYPED)


def address_hash(request: HttpRequest) -> bytes:
    """Sixteen bytes under which wrong codes of one address are counted; whose address it is cannot be read from them.

    The address is the one that the trusted proxies saw, as for signing in: a made-up header changes nothing, and
    an IPv6 customer's network counts as one.
    """
    address = counted_address(client_address(request))
    return salted_hmac("residents.address", address, algorithm="sha256").digest()[:16]


def door_fits(code: AccessCode | None, typed: str) -> bool:
    """Whether the door that was typed is the letter's: 501, 5楼1号, or the whole 3号楼2单元501."""
    text = typed.strip()[:100]
    holder = code.household or (code.representative and code.representative.household) if code else None
    wanted = _keys(holder) if holder else ("", "", "")
    floor = holder.floor if holder else None
    said: list[tuple[str, str, str]] = []
    with suppress(CellProblem):
        said.append((wanted[0], wanted[1], unit_key(text, floor)))
    with suppress(CellProblem):
        door = read_door(text)
        said.append((door.building_key, door.staircase_key, door.unit_key))
    return holder is not None and wanted in said


def _keys(household: Household) -> tuple[str, str, str]:
    return household.building.number_key, household.staircase_key, household.unit_key
