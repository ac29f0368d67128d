"""How gunicorn serves the portal: `gunicorn --config python:renovation.gunicorn renovation.wsgi`.

What differs between machines comes from the environment: `BIND`, `WEB_WORKERS`,
`WEB_THREADS`, `ACCESS_LOG=1`, `FORWARDED_ALLOW_IPS` (gunicorn's own variable).
"""

import gc
import os
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from core.logs import DiscreetFormatter


class DiscreetLogger(Logger):
    """Neither the access log nor the error log keeps the code of a letter."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            before = handler.formatter or DiscreetFormatter()
            handler.setFormatter(DiscreetFormatter(before._fmt, before.datefmt))


logger_class = DiscreetLogger
bind = os.environ.get("BIND", "127.0.0.1:8000").split(",")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", min((os.cpu_count() or 1) + 1, 5)))
threads = int(os.environ.get("WEB_THREADS", "4"))
# Workers share the memory of the loaded application, and start at once.
preload_app = True
timeout = 120
graceful_timeout = 30
# Longer than a proxy's own idle time, so that the proxy is the one to close.
keepalive = 75
# A memory leak somewhere never grows old; the jitter keeps workers from leaving together.
max_requests = 20_000
max_requests_jitter = 2_000
# A worker's sign of life is a file: on a real disk a busy machine would miss it.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True
accesslog = "-" if os.environ.get("ACCESS_LOG") == "1" else None
# One sign-in page with a long `next` is honest; a megabyte of address is not.
limit_request_line = 8190


def when_ready(server: Any) -> None:
    """What the application loaded stays for good: collect once, then never look at it again."""
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """Full collections are rarer from now on: they are what the slowest requests waited for."""
    gc.set_threshold(10_000, 20, 50)
