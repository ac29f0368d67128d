from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0003_reasons")]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="forgotten_at",
            field=models.DateTimeField(null=True, verbose_name="deleted"),
        ),
    ]
