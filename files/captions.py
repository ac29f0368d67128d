"""Captions of photos: a line each, from `caption_<photo>` of a form, written by the action of the photos' owner."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from core.text import clean_line
from files.errors import CaptionTooLong

LONGEST_CAPTION = 120

# A row with `pk` and `caption`.
Photo = TypeVar("Photo", bound=Any)


def captions_of_form(sent: Mapping[str, str], photos: Iterable[Photo]) -> dict[int, str]:
    """{photo: words} where they differ from what is stored; a photo that the form does not name keeps its own."""
    found = ((photo, sent.get(f"caption_{photo.pk}")) for photo in photos)
    return {
        photo.pk: words for photo, words in found if words is not None and clean_line(words) != photo.caption
    }


def with_captions(photos: Iterable[Photo], captions: Mapping[int, str]) -> list[Photo]:
    """Those of the photos whose words change, with the new ones; nothing is written yet."""
    changed = []
    for photo in photos:
        words = clean_line(captions.get(photo.pk, photo.caption))
        if len(words) > LONGEST_CAPTION:
            raise CaptionTooLong(most=LONGEST_CAPTION)
        if words != photo.caption:
            photo.caption = words
            changed.append(photo)
    return changed
