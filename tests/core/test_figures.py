"""Numbers, areas, sums and moments as the portal writes them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override

from core import figures


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (1496200, "1,496,200"), (Decimal("12.50"), "12.5"), (Decimal("0.005"), "0.01"), (-1234.5, "-1,234.5"),
     (None, "—"), ("", "—"), ("x", "—"), (float("nan"), "—"), (Decimal("Infinity"), "—"), (10**18, "1" + ",000" * 6)],
)  # fmt: skip
def test_thousands(value: Any, written: str) -> None:
    assert figures.thousands(value) == written


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [(Decimal(1496200), "149.62 万㎡", "1,496,200 m²"), (986, "986 ㎡", "986 m²"),
     (Decimal("488255.5"), "48.83 万㎡", "488,256 m²"), (10_000, "1 万㎡", "10,000 m²"),
     (Decimal("9999.99"), "9,999.99 ㎡", "9,999.99 m²"), (None, "—", "—"), (0, "0 ㎡", "0 m²")],
)  # fmt: skip
def test_areas(value: Any, chinese: str, english: str) -> None:
    with override("zh-hans"):
        assert figures.area(value) == chinese
    with override("en"):
        assert figures.area(value) == english


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [(790_000_000, "7.9 亿元", "¥790 million"), (3_120_000, "312 万元", "¥3.12 million"), (200, "200 元", "¥200"),
     (1_220_000_000, "12.2 亿元", "¥1.22 billion"), (Decimal(-15000), "-1.5 万元", "¥-15,000"), (None, "—", "—")],
)  # fmt: skip
def test_money(value: Any, chinese: str, english: str) -> None:
    with override("zh-hans"):
        assert figures.money(value) == chinese
    with override("en"):
        assert figures.money(value) == english


def test_shares_round_half_up() -> None:
    assert figures.percent(Decimal("0.9545")) == "95.5 %"
    assert figures.percent(1) == "100 %"


def test_moments_are_those_of_beijing() -> None:
    new_year = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
    assert figures.day(new_year) == "2026-01-01"
    assert figures.moment(new_year) == "2026-01-01 00:30"
    assert figures.day(date(2026, 2, 28)) == "2026-02-28"
    assert figures.moment(None) == figures.day(None) == "—"


def test_how_long_ago() -> None:
    with override("en"):
        assert figures.ago(timezone.now()) == "just now"
        assert figures.ago(timezone.now() - timedelta(hours=2, minutes=5)) == "2\xa0hours ago"
