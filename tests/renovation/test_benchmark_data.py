"""The benchmark database is one that a person can go on working in."""

import pytest

from benchmarks import fill
from compounds.actions.register import create_compound
from compounds.models import Compound
from directory.models import Division, User
from projects.models import Project, Scheme


def test_the_next_compound_gets_the_next_number(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, count in {"COUNTIES": 2, "STREETS": 1, "COMMUNITIES": 2, "COMPOUNDS": 2}.items():
        monkeypatch.setattr(fill, name, count)
    fill.main()
    here = Compound.objects.filter(code__startswith="429002-")
    assert sorted(here.values_list("code", flat=True)) == [f"429002-{number:06d}" for number in range(1, 5)]
    manager = User.objects.get(username="manager")
    community = Division.objects.filter(code__startswith="429002", code__regex=r"^\d{12}$").earliest("code")
    compound = create_compound(user=manager, name="新来的小区", community=community)
    assert compound.code == "429002-000005"


def test_the_programme_stands_at_every_point_of_the_line(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, count in {"COUNTIES": 1, "STREETS": 2, "COMMUNITIES": 2, "COMPOUNDS": 12}.items():
        monkeypatch.setattr(fill, name, count)
    fill.main()
    projects = Project.objects.all()
    assert projects.count() == Compound.objects.count() == 48
    assert {"willingness", "scheme", "construction", "aftercare"} <= set(
        projects.values_list("stage", flat=True)
    )
    assert set(projects.filter(stage="aftercare").values_list("percent_done", flat=True)) == {100}
    assert projects.filter(stage="construction", percent_done__gt=0, percent_done__lt=100).exists()
    assert Scheme.objects.exclude(state="approved").count() == 0
    assert not projects.filter(planned_completion_on=None).exists()
