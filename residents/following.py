"""What was said and met in compounds that were merged into one, or from which it was split, beside its own."""

from django.db.models import Q

from compounds.models import Compound, CompoundSuccession


def of_compound_and_before(compound: Compound) -> Q:
    """For rows with a `compound`. They stay with the compound of their day; the next one shows them too."""
    before = CompoundSuccession.objects.filter(new=compound).values("old")
    return Q(compound=compound) | Q(compound__in=before)
