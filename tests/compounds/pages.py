"""What tests of the survey, pool and rules pages share: pictures, what a survey form sends."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from compounds.models import Topic
from tests.cast import Cast


def picture(
    *, colour: str = "teal", size: tuple[int, int] = (640, 480), name: str = "photo.jpg", orientation: int = 0
) -> SimpleUploadedFile:
    """A JPEG as a phone sends it; `orientation` is the EXIF tag of that name."""
    content = BytesIO()
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    Image.new("RGB", size, colour).save(content, "JPEG", exif=exif)
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/jpeg")


def survey_form(*, score: int | None = 3, **changes: Any) -> dict[str, Any]:
    """A complete form; `score=None` scores nothing, `score_roads=4` changes one field, `None` leaves it out."""
    sent: dict[str, Any] = {
        "surveyed_on": "2025-03-01", "asked_households": "100", "wishing_households": "90", "hazards": "", "notes": "",
    }  # fmt: skip
    for topic in Topic.values:
        sent[f"note_{topic}"] = ""
        if score is not None:
            sent[f"score_{topic}"] = str(score)
    sent |= changes
    return {name: value for name, value in sent.items() if value is not None}


def sign_in(page: Page, cast: Cast, username: str, site: str) -> Page:
    """The page's visitor is this person from now on."""
    cookie = cast.client(username).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
    return page


def files(*pictures: SimpleUploadedFile) -> list[FilePayload]:
    """As somebody chooses them in the browser."""
    return [
        {"name": str(one.name), "mimeType": str(one.content_type), "buffer": one.read()} for one in pictures
    ]


def await_on_the_device(page: Page) -> None:
    """Every chosen photo is small and kept by the browser: the page may be closed from here on."""
    expect(page.locator(".photo-waiting .photo-state", has_text="正在压缩")).to_have_count(0, timeout=15_000)
