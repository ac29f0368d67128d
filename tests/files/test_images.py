"""Pictures are written anew: upright, smaller, without what was hidden in them."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.errors import DomainError
from files.errors import BrokenImage, TooManyPixels
from files.images import Picture, reencoded
from tests.effort import examples
from tests.files.pictures import jpeg, picture, png_that_claims


def opened(made: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(made.content.getvalue()))
    image.load()
    return image


def test_a_large_picture_is_made_smaller_and_gets_a_thumbnail() -> None:
    made = reencoded(io.BytesIO(jpeg(4000, 3000)))
    assert (made.width, made.height) == (2560, 1920)
    assert opened(made).size == (2560, 1920)
    assert Image.open(made.thumbnail).size == (480, 360)


def test_a_small_picture_keeps_its_size() -> None:
    assert opened(reencoded(io.BytesIO(jpeg(30, 20)))).size == (30, 20)


def test_position_owner_and_comments_do_not_survive() -> None:
    exif = Image.Exif()
    exif[0x010E] = "主人是张三"
    exif.get_ifd(0x8825)[2] = (30.0, 20.0, 10.0)
    content = jpeg(40, 30, exif=exif, comment=b"<script>alert(1)</script>", icc_profile=b"secret profile")
    assert b"<script>" in content
    made = reencoded(io.BytesIO(content + b"<html>after the end</html>"))
    result = made.content.getvalue()
    assert not opened(made).getexif()
    for hidden in (b"<script>", b"<html>", b"secret profile", "张三".encode(), b"Exif"):
        assert hidden not in result
        assert hidden not in made.thumbnail.getvalue()


def test_a_picture_held_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90° to the right
    made = opened(reencoded(io.BytesIO(jpeg(400, 200, exif=exif))))
    assert made.size == (200, 400)
    red, green, _blue = made.getpixel((150, 50))  # type: ignore[misc]
    assert red > 150
    assert green < 60


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("PNG", "LA"), ("PNG", "1"), ("PNG", "I;16"),
     ("JPEG", "CMYK"), ("JPEG", "L"), ("WEBP", "RGBA"), ("GIF", "P")],
)  # fmt: skip
def test_every_mode_becomes_a_plain_jpeg(kind: str, mode: str) -> None:
    image = opened(reencoded(io.BytesIO(picture(60, 40, kind, mode))))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (60, 40))


def test_what_is_transparent_becomes_white() -> None:
    image = opened(reencoded(io.BytesIO(picture(60, 40, "PNG", "RGBA"))))
    assert image.getpixel((50, 30)) == (255, 255, 255)


def test_a_png_of_900_million_pixels_is_refused_before_it_is_decoded() -> None:
    content = png_that_claims(30_000, 30_000)
    assert len(content) < 1000
    with pytest.raises(TooManyPixels) as refusal:
        reencoded(io.BytesIO(content))
    assert refusal.value.details == {"megapixels": 900, "limit": 50}


def test_a_png_of_64_million_pixels_is_refused_a_phones_jpeg_of_108_million_is_taken() -> None:
    with pytest.raises(TooManyPixels):
        reencoded(io.BytesIO(png_that_claims(8_000, 8_000)))
    assert opened(reencoded(io.BytesIO(jpeg(12_000, 9_000)))).size == (2560, 1920)


def test_a_progressive_jpeg_stands_in_memory_whole_and_has_the_lower_limit() -> None:
    with pytest.raises(TooManyPixels):
        reencoded(io.BytesIO(jpeg(8_000, 7_000, progressive=True)))


def test_what_is_no_picture_is_refused() -> None:
    for content in (
        b"",
        b"x" * 100,
        jpeg(50, 50)[:200],
        png_that_claims(50, 50)[:60],
        b"GIF89a" + b"\0" * 20,
    ):
        with pytest.raises(BrokenImage):
            reencoded(io.BytesIO(content))


WHOLE = [jpeg(64, 48), picture(64, 48, "PNG"), picture(64, 48, "WEBP"), picture(64, 48, "GIF", "P")]


@settings(max_examples=examples(150), deadline=None)
@given(st.sampled_from(WHOLE), st.lists(st.tuples(st.integers(0, 10**5), st.integers(0, 255)), max_size=6))
def test_damaged_pictures_are_read_or_refused(content: bytes, damage: list[tuple[int, int]]) -> None:
    damaged = bytearray(content)
    for place, value in damage:
        damaged[place % len(damaged)] = value
    try:
        made = reencoded(io.BytesIO(bytes(damaged)))
    except DomainError:
        return
    assert opened(made).format == "JPEG"
