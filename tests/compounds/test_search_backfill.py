"""Rows that were there before full pinyin learn it, and nothing else about them changes."""

from importlib import import_module

from django.apps import apps
from django.db import connections

from compounds.models import Compound
from core.history import history_of
from tests.cast import Cast
from tests.compounds.builders import make_compound

MIGRATION = import_module("compounds.migrations.0008_full_pinyin_in_search_text")


def test_the_backfill_is_that_of_the_actions_and_touches_nothing_else(committed_cast: Cast) -> None:
    compound = make_compound(committed_cast, "砂石厂小区", former_names=["水泥宿舍"])
    Compound.objects.filter(pk=compound.pk).update(search_text="砂石厂小区 sscxq")
    before = Compound.objects.get(pk=compound.pk)
    events = history_of(Compound).count()
    with connections["owner"].schema_editor() as editor:
        MIGRATION.rewrite(apps, editor)
    after = Compound.objects.get(pk=compound.pk)
    assert after.search_text == compound.search_text
    assert after.updated_at == before.updated_at
    assert history_of(Compound).count() == events
    assert [one.pk for one in Compound.objects.matching("shuini")] == [compound.pk]
    # The triggers are back: a change is stamped again.
    Compound.objects.filter(pk=compound.pk).update(notes="改动")
    assert Compound.objects.get(pk=compound.pk).updated_at > before.updated_at
