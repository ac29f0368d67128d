"""The page of a project: what it shows to whom."""

from tests.cast import Cast
from tests.projects.builders import make_unplanned_project


def test_the_page_shows_where_the_project_stands_and_what_it_lacks(cast: Cast) -> None:
    project = make_unplanned_project(cast, "砂石厂小区")
    page = cast.client("bureau").get(project.get_absolute_url())
    assert page.status_code == 200
    assert "砂石厂小区" in page.content.decode()


def test_another_district_finds_no_such_page(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    assert cast.client("stranger").get(project.get_absolute_url()).status_code == 404
