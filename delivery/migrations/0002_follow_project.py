from django.db import migrations

from projects.triggers import follow_division_of_project

TABLE = "delivery_progressentry"
OF_SAME_PROJECT = f"{TABLE}_work_item_id_same_project"


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial")]

    operations = [
        migrations.RunSQL(*follow_division_of_project(TABLE)),
        migrations.RunSQL(
            f'ALTER TABLE {TABLE} ADD CONSTRAINT "{OF_SAME_PROJECT}" FOREIGN KEY (work_item_id, project_id)'
            " REFERENCES projects_workitem (id, project_id) DEFERRABLE INITIALLY IMMEDIATE",
            f'ALTER TABLE {TABLE} DROP CONSTRAINT "{OF_SAME_PROJECT}"',
        ),
    ]
