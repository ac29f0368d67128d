"""The demo: published sums to the unit, the same rows each time, real communities, every page answers."""

from datetime import date
from time import monotonic

import pytest

from portal.demo.actions import load_demo

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def test_load(settings):
    settings.DEMO = True
    begun = monotonic()
    print(load_demo(today=DAY), monotonic() - begun)
