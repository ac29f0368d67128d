"""The division a person has chosen to look at: kept in the session, checked at each use.

It narrows what pages show by default and gives nothing: `visible_to(user)` decides
what may be seen at all.
"""

from django.http import HttpRequest

SESSION_KEY = "division"


def _within_reach(scopes: tuple[str, ...], code: str) -> bool:
    """A division of one's own, below it, or on the way up to it."""
    return any(code.startswith(scope) or scope.startswith(code) for scope in scopes)


def chosen_division(request: HttpRequest) -> str:
    """The code chosen in the top bar, or "" for everything one may see."""
    session = getattr(request, "session", None)
    code = session.get(SESSION_KEY, "") if session is not None else ""
    scopes: tuple[str, ...] = getattr(getattr(request, "user", None), "scopes", ())
    return code if code and _within_reach(scopes, code) else ""


def choose_division(request: HttpRequest, code: str) -> None:
    """Keep the choice; "" or a division out of reach means everything."""
    if code and _within_reach(getattr(request.user, "scopes", ()), code):
        request.session[SESSION_KEY] = code
    else:
        request.session.pop(SESSION_KEY, None)
