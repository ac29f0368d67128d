"""Pictures are never kept as they came: decoded within a limit, turned upright, made smaller, written anew.

What was hidden in them (position, owner's name, scripts in comments) does not survive.
"""

from io import BytesIO
from typing import BinaryIO, NamedTuple

from PIL import Image, ImageOps

from files.errors import BrokenImage, TooManyPixels

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
LONGEST_EDGE, THUMBNAIL_EDGE = 2560, 480
QUALITY, THUMBNAIL_QUALITY = 85, 75
MEGA = 1_000_000
# A JPEG is decoded at a fraction of its size, so that a phone's 108 million pixels cost little.
# Everything else, and a progressive JPEG, stands in memory whole: 4 to 6 bytes a pixel.
PIXELS_SCALED, PIXELS_WHOLE = 200 * MEGA, 50 * MEGA
# Pillow's own guard refuses before the size can be told; ours reads the same header and decides before decoding.
Image.MAX_IMAGE_PIXELS = None


class Picture(NamedTuple):
    """A re-encoded JPEG and its thumbnail; sizes in pixels."""

    content: BytesIO
    thumbnail: BytesIO
    width: int
    height: int


def reencoded(source: BinaryIO) -> Picture:
    """Raises `TooManyPixels` before decoding, `BrokenImage` for what is no whole picture."""
    source.seek(0)
    try:
        with Image.open(source, formats=FORMATS) as image:
            _check_pixels(image)
            upright = _upright(image)
    except (TooManyPixels, MemoryError):
        raise
    except Exception as error:
        # Decoders fail on damaged pictures in a dozen ways (OSError, SyntaxError, struct.error, …).
        raise BrokenImage from error
    upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE), Image.Resampling.LANCZOS)
    content = _jpeg(upright, QUALITY)
    width, height = upright.size
    upright.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE), Image.Resampling.LANCZOS)
    return Picture(content, _jpeg(upright, THUMBNAIL_QUALITY), width, height)


def _check_pixels(image: Image.Image) -> None:
    scaled = image.format in {"JPEG", "MPO"} and not image.info.get("progressive")
    limit = PIXELS_SCALED if scaled else PIXELS_WHOLE
    pixels = image.width * image.height
    if pixels > limit:
        raise TooManyPixels(megapixels=-(-pixels // MEGA), limit=limit // MEGA)


def _upright(image: Image.Image) -> Image.Image:
    """The decoded picture as RGB, as it was held, transparent parts white."""
    image.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
    turned = ImageOps.exif_transpose(image)
    if turned.has_transparency_data:
        layer = turned.convert("RGBA")
        turned = Image.new("RGB", layer.size, "white")
        turned.paste(layer, mask=layer.getchannel("A"))
    return turned.convert("RGB")


def _jpeg(image: Image.Image, quality: int) -> BytesIO:
    # Pillow would carry a comment over into the new file.
    image.info.clear()
    to = BytesIO()
    image.save(to, "JPEG", quality=quality, optimize=True, progressive=False)
    return to
