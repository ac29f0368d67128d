"""How days, stages and amounts are said to residents: short sentences that need no explanation."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.figures import thousands
from projects.models import Stage, Unit

# Where English has another word for one of it.
ONE_OF: dict[str, Promise | str] = {
    Unit.PLACE: pgettext_lazy("unit", "place"),
    Unit.SET: pgettext_lazy("unit", "set"),
    Unit.HOUSEHOLD: pgettext_lazy("unit", "household"),
    Unit.STAIRCASE: pgettext_lazy("unit", "staircase"),
    Unit.BUILDING: pgettext_lazy("unit", "building"),
    Unit.LAMP: pgettext_lazy("unit", "lamp"),
    Unit.ROOM: pgettext_lazy("unit", "room"),
    Unit.LIFT: pgettext_lazy("unit", "lift"),
    Unit.DOOR: pgettext_lazy("unit", "door"),
}
# What happens in each stage, for whoever lives there.
STAGES: dict[str, Promise | str] = {
    Stage.WILLINGNESS: _("Everybody is being asked whether the renovation is wanted."),
    Stage.PLAN: _("The renovation has been applied for and waits for its place in the plan of the year."),
    Stage.SCHEME: _("It is being worked out what is to be done, and where."),
    Stage.JOINT_REVIEW: _("The offices are checking the scheme: safety, fire protection, pipes and cables."),
    Stage.ESTIMATE: _("The costs are being checked."),
    Stage.TENDER: _("A building firm is being chosen."),
    Stage.START: _("The building firm is getting ready; work begins soon."),
    Stage.CONSTRUCTION: _("The building firm is at work in the compound."),
    Stage.ACCEPTANCE: _("The works are finished and are being checked."),
    Stage.HANDOVER: _(
        "The works passed the check and are being handed over to whoever will look after them."
    ),
    Stage.AFTERCARE: _("The renovation is finished."),
}


def plain_day(value: date | datetime | None) -> str:
    """20 November 2026, 2026年11月20日; "" for none."""
    if value is None:
        return ""
    local = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    # Translators: the format of a date as Django writes them; in Chinese Y年n月j日.
    return date_format(local, _now("j F Y"))


def short_day(value: date) -> str:
    """20 November, 11月20日: of a day that is near."""
    # Translators: the format of a day without its year as Django writes it; in Chinese n月j日.
    return date_format(value, _now("j F"))


def plain_moment(value: datetime | None) -> str:
    """20 November 2026, 18:00; 2026年11月20日18:00."""
    if value is None:
        return ""
    # Translators: the format of a moment as Django writes them; in Chinese Y年n月j日 H:i.
    return date_format(timezone.localtime(value), _now("j F Y, H:i"))


def amount_in_words(quantity: Decimal, unit: str) -> str:
    """800 米; in English 1 set, 2 sets."""
    word = ONE_OF.get(unit) if quantity == 1 else None
    return f"{thousands(quantity)} {word or Unit(unit).label}"
