"""Documents of a project: kept with their versions, withdrawn with a reason, seen by nobody else."""

import io
import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from projects.actions.documents import add_document, add_version, withdraw_document
from projects.actions.stages import advance, pass_as_not_required, send_back
from projects.errors import DocumentInUse, DocumentWithdrawn, ReasonNeeded
from projects.models import Document, DocumentKind, DocumentVersion, Project, Stage
from tests.cast import Cast, make_organisation
from tests.files.documents import docx, pdf
from tests.files.pictures import jpeg
from tests.projects.builders import bring_to, make_document, make_project
from tests.races import at_once, refusals

RECORD = DocumentKind.WILLINGNESS_RECORD


def upload(content: bytes | None = None, name: str = "意愿征集汇总.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf(2) if content is None else content)


def address(project: Project, name: str, *more: Any) -> str:
    return reverse(f"projects:{name}", args=[project.code, *more])


def add_through_page(cast: Cast, project: Project, by: str = "bureau", **facts: Any) -> Any:
    sent = {"kind": RECORD, "stage": Stage.WILLINGNESS, "title": "意愿征集汇总", "number": "荆区〔2026〕3号",
            "dated_on": "2026-03-01", "file": upload()} | facts  # fmt: skip
    return cast.client(by).post(address(project, "document_add"), sent)


def test_the_strip_leads_to_the_form_with_the_kind_chosen(cast: Cast) -> None:
    project = make_project(cast)
    page = cast.client("bureau").get(address(project, "document_add") + f"?kind={DocumentKind.OPINION_SHEET}")
    form = page.context["form"]
    assert (form["kind"].value(), form["stage"].value()) == (DocumentKind.OPINION_SHEET, Stage.JOINT_REVIEW)
    assert cast.client("bureau").get(address(project, "document_add") + "?kind=nonsense").status_code == 200


def test_what_the_present_stage_lacks_is_said_until_it_is_there(cast: Cast) -> None:
    project = make_project(cast)
    client = cast.client("community")
    assert f"?kind={RECORD}" in client.get(address(project, "documents")).content.decode()
    assert add_through_page(cast, project, "community").status_code == 302
    page = client.get(address(project, "documents")).content.decode()
    assert f"?kind={RECORD}" not in page
    document = Document.objects.get()
    assert (document.number, document.dated_on) == ("荆区〔2026〕3号", date(2026, 3, 1))
    file = document.versions.get().file
    assert file.checksum in page
    assert file.pages == 2
    advance(project=project, user=cast.bureau)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "图.svg"),
        (b"<html><script>alert(1)</script></html>", "页.pdf"),
        (b"MZ\x90\x00", "程序.docx"),
        (b"", "空.pdf"),
        (docx(**{"word/vbaProject.bin": b"x"}), "宏.docx"),
    ],
)
def test_what_is_no_document_is_refused_at_its_field(cast: Cast, content: bytes, name: str) -> None:
    project = make_project(cast)
    page = add_through_page(cast, project, file=upload(content, name))
    assert page.status_code == 422
    assert page.context["form"].errors["file"]
    assert not project.documents.exists()


def test_a_photographed_page_is_written_anew_without_where_it_was_taken(cast: Cast) -> None:
    project = make_project(cast)
    exif = Image.Exif()
    exif[0x010E] = "here"
    add_through_page(cast, project, file=upload(jpeg(900, 600, exif=exif), "../../意愿.jpg"))
    version = DocumentVersion.objects.select_related("file").get()
    assert "/" not in version.file.name
    answer: Any = cast.client("bureau").get(address(project, "document_preview", version.pk))
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert not Image.open(io.BytesIO(b"".join(answer.streaming_content))).getexif()


def test_a_new_version_says_what_changed_and_the_old_one_stays(cast: Cast) -> None:
    project = make_project(cast)
    document = make_document(cast, project, RECORD)
    client = cast.client("street")
    here = address(project, "document_version", document.pk)
    assert client.post(here, {"file": upload(), "note": " "}).status_code == 422
    assert client.post(here, {"file": upload(), "note": "补充三户"}).status_code == 302
    assert [version.number for version in document.versions.all()] == [2, 1]
    page = client.get(address(project, "documents")).content.decode()
    assert "补充三户" in page
    for version in document.versions.all():
        assert f'"{address(project, "document_file", version.pk)}"' in page


def test_it_is_withdrawn_with_a_reason_and_stays_to_be_read(cast: Cast) -> None:
    project = make_project(cast)
    document = make_document(cast, project, RECORD)
    client = cast.client("bureau")
    here = address(project, "document_withdraw", document.pk)
    assert client.post(here, {"reason": ""}).status_code == 422
    assert client.post(here, {"reason": "传错小区"}).status_code == 302
    page = client.get(address(project, "documents")).content.decode()
    assert "传错小区" in page
    assert f"?kind={RECORD}" in page
    assert client.get(here).status_code == 404
    with pytest.raises(DocumentWithdrawn):
        add_version(document=document, user=cast.bureau, file=document.versions.get().file, note="x")
    with pytest.raises(ReasonNeeded):
        withdraw_document(document=make_document(cast, project, RECORD), user=cast.bureau, reason=" ")


