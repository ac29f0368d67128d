"""From what a household's pages know to the objects of its addresses."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from core.board import ResidentCard
from residents.home.menus import Offer, OpenMenu
from residents.models import Choice, Menu, MenuState, OptionRelation
from residents.session import Resident

Body = dict[str, Any]


def letter_body(resident: Resident) -> Body:
    return {
        "door": resident.door,
        "compound": resident.compound_name,
        "community": resident.community_name,
        "is_representative": resident.is_representative,
    }


def who_body(resident: Resident) -> Body:
    return {
        **letter_body(resident),
        "building": resident.building_number,
        "staircase": resident.staircase,
        "floor": resident.floor,
        "unit": resident.unit,
        "generation": resident.generation,
    }


def card_body(card: ResidentCard) -> Body:
    return {
        "title": str(card.title),
        "tag": str(card.tag),
        "tone": card.tone or None,
        "lines": [str(line) for line in card.lines],
        "items": [str(item) for item in card.items],
        "phone": card.phone,
        "action": str(card.action),
        "page": card.url or None,
    }


def standing_of(menu: Menu, now: datetime) -> str:
    if menu.state != MenuState.PUBLISHED:
        return str(menu.state)
    if now < menu.opens_at:
        return "coming"
    return "open" if now < menu.closes_at else "closed"


def menu_body(menu: Menu, now: datetime, *, is_sent: bool) -> Body:
    return {
        "id": menu.pk,
        "title": menu.title,
        "standing": standing_of(menu, now),
        "opens_at": menu.opens_at,
        "closes_at": menu.closes_at,
        "result_on": menu.result_on,
        "is_sent": is_sent,
    }


def menu_detail(shown: OpenMenu) -> Body:
    menu = shown.menu
    relations = list(menu.relations.all())
    return {
        **menu_body(menu, shown.now, is_sent=shown.sent is not None),
        "introduction": menu.introduction,
        "budget": menu.budget,
        "threshold": menu.threshold,
        "most": menu.most,
        "precedence": str(menu.get_precedence_display()),
        "included": [{"name": one.name, "text": one.text} for one in shown.included],
        "offers": [_offer(shown, offer, relations) for offer in shown.offers],
        "draft": draft_body(shown),
        "sent": receipt_body(shown.sent) if shown.sent else None,
    }


def _offer(shown: OpenMenu, offer: Offer, relations: list[OptionRelation]) -> Body:
    version = offer.version
    its = [one for one in relations if one.option_id == version.option_id]
    # Stored once for each pair, read from both of its sides.
    back = [one for one in relations if one.other_id == version.option_id]
    return {
        "option": version.option_id,
        "version": version.pk,
        "name": version.name,
        "text": version.text,
        "picture": version.picture_id and reverse("residents:picture", args=[shown.menu.pk, version.pk]),
        "cost": version.cost,
        "subsidy": version.subsidy,
        "residents_pay": version.residents_pay,
        "funding": version.funding,
        "share": offer.share,
        "answer": offer.answer or None,
        "has_changed": offer.has_changed,
        "requires": [one.other_id for one in its if one.kind == OptionRelation.Kind.REQUIRES],
        "excludes": [one.other_id for one in its if one.kind == OptionRelation.Kind.EXCLUDES]
        + [one.option_id for one in back if one.kind == OptionRelation.Kind.EXCLUDES],
    }


def draft_body(shown: OpenMenu) -> Body:
    return {
        "total": shown.total,
        "is_too_much": shown.is_too_much,
        "conflicts": shown.conflicts,
        "is_kept": shown.is_dirty,
    }


def receipt_body(choice: Choice) -> Body:
    return {
        "receipt": choice.receipt,
        "received_at": choice.received_at,
        "counts": choice.superseded_at is None,
        "seen": choice.seen,
        "wanted": choice.wanted,
        "declined": choice.declined,
    }
