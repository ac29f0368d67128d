"""Addresses of residents' own pages, below /r/. Their words are short and small: `core.logs` hides everything else.

A further part puts its pages into `residents.urls` before these: the code of a letter takes whatever is left.
"""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path, register_converter
from django.views.i18n import set_language

from residents.urls.codes import LetterCode
from residents.views import home, home_door, home_sign_off

register_converter(LetterCode, "lettercode")

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("confirm/", home_door.confirm, name="confirm"),
    path("leave/", home_door.leave, name="leave"),
    path("left/", home_door.left, name="left"),
    path("large/", home_door.large_print, name="large_print"),
    path("language/", login_not_required(set_language), name="language"),
    path("works/", home.works, name="works"),
    path("notice/", home.notice, name="notice"),
    path("sign-off/", home_sign_off.sign_off, name="sign_off"),
]
# Last of all below /r/: with and without the slash, as it is scanned.
letters: list[URLPattern] = [
    path("<lettercode:code>/", home_door.enter, name="enter"),
    path("<lettercode:code>", home_door.enter),
]
# Typed from a letter by somebody who writes in capitals.
shouted: list[URLPattern] = [
    path("<lettercode:code>/", home_door.enter),
    path("<lettercode:code>", home_door.enter),
]
