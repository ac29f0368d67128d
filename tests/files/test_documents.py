"""Documents of records: what is taken, what they could do to their readers, what is seen of them."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.template.loader import render_to_string
from django.utils import translation
from PIL import Image

from core.errors import DomainError, TooLarge
from files import office, pdf_page, pdfs, storage
from files.actions import store_upload
from files.documents import Document, Version
from files.errors import (
    ActiveContent,
    BrokenPdf,
    EmptyFile,
    LockedPdf,
    PackedTooTight,
    StorageFull,
    TooManyPages,
    UnsupportedFile,
)
from files.forms import RuledFileField
from files.models import StoredFile
from files.pdfs import read_pdf
from files.rules import OFFICE, SCANS, FileRule
from files.serving import file_response, preview_response
from tests.cast import Cast
from tests.files.documents import CONTENT_TYPES, docx, pdf, pdf_under_a_password
from tests.files.pictures import jpeg
from tests.files.test_store import no_room_for_files_over, objects, release, served
from tests.spreadsheets import package, xls, xlsx

pytestmark = pytest.mark.usefixtures("files_of_their_own")
ANY = FileRule(accepted=SCANS | OFFICE)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def hand_in(content: bytes, name: str, cast: Cast, rule: FileRule = ANY) -> StoredFile:
    return store_upload(file=io.BytesIO(content), name=name, user=cast.bureau, rule=rule)


def shown(file: StoredFile, *, small: bool = False) -> Image.Image:
    response = preview_response(file, small=small)
    content = b"".join(response)
    release(response)
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


# --- What is taken ----------------------------------------------------------------------


def test_a_pdf_is_kept_as_it_came_with_its_pages_and_a_picture_of_the_first(cast: Cast) -> None:
    content = pdf(3)
    file = hand_in(content, "批复.pdf", cast)
    assert (file.media_type, file.pages, file.size) == ("application/pdf", 3, len(content))
    assert served(file) == content
    assert shown(file).size == (1131, 1600)
    assert max(shown(file, small=True).size) == 480
    assert len(file.checksum.split()) == 8


def test_a_photographed_page_loses_its_position(cast: Cast) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (30.0, 20.0, 10.0)
    file = hand_in(jpeg(400, 300, exif=exif), "IMG_1.jpg", cast)
    assert file.media_type == "image/jpeg"
    assert not shown(file).getexif()
    assert b"Exif" not in served(file)


@pytest.mark.parametrize(
    ("content", "name"),
    [(xlsx([["a"]]), "清单.xlsx"), (xls([["a"]]), "清单.xls"), (docx(), "方案.docx"), (OLE + b"\0" * 600, "方案.doc")],
)  # fmt: skip
def test_office_files_are_kept_and_have_no_picture(cast: Cast, content: bytes, name: str) -> None:
    file = hand_in(content, name, cast)
    assert (file.name, file.is_shown, file.pages) == (name, False, None)
    assert served(file) == content
    with pytest.raises(Http404):
        preview_response(file)


@pytest.mark.parametrize(
    "content",
    [docx(), b"hello", b"<html><script>alert(1)</script>", b"MZ\x90\0" * 50, package({"a.txt": "x"})],
)
def test_what_the_rule_does_not_name_is_refused_with_what_it_names(cast: Cast, content: bytes) -> None:
    with pytest.raises(UnsupportedFile) as refusal:
        hand_in(content, "x.pdf", cast, FileRule(accepted=SCANS))
    assert "PDF" in refusal.value.message
    assert "Word" not in refusal.value.message


def test_the_rules_own_limit_and_the_portals(cast: Cast, settings: object) -> None:
    with pytest.raises(TooLarge):
        hand_in(pdf() + b" " * 2**20, "a.pdf", cast, FileRule(accepted=SCANS, megabytes=1))
    settings.UPLOAD_LIMIT_MB = 1  # type: ignore[attr-defined]
    assert FileRule(accepted=SCANS, megabytes=50).limit == 1
    with pytest.raises(EmptyFile):
        hand_in(b"", "a.pdf", cast)


def test_the_form_says_what_it_takes_and_refuses_by_size(settings: object) -> None:
    settings.UPLOAD_LIMIT_MB = 1  # type: ignore[attr-defined]
    field = RuledFileField(rule=FileRule(accepted=SCANS))
    assert field.widget.attrs["accept"] == "image/*,.pdf"
    with translation.override("en"):
        assert str(field.help_text) == "an image (JPEG, PNG, WebP), PDF, up to 1 MB"
    assert "1 MB" in str(field.help_text)
    with pytest.raises(Exception, match="1"):
        field.clean(SimpleUploadedFile("a.pdf", b"x" * (2**20 + 1)))


# --- What could act ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param(docx(**{"word/vbaProject.bin": "x"}), "方案.docx", id="a macro that calls itself .docx"),
        pytest.param(docx(**{"word\\VBAPROJECT.BIN": "x"}), "方案.docx", id="with a backslash and in capitals"),
        pytest.param(docx(**{"word/activeX/activeX1.bin": "x"}), "方案.docx", id="a control"),
        pytest.param(
            package({CONTENT_TYPES: '<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>',
                     "word/document.xml": "<w/>"}),
            "方案.docm", id="said in its list of types",
        ),
        pytest.param(
            docx(**{"word/_rels/settings.xml.rels": '<Relationship Id="r1" Type="http://x/attachedTemplate" '
                    'Target="http://evil.example/a.dotm" TargetMode="External"/>'}),
            "方案.docx", id="a template from elsewhere",
        ),
        pytest.param(
            package({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "Basic/script-lc.xml": "x"}),
            "清单.ods", id="Basic in OpenDocument",
        ),
        pytest.param(OLE + b"\0" * 600 + "_VBA_PROJECT".encode("utf-16-le"), "方案.doc", id="Word 97"),
        pytest.param(OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "方案.docx", id="under a password"),
    ],
)  # fmt: skip
def test_office_files_with_macros_are_refused_whatever_they_are_called(
    cast: Cast, content: bytes, name: str
) -> None:
    with pytest.raises(ActiveContent):
        hand_in(content, name, cast)
    assert not StoredFile.objects.exists()


def test_a_package_that_unpacks_to_too_much_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MOST_UNPACKED", 50_000)
    with pytest.raises(PackedTooTight):
        hand_in(docx(**{"word/media/a.xml": "0" * 60_000}), "方案.docx", cast)
    monkeypatch.setattr(office, "MOST_OF_A_PART", 10_000)
    with pytest.raises(PackedTooTight):
        hand_in(docx(**{"word/_rels/settings.xml.rels": " " * 20_000}), "方案.docx", cast)
    monkeypatch.setattr(office, "MOST_PARTS", 2)
    with pytest.raises(PackedTooTight):
        hand_in(docx(a="1"), "方案.docx", cast)


# --- PDFs that are none, or too much ----------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n%...", pdf()[:120], b"%PDF-" + b"\0" * 5000, pdf()[:-1][::-1]]
)
def test_a_pdf_that_does_not_open_is_refused(content: bytes) -> None:
    with pytest.raises(BrokenPdf):
        read_pdf(io.BytesIO(content))


def test_a_pdf_under_a_password_is_refused_with_the_way_out() -> None:
    with pytest.raises(LockedPdf):
        read_pdf(io.BytesIO(pdf_under_a_password()))


def test_a_pdf_of_thousands_of_pages_is_refused() -> None:
    with pytest.raises(TooManyPages):
        read_pdf(io.BytesIO(pdf(pdf_page.MOST_PAGES + 1)))


@pytest.mark.parametrize(("width", "height"), [(14_400, 14_400), (1, 1), (14_400, 1), (842, 595)])
def test_pages_of_any_size_give_a_picture_of_bounded_size(width: float, height: float) -> None:
    read = read_pdf(io.BytesIO(pdf(width=width, height=height)))
    with Image.open(read.preview) as image:
        assert max(image.size) <= 1601


def test_a_reader_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "PATIENCE", 0.01)
    with pytest.raises(BrokenPdf):
        read_pdf(io.BytesIO(pdf()))


def test_a_reader_that_dies_takes_nothing_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "dies.py"
    program.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.setattr(pdfs, "PROGRAM", program)
    with pytest.raises(BrokenPdf):
        read_pdf(io.BytesIO(pdf()))


def test_the_reader_knows_no_secret_and_may_write_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "asks.py"
    program.write_text(
        "import json, os, resource, runpy, sys\n"
        f"reader = runpy.run_path({str(pdfs.PROGRAM)!r})\n"
        "reader['limit']()\n"
        "try:\n"
        f"    open({str(tmp_path / 'left.txt')!r}, 'w').write('x' * 99999)\n"
        "    wrote = 1\n"
        "except OSError:\n"
        "    wrote = 0\n"
        "found = {'refused': 'pages', 'pages': len(os.environ) * 10 + wrote}\n"
        "sys.stdout.write(json.dumps(found) + '\\n')\n"
    )
    monkeypatch.setattr(pdfs, "PROGRAM", program)
    monkeypatch.setenv("SECRET_KEY", "known")
    with pytest.raises(TooManyPages) as refusal:
        read_pdf(io.BytesIO(pdf()))
    # LC_CTYPE is the interpreter's own.
    assert refusal.value.details["pages"] in (0, 10)


def test_a_full_disk_while_the_preview_is_stored_leaves_no_row(cast: Cast, files_of_their_own: Path) -> None:
    person = cast.bureau
    content = pdf() + b" " * 20_000
    with no_room_for_files_over(100), pytest.raises(StorageFull):
        store_upload(file=io.BytesIO(content), name="a.pdf", user=person, rule=ANY)
    assert not StoredFile.objects.exists()
    assert objects(files_of_their_own) == []
    assert served(hand_in(content, "a.pdf", cast)) == content


# --- What is seen -----------------------------------------------------------------------


def test_a_preview_is_our_own_picture_in_a_sandbox_and_the_pdf_stays_a_download(cast: Cast) -> None:
    file = hand_in(pdf(), "批复.pdf", cast)
    preview, download = preview_response(file), file_response(file, inline=True)
    assert preview.headers["Content-Type"] == "image/jpeg"
    assert preview.headers["Content-Disposition"].startswith("inline")
    assert download.headers["Content-Disposition"].startswith("attachment")
    for response in (preview, download):
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "private, no-store"
        release(response)


def test_a_preview_whose_bytes_are_gone_answers_404(cast: Cast) -> None:
    file = hand_in(pdf(), "批复.pdf", cast)
    storage.store().delete(file.preview_key)
    with pytest.raises(Http404):
        preview_response(file)


def test_the_list_of_versions_shows_the_newest_the_earlier_and_their_checksums(cast: Cast) -> None:
    files = [hand_in(pdf(), "方案初稿.pdf", cast), hand_in(docx(), "方案二稿.docx", cast)]
    versions = [
        Version(
            number=number, file=file, added_at=datetime(2026, 11, 20, 8, tzinfo=UTC), added_by="局长丁",
            url=f"/d/{number}/", preview_url=f"/p/{number}/", note="<b>终稿</b>",
        )
        for number, file in enumerate(files, start=1)
    ]  # fmt: skip
    document = Document.of("改造方案", versions)
    assert document.current is not None
    assert (document.current.number, document.current.is_shown) == (2, False)
    page = render_to_string("files/_document.html", {"document": document})
    for seen in ("方案二稿.docx", "方案初稿.pdf", "Word", files[0].checksum, "&lt;b&gt;", "2026-11-20 16:00"):
        assert seen in page
    assert "/p/2/" not in page
    only = render_to_string("files/_document.html", {"document": Document.of("改造方案", versions[:1])})
    assert 'src="/p/1/"' in only
    assert "style=" not in only
    assert render_to_string("files/_document.html", {"document": Document.of("改造方案", [])})


def test_every_refusal_is_a_sentence_in_both_languages() -> None:
    for refusal in (
        ActiveContent(),
        BrokenPdf(),
        LockedPdf(),
        PackedTooTight(),
        TooManyPages(pages=9, limit=3),
    ):
        assert isinstance(refusal, DomainError)
        with translation.override("en"):
            english = refusal.message
        with translation.override("zh-hans"):
            assert refusal.message != english
