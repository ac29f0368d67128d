from django.http import HttpRequest

from directory.models import User


class SignedInRequest(HttpRequest):
    """What a view receives that is not public: `SignedInMiddleware` lets nobody else through."""

    user: User
