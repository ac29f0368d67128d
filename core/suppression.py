"""Small groups are not published, and not left to be worked out from what is.

A table of counts is usually read beside its total: whoever hides one cell of it has hidden nothing. So the cells below
`least` are hidden, and then further ones, the smallest first, until the total less what is shown says nothing sharp
about any hidden group. Zero is shown as long as anything else can be hidden in its stead: nobody stands behind it.
"""

from collections.abc import Sequence

# 少于 5 户的数据不公布.
FEWEST_PUBLISHED = 5


def suppressed(counts: Sequence[int], least: int = FEWEST_PUBLISHED) -> list[int | None]:
    """The counts as they may be published beside their sum; None for a cell that is hidden.

    Cells of 1 … `least` - 1 are hidden. While they would be known all the same (a single one; together fewer than
    `least`; all of one size, which their sum gives away), the smallest of the others goes too, those above zero first.
    Nothing is left to hide behind where the sum is below `least` (do not publish it then), and where each cell is one.
    """
    hidden = {place for place, count in enumerate(counts) if 0 < count < least}
    if not hidden:
        return list(counts)
    spare = sorted(
        {count for count in counts if count == 0 or count >= least}, key=lambda count: (count == 0, count)
    )
    for size in spare:
        if not _is_known([counts[place] for place in hidden], least):
            break
        # All of one size: were the first of them taken, its place would tell which cell was hidden for its own sake.
        hidden |= {place for place, count in enumerate(counts) if count == size}
    return [None if place in hidden else count for place, count in enumerate(counts)]


def _is_known(cells: list[int], least: int) -> bool:
    """Whether the sum of these hidden cells tells what one of them is."""
    return sum(cells) < least or len(set(cells)) == 1
