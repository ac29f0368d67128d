"""Sentences of pages that once said what was not so, or led nowhere."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from residents.home.words import amount_in_words
from residents.models import Menu
from tests.cast import Cast
from tests.projects.builders import make_unplanned_project
from tests.residents.builders import make_doors, make_owner, make_round
from tests.residents.letters_held import HOME, phone
from tests.residents.menus import make_menu
from tests.residents.register_pages import at, text_of

pytestmark = pytest.mark.django_db


def test_one_set_is_no_sets() -> None:
    with translation.override("en"):
        assert amount_in_words(Decimal(1), "set") == "1 set"
        assert amount_in_words(Decimal(2), "set") == "2 sets"
        assert amount_in_words(Decimal(1), "m") == "1 m"
    assert amount_in_words(Decimal(1), "set") == "1 套"


def test_a_published_menu_is_said_to_be_open_only_when_it_is(cast: Cast) -> None:
    now, client = timezone.now(), cast.client("bureau")
    for opens_at, said in (
        (now - timedelta(hours=1), "居民现在就能选"),
        (now + timedelta(hours=1), "到时自动开始"),
    ):
        menu = make_menu(cast, published=False, opens_at=opens_at)
        page = client.post(f"/residents/menus/{menu.pk}/publish/", follow=True).content.decode()
        assert [words in page for words in ("居民现在就能选", "到时自动开始")].count(True) == 1
        assert said in page


def test_a_menu_without_doors_leads_to_the_register_and_a_second_one_to_the_first(cast: Cast) -> None:
    menu, client = make_menu(cast, published=False), cast.client("bureau")
    register = at("households", menu.project.compound.code)
    assert f'class="btn" href="{register}"' not in text_of(client, menu.get_absolute_url())
    menu.project.compound.households.update(ended_on=timezone.localdate())
    assert f'class="btn" href="{register}"' in text_of(client, menu.get_absolute_url())
    refused = client.get(at("menu_draw_up", menu.project.code), follow=True)
    assert refused.redirect_chain == [(menu.get_absolute_url(), 302)]
    assert "还没有办完" in refused.content.decode()
    assert Menu.objects.count() == 1
    assert client.get(at("menu_draw_up", make_unplanned_project(cast).code)).status_code == 200


def test_a_closed_record_leads_back_to_its_household(cast: Cast) -> None:
    door = make_doors(cast)[0]
    make_owner(cast, door)
    refused = cast.client("community").get(at("household_owners", door.pk))
    assert refused.status_code == 409
    assert f'href="{door.get_absolute_url()}"' in refused.content.decode()


def test_who_has_no_letter_is_told_where_the_number_stands(cast: Cast) -> None:
    make_round(cast, make_doors(cast)[0].compound)
    assert "号码在小区公告栏" in phone().get(HOME).content.decode()
    assert "号码在小区公告栏" in phone().type("7KQM3WXZ9RTC").content.decode()
