from django.db import migrations


def fill(apps, schema_editor):
    """The field writes itself (`pre_save`), also in bulk; accounts and organisations are thousands, not millions."""
    owner = schema_editor.connection.alias
    for name in ("User", "Organisation"):
        model = apps.get_model("directory", name)
        rows = list(model._base_manager.using(owner).all())
        for row in rows:
            model._meta.get_field("search_text").pre_save(row, add=False)
        model._base_manager.using(owner).bulk_update(rows, ["search_text"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("directory", "0003_keys_need_three_people_and_search_by_pinyin")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
