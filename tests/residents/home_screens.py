"""What every page of a resident keeps to, as a browser sees it: narrow, readable, light."""

import gzip
from collections.abc import Callable

from playwright.sync_api import Page, Response

Axe = Callable[[Page], None]
HEAVIEST = 100_000
# Body text and what is tapped, in CSS pixels: (usual, large print).
SMALLEST_TEXT, SMALLEST_TARGET = (16, 18), (44, 60)


class Weight:
    """What a page fetches, as it would be sent compressed."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        page.on("response", self._add)

    def _add(self, response: Response) -> None:
        if response.status < 300:
            self.bytes += len(gzip.compress(response.body()))


def fits(page: Page) -> None:
    """Nothing scrolls sideways."""
    page.wait_for_load_state()
    width = page.evaluate("document.documentElement.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def is_readable(page: Page, *, large: bool) -> None:
    """Text and targets are as large as promised; inline links in sentences are no targets."""
    size = page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('main p, main label')).fontSize)"
    )
    assert size >= SMALLEST_TEXT[large], (page.url, size)
    heights = page.evaluate(
        "[...document.querySelectorAll('button, .btn, .back a, .phone a, input[type=text], .choice')]"
        ".map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()]).map(([what, box]) => [what, box.height, box.width])"
    )
    for what, height, width in heights:
        assert min(height, width) >= SMALLEST_TARGET[large] - 0.1, (page.url, what, height, width)


def look(page: Page, axe: Axe | None, *, large: bool) -> None:
    fits(page)
    is_readable(page, large=large)
    if axe is not None:
        axe(page)
