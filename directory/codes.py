"""Administrative division codes: a prefix tree of 2, 4, 6, 9 and 12 digits (GB/T 2260, GB/T 10114)."""

from collections.abc import Iterable

# Length of the code → level; the level's number is also its depth in the tree.
LENGTHS = (2, 4, 6, 9, 12)


def is_division_code(text: str) -> bool:
    """ASCII digits only: full-width digits are no code until they have been levelled."""
    return len(text) in LENGTHS and text.isascii() and text.isdigit()


def parent_code(code: str) -> str | None:
    """421003001 → 421003; a province has none."""
    depth = LENGTHS.index(len(code))
    return code[: LENGTHS[depth - 1]] if depth else None


def ancestors(code: str) -> list[str]:
    """421003001 → ["42", "4210", "421003"]."""
    return [code[:length] for length in LENGTHS if length < len(code)]


def covers(scope: str, code: str) -> bool:
    """Whether a role at `scope` reaches `code`: itself or below."""
    return bool(scope) and code.startswith(scope)


def outermost(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes that no other of them covers, sorted."""
    kept: list[str] = []
    for code in sorted(set(codes)):
        if not kept or not code.startswith(kept[-1]):
            kept.append(code)
    return tuple(kept)
