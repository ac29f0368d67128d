"""What the pages call the parts of the urgency score, and in which tone a batch is drawn."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compounds.models import Batch, Topic
from compounds.urgency import AGE, HAZARD, WISH

PART_LABELS: dict[str, str | Promise] = {
    **{topic.value: topic.label for topic in Topic},
    AGE: _("age of the buildings"),
    WISH: _("residents' wish"),
    HAZARD: _("danger to life or limb"),
}

# Tones of `core.html.badge_markup`: a sign goes with each.
BATCH_TONES: dict[str, str] = {
    Batch.RESERVE: "waiting",
    Batch.PREPARING: "act",
    Batch.IMPLEMENTING: "ok",
    Batch.OUT: "",
}