def test_what_a_stage_was_passed_on_is_not_withdrawn(cast: Cast) -> None:
    project = bring_to(cast, make_project(cast), Stage.SCHEME)
    first = project.documents.get(kind=RECORD)
    answer = cast.client("bureau").post(address(project, "document_withdraw", first.pk), {"reason": "传错"})
    assert answer.status_code == 422
    second = make_document(cast, project, RECORD)
    withdraw_document(document=first, user=cast.bureau, reason="换成新的")
    with pytest.raises(DocumentInUse):
        withdraw_document(document=second, user=cast.bureau, reason="又错")


def test_after_the_stage_was_passed_over_or_sent_back_it_may_go(cast: Cast) -> None:
    project = make_project(cast)
    document = make_document(cast, project, RECORD)
    pass_as_not_required(project=project, user=cast.bureau, reason="职工代表大会已通过")
    withdraw_document(document=document, user=cast.bureau, reason="传错")
    other = bring_to(cast, make_project(cast, year=2025), Stage.SCHEME)
    for _step in range(2):
        send_back(project=other, user=cast.bureau, reason="重新征集")
    withdraw_document(document=other.documents.get(kind=RECORD), user=cast.bureau, reason="重新征集")


def test_strangers_find_neither_page_nor_file(cast: Cast) -> None:
    project = make_project(cast)
    version = make_document(cast, project, RECORD).versions.get()
    for name, more in (
        ("documents", ()), ("document_add", ()), ("document_file", (version.pk,)), ("document_preview", (version.pk,)),
        ("document_version", (version.document_id,)), ("document_withdraw", (version.document_id,)),
    ):  # fmt: skip
        assert cast.client("stranger").get(address(project, name, *more)).status_code == 404
    other = make_project(cast, year=2025)
    for name in ("document_file", "document_version", "document_withdraw"):
        assert cast.client("bureau").get(address(other, name, version.pk)).status_code == 404


def test_a_firm_that_takes_part_reads_but_does_not_add(cast: Cast) -> None:
    project = make_project(cast)
    version = make_document(cast, project, RECORD).versions.get()
    firm = make_organisation("施工公司", kind="contractor")
    project.parties.create(organisation=firm, role="contractor", from_on=date(2026, 1, 1))
    cast.contractor.organisation = firm
    cast.contractor.save()
    client = cast.client("contractor")
    answer: Any = client.get(address(project, "document_file", version.pk))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert client.get(address(project, "document_add")).status_code == 403
    assert "document_add" not in client.get(address(project, "documents")).content.decode()


def test_one_kind_at_a_time(cast: Cast) -> None:
    project = make_project(cast)
    make_document(cast, project, RECORD)
    make_document(cast, project, DocumentKind.MEETING)
    page = cast.client("bureau").get(address(project, "documents") + f"?kind={DocumentKind.MEETING}")
    assert len(re.findall("<article", page.content.decode())) == 1


def test_a_hundred_versions_cost_as_many_statements_as_one(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    project = make_project(cast)
    for _serial in range(5):
        document = make_document(cast, project, RECORD)
        file = document.versions.get().file
        for number in range(2, 6):
            add_version(document=document, user=cast.bureau, file=file, note=f"第{number}次")
    client = cast.client("bureau")
    client.get(address(project, "documents"))
    with django_assert_max_num_queries(24):
        client.get(address(project, "documents"))


def test_no_stage_is_passed_on_a_document_that_is_being_withdrawn(committed_cast: Cast) -> None:
    cast = committed_cast
    project = make_project(cast)
    document = make_document(cast, project, RECORD)
    answers = at_once(
        lambda: advance(project=project, user=cast.bureau),
        lambda: withdraw_document(document=document, user=cast.bureau2, reason="传错"),
    )
    assert len(refusals(answers)) == 1
    project.refresh_from_db()
    document.refresh_from_db()
    assert (project.stage == Stage.WILLINGNESS) == (document.withdrawn_at is not None)


def test_the_document_says_who_and_for_which_stage(cast: Cast) -> None:
    project = bring_to(cast, make_project(cast), Stage.SCHEME)
    file = project.documents.get(kind=RECORD).versions.get().file
    late = add_document(
        project=project, user=cast.community, kind=RECORD, title="补交", file=file, stage=Stage.WILLINGNESS
    )
    assert (late.stage, late.added_by) == (Stage.WILLINGNESS, cast.community)


def test_no_shell_withdraws_what_a_stage_was_passed_on(cast: Cast) -> None:
    project = bring_to(cast, make_project(cast), Stage.SCHEME)
    first = project.documents.get(kind=RECORD)
    withdrawn = {"withdrawn_at": timezone.now(), "withdrawn_by": cast.bureau, "withdrawal_reason": "x"}
    for change in (withdrawn, {"kind": DocumentKind.OTHER}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Document.objects.filter(pk=first.pk).update(**change)
    make_document(cast, project, RECORD)
    assert Document.objects.filter(pk=first.pk).update(**withdrawn) == 1
