"""A household list of 16,236 doors with their owners: read, checked, compared and staged, against reading and COPY alone."""

import random
import statistics
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import xlsxwriter
from django.db import transaction

from benchmarks.bench import Bench
from benchmarks.cases import Case, Figure, at_most
from benchmarks.imports import plain_table, read_and_copy, seconds
from compounds.models import Compound
from files.models import StoredFile
from imports import actions
from imports.kinds import Task, kind_of
from imports.models import ImportRun
from imports.reading import match, open_table
from jobs.progress import Silent

# As many households as one district renovated, in as many compounds.
DOORS, COMPOUNDS = 16_236, 95
HEADINGS = (
    "序号",
    "小区编号",
    "楼栋",
    "单元",
    "楼层",
    "房号",
    "建筑面积(㎡)",
    "用途",
    "居住情况",
    "业主姓名",
    "产权份额",
    "联系电话",
)
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
STAIRCASES, PER_FLOOR, FLOORS = 3, 2, 6
GOAL = 6


def cases() -> Iterable[Case]:
    return [Case(name="households", measure=measure)]


def household_list(codes: list[str]) -> bytes:
    """Invented people in as many doors; every fifth household has two owners, every third a telephone."""
    drawn = random.Random(DOORS)
    to = BytesIO()
    book = xlsxwriter.Workbook(to, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADINGS)
    for number in range(DOORS):
        sheet.write_row(number + 1, 0, [number + 1, *_row(number, codes, drawn)])
    book.close()
    return to.getvalue()


def _row(number: int, codes: list[str], drawn: random.Random) -> list[Any]:
    place, code = divmod(number, len(codes))
    building, inside = divmod(place, STAIRCASES * PER_FLOOR * FLOORS)
    staircase, inside = divmod(inside, PER_FLOOR * FLOORS)
    floor, door = divmod(inside, PER_FLOOR)
    names = [
        "".join([drawn.choice(SURNAMES), drawn.choice(GIVEN), drawn.choice(GIVEN)])
        for _one in range(1 + (number % 5 == 0))
    ]
    return [
        codes[code], f"{building + 1}号楼", f"{staircase + 1}单元", floor + 1, f"{floor + 1}{door + 1:02d}室",
        45 + drawn.randrange(6000) / 100, "住宅", drawn.choice(["自住", "出租", "空置", ""]), "、".join(dict.fromkeys(names)),
        "各1/2" if len(set(names)) == 2 else "", f"138{number:08d}" if number % 3 == 0 else "",
    ]  # fmt: skip


def preview(content: bytes) -> ImportRun:
    """The portal's own steps, from the bytes to the staged rows."""
    kind = kind_of("households")
    table = open_table(BytesIO(content), kind)
    task = Task(user=None, mapping=match(kind, table), headings=table.labels)
    rows = actions.examined(kind=kind, table=table, task=task, progress=Silent())
    file = StoredFile.objects.create(
        sha256="0" * 64, size=len(content), media_type="x", name="households.xlsx"
    )
    run = ImportRun.objects.create(kind=kind.key, file=file)
    return actions.stage_examined(run=run, rows=rows, mapping=task.mapping, options={})


def measure(bench: Bench) -> Iterable[Figure]:
    codes = list(Compound.objects.living().order_by("code").values_list("code", flat=True)[:COMPOUNDS])
    content = household_list(codes)
    portal, limit = [], []
    with plain_table(bench, HEADINGS) as cursor:
        for _round in range(bench.rounds):
            limit.append(seconds(lambda: read_and_copy(content, cursor)))
            with transaction.atomic():
                portal.append(seconds(lambda: preview(content)))
                transaction.set_rollback(True)
    ratio = statistics.median(ours / theirs for ours, theirs in zip(portal, limit, strict=True))
    yield at_most(
        f"household list of {DOORS:,} doors with owners: validated and previewed",
        round(statistics.median(portal), 2), GOAL, " s", ratio=ratio, limit=f"{statistics.median(limit):.2f} s",
    )  # fmt: skip
    yield from written(content)


def written(content: bytes) -> Iterable[Figure]:
    """Without a limit of their own: writing them with history, and previewing the same file once more."""
    with transaction.atomic():
        run = preview(content)
        task = Task(user=None, mapping=run.mapping, headings=())
        writing = seconds(lambda: kind_of("households").write(run.pk, task, Silent()))
        again = seconds(lambda: preview(content))
        transaction.set_rollback(True)
    yield Figure(case=f"household list of {DOORS:,} doors: written with history", portal=f"{writing:.2f} s")
    yield Figure(
        case=f"household list of {DOORS:,} doors: previewed again, all known", portal=f"{again:.2f} s"
    )
