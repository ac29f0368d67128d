"""The page of a project: what it shows to whom."""

from tests.cast import Cast
from tests.projects.builders import make_project, make_unplanned_project


def test_the_page_shows_where_the_project_stands_and_what_it_lacks(cast: Cast) -> None:
    project = make_unplanned_project(cast, "砂石厂小区")
    page = cast.client("bureau").get(project.get_absolute_url())
    assert page.status_code == 200
    assert "砂石厂小区" in page.content.decode()


def test_another_district_finds_no_such_page(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    assert cast.client("stranger").get(project.get_absolute_url()).status_code == 404


def test_all(cast: Cast) -> None:
    project = make_project(cast, "砂石厂小区")
    client = cast.client("bureau")
    base = project.get_absolute_url()
    for path in (
        "",
        "edit/",
        "history/",
        "move/",
        "move/?move=advance",
        "move/?move=cancel",
        "parties/add/",
        "related/add/",
        "manager/",
    ):
        page = client.get(base + path)
        assert page.status_code == 200, path
    for path in (
        "/projects/",
        "/projects/?cols="
        + ".".join(["code", "county", "client", "origin", "programmes", "updated_at", "area"]),
        f"/projects/of/{project.compound.code}/",
        "/",
        "/overview/",
        "/projects/?sort=next_milestone",
        "/projects/?sort=stage",
        "/projects/?late=true&ready=true&q=ssc&programme=urban_renewal&manager_name=x&lead_name=x&standing=under_way",
    ):
        page = client.get(path)
        assert page.status_code in (200, 302), path
    for path in ("manager", "dates", "programmes", "print", "export"):
        page = client.post(f"/projects/bulk/{path}/", {"pick": project.pk})
        assert page.status_code == 200, (path, page.content)
    assert cast.client("sysadmin").get("/system/go-live/").status_code == 200
