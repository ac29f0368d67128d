"""A household's own pages for a program that stands in for them: the same session, the same actions, JSON."""

from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from core.board import CONTACT, DECIDED, OPEN, board
from core.errors import DomainError
from residents import session
from residents.actions.choices import Keyed, choose, keep_draft
from residents.api.answers import (
    AnswersForm,
    ChoiceForm,
    CodeForm,
    DraftForm,
    HomeForm,
    LeftForm,
    LetterForm,
    NothingForm,
    OwnMenuDetailForm,
    OwnMenusForm,
    ReceiptForm,
    WhoForm,
)
from residents.api.bodies import (
    card_body,
    draft_body,
    letter_body,
    menu_body,
    menu_detail,
    receipt_body,
    who_body,
)
from residents.api.shared import (
    KEY,
    OF_MENU,
    AtTheDoorView,
    ResidentView,
    ResidentWriteView,
    key_of,
    resident_of,
    told,
)
from residents.entering import opened_by
from residents.errors.menus import ChoiceUnreadable, MenuClosed, MenuNotOpenYet
from residents.home.menus import SHOWN, OpenMenu, menus_of
from residents.models import Choice, Household, Menu

# --- In and out -------------------------------------------------------------------------


class LetterView(AtTheDoorView):
    operation_id = "resident_letter"
    summary = _("Whose letter is it?")
    explanation = _(
        "Which door a code belongs to, so that whoever typed it can look: this is 3号楼2单元501, right? Nothing is "
        "opened. What cannot be a code is 400 and is not counted; a code that opens nothing is 409 "
        "`code_opens_nothing`. While somebody is guessing, `door` is needed as well (409 `door_needed`, `wrong_pair`)."
    )
    answer_form = LetterForm
    body_form = CodeForm

    def post(self, request: Request) -> HttpResponse:
        said = self.body(request)
        _code, resident = opened_by(request._request, typed=said["code"], door=said["door"])
        return told(letter_body(resident))


class SessionView(AtTheDoorView):
    operation_id = "resident_enter"
    summary = _("Come in")
    explanation = _(
        "Opens the session of a household with the code of its letter, as the button on the page does: a signed "
        "cookie that names the door and the generation of the letter. It ends after two idle hours, when the letter "
        "is revoked, and on leaving. The refusals are those of `/resident/letter/`."
    )
    answer_form = WhoForm
    body_form = CodeForm

    def post(self, request: Request) -> HttpResponse:
        said = self.body(request)
        code, resident = opened_by(request._request, typed=said["code"], door=said["door"])
        response = told(who_body(resident))
        session.begin(response, code)
        return response


class LeaveView(AtTheDoorView):
    operation_id = "resident_leave"
    summary = _("Leave")
    explanation = _("Ends the session; drafts stay. Whoever has none has left as well.")
    answer_form = LeftForm
    body_form = NothingForm

    def post(self, request: Request) -> HttpResponse:
        self.body(request)
        response = told({"left": True})
        session.end(response)
        return response


# --- At home ----------------------------------------------------------------------------


class WhoView(ResidentView):
    operation_id = "resident_retrieve"
    summary = _("Who am I?")
    explanation = _("The door of the session and the generation of its letter.")
    answer_form = WhoForm

    def get(self, request: Request) -> HttpResponse:
        self.check_parameters(request.query_params)
        return told(who_body(resident_of(request)))


class HomeView(ResidentView):
    operation_id = "resident_home"
    summary = _("The home page")
    explanation = _("The three blocks of the home page: what is decided, what is open for you, whom to call.")
    answer_form = HomeForm

    def get(self, request: Request) -> HttpResponse:
        self.check_parameters(request.query_params)
        resident = resident_of(request)
        blocks = (DECIDED, OPEN, CONTACT)
        return told({block: [card_body(card) for card in board.resident_cards(block, resident)] for block in blocks})  # fmt: skip


# --- The menu ---------------------------------------------------------------------------


class OwnMenuList(ResidentView):
    operation_id = "resident_menus"
    summary = _("Menus of the compound")
    explanation = _("The latest menus, the newest first. A representative's letter opens none: each household chooses with its own.")  # fmt: skip
    answer_form = OwnMenusForm

    def get(self, request: Request) -> HttpResponse:
        self.check_parameters(request.query_params)
        resident = resident_of(request)
        menus = [] if resident.is_representative else menus_of(resident)
        own = Choice.objects.filter(menu__in=menus, household=resident.household_id).counting()
        sent, now = set(own.values_list("menu_id", flat=True)) if menus else set(), timezone.now()
        return told({"results": [menu_body(menu, now, is_sent=menu.pk in sent) for menu in menus]})


