from django.urls import URLPattern, path

from projects.views import timetable, timetable_year

# Below a project's address.
pages: list[URLPattern] = [
    path("", timetable.timetable, name="timetable"),
    path("add/", timetable.milestone_add, name="milestone_add"),
    path("<int:pk>/", timetable.milestone, name="milestone"),
    path("<int:pk>/move/", timetable.milestone_move, name="milestone_move"),
    path("<int:pk>/assign/", timetable.milestone_assign, name="milestone_assign"),
    path("<int:pk>/done/", timetable.milestone_done, name="milestone_done"),
    path("<int:pk>/reopen/", timetable.milestone_reopen, name="milestone_reopen"),
    path("<int:pk>/remove/", timetable.milestone_remove, name="milestone_remove"),
]
# Of all projects.
year_pages: list[URLPattern] = [path("", timetable_year.timeline, name="timeline")]
