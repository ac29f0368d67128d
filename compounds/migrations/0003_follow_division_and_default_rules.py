from datetime import date

from django.db import migrations

from compounds.triggers import follow_division_of_compound

SHIPPED_BASIS = "Shipped with the portal; replace it by your city's own rule."
# The weights of version 1 as shipped; a later change of the code's default is a new version.
WEIGHTS = {
    "buildings": 8, "municipal": 8, "environment": 8, "management": 8,
    "roads": 6, "pipes": 8, "parking": 4, "security": 6, "lifts": 4,
    "age": 12, "wish": 14, "hazard": 14,
}  # fmt: skip


def ship_rules(apps, schema_editor):
    common = {"version": 1, "effective_from": date(2020, 7, 10), "basis": SHIPPED_BASIS}
    owner = schema_editor.connection.alias
    apps.get_model("compounds", "EligibilityRule").objects.using(owner).create(**common)
    apps.get_model("compounds", "UrgencyFormula").objects.using(owner).create(weights=WEIGHTS, **common)


class Migration(migrations.Migration):
    dependencies = [("compounds", "0002_initial")]

    operations = [
        *(
            migrations.RunSQL(*follow_division_of_compound(table))
            for table in ("compounds_building", "compounds_conditionsurvey", "compounds_poolentry")
        ),
        migrations.RunPython(ship_rules, migrations.RunPython.noop),
    ]
