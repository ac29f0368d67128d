"""What a code that was typed opens: for the pages of a household and for the program that stands in for them."""

from django.http import HttpRequest

from residents import opening, session
from residents.actions.letters import find_code, must_name_door, note_wrong_code
from residents.codes import read_code
from residents.errors.home import CodeOpensNothing, DoorNeeded, WrongPair
from residents.models import AccessCode


def opened_by(request: HttpRequest, *, typed: str, door: str = "") -> tuple[AccessCode, session.Resident]:
    """The code's row and whose letter it is. What opens nothing is counted, and refused in the same words.

    While somebody is guessing, a code opens only together with its door. Raises `CodeUnread` for what cannot be a
    code (which is not counted), `DoorNeeded`, `WrongPair` and `CodeOpensNothing`.
    """
    code_text = read_code(typed)
    address = opening.address_hash(request)
    if must_name_door(address):
        if not door:
            raise DoorNeeded
        code = find_code(code_text)
        if not opening.door_fits(code, door):
            note_wrong_code(address)
            raise WrongPair
    else:
        code = find_code(code_text)
    resident = session.resident_of_code(code) if code else None
    if code is None or resident is None:
        note_wrong_code(address)
        raise CodeOpensNothing
    return code, resident
