"""Words to a person about what was done to their account: in the inbox, and by e-mail or chat where routed.

Who did it is named, so that an act one did not ask for is noticed at once. Service
users read no messages.
"""

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from directory.models import RoleAssignment, User
from outbox.actions import tell
from outbox.models import Channel

CHANNELS = (Channel.INBOX, Channel.EMAIL, Channel.CHAT)

ROLE_NOTICES: dict[str, str | Promise] = {
    "role.granted": _("You were given a role: {role}"),
    "role.ended": _("A role of yours has ended: {role}"),
    "role.substitute_appointed": _("You stand in: {role}"),
    "role.handed_over": _("You took over a role: {role}"),
}
ACCOUNT_NOTICES: dict[str, str | Promise] = {
    "password.reset": _("Your password was replaced by a one-time password"),
    "account.unlocked": _("Your account was unlocked"),
    "second_factor.reset": _("Your two-step verification was reset"),
    "second_factor.removed": _("Two-step verification was turned off for your account"),
    "second_factor.added": _("Two-step verification was set up for your account"),
    "password.changed": _("Your password was changed"),
}


def notify_of_role(action: str, assignment: RoleAssignment, *, by: User) -> None:
    with override(settings.LANGUAGE_CODE):
        words = str(ROLE_NOTICES[action]).format(
            role=f"{assignment.get_role_display()}（{assignment.division.name}）"
        )
    _send(assignment.user, words, by=by)


def notify_of_account(action: str, user: User, *, by: User | None = None) -> None:
    with override(settings.LANGUAGE_CODE):
        words = str(ACCOUNT_NOTICES[action])
    _send(user, words, by=by)


def _send(user: User, words: str, *, by: User | None) -> None:
    if user.is_service:
        return
    with override(settings.LANGUAGE_CODE):
        text = str(
            _("Done by {name}. If you did not expect this, contact your security administrator.")
        ).format(name=by.name if by is not None else user.name)
    tell(recipient=user, subject=words, text=text, url=reverse("account_profile"), channels=CHANNELS)
