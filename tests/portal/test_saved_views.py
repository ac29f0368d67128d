"""Views of a list that a person keeps, by their addresses."""

from directory.models import SavedView
from tests.cast import Cast


def test_a_view_is_kept_shown_renamed_and_deleted(cast: Cast) -> None:
    client = cast.client("bureau")
    kept = client.post(
        "/views/",
        {
            "page": "compounds",
            "name": "无人管理",
            "query": "management_state=none",
            "next": "/compounds/?a=b",
        },
    )
    assert kept.headers["Location"] == "/compounds/?management_state=none"
    view = SavedView.objects.get(user=cast.bureau)
    assert "无人管理" in client.get(kept.headers["Location"]).content.decode()
    client.post(f"/views/{view.pk}/rename/", {"name": "三无", "next": "/compounds/"})
    assert SavedView.objects.get().name == "三无"
    assert (
        client.post(f"/views/{view.pk}/delete/", {"next": "/compounds/"}).headers["Location"] == "/compounds/"
    )
    assert not SavedView.objects.exists()


def test_somebody_else_s_view_does_not_exist(cast: Cast) -> None:
    view = SavedView.objects.create(user=cast.bureau, page="compounds", name="我的", query="q=a")
    other = cast.client("bureau2")
    assert other.post(f"/views/{view.pk}/delete/").status_code == 404
    assert other.post(f"/views/{view.pk}/rename/", {"name": "x"}).status_code == 404
    assert SavedView.objects.get().name == "我的"


def test_a_view_that_cannot_be_kept_is_refused_with_a_sentence(cast: Cast) -> None:
    client = cast.client("bureau")
    for given in ({"name": ""}, {"name": "x" * 41}, {"name": "x", "query": "q=" + "x" * 2100}):
        assert client.post("/views/", {"page": "compounds", **given}).status_code == 400
    assert client.get("/views/").status_code == 405


def test_a_view_belongs_to_a_list_that_there_is(cast: Cast) -> None:
    """Otherwise a loop over made-up names would fill the table."""
    client = cast.client("bureau")
    for page in ("", "moon", "x" * 60, "compounds\x00"):
        assert client.post("/views/", {"page": page, "name": "x", "query": "q=a"}).status_code == 400
    assert not SavedView.objects.exists()
