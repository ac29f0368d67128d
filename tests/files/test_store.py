"""Files in and out: real type by content, names made harmless, bytes before rows, nothing half stored."""

import hashlib
import io
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import DatabaseError, transaction
from django.http import FileResponse, Http404
from hypothesis import given
from hypothesis import strategies as st

from core.errors import TooLarge
from files import storage
from files.actions import SPREADSHEETS, store_document, store_image, store_product
from files.errors import BrokenImage, EmptyFile, StorageAway, StorageFull, UnsupportedFile
from files.models import StoredFile
from files.names import clean_name
from files.serving import file_response
from tests.cast import Cast
from tests.files.pictures import jpeg
from tests.spreadsheets import html_table, package, xls, xlsx

pytestmark = pytest.mark.usefixtures("files_of_their_own")
PDF = b"%PDF-1.7\n%..."


def store(content: bytes, name: str, cast: Cast, **more: object) -> StoredFile:
    return store_document(file=io.BytesIO(content), name=name, user=cast.bureau, **more)  # type: ignore[arg-type]


def served(file: StoredFile, **options: bool) -> bytes:
    response = file_response(file, **options)
    content = b"".join(response)
    release(response)
    return content


def release(response: FileResponse) -> None:
    """Close the file only: closing the response ends the request, and with it the test's transaction."""
    for close in response._resource_closers:  # type: ignore[attr-defined]
        close()


# --- Documents --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "media_type", "stored_name"),
    [
        (PDF, "批复.pdf", "application/pdf", "批复.pdf"),
        (PDF, "批复.exe", "application/pdf", "批复.exe.pdf"),
        (xlsx([["a"]]), "花名册.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "花名册.xlsx"),
        (xlsx([["a"]]), "花名册.xls", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "花名册.xls.xlsx"),
        (xls([["a"]]), "花名册.xls", "application/vnd.ms-excel", "花名册.xls"),
        ("名称\n".encode("gbk"), "花名册.csv", "text/csv", "花名册.csv"),
        (b"hello", "说明.txt", "text/plain", "说明.txt"),
        (package({"word/document.xml": "<w/>"}), "方案", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "方案.docx"),
    ],
)  # fmt: skip
def test_a_document_is_what_its_bytes_are(
    content: bytes, name: str, media_type: str, stored_name: str, cast: Cast
) -> None:
    file = store(content, name, cast)
    assert (file.media_type, file.name, file.size) == (media_type, stored_name, len(content))
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert served(file) == content


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", id="svg"),
        pytest.param(
            b"<?xml version='1.0'?><!-- x --><svg onload='alert(1)'/>", id="svg after a declaration"
        ),
        pytest.param(b"<!DOCTYPE html><script>alert(1)</script>", id="html"),
        pytest.param(b"\xef\xbb\xbf  <ScRiPt>alert(1)</script>", id="script after a mark"),
        pytest.param(b"MZ\x90\x00\x03" + b"\0" * 100, id="program"),
        pytest.param(package({"a.txt": "x"}), id="zip"),
        pytest.param(jpeg(10, 10), id="a picture is no document"),
    ],
)
def test_what_could_act_is_refused_whatever_it_is_called(content: bytes, cast: Cast) -> None:
    for name in ("x.pdf", "x.xlsx", "x.txt"):
        with pytest.raises(UnsupportedFile) as refusal:
            store(content, name, cast)
        assert "PDF" in refusal.value.message
    assert not StoredFile.objects.exists()


def test_an_html_table_called_xls_is_kept_as_nameless_bytes_for_imports_only(cast: Cast) -> None:
    content = html_table([["小区"]])
    file = store(content, "导出.xls", cast, accepted=SPREADSHEETS)
    assert file.media_type == "application/octet-stream"
    with pytest.raises(UnsupportedFile):
        store(content, "导出.html", cast, accepted=SPREADSHEETS)


def test_too_large_and_empty_are_refused(cast: Cast, settings: object) -> None:
    settings.UPLOAD_LIMIT_MB = 1  # type: ignore[attr-defined]
    with pytest.raises(TooLarge):
        store(PDF + b"x" * 1024 * 1024, "a.pdf", cast)
    with pytest.raises(EmptyFile):
        store(b"", "a.pdf", cast)


def test_uploads_of_both_of_djangos_kinds_are_taken(cast: Cast) -> None:
    small = SimpleUploadedFile("a.pdf", PDF)
    large = TemporaryUploadedFile("b.pdf", "application/pdf", len(PDF), None)
    large.write(PDF)
    for upload in (small, large):
        file = store_document(file=upload, name=upload.name or "", user=cast.bureau)  # type: ignore[arg-type]
        assert served(file) == PDF
    large.close()


