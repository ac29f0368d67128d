"""The topics of a survey in words: what the scores mean, and what they look like on the spot."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from compounds.models import Topic
from compounds.models.survey import PROBLEM_CLASSES, SHORTFALLS

SCORE_WORDS: dict[int, Promise] = {
    0: pgettext_lazy("score", "good"),
    1: pgettext_lazy("score", "fair"),
    2: pgettext_lazy("score", "poor"),
    3: pgettext_lazy("score", "bad"),
    4: pgettext_lazy("score", "very bad"),
}

# What 0, 2 and 4 look like on the spot, so that two people score alike.
ANCHORS: dict[str, tuple[Promise, Promise, Promise]] = {
    Topic.BUILDINGS: (
        _("roofs, walls and stairs sound"),
        _("leaks or falling plaster in places"),
        _("leaks everywhere, balconies or cladding loose"),
    ),
    Topic.MUNICIPAL: (
        _("water, power, gas and lamps complete"),
        _("some missing or worn out"),
        _("frequent failures, wires strung at will"),
    ),
    Topic.ENVIRONMENT: (
        _("clean, greenery kept"),
        _("rubbish or clutter in places"),
        _("dirty throughout, illegal additions block the way"),
    ),
    Topic.MANAGEMENT: (
        _("somebody manages it and residents are content"),
        _("managed in name only"),
        _("nobody manages it, nobody collects fees"),
    ),
    Topic.ROADS: (
        _("even and passable"),
        _("cracks and puddles in places"),
        _("broken up, an ambulance cannot get in"),
    ),
    Topic.PIPES: (
        _("never blocked"),
        _("blocked a few times a year"),
        _("overflowing, or rain and sewage mixed"),
    ),
    Topic.PARKING: (
        _("enough places, in order"),
        _("short of places, parked at will"),
        _("fire lane blocked, bicycles charged in stairways"),
    ),
    Topic.SECURITY: (
        _("gate, lamps and cameras work"),
        _("some work, some do not"),
        _("none, thefts known"),
    ),
    Topic.LIFTS: (
        _("lifts present, or not needed"),
        _("four to six floors without a lift"),
        _("many old people above the third floor and no lift"),
    ),
}

TOPIC_GROUPS: tuple[tuple[str, Promise, tuple[Topic, ...]], ...] = (
    ("shortfalls", _("Four shortfalls"), SHORTFALLS),
    ("problems", _("Five problem classes"), PROBLEM_CLASSES),
)
