"""Filters that a person keeps under a name."""

import pytest

from core.errors import InvalidInput
from core.integrity import ConstraintRefused
from directory.actions.saved_views import MOST, delete_view, rename_view, save_view
from directory.models import SavedView
from tests.cast import Cast


def test_a_filter_is_kept_and_the_same_name_replaces_it(cast: Cast) -> None:
    save_view(user=cast.bureau, page="compounds", name=" 危房 ", query="?hazard=1")
    save_view(user=cast.bureau, page="compounds", name="危房", query="hazard=2")
    assert list(SavedView.objects.values_list("name", "query")) == [("危房", "hazard=2")]


def test_views_are_renamed_within_their_page(cast: Cast) -> None:
    one = save_view(user=cast.bureau, page="compounds", name="甲", query="a=1")
    save_view(user=cast.bureau, page="compounds", name="乙", query="a=2")
    with pytest.raises(ConstraintRefused):
        rename_view(user=cast.bureau, view=one, name="乙")
    assert rename_view(user=cast.bureau, view=one, name="丙").name == "丙"


def test_nobody_touches_the_views_of_another(cast: Cast) -> None:
    view = save_view(user=cast.bureau, page="compounds", name="甲", query="a=1")
    delete_view(user=cast.bureau2, view=view)
    assert SavedView.objects.filter(pk=view.pk).exists()
    with pytest.raises(SavedView.DoesNotExist):
        rename_view(user=cast.bureau2, view=view, name="我的")
    delete_view(user=cast.bureau, view=view)
    assert not SavedView.objects.exists()


def test_there_are_not_endlessly_many(cast: Cast) -> None:
    for number in range(MOST):
        save_view(user=cast.bureau, page="compounds", name=f"视图{number}", query="")
    with pytest.raises(InvalidInput):
        save_view(user=cast.bureau, page="compounds", name="再一个", query="")
    assert save_view(user=cast.bureau, page="pool", name="再一个", query="")


@pytest.mark.parametrize("name", ["", "   ", "名" * 41])
def test_a_view_has_a_name_of_reasonable_length(cast: Cast, name: str) -> None:
    with pytest.raises(InvalidInput):
        save_view(user=cast.bureau, page="compounds", name=name, query="")
