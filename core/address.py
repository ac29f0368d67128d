"""From which address a request comes, without believing a header anybody can write."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

# What a request without a peer (a test, a socket file) is written down as.
UNKNOWN = "0.0.0.0"  # noqa: S104 - no address to listen on


def client_address(request: HttpRequest) -> str:
    """The client's address: counted from the right of X-Forwarded-For by TRUSTED_PROXIES.

    With no trusted proxy the header is ignored. An entry that is no address
    falls back to the connection's own.
    """
    peer = request.META.get("REMOTE_ADDR", "") or UNKNOWN
    proxies: int = settings.TRUSTED_PROXIES
    if not proxies:
        return peer
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if len(hops) < proxies:
        return peer
    try:
        return str(ip_address(hops[-proxies]))
    except ValueError:
        return peer
