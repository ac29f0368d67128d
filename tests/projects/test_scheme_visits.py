"""Visits on site: recorded with their photos, with and without scripts."""

import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from projects.actions.visits import record_visit
from projects.models import Project, SiteVisit
from tests.cast import Cast
from tests.compounds.pages import picture
from tests.projects.builders import make_project
from tests.projects.scheme_pages import at, kind_of


def visit_of(cast: Cast, project: Project) -> SiteVisit:
    return record_visit(
        project=project, user=cast.community, visited_on=timezone.localdate(), participants="设计院、社区",
        conclusion="管网更换",
    )  # fmt: skip


def test_a_visit_is_recorded_and_its_photos_come_one_by_one_and_once(cast: Cast) -> None:
    project = make_project(cast)
    client = cast.client("community")
    sent = {
        "visited_on": timezone.localdate(),
        "participants": "设计院、社区",
        "purpose": "",
        "conclusion": "管网更换",
    }
    assert client.post(at("scheme_visit_add", project), {**sent, "conclusion": ""}).status_code == 422
    answer = client.post(at("scheme_visit_add", project), sent)
    visit = SiteVisit.objects.get()
    assert answer.headers["Location"] == at("scheme_visit", project, visit.pk)
    key = str(uuid.uuid4())
    for _again in range(2):
        tile = client.post(at("scheme_visit_photos", project, visit.pk), {"photo": picture(), "key": key})
        assert tile.status_code == 201
    photo = visit.photos.get()
    for name in ("scheme_visit_thumbnail", "scheme_visit_photo"):
        assert kind_of(client, at(name, project, visit.pk, photo.pk)) == "image/jpeg"
    refused = client.post(
        at("scheme_visit_photos", project, visit.pk),
        {"photo": SimpleUploadedFile("a.jpg", b"<html>"), "key": str(uuid.uuid4())},
    )
    assert (refused.status_code // 100, refused.headers["Content-Type"]) == (4, "text/plain; charset=utf-8")
    client.post(at("scheme_visit_photo_remove", project, visit.pk, photo.pk))
    assert not visit.photos.exists()


def test_without_scripts_the_plain_form_sends_the_photos(cast: Cast) -> None:
    project = make_project(cast)
    visit = visit_of(cast, project)
    client, url = cast.client("community"), at("scheme_visit", project, visit.pk)
    client.post(url, {"photos_": [picture(colour="red"), picture(colour="blue")]})
    assert visit.photos.count() == 2
    client.post(url, {"remove_photo": visit.photos.first().pk})  # type: ignore[union-attr]
    assert visit.photos.count() == 1
    assert cast.client("finance").post(url, {"photos_": [picture()]}).status_code == 403


def test_a_photo_of_a_visit_gets_its_words_from_the_same_form(cast: Cast) -> None:
    project = make_project(cast)
    visit, other = visit_of(cast, project), visit_of(cast, make_project(cast, year=2027))
    client, url = cast.client("community"), at("scheme_visit", project, visit.pk)
    for one in (visit, other):
        client.post(at("scheme_visit", one.project, one.pk), {"photos_": [picture()]})
    photo, theirs = visit.photos.get(), other.photos.get()
    client.post(url, {f"caption_{photo.pk}": " 化粪池  外溢 ", f"caption_{theirs.pk}": "x"})
    assert [one.photos.get().caption for one in (visit, other)] == ["化粪池 外溢", ""]
    too_long = client.post(url, {f"caption_{photo.pk}": "长" * 121}, follow=True)
    assert "最多 120 个字" in too_long.content.decode()
    assert '<span class="photo-words">化粪池 外溢</span>' in cast.client("finance").get(url).content.decode()
