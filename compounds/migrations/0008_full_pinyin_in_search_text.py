"""The search text of compounds that are there already learns full pinyin."""

from typing import Any

from django.db import migrations

from compounds.models.register import searched_as

AT_ONCE = 2000


def rewrite(apps: Any, schema_editor: Any) -> None:
    """By the code that keeps it: the column is derived, so that the newest way is the right one for every row.

    Nothing about the compounds changes; their triggers would tell pollers of the API otherwise.
    """
    compounds = apps.get_model("compounds", "Compound").objects.using(schema_editor.connection.alias)
    schema_editor.execute("ALTER TABLE compounds_compound DISABLE TRIGGER USER")
    facts = compounds.only("name", "former_names", "address", "code")
    lot = []
    for row in facts.iterator(chunk_size=AT_ONCE):
        row.search_text = searched_as(
            name=row.name, former_names=row.former_names, address=row.address, code=row.code
        )
        lot.append(row)
        if len(lot) == AT_ONCE:
            compounds.bulk_update(lot, ["search_text"])
            lot = []
    compounds.bulk_update(lot, ["search_text"])
    schema_editor.execute("ALTER TABLE compounds_compound ENABLE TRIGGER USER")


class Migration(migrations.Migration):
    dependencies = [("compounds", "0007_buildings_touch_their_compound")]

    operations = [migrations.RunPython(rewrite, migrations.RunPython.noop)]
