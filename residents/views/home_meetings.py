"""A resident reads which meetings are to come and what the earlier ones decided."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from residents.home.meetings import deciding, in_words, meetings_to_come
from residents.views.resident import ResidentRequest, resident_page

SHOWN = 30


@resident_page
@require_safe
def meetings(request: ResidentRequest) -> HttpResponse:
    """Minutes stay with the office: people are quoted there."""
    held = [
        (meeting, [in_words(one) for one in meeting.decisions.all()])
        for meeting in deciding(request.resident)[:SHOWN]
    ]
    context = {"coming": list(meetings_to_come(request.resident)), "held": held}
    return render(request, "residents/home/meetings.html", context)
