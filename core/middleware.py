"""The edges of every request: health, plain input, refusals."""

import logging
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from redis import Redis
from redis.exceptions import RedisError

from core.errorpages import error_page, refusal_page
from core.errors import DomainError

logger = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]


class HeadMiddleware:
    """The answer to HEAD is that to GET without its body; a server warns of one that is sent all the same."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "HEAD":
            if isinstance(response, StreamingHttpResponse):
                response.streaming_content = ()
            elif isinstance(response, HttpResponse):
                response.headers.setdefault("Content-Length", str(len(response.content)))
                response.content = b""
        return response


class HealthMiddleware:
    """`/healthz`: the process answers. `/readyz`: database, migrations and Redis answer too.

    Before every other middleware: probes come without a host name, a session or HTTPS.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self._migrated = False
        # What the last probe found: the log tells of changes, not of probes.
        self._found: dict[str, bool] | None = None

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        if request.path == "/readyz":
            return self._ready()
        return self.get_response(request)

    def _ready(self) -> JsonResponse:
        parts = {"database": self._database(), "migrations": False, "redis": self._redis()}
        if parts["database"]:
            parts["migrations"] = self._migrations()
        # Redis away slows background work down; pages, ballots and money go on without it.
        ready = parts["database"] and parts["migrations"]
        self._note(parts, is_ready=ready)
        response = JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)
        # Django would log an error at every probe of a portal that is being migrated.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    def _note(self, parts: dict[str, bool], *, is_ready: bool) -> None:
        before, self._found = self._found, parts
        if parts == before:
            return
        if not is_ready:
            waits_for = ", ".join(name for name in ("database", "migrations") if not parts[name])
            logger.warning("Not ready yet: waiting for %s", waits_for)
        elif before is not None:
            logger.warning("Ready%s", "" if parts["redis"] else ", without Redis")

    def _database(self) -> bool:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError:
            return False
        return True

    def _migrations(self) -> bool:
        # A migrated database stays migrated for this code: look again only until it is.
        if not self._migrated:
            executor = MigrationExecutor(connection)
            self._migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return self._migrated

    def _redis(self) -> bool:
        try:
            client = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
            return bool(client.ping())
        except (RedisError, OSError):
            return False


class PolicyMiddleware:
    """The content security policy of the settings on every answer that brings none of its own (files do).

    It names no nonce and no page changes it, so it is written once; django-csp writes it for each answer anew.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.policy = build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(HEADER, self.policy)
        return response


class PlainInputMiddleware:
    """NUL and broken UTF-8 in an address are nobody's honest input: 400 before anything reads them."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        raw = unquote_to_bytes(request.META.get("QUERY_STRING", "")) + request.path.encode(errors="replace")
        if b"\x00" in raw or not _is_text(raw):
            return error_page(request, 400)
        return self.get_response(request)


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


class RefusalMiddleware:
    """The one place where a page's refusal becomes HTTP, and a bare "method not allowed" a page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            page = error_page(request, response.status_code)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DomainError):
            return refusal_page(request, exception)
        if isinstance(exception, OperationalError):
            logger.error("The database is away", exc_info=exception)
            return error_page(request, 503)
        return None
