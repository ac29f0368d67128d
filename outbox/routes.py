"""Where each channel's server is: apprise addresses from the settings, `{address}` standing for the recipient."""

from typing import Any
from urllib.parse import quote

import apprise
from django.conf import settings
from django.core import checks


def address_of(route: str, address: str) -> str:
    """The recipient's address in its place; quoted, so that it stays an address and adds no option."""
    return route.replace("{address}", quote(address, safe=""))


def check_routes(**_options: Any) -> list[checks.CheckMessage]:
    """`manage.py check`: a route that apprise cannot read would lose every message of its channel."""
    return [
        checks.Warning(
            f"OUTBOX_{channel.upper()}_URL is no address that apprise knows.",
            hint="Put {address} where the recipient belongs; see https://github.com/caronc/apprise/wiki",
            id="outbox.W001",
        )
        for channel, route in settings.OUTBOX_ROUTES.items()
        if route and not apprise.Apprise().add(address_of(route, "someone@example.org"))
    ]
