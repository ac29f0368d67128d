from decimal import Decimal

from django.db import migrations, models
from django.db.models import DecimalField, F, Q, Value

SENTENCE = "That is more than 120 % of the planned quantity: amend the scheme (change order) first."


class Migration(migrations.Migration):
    """1.2 as a binary fraction is a little less, which refused exactly 120 %."""

    dependencies = [("projects", "0004_issued_plans_stay_whole")]

    operations = [
        migrations.RemoveConstraint("workitemprogress", "progress_within_plan"),
        migrations.AddConstraint(
            "workitemprogress",
            models.CheckConstraint(
                condition=Q(planned=0) | Q(done__lte=F("planned") * Value(Decimal("1.2"), DecimalField())),
                name="progress_within_plan",
                violation_error_message=SENTENCE,
            ),
        ),
    ]