def test_what_the_portal_made_itself_has_no_limit_of_size(cast: Cast, settings: object) -> None:
    settings.UPLOAD_LIMIT_MB = 0  # type: ignore[attr-defined]
    file = store_product(content=io.BytesIO(PDF), name="x.pdf", media_type="application/pdf", user=None)
    assert served(file) == PDF


# --- Names ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\改造方案.pdf", "改造方案.pdf"),
        ("花名册（2025年）.xlsx", "花名册（2025年）.xlsx"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "ab_Set-Cookie_ x.pdf"),
        ("报告\u202efdp.exe", "报告fdp.exe"),
        ("", "file"),
        ("...", "file"),
        ("CON.txt", "file_CON.txt"),
        ("𠮷㐂.pdf", "𠮷㐂.pdf"),
        ("x" * 500 + ".pdf", "x" * 120 + ".pdf"),
    ],
)
def test_names_keep_their_words_and_lose_their_teeth(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


@given(st.text(max_size=300), st.sampled_from(["", "application/pdf", "image/jpeg"]))
def test_any_name_becomes_a_name(name: str, media_type: str) -> None:
    cleaned = clean_name(name, media_type=media_type)
    assert 0 < len(cleaned) <= 200
    assert not set(cleaned) & set('/\\\0\r\n"<>|:*?')
    cleaned.encode()


# --- Bytes ------------------------------------------------------------------------------


def objects(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_the_same_bytes_twice_are_one_object_and_two_rows(cast: Cast, files_of_their_own: Path) -> None:
    first, second = store(PDF, "a.pdf", cast), store(PDF, "b.pdf", cast)
    assert first.pk != second.pk
    assert objects(files_of_their_own) == [first.key] == [second.key]


def test_half_a_file_left_by_a_crash_is_replaced(cast: Cast, files_of_their_own: Path) -> None:
    half = files_of_their_own / StoredFile(sha256=hashlib.sha256(PDF).hexdigest()).key
    half.parent.mkdir(parents=True)
    half.write_bytes(PDF[:5])
    assert served(store(PDF, "a.pdf", cast)) == PDF


@contextmanager
def no_room_for_files_over(limit: int) -> Iterator[None]:
    """The kernel refuses to let any file grow beyond the limit, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_said_and_leaves_nothing_behind(cast: Cast, files_of_their_own: Path) -> None:
    person = cast.bureau
    with no_room_for_files_over(4096), pytest.raises(StorageFull) as refusal:
        store_document(file=io.BytesIO(PDF + b"x" * 10_000), name="a.pdf", user=person)
    assert "Nothing was saved" in refusal.value.message or "未保存" in refusal.value.message
    assert objects(files_of_their_own) == []
    assert not StoredFile.objects.exists()
    store(PDF + b"x" * 10_000, "a.pdf", cast)


def test_a_storage_that_cannot_be_reached_is_said(cast: Cast, files_of_their_own: Path) -> None:
    (files_of_their_own / hashlib.sha256(PDF).hexdigest()[:2]).write_text("a file where a folder should be")
    with pytest.raises(StorageAway):
        store(PDF, "a.pdf", cast)


def test_rows_of_files_cannot_be_changed_or_removed(cast: Cast) -> None:
    file = store(PDF, "a.pdf", cast)
    for change in (
        lambda: StoredFile.objects.filter(pk=file.pk).update(name="other"),
        lambda: StoredFile.objects.filter(pk=file.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            change()


# --- Serving ----------------------------------------------------------------------------


def test_documents_are_downloads_that_nothing_can_run_from(cast: Cast) -> None:
    response = file_response(store(PDF, "批复.pdf", cast), inline=True)
    assert response.headers["Content-Disposition"] == "attachment; filename*=utf-8''%E6%89%B9%E5%A4%8D.pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    release(response)


def test_pictures_may_be_shown_in_the_page(cast: Cast) -> None:
    file = store_image(file=io.BytesIO(jpeg(3000, 1000)), name="IMG_0001.HEIC", user=cast.bureau)
    response = file_response(file, inline=True)
    assert response.headers["Content-Disposition"] == 'inline; filename="IMG_0001.jpg"'
    assert response.headers["Content-Type"] == "image/jpeg"
    release(response)
    assert len(served(file, thumbnail=True)) < len(served(file))


def test_bytes_that_are_gone_answer_404(cast: Cast) -> None:
    file = store(PDF, "a.pdf", cast)
    storage.store().delete(file.key)
    with pytest.raises(Http404):
        file_response(file)


def test_a_document_is_no_image(cast: Cast) -> None:
    with pytest.raises(UnsupportedFile):
        store_image(file=io.BytesIO(PDF), name="a.jpg", user=cast.bureau)
    with pytest.raises(BrokenImage):
        store_image(file=io.BytesIO(jpeg(50, 50)[:300]), name="a.jpg", user=cast.bureau)
