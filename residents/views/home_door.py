"""The door: the code is scanned or typed, the household confirmed, the session begun and ended."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.text import clean_line
from residents import opening, session
from residents.actions.letters import find_code, must_name_door, note_wrong_code
from residents.codes import CodeUnread, read_code
from residents.models import AccessCode
from residents.views.resident import way_back

YEAR = 365 * 24 * 3600

# Why somebody is (again) at the page that asks for the code. One answer for every code that opens nothing:
# unknown, revoked, of a household that is no more.
WHY: dict[str, Promise | str] = {
    "unknown": _(
        "This code opens nothing. Compare it with your letter, character by character. If you have had a newer letter since, use that one; otherwise call your community committee for a new one: its number stands on the notice board of your compound."
    ),
    "over": _(
        "You were away for a while, so we closed your page to protect you. Nothing you handed in is lost. Scan the square on your letter again, or type the code."
    ),
    "again": _(
        "Please scan the square on your letter once more, or type the code. If you keep seeing this, your browser keeps no cookies: open the page in another one."
    ),
    "other": _(
        "Then this letter is for another door. Please put it into that neighbour's letter box, and use the letter with your own address."
    ),
}
WRONG_PAIR = _(
    "This code and this door do not belong together. Compare both with your letter, and try again."
)


def door(request: HttpRequest) -> HttpResponse:
    """The page that asks for the code, with what was scanned where it has a slip."""
    typed = opening.typed_of(request)
    slip = _slip_of(typed)
    why = WHY.get(request.GET.get("why", ""), "")
    context = {"typed": typed if slip else "", "slip": slip, "why": "" if slip else why}
    response = render(request, "residents/home/door.html", context)
    if slip:
        opening.drop_typed(response)
    return response


def _slip_of(typed: str) -> str:
    """What is wrong with the writing of a code; "" for none. Nothing is looked up."""
    if not typed:
        return ""
    try:
        read_code(typed)
    except CodeUnread as refusal:
        return refusal.message
    return ""


def type_code(request: HttpRequest) -> HttpResponse:
    typed = clean_line(request.POST.get("code", "")[: opening.LONGEST_TYPED])
    try:
        read_code(typed)
    except CodeUnread as refusal:
        context = {"typed": typed, "slip": refusal.message}
        return render(request, "residents/home/door.html", context, status=422)
    return _on_to_confirm(typed)


@login_not_required
@require_safe
def enter(request: HttpRequest, code: str) -> HttpResponse:
    """What the square on the letter holds. The code leaves the address at once; nothing is looked up, nothing opened."""
    return _on_to_confirm(clean_line(code))


def _on_to_confirm(typed: str) -> HttpResponse:
    response = redirect("residents:confirm")
    response.headers["Referrer-Policy"] = "no-referrer"
    opening.keep_typed(response, typed)
    return response


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """这是 3号楼2单元501,对吗? Only the button opens the session: a preview of the link never presses it.

    While somebody is guessing, from this address or everywhere, the page does not say which door it is but asks
    for it, before anything is looked up: right and wrong codes look alike until both fit.
    """
    typed = opening.typed_of(request)
    if not typed:
        return _to_the_door("again")
    try:
        code_text = read_code(typed)
    except CodeUnread:
        return redirect("residents:home")
    if must_name_door(opening.address_hash(request)):
        return _confirm_with_door(request, code_text)
    code = find_code(code_text)
    resident = session.resident_of_code(code) if code else None
    if code is None or resident is None:
        return _wrong(request)
    if request.method == "POST":
        return _open(request, code)
    return render(request, "residents/home/confirm.html", {"found": resident})


def _confirm_with_door(request: HttpRequest, code_text: str) -> HttpResponse:
    if request.method != "POST" or "door" not in request.POST:
        return render(request, "residents/home/confirm_door.html")
    typed_door = clean_line(request.POST["door"][:100])
    code = find_code(code_text)
    if opening.door_fits(code, typed_door) and code is not None:
        return _open(request, code)
    note_wrong_code(opening.address_hash(request))
    context = {"wrong": WRONG_PAIR, "typed_door": typed_door}
    return render(request, "residents/home/confirm_door.html", context, status=422)


def _open(request: HttpRequest, code: AccessCode) -> HttpResponse:
    response = redirect("residents:home")
    session.begin(response, code)
    opening.drop_typed(response)
    rotate_token(request)
    return response


def _wrong(request: HttpRequest) -> HttpResponse:
    note_wrong_code(opening.address_hash(request))
    response = _to_the_door("unknown")
    opening.drop_typed(response)
    return response


def _to_the_door(why: str) -> HttpResponse:
    return redirect(f"{reverse('residents:home')}?why={why}")


# --- Leaving, and what the frame offers -------------------------------------------------


@login_not_required
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    response = redirect("residents:left")
    session.end(response)
    opening.drop_typed(response)
    return response


@login_not_required
@require_safe
def left(request: HttpRequest) -> HttpResponse:
    return render(request, "residents/home/left.html")


@login_not_required
@require_POST
def large_print(request: HttpRequest) -> HttpResponse:
    """The same cookie as on staff pages; set here, where nobody of the staff is."""
    response = redirect(way_back(request))
    if request.POST.get("large") == "1":
        response.set_cookie(
            "large_print", "1", max_age=YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
        )  # fmt: skip
    else:
        response.delete_cookie("large_print")
    return response
