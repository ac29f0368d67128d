"""Addresses of rounds of visits, below /residents/rounds/."""

from django.urls import URLPattern, path

from residents.views import rounds, rounds_door

urlpatterns: list[URLPattern] = [
    path("", rounds.round_list, name="rounds"),
    path("of/<project:code>/", rounds.of_compound, name="rounds_of"),
    path("of/<project:code>/start/", rounds.start, name="round_start"),
    path("<int:pk>/", rounds.worklist, name="round"),
    path("<int:pk>/end/", rounds.end, name="round_end"),
    path("<int:pk>/sheet/<int:building>/", rounds.doorstep_sheet, name="round_sheet"),
    path("<int:pk>/doors/<int:household>/", rounds_door.door, name="round_door"),
    path("<int:pk>/doors/<int:household>/call/", rounds_door.call, name="round_call"),
    path("<int:pk>/calls/<int:call_id>/take-back/", rounds_door.take_back, name="round_take_back"),
]
