"""An import of 16,236 rows, read, checked, compared and staged for its preview, against reading and COPY alone."""

import random
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO, StringIO
from typing import Any

import psycopg2
import xlsxwriter
from django.db import transaction
from python_calamine import CalamineWorkbook

from benchmarks.bench import Bench
from benchmarks.cases import Case, Figure, at_most
from compounds.models.register import CompoundCounter
from directory.models import Division
from files.models import StoredFile
from imports import actions
from imports.kinds import Task, kind_of
from imports.models import ImportRun
from imports.reading import match, open_table
from jobs.progress import Silent

# As many rows as one district has households.
ROWS = 16_236
HEADINGS = (
    "序号", "小区名称", "所属社区", "地址", "建成年代", "总户数", "楼栋总数", "单元数", "建筑面积(㎡)", "物业公司", "经度", "纬度", "均价", "备注",
)  # fmt: skip
# What a person has to choose for such a file.
CHOICES = {"coordinate_system": "bd09"}
GOAL = 6


def cases() -> Iterable[Case]:
    return [Case(name="import", measure=measure)]


def roster() -> bytes:
    """Invented compounds as a property portal would list them, spread over the communities of one county."""
    drawn = random.Random(16_236)
    codes = list(Division.objects.living().communities().order_by("code").values_list("code", flat=True))
    codes = [code for code in codes if code[:6] == codes[0][:6]]
    to = BytesIO()
    book = xlsxwriter.Workbook(to, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADINGS)
    for number in range(1, ROWS + 1):
        buildings = drawn.randint(2, 20)
        households = buildings * drawn.randint(20, 60)
        sheet.write_row(
            number, 0,
            [number, f"测试小区{number}号院", drawn.choice(codes), f"西门路{number % 500}号", f"{drawn.randint(1970, 2000)}年建成",
             f"{households}户", f"{buildings}栋", buildings * 3, households * 72.5, drawn.choice(["无", "某某物业有限公司", "暂无"]),
             112.1 + drawn.random() / 10, 30.3 + drawn.random() / 10, "4,500元/㎡", ""],
        )  # fmt: skip
    book.close()
    return to.getvalue()


def seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def plain_table(bench: Bench, columns_of: Sequence[str] = HEADINGS) -> Iterator[Any]:
    """A table without index or constraint; it is gone with the connection."""
    connection = psycopg2.connect(bench.database.url("owner"))
    columns = ", ".join(f"c{number} text" for number in range(len(columns_of)))
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE plain ({columns})")
            yield cursor
    finally:
        connection.close()


def read_and_copy(content: bytes, cursor: Any) -> None:
    """The limit: what nobody can leave out."""
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    cursor.copy_expert(
        "COPY plain FROM STDIN", StringIO("".join("\t".join(map(str, row)) + "\n" for row in rows))
    )


def preview(content: bytes) -> ImportRun:
    """The portal's own steps, from the bytes to the staged rows."""
    kind = kind_of("compounds")
    table = open_table(BytesIO(content), kind)
    task = Task(user=None, mapping=match(kind, table), headings=table.labels, options=CHOICES)
    rows = actions.examined(kind=kind, table=table, task=task, progress=Silent())
    file = StoredFile.objects.create(sha256="0" * 64, size=len(content), media_type="x", name="roster.xlsx")
    run = ImportRun.objects.create(kind=kind.key, file=file)
    return actions.stage_examined(run=run, rows=rows, mapping=task.mapping, options=CHOICES)


def measure(bench: Bench) -> Iterable[Figure]:
    content = roster()
    portal, limit = [], []
    with plain_table(bench) as cursor:
        for _round in range(bench.rounds):
            limit.append(seconds(lambda: read_and_copy(content, cursor)))
            with transaction.atomic():
                portal.append(seconds(lambda: preview(content)))
                transaction.set_rollback(True)
    ratio = statistics.median(ours / theirs for ours, theirs in zip(portal, limit, strict=True))
    yield at_most(
        f"import of {ROWS:,} rows: validated and previewed",
        round(statistics.median(portal), 2), GOAL, " s", ratio=ratio, limit=f"{statistics.median(limit):.2f} s",
    )  # fmt: skip
    yield from written(content)


def written(content: bytes) -> Iterable[Figure]:
    """Without a limit of their own: writing them with history, and previewing the same file once more."""
    with transaction.atomic():
        run = preview(content)
        # The benchmark's own compounds were filled in without the counter of their county.
        CompoundCounter.objects.update(last=900_000)
        for county in {code[:6] for code in run.rows.values_list("values__community", flat=True)}:
            CompoundCounter.objects.get_or_create(county=county, defaults={"last": 900_000})
        task = Task(user=None, mapping=run.mapping, headings=())
        writing = seconds(lambda: kind_of("compounds").write(run.pk, task, Silent()))
        again = seconds(lambda: preview(content))
        transaction.set_rollback(True)
    yield Figure(case=f"import of {ROWS:,} rows: written with history", portal=f"{writing:.2f} s")
    yield Figure(case=f"import of {ROWS:,} rows: previewed again, all known", portal=f"{again:.2f} s")
