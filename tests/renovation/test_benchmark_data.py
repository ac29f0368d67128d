"""The benchmark database is one that a person can go on working in."""

import pytest

from benchmarks import fill
from compounds.actions.register import create_compound
from compounds.models import Compound
from directory.models import Division, User


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
