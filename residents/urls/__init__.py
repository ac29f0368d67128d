"""Addresses of the residents' floor, one module for each of its parts. What residents open themselves is below /r/."""

from django.urls import URLPattern, URLResolver, include, path

from residents.urls import (
    home,
    letters,
    meetings,
    menus,
    opinions,
    questionnaires,
    register,
    representatives,
    rounds,
    sign_offs,
)

app_name = "residents"

urlpatterns: list[URLPattern | URLResolver] = [
    path("residents/", include(register.urlpatterns)),
    path("residents/letters/", include(letters.urlpatterns)),
    path("residents/rounds/", include(rounds.urlpatterns)),
    path("residents/representatives/", include(representatives.urlpatterns)),
    path("residents/opinions/", include(opinions.urlpatterns)),
    path("residents/meetings/", include(meetings.urlpatterns)),
    path("residents/questionnaires/", include(questionnaires.urlpatterns)),
    path("residents/menus/", include(menus.urlpatterns)),
    path("residents/schemes/", include(sign_offs.urlpatterns)),
    path("r/", include(home.urlpatterns)),
    path("r/", include(menus.home_pages)),
    path("r/", include(opinions.home_pages)),
    path("r/", include(meetings.home_pages)),
    path("r/", include(questionnaires.home_pages)),
    # The code of a letter takes whatever is left below /r/: pages of other parts stand above this line.
    path("r/", include(home.letters)),
    path("R/", include(home.shouted)),
]
