"""Kinds of work that tests ask for; a worker process loads them by `--include tests.jobs.handlers`."""

import time

from django.db import transaction

from core.errors import DomainError
from directory.models import Division, Organisation
from jobs.models import Job
from jobs.progress import Progress
from jobs.registry import Outcome, handler


class NoSuchStreet(DomainError):
    code = "no_such_street"
    sentence = "There is no street {name}."


@handler("test.answer")
def answer(job: Job, progress: Progress) -> Outcome:
    progress.step(1, 2, "half")
    return Outcome(message=f"{job.params['question']}: 42", url="/answers/42/")


@handler("test.refuse")
def refuse(job: Job, progress: Progress) -> Outcome:
    raise NoSuchStreet(name="长安街")


@handler("test.break")
def break_down(job: Job, progress: Progress) -> Outcome:
    raise ZeroDivisionError("a secret that nobody may read")


@handler("test.wait")
def wait(job: Job, progress: Progress) -> Outcome:
    for second in range(600):
        progress.step(second, 600)
        time.sleep(0.05)
    return Outcome(message="waited")


@handler("test.build")
@transaction.atomic
def build(job: Job, progress: Progress) -> Outcome:
    """Ten organisations, slowly, in one transaction: all or nothing, and not twice."""
    place = Division.objects.select_for_update().get(pk=job.params["division"])
    wanted = [f"单位{number}" for number in range(10)]
    missing = set(wanted) - set(Organisation.objects.filter(division=place).values_list("name", flat=True))
    for number, name in enumerate(sorted(missing)):
        progress.step(number, 10, name)
        Organisation.objects.create(name=name, kind="other", division=place)
        time.sleep(job.params["seconds_each"])
    return Outcome(message="built")
