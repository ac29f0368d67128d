"""Names in a refusal."""

from collections.abc import Sequence

NAMED_IN_A_REFUSAL = 3


def first_of(names: Sequence[str]) -> str:
    """The first few names, so that a refusal of 200 rows stays readable."""
    return "、".join(names[:NAMED_IN_A_REFUSAL]) + ("…" if len(names) > NAMED_IN_A_REFUSAL else "")
