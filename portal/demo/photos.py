"""Pictures for the surveys: drawn, not taken, and each says so.

The words 示例照片 come as a small image (data/sample_label.png), so that drawing needs no
Chinese font on the machine.
"""

from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

from compounds.models import Topic
from portal.demo import dice
from portal.demo.published import DATA

WIDTH, HEIGHT = 960, 720
GROUND = 470
VARIANTS = 3

Draw = ImageDraw.ImageDraw
Colour = tuple[int, int, int]


@lru_cache(maxsize=64)
def photo(topic: str, variant: int) -> bytes:
    """A JPEG about one topic; the same topic and variant give the same picture."""
    random = dice(f"photo {topic} {variant}")
    image = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(image)
    _background(draw, random)
    _SCENES[topic](draw, random)
    _mark_as_sample(image)
    written = BytesIO()
    image.save(written, "JPEG", quality=82, optimize=True)
    return written.getvalue()


def _mark_as_sample(image: Image.Image) -> None:
    with Image.open(DATA / "sample_label.png") as label:
        # In the middle, where a square thumbnail still shows it.
        image.paste(label.convert("RGB"), ((WIDTH - label.width) // 2, HEIGHT - label.height - 16))


def _shade(colour: Colour, by: int) -> Colour:
    red, green, blue = (max(0, min(255, part + by)) for part in colour)
    return red, green, blue


# --- What every picture has -------------------------------------------------------------


def _background(draw: Draw, random: Random) -> None:
    """Sky, two blocks of flats, ground."""
    top = random.choice(((150, 180, 205), (176, 186, 192), (133, 166, 196)))
    for y in range(GROUND):
        draw.line((0, y, WIDTH, y), fill=_shade(top, y // 9))
    walls = ((196, 178, 152), (176, 170, 160), (203, 190, 172), (168, 140, 120))
    _block(draw, random, left=-60, right=470, roof=90, wall=random.choice(walls))
    _block(draw, random, left=540, right=1010, roof=150, wall=random.choice(walls))
    ground = random.choice(((140, 136, 128), (150, 144, 132), (128, 126, 122)))
    draw.rectangle((0, GROUND, WIDTH, HEIGHT), fill=ground)
    for _speck in range(900):
        x, y = random.randrange(WIDTH), random.randrange(GROUND, HEIGHT)
        draw.point((x, y), fill=_shade(ground, random.randint(-28, 22)))


def _block(draw: Draw, random: Random, *, left: int, right: int, roof: int, wall: Colour) -> None:
    draw.rectangle((left, roof, right, GROUND), fill=wall)
    draw.rectangle((left - 8, roof - 12, right + 8, roof), fill=_shade(wall, -40))
    for y in range(roof + 26, GROUND - 40, 62):
        draw.line((left, y - 14, right, y - 14), fill=_shade(wall, -18), width=2)
        for x in range(left + 24, right - 50, 74):
            glass = random.choice(((70, 84, 96), (86, 102, 114), (58, 66, 74)))
            draw.rectangle((x, y, x + 46, y + 34), fill=glass, outline=_shade(wall, -60), width=3)
            draw.line((x + 23, y, x + 23, y + 34), fill=_shade(wall, -60), width=2)
            if random.random() < 0.25:
                draw.rectangle(
                    (x + 50, y + 18, x + 68, y + 34), fill=(206, 206, 200), outline=(120, 120, 116)
                )


def _crack(draw: Draw, random: Random, x: float, y: float, steps: int, colour: Colour) -> None:
    for _step in range(steps):
        nx, ny = x + random.uniform(-26, 44), y + random.uniform(-10, 16)
        draw.line((x, y, nx, ny), fill=colour, width=random.choice((1, 2, 3)))
        x, y = nx, ny


def _blob(draw: Draw, random: Random, x: float, y: float, size: float, colour: Colour) -> None:
    points = [
        (x + size * random.uniform(0.7, 1.2) * dx, y + size * random.uniform(0.25, 0.42) * dy)
        for dx, dy in ((-1, 0), (-0.6, -0.8), (0, -1), (0.7, -0.7), (1, 0), (0.6, 0.8), (0, 1), (-0.7, 0.8))
    ]
    draw.polygon(points, fill=colour)


# --- What is wrong there ----------------------------------------------------------------


def _roads(draw: Draw, random: Random) -> None:
    draw.polygon(((250, GROUND), (640, GROUND), (980, HEIGHT), (-60, HEIGHT)), fill=(96, 94, 92))
    for _crack_line in range(16):
        _crack(
            draw, random, random.uniform(80, 800), random.uniform(GROUND + 20, HEIGHT - 20), 8, (52, 50, 48)
        )
    for _hole in range(7):
        x, y = random.uniform(120, 820), random.uniform(GROUND + 50, HEIGHT - 60)
        _blob(draw, random, x, y, random.uniform(30, 80), (120, 108, 92))
        _blob(draw, random, x + 4, y + 3, random.uniform(18, 50), (112, 126, 136))


def _pipes(draw: Draw, random: Random) -> None:
    for x in (random.randint(60, 160), random.randint(600, 700)):
        draw.rectangle((x, 130, x + 13, GROUND + 12), fill=(134, 82, 52), outline=(84, 50, 32))
        for y in range(170, GROUND, 88):
            draw.rectangle((x - 5, y, x + 18, y + 12), fill=(98, 62, 42))
        _blob(draw, random, x + 8, GROUND + 26, 90, (74, 76, 66))
    hole = random.randint(330, 560)
    _blob(draw, random, hole, 610, 260, (86, 82, 62))
    _blob(draw, random, hole + 20, 618, 190, (70, 68, 52))
    draw.ellipse((hole - 60, 578, hole + 60, 622), fill=(58, 58, 58), outline=(36, 36, 36), width=5)
    for bar in range(hole - 44, hole + 60, 22):
        draw.line((bar, 590, bar, 610), fill=(30, 30, 30), width=4)


def _environment(draw: Draw, random: Random) -> None:
    for row in range(6):
        y = GROUND + 24 + row * 20
        draw.line((40, y, 400, y + 6), fill=(98, 72, 48), width=9)
        for x in range(50, 400, 22):
            _blob(draw, random, x, y - 6, 11, random.choice(((62, 116, 52), (84, 140, 62), (50, 98, 48))))
    bags = ((36, 38, 44), (188, 60, 52), (60, 96, 150), (210, 206, 196), (92, 132, 84))
    for _bag in range(40):
        east, south, size = random.uniform(520, 900), random.uniform(560, 680), random.uniform(16, 40)
        around = (east - size, south - size * 0.8, east + size, south + size * 0.7)
        draw.ellipse(around, fill=random.choice(bags))


def _parking(draw: Draw, random: Random) -> None:
    paints = ((182, 52, 48), (52, 78, 130), (210, 210, 208), (60, 62, 66), (150, 152, 154), (214, 176, 60))
    for y, scale in ((500, 0.8), (566, 1.0), (644, 1.25)):
        x = random.uniform(-60, 0)
        while x < WIDTH:
            _car(draw, x, y, scale, random.choice(paints))
            x += random.uniform(150, 176) * scale


def _car(draw: Draw, x: float, y: float, scale: float, paint: Colour) -> None:
    def at(dx: float, dy: float) -> tuple[float, float]:
        return x + dx * scale, y + dy * scale

    draw.polygon((at(30, -28), at(52, -56), at(104, -56), at(126, -28)), fill=(70, 82, 92))
    draw.rounded_rectangle(
        (*at(0, -32), *at(148, 4)), radius=int(9 * scale), fill=paint, outline=_shade(paint, -50)
    )
    for wheel in (30, 116):
        draw.ellipse(
            (*at(wheel - 15, -12), *at(wheel + 15, 18)), fill=(28, 28, 30), outline=(120, 120, 120), width=3
        )


def _buildings(draw: Draw, random: Random) -> None:
    for _patch in range(13):
        x, y = random.uniform(0, 440), random.uniform(130, 440)
        _blob(draw, random, x, y, random.uniform(26, 76), (140, 84, 64))
        _blob(draw, random, x + 5, y + 2, random.uniform(14, 40), (156, 96, 72))
    for _line in range(9):
        _crack(draw, random, random.uniform(0, 860), random.uniform(150, 430), 7, (66, 56, 50))
    for _stain in range(6):
        x = random.randint(560, 920)
        draw.polygon(((x, 152), (x + 40, 152), (x + 26, 300 + random.randint(0, 120))), fill=(120, 116, 106))


def _security(draw: Draw, random: Random) -> None:
    for x in range(-10, WIDTH, 40):
        if not 380 < x < 600 and random.random() < 0.8:
            lean = random.randint(-14, 14)
            draw.line((x, 600, x + lean, 430), fill=(86, 60, 46), width=7)
    draw.line((-10, 470, 380, 462), fill=(86, 60, 46), width=6)
    draw.line((600, 466, 970, 474), fill=(86, 60, 46), width=6)
    for x in (372, 602):
        draw.rectangle((x, 400, x + 34, 612), fill=(150, 120, 100), outline=(92, 72, 60), width=3)
    draw.polygon(((406, 440), (470, 480), (470, 640), (406, 606)), fill=(104, 76, 60), outline=(60, 44, 36))
    draw.rectangle((690, 520, 790, 606), fill=(64, 64, 68))
    for y in range(528, 604, 15):
        draw.line((700, y, 780, y), fill=(196, 64, 52), width=3)


_SCENES: dict[str, Callable[[Draw, Random], None]] = {
    Topic.ROADS: _roads,
    Topic.PIPES: _pipes,
    Topic.ENVIRONMENT: _environment,
    Topic.PARKING: _parking,
    Topic.BUILDINGS: _buildings,
    Topic.SECURITY: _security,
}
