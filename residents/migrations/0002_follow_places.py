from django.db import migrations

from compounds.triggers import follow_division_of_compound
from residents.triggers import follow_household

DOORS_FOLLOW = (
    (
        'ALTER TABLE "residents_household" ADD CONSTRAINT "residents_household_follows_building"'
        " FOREIGN KEY (building_id, compound_id) REFERENCES compounds_building (id, compound_id)"
        " ON UPDATE CASCADE DEFERRABLE INITIALLY IMMEDIATE"
    ),
    'ALTER TABLE "residents_household" DROP CONSTRAINT "residents_household_follows_building"',
)


class Migration(migrations.Migration):
    dependencies = [("residents", "0001_initial"), ("compounds", "0010_building_and_its_compound")]

    operations = [
        migrations.RunSQL(*DOORS_FOLLOW),
        *(
            migrations.RunSQL(*follow_division_of_compound(table))
            for table in ("residents_household", "residents_round")
        ),
        *(
            migrations.RunSQL(*follow_household(table))
            for table in ("residents_doorcall", "residents_recordopening", "residents_representative")
        ),
    ]
