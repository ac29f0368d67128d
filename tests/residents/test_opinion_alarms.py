"""Several beats at one overdue opinion: one tells. With a negative control."""

from typing import Any

import pytest
from django.utils import timezone

from outbox.models import Message
from residents.actions.opinion_alarms import sound_alarm, sound_alarms
from residents.models import Opinion
from tests.cast import Cast
from tests.compounds.builders import make_compound
from tests.races import at_once, refusals
from tests.residents.saying import late, take_down


def overdue(cast: Cast) -> Opinion:
    return late(cast, take_down(cast, make_compound(cast, "砂石厂小区")), owner=cast.street)


def test_of_six_beats_at_once_one_tells(committed_cast: Cast) -> None:
    opinion, today = overdue(committed_cast), timezone.localdate()
    answers = at_once(*[lambda: sound_alarm(opinion_id=opinion.pk, day=today)] * 6)
    assert not refusals(answers)
    assert sorted(answers) == [False] * 5 + [True]
    assert Message.objects.filter(recipient=committed_cast.street).count() == 1


def test_without_the_condition_every_beat_believes_it_is_the_one(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the harness sees several beats at one opinion. The message's key keeps it single even then."""
    opinion, today = overdue(committed_cast), timezone.localdate()
    monkeypatch.setattr("residents.actions.opinion_alarms.due_alarms", lambda _day: Opinion.objects.all())
    answers = at_once(*[lambda: sound_alarm(opinion_id=opinion.pk, day=today)] * 3)
    assert answers == [True] * 3
    assert Message.objects.filter(recipient=committed_cast.street).count() == 1


def test_a_message_that_cannot_be_written_leaves_the_opinion_unclaimed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    opinion = overdue(cast)

    def fail(**_facts: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("residents.actions.opinion_alarms.tell", fail)
        with pytest.raises(RuntimeError):
            sound_alarm(opinion_id=opinion.pk, day=timezone.localdate())
    opinion.refresh_from_db()
    assert opinion.alarmed_at is None
    assert sound_alarms() == 1
