"""The WSGI application that gunicorn serves."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renovation.settings")
portal = get_wsgi_application()

# Slots of eight bytes; a little more than half of the megabyte of stack that Python then asks for.
SLOTS = 66_000


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The portal, with room on the stack.

    Python keeps its calls in chunks of 16 KiB and returns a chunk as soon as its last call ends. A loop that
    runs just below the end of a chunk maps and unmaps memory with every turn (python/cpython#142183, open for
    3.11 and 3.12): a page of 100 rows took twice its time, or not, depending on how many middlewares lay above.
    This function claims to need more than half a megabyte. Its chunk is made to fit, and what it does not use
    holds the whole request.
    """
    return portal(environ, start_response)


application.__code__ = application.__code__.replace(co_stacksize=SLOTS)
