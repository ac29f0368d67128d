"""What a request sent, told apart from a request that sends nothing."""

from django.http import HttpRequest, QueryDict


def posted(request: HttpRequest) -> QueryDict | None:
    """The form's data of a POST, empty or not; None for any other method.

    `request.POST or None` takes an empty POST for a visit: its form would not be bound,
    and what should be answered with errors (422) would look like a page that was opened.
    """
    return request.POST if request.method == "POST" else None
