from django.db import migrations

from compounds.triggers import follow_division_of_compound
from projects.triggers import follow_division_of_project
from residents.shipped import CATEGORIES


def ship(apps, schema_editor):
    model = apps.get_model("residents", "OpinionCategory")
    model.objects.using(schema_editor.connection.alias).bulk_create(
        model(topic=topic, name_zh=chinese, name_en=english, position=place)
        for place, (topic, chinese, english) in enumerate(CATEGORIES)
    )


class Migration(migrations.Migration):
    dependencies = [("residents", "0004_what_residents_say_and_choose")]

    operations = [
        *(
            migrations.RunSQL(*follow_division_of_compound(table))
            for table in ("residents_opinion", "residents_meeting", "residents_questionnaire")
        ),
        migrations.RunSQL(*follow_division_of_project("residents_menu")),
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]
