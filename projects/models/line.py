"""The line of stages that every project goes along."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """The line of a project's life; settlement, warranty and performance review are tracks beside it.

    A project *is in* a stage while that stage's work is being done. What lies before
    (survey, pool) is the compound's; `AFTERCARE` is where the line ends.
    """

    WILLINGNESS = "willingness", _("willingness")
    PLAN = "plan", _("plan")
    SCHEME = "scheme", _("scheme")
    JOINT_REVIEW = "joint_review", _("joint review")
    ESTIMATE = "estimate", _("estimate")
    TENDER = "tender", _("tender")
    START = "start", _("start of works")
    CONSTRUCTION = "construction", _("construction")
    ACCEPTANCE = "acceptance", _("acceptance")
    HANDOVER = "handover", _("handover")
    AFTERCARE = "aftercare", _("after-care")


LINE: tuple[str, ...] = tuple(Stage.values)
UNDER_CONSTRUCTION_OR_LATER = LINE[LINE.index(Stage.CONSTRUCTION) :]
WORKS_DONE_OR_LATER = LINE[LINE.index(Stage.ACCEPTANCE) :]
