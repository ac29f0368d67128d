"""What the pages call the parts of the urgency score."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compounds.judging.urgency import AGE, HAZARD, WISH
from compounds.models import Topic

PART_LABELS: dict[str, str | Promise] = {
    **{topic.value: topic.label for topic in Topic},
    AGE: _("age of the buildings"),
    WISH: _("residents' wish"),
    HAZARD: _("danger to life or limb"),
}
