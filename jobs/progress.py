"""How far a job is, told while its own transaction is still open: over a second connection."""

import logging
import time
from threading import Event, Lock, Thread
from typing import Protocol, Self

from django.db import DatabaseError, connections
from django.utils import timezone

from jobs.errors import ClaimLost, Stopped
from jobs.models import Job

logger = logging.getLogger(__name__)

LOOK_EVERY, BEAT_EVERY = 0.5, 5.0  # seconds
LONGEST_MESSAGE = 300


class Progress(Protocol):
    def step(self, done: int, total: int, message: str = "") -> None:
        """Say how far the work is; cheap enough to be called for every row.

        Raises `Stopped` when the work is no longer wanted, `ClaimLost` when it is another's.
        """


class Silent:
    """For work whose progress nobody watches."""

    def step(self, done: int, total: int, message: str = "") -> None:
        pass


class Reporter:
    """Writes a running job's progress and heartbeat from a thread with a connection of its own.

    The job's transaction can take minutes; what it writes is invisible until it commits.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._lock = Lock()
        self._told = (job.done, job.total, job.message)
        self._end = Event()
        self._stopped = self._lost = False
        self._thread = Thread(target=self._report, name=f"job-{job.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._end.set()
        self._thread.join()

    def step(self, done: int, total: int, message: str = "") -> None:
        if self._lost:
            raise ClaimLost
        if self._stopped:
            raise Stopped
        total = max(total, 0)
        with self._lock:
            self._told = (min(max(done, 0), total), total, message[:LONGEST_MESSAGE])

    def _report(self) -> None:
        written, beaten_at = self._told, time.monotonic()
        try:
            while not self._end.wait(LOOK_EVERY):
                with self._lock:
                    told = self._told
                beat_due = time.monotonic() - beaten_at > BEAT_EVERY
                if self._exchange(told if told != written or beat_due else None):
                    written, beaten_at = told, time.monotonic()
        finally:
            connections.close_all()

    def _exchange(self, told: tuple[int, int, str] | None) -> bool:
        """Write what was told (if anything) and hear whether the work is still wanted; True if written."""
        try:
            mine = Job.objects.held(self._job)
            if told is not None:
                done, total, message = told
                mine.update(done=done, total=total, message=message, heard_at=timezone.now())
            wanted = mine.values_list("cancel_requested", flat=True).first()
        except DatabaseError:
            # The work itself will notice a database that is away; the next beat tries again.
            logger.warning("Progress of job %s could not be told", self._job.pk)
            connections.close_all()
            return False
        self._lost = wanted is None
        self._stopped = bool(wanted)
        return told is not None