class OwnMenuDetail(ResidentView):
    operation_id = "resident_menu"
    summary = _("A menu")
    explanation = _(
        "What is included, what is on offer with this household's own share in yuan, what it has ticked and sent. "
        "`version` of each offer is what a choice names."
    )
    answer_form = OwnMenuDetailForm
    path_parameters = OF_MENU

    def get(self, request: Request, id: int) -> HttpResponse:  # noqa: A002 (the parameter's name in the schema)
        self.check_parameters(request.query_params)
        return told(menu_detail(_shown(request, id)))


class DraftView(ResidentWriteView):
    operation_id = "resident_draft"
    summary = _("Keep a draft")
    explanation = _("Keeps what is ticked, for later and for another phone. Only the choice itself counts.")
    answer_form = DraftForm
    body_form = AnswersForm
    path_parameters = OF_MENU

    def post(self, request: Request, id: int) -> HttpResponse:  # noqa: A002 (the parameter's name in the schema)
        shown = _shown(request, id)
        answers = {one["option"]: one["answer"] for one in self.body(request)["answers"]}
        if not answers.keys() <= {version.option_id for version in shown.on_show}:
            raise ChoiceUnreadable
        household = Household(pk=shown.resident.household_id)
        if keep_draft(menu=shown.menu, household=household, answers=answers) is None:
            raise MenuNotOpenYet if shown.now < shown.menu.opens_at else MenuClosed
        return told(draft_body(shown))


class ChoiceView(ResidentWriteView):
    operation_id = "resident_choose"
    summary = _("Send the choice")
    explanation = _(
        "The household's choice; an earlier one is kept and counts no longer, until the close and as the menu's "
        "precedence says. Sent again with the same `Idempotency-Key` and body it gives the first receipt (200, "
        "`Idempotency-Replayed: true`); with another body it is refused (409 `key_used`). Refused by rule: "
        "`on_show_changed` (a price or a text is new: look again), `menu_closed`, `menu_not_open_yet`, "
        "`too_many_wanted`, `not_together`, `already_chosen`, `letter_not_valid`, `choice_unreadable`."
    )
    answer_form = ReceiptForm
    body_form = ChoiceForm
    path_parameters = OF_MENU
    header_parameters = (KEY,)
    statuses = {201: _("Received."), 200: _("Known: the same key came before with the same body.")}

    def post(self, request: Request, id: int) -> HttpResponse:  # noqa: A002 (the parameter's name in the schema)
        if resident_of(request).is_representative or not _is_key(id):
            raise Http404
        resident, key, said = resident_of(request), key_of(request), self.body(request)
        try:
            choice = choose(
                menu=Keyed(id), household=Keyed(resident.household_id), code=Keyed(resident.code_id),
                key=key, **said,
            )  # fmt: skip
        except DomainError:
            # Nothing lands in another compound's menu, says the guard; that there is such a menu is nobody's business.
            _shown(request, id)
            raise
        response = told(receipt_body(choice), status=200 if choice.is_repeated else 201)
        if choice.is_repeated:
            response.headers["Idempotency-Replayed"] = "true"
        return response


class ReceiptView(ResidentView):
    operation_id = "resident_receipt"
    summary = _("The receipt")
    explanation = _("The choice of this household that counts, however it came in; 404 while there is none.")
    answer_form = ReceiptForm
    path_parameters = OF_MENU

    def get(self, request: Request, id: int) -> HttpResponse:  # noqa: A002 (the parameter's name in the schema)
        self.check_parameters(request.query_params)
        sent = _shown(request, id).sent
        if sent is None:
            raise Http404
        return told(receipt_body(sent))


def _shown(request: Request, pk: int) -> OpenMenu:
    """The menu of this resident's compound; another's is not there."""
    resident = resident_of(request)
    menus = Menu.objects.filter(project__compound=resident.compound_id, state__in=SHOWN)
    menu = None if resident.is_representative or not _is_key(pk) else menus.filter(pk=pk).first()
    if menu is None:
        raise Http404
    return OpenMenu(menu, resident, timezone.now())


def _is_key(pk: int) -> bool:
    return 0 < pk <= 2**63 - 1


urlpatterns: list[URLPattern] = [
    path("resident/menus/<int:id>/choice/", ChoiceView.as_view(), name="resident_choice"),
    path("resident/", WhoView.as_view(), name="resident"),
    path("resident/letter/", LetterView.as_view(), name="resident_letter"),
    path("resident/session/", SessionView.as_view(), name="resident_session"),
    path("resident/leave/", LeaveView.as_view(), name="resident_leave"),
    path("resident/home/", HomeView.as_view(), name="resident_home"),
    path("resident/menus/", OwnMenuList.as_view(), name="resident_menus"),
    path("resident/menus/<int:id>/", OwnMenuDetail.as_view(), name="resident_menu"),
    path("resident/menus/<int:id>/draft/", DraftView.as_view(), name="resident_draft"),
    path("resident/menus/<int:id>/receipt/", ReceiptView.as_view(), name="resident_receipt"),
]
