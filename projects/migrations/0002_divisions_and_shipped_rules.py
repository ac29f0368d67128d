import csv
from pathlib import Path

from django.db import migrations

from compounds.triggers import follow_division_of_compound
from projects.triggers import follow_division_of_project

SHIPPED = Path(__file__).resolve().parent.parent / "shipped"
CATALOGUE_BASIS = "Shipped with the portal after 国办发〔2020〕23号; unit costs are placeholders, replace them by your city's own."
# (stage, Chinese, English, who answers, day of the plan year, whether it ends its stage)
TIMETABLE = [
    ("willingness", "意愿征集完成", "Residents' willingness recorded", "community", 31, True),
    ("plan", "列入年度计划", "In the annual plan", "bureau", 59, True),
    ("scheme", "现场踏勘", "Site visit", "designer", 70, False),
    ("scheme", "方案公示", "Scheme on public notice", "street_office", 90, False),
    ("scheme", "方案批准", "Scheme approved", "bureau", 104, True),
    ("joint_review", "联合审查", "Joint review", "bureau", 120, True),
    ("estimate", "概算批复", "Estimate approved", "client", 135, True),
    ("tender", "完成招标", "Tender awarded", "client", 165, True),
    ("start", "开工", "Start of works", "contractor", 181, True),
    ("construction", "地下管网完成", "Pipes in the ground done", "contractor", 243, False),
    ("construction", "完工", "Works completed", "contractor", 319, True),
    ("acceptance", "联合验收", "Joint acceptance", "client", 349, True),
    ("handover", "移交", "Handover", "street_office", 364, True),
]


def ship(apps, schema_editor):
    owner = schema_editor.connection.alias
    with (SHIPPED / "catalogue_1.csv").open(encoding="utf-8") as file:
        items = [
            {**row, "topics": row["topics"].split(), "version": 1, "basis": CATALOGUE_BASIS}
            for row in csv.DictReader(file)
        ]
    model = apps.get_model("projects", "CatalogueItem")
    model.objects.using(owner).bulk_create([model(**item) for item in items])
    keys = ("stage", "name_zh", "name_en", "answerable", "day", "closes")
    lines = [dict(zip(keys, line, strict=True)) for line in TIMETABLE]
    apps.get_model("projects", "TimetableTemplate").objects.using(owner).create(
        version=1, lines=lines, basis="Shipped with the portal; replace it by your city's own."
    )


def composite(table: str, column: str, target: str) -> tuple[str, str]:
    """`table`'s (column, project_id) points at a row of `target` of the same project."""
    name = f"{table}_{column}_same_project"
    added = (
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY ({column}, project_id)'
        f" REFERENCES {target} (id, project_id) DEFERRABLE INITIALLY IMMEDIATE"
    )
    return added, f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"'


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]

    operations = [
        *(
            migrations.RunSQL(*follow_division_of_compound(table))
            for table in ("projects_planentry", "projects_project")
        ),
        *(
            migrations.RunSQL(*follow_division_of_project(table))
            for table in (
                "projects_stagechange",
                "projects_milestone",
                "projects_workitem",
                "projects_scheme",
                "projects_sitevisit",
            )
        ),
        migrations.RunSQL(*composite("projects_schemeline", "scheme_id", "projects_scheme")),
        migrations.RunSQL(*composite("projects_schemeline", "work_item_id", "projects_workitem")),
        migrations.RunSQL(*composite("projects_workitemprogress", "work_item_id", "projects_workitem")),
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]
