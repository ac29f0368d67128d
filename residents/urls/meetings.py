"""Addresses of meetings: the office's below /residents/meetings/, the residents' own below /r/."""

from django.urls import URLPattern, path

from residents.views import home_meetings, meetings, meetings_one, meetings_print

urlpatterns: list[URLPattern] = [
    path("", meetings.meeting_list, name="meetings"),
    path("of/<project:code>/", meetings.of_compound, name="meetings_of_compound"),
    path("of/<project:code>/new/", meetings.announce, name="meeting_announce"),
    path("<int:pk>/", meetings_one.page, name="meeting"),
    path("<int:pk>/edit/", meetings.edit, name="meeting_edit"),
    path("<int:pk>/attendance/", meetings_one.attendance, name="meeting_attendance"),
    path("<int:pk>/hold/", meetings_one.hold, name="meeting_hold"),
    path("<int:pk>/cancel/", meetings_one.cancel, name="meeting_cancel"),
    path("<int:pk>/papers/", meetings_one.add_paper, name="meeting_add_paper"),
    path("<int:pk>/papers/<int:paper_id>/", meetings_one.paper, name="meeting_paper"),
    path("<int:pk>/notice.pdf", meetings_print.notice, name="meeting_notice"),
    path("<int:pk>/sign-in.pdf", meetings_print.sign_in_sheet, name="meeting_sheet"),
]
home_pages: list[URLPattern] = [
    path("meetings/", home_meetings.meetings, name="own_meetings"),
]
