"""Who a session belongs to. Signing in is allauth's; only the reading of the person differs."""

from functools import lru_cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from django.db.models import BigIntegerField

from core.prepared import Prepared, Slot
from directory.models import User


class AuthenticationBackend(AllauthBackend):
    def get_user(self, user_id: Any) -> User | None:
        """The person of a session, if still active: asked on every request, so its SQL is built once."""
        rows = _person().fetch(pk=user_id)
        if not rows:
            return None
        user = User.from_db("default", _names(), rows[0])
        return user if self.user_can_authenticate(user) else None


@lru_cache(maxsize=1)
def _names() -> list[str]:
    return [field.attname for field in User._meta.concrete_fields]


@lru_cache(maxsize=1)
def _person() -> Prepared:
    return Prepared(User.objects.filter(pk=Slot("pk", BigIntegerField())).values_list(*_names()))
