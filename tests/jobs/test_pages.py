"""The pages of jobs: one's own, with progress, cancel and result."""

import time
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from directory.sessions import SEEN_AT
from files.actions import store_product
from jobs.actions import enqueue
from jobs.models import Job, JobState
from jobs.views import estimate
from tests.browser import NewPage
from tests.cast import Cast
from tests.directory.test_sessions import signed_in


def make_job(cast: Cast, **fields: Any) -> Job:
    job = enqueue(kind="x", title="导入 <名册>", user=cast.bureau)
    for name, value in fields.items():
        setattr(job, name, value)
    job.save()
    return job


def test_the_list_shows_what_runs_and_what_is_finished(cast: Cast) -> None:
    assert "还没有任务" in cast.client("bureau").get("/jobs/").content.decode()
    make_job(cast, state=JobState.RUNNING, done=250, total=1000, started_at=timezone.now())
    make_job(cast, state=JobState.FAILED, error="第 3 行有误。", finished_at=timezone.now())
    page = cast.client("bureau").get("/jobs/").content.decode()
    assert "250 / 1,000" in page
    assert "第 3 行有误。" in page
    assert "导入 &lt;名册&gt;" in page
    assert "名册" not in cast.client("bureau2").get("/jobs/").content.decode()


def test_a_job_is_seen_by_whoever_asked_for_it_alone(cast: Cast) -> None:
    job = make_job(cast)
    for path in (f"/jobs/{job.pk}/", f"/jobs/{job.pk}/result/"):
        assert cast.client("bureau2").get(path).status_code == 404
    assert cast.client("bureau2").post(f"/jobs/{job.pk}/cancel/").status_code == 404
    assert cast.client("bureau").get(f"/jobs/{job.pk}/").status_code == 200


def test_the_card_asks_for_itself_until_the_job_is_finished(cast: Cast) -> None:
    job = make_job(cast, state=JobState.RUNNING, done=1, total=3, started_at=timezone.now())
    client, htmx = cast.client("bureau"), {"HX-Request": "true"}
    part = client.get(f"/jobs/{job.pk}/", headers=htmx).content.decode()
    assert part.lstrip().startswith("<section")
    assert 'hx-trigger="every 2s"' in part
    assert "<noscript>" in client.get(f"/jobs/{job.pk}/").content.decode()
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE, done=3, finished_at=timezone.now())
    assert "every 2s" not in client.get(f"/jobs/{job.pk}/", headers=htmx).content.decode()


def test_a_waiting_job_is_cancelled_once(cast: Cast) -> None:
    job, client = make_job(cast), cast.client("bureau")
    assert client.get(f"/jobs/{job.pk}/cancel/").status_code == 405
    assert client.post(f"/jobs/{job.pk}/cancel/").headers["Location"] == f"/jobs/{job.pk}/"
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert client.post(f"/jobs/{job.pk}/cancel/").status_code == 409


def test_the_result_is_downloaded(cast: Cast) -> None:
    file = store_product(
        content=BytesIO(b"a,b\n1,2\n"), name="结果.csv", media_type="text/csv", user=cast.bureau
    )
    job = make_job(cast, state=JobState.DONE, result_file=file, finished_at=timezone.now())
    client = cast.client("bureau")
    assert f"/jobs/{job.pk}/result/" in client.get(f"/jobs/{job.pk}/").content.decode()
    response: Any = client.get(f"/jobs/{job.pk}/result/")
    assert b"".join(response.streaming_content) == b"a,b\n1,2\n"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"/jobs/{make_job(cast).pk}/result/").status_code == 404


@pytest.mark.parametrize(
    ("done", "total", "seconds", "said"),
    [(0, 0, 10, ""), (1, 1000, 10, ""), (500, 1000, 30, "less than a minute left"), (100, 1000, 60, "about 9 minutes left"),
     (1000, 1000, 60, "")],
)  # fmt: skip
def test_the_estimate_says_only_what_it_can_know(
    cast: Cast, done: int, total: int, seconds: int, said: str
) -> None:
    now = timezone.now()
    job = Job(state=JobState.RUNNING, done=done, total=total, started_at=now - timedelta(seconds=seconds))
    with override("en"):
        assert estimate(job, now) == said


# --- A page that polls ------------------------------------------------------------------


def test_without_scripts_the_page_refreshes_itself_as_nobody_at_the_desk(cast: Cast) -> None:
    job = enqueue(kind="x", title="一件事", user=cast.bureau)
    client = signed_in(cast)
    address = f"/jobs/{job.pk}/?background=1"
    assert 'content="5; url=?background=1"' in client.get(f"/jobs/{job.pk}/").content.decode()
    start = timezone.now()
    for minutes in (10, 20, 29):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert client.get(address).status_code == 200
    with time_machine.travel(start + timedelta(minutes=31)):
        assert "why=timed_out" in client.get(address)["Location"]


@pytest.mark.browser
def test_a_polling_page_does_not_keep_an_idle_session_alive(
    new_page: NewPage, site: str, committed_cast: Cast
) -> None:
    """Once the page is open, the last sign of life is set back to four seconds before the time-out."""
    job = enqueue(kind="x", title="一件事", user=committed_cast.bureau)
    client = signed_in(committed_cast)
    page = new_page()
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
    with page.expect_request(lambda request: request.headers.get("x-background") == "1"):
        page.goto(f"/jobs/{job.pk}/")
    session = client.session
    session[SEEN_AT] = int(time.time()) - settings.IDLE_TIMEOUT_MINUTES * 60 + 4
    session.save()
    page.wait_for_url(lambda address: "why=timed_out" in address, timeout=15_000)
