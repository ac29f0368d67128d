from itertools import pairwise

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from directory.models import User
from projects.models.documents import Document, DocumentKind
from projects.models.line import LINE, Stage
from projects.models.project import Project
from projects.triggers import takes_division_of_project


class MoveKind(models.TextChoices):
    ADVANCE = "advance", _("on to the next stage")
    NOT_REQUIRED = "not_required", _("stage not required")
    SEND_BACK = "send_back", _("sent back")
    START = "start", _("works started")
    COMPLETE = "complete", _("works completed")
    SUSPEND = "suspend", _("suspended")
    RESUME = "resume", _("resumed")
    CANCEL = "cancel", _("project cancelled")
    ENTERED = "entered", _("entered from before the portal")


# Moves along the line, declared once: {kind: (from, to) pairs}. The actions check them under the project's
# lock, the trigger below refuses every other. Start and completion are the building site's acts.
_STEPS = list(pairwise(LINE))
_BY_DELIVERY = [(Stage.START, Stage.CONSTRUCTION), (Stage.CONSTRUCTION, Stage.ACCEPTANCE)]
MAY_BE_SKIPPED = (Stage.WILLINGNESS, Stage.JOINT_REVIEW, Stage.ESTIMATE, Stage.TENDER)
STAGE_MOVES: dict[str, list[tuple[str, str]]] = {
    MoveKind.ADVANCE: [step for step in _STEPS if step not in _BY_DELIVERY],
    MoveKind.NOT_REQUIRED: [step for step in _STEPS if step[0] in MAY_BE_SKIPPED],
    # One stage back; never behind a start that has happened, nor out of after-care. Acceptance sends back to the site.
    MoveKind.SEND_BACK: [
        (later, earlier) for earlier, later in _STEPS if later not in (Stage.CONSTRUCTION, Stage.AFTERCARE)
    ],
    MoveKind.START: [_BY_DELIVERY[0]],
    MoveKind.COMPLETE: [_BY_DELIVERY[1]],
}
STANDING_MOVES: dict[str, list[tuple[str, str]]] = {
    MoveKind.SUSPEND: [("active", "suspended")],
    MoveKind.RESUME: [("suspended", "active")],
    MoveKind.CANCEL: [("active", "cancelled"), ("suspended", "cancelled")],
}
NEEDS_REASON = (MoveKind.NOT_REQUIRED, MoveKind.SEND_BACK, MoveKind.SUSPEND, MoveKind.CANCEL)

# The document that a stage leaves behind; without it the project does not advance out of the stage.
EVIDENCE: dict[str, str] = {
    Stage.WILLINGNESS: DocumentKind.WILLINGNESS_RECORD,
    Stage.JOINT_REVIEW: DocumentKind.OPINION_SHEET,
    Stage.ESTIMATE: DocumentKind.ESTIMATE_APPROVAL,
    Stage.TENDER: DocumentKind.AWARD_NOTICE,
    Stage.ACCEPTANCE: DocumentKind.ACCEPTANCE_CERTIFICATE,
    Stage.HANDOVER: DocumentKind.HANDOVER_LIST,
}


def _as_values() -> str:
    """The legal moves as rows of SQL: (kind, from stage, to stage)."""
    rows = [(kind, before, after) for kind, steps in STAGE_MOVES.items() for before, after in steps]
    return ", ".join(f"('{kind}', '{before}', '{after}')" for kind, before, after in rows)


def _standings_as_values() -> str:
    rows = [(kind, before, after) for kind, steps in STANDING_MOVES.items() for before, after in steps]
    return ", ".join(f"('{kind}', '{before}', '{after}')" for kind, before, after in rows)


def _evidence_as_values() -> str:
    return ", ".join(f"('{stage}', '{kind}')" for stage, kind in EVIDENCE.items())


class StageChange(models.Model):
    """One move of a project. Inserting the row *is* the move: the database checks it and moves the project.

    `effective_on` is the business date, `recorded_at` when it was written down: reports ask for both.
    For a project from before the portal one row puts it where it stands (`ENTERED`), with its two dates.
    """

    append_only = True

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="stage_changes")
    division_code = models.CharField(max_length=12, editable=False, default="")
    kind = models.CharField(_("move"), max_length=12, choices=MoveKind)
    from_stage = models.CharField(_("from"), max_length=14, choices=Stage)
    to_stage = models.CharField(_("to"), max_length=14, choices=Stage)
    effective_on = models.DateField(_("effective on"))
    started_on = models.DateField(null=True)
    completed_on = models.DateField(null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("stage change")
        verbose_name_plural = _("stage changes")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MoveKind.values), name="stage_change_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind__in=NEEDS_REASON) | ~Q(reason=""), name="stage_change_has_reason",
                violation_error_message=_("Give the reason; it is kept with the project."),
            ),
            models.CheckConstraint(
                condition=Q(kind="entered") | Q(started_on__isnull=True, completed_on__isnull=True),
                name="stage_change_dates_only_entered",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["division_code", "effective_on"], name="stage_change_scope")]
        triggers = [
            # Upper apps add gates of their own as further triggers before the insert, on a proxy of this model.
            takes_division_of_project(),
            pgtrigger.Trigger(
                name="stage_change_is_legal",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("p", "projects_project%ROWTYPE"), ("previous", "date"), ("live", "date")],
                func=f"""
                    SELECT * INTO p FROM projects_project WHERE id = NEW.project_id FOR NO KEY UPDATE;
                    NEW.recorded_at = clock_timestamp();
                    IF NEW.from_stage <> p.stage THEN
                        RAISE EXCEPTION 'the project is in stage %, not %', p.stage, NEW.from_stage
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'stage_change_from_here';
                    END IF;
                    SELECT max(effective_on) INTO previous FROM projects_stagechange WHERE project_id = p.id;
                    IF NEW.effective_on > (now() AT TIME ZONE 'Asia/Shanghai')::date THEN
                        RAISE EXCEPTION 'a stage change lies in the future'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'stage_change_not_in_future';
                    END IF;
                    IF NEW.effective_on < previous THEN
                        RAISE EXCEPTION 'a stage change lies before the one before it'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'stage_change_in_order';
                    END IF;

                    IF NEW.kind = 'entered' THEN
                        SELECT g.live_from INTO live FROM projects_golive g
                        WHERE g.confirmed_at IS NOT NULL AND starts_with(p.division_code, g.division_id)
                        ORDER BY length(g.division_id) DESC LIMIT 1;
                        IF p.origin <> 'before_portal' OR previous IS NOT NULL
                           OR live IS NULL OR NEW.effective_on >= live
                           OR NEW.started_on >= live OR NEW.completed_on >= live THEN
                            RAISE EXCEPTION 'only a project from before the go-live is entered where it stands'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'stage_change_entered_before_go_live';
                        END IF;
                        RETURN NEW;
                    END IF;

                    IF NEW.kind IN ('suspend', 'resume', 'cancel') THEN
                        IF NEW.to_stage <> NEW.from_stage OR NOT EXISTS (
                            SELECT FROM (VALUES {_standings_as_values()}) AS legal(kind, before, after)
                            WHERE legal.kind = NEW.kind AND before = p.standing) THEN
                            RAISE EXCEPTION 'a project that is % cannot be changed so', p.standing
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'stage_change_legal';
                        END IF;
                        RETURN NEW;
                    END IF;

                    IF p.standing <> 'active' OR NOT EXISTS (
                        SELECT FROM (VALUES {_as_values()}) AS legal(kind, before, after)
                        WHERE legal.kind = NEW.kind AND before = NEW.from_stage AND after = NEW.to_stage) THEN
                        RAISE EXCEPTION 'no such move: % from % to % (%)', NEW.kind, NEW.from_stage, NEW.to_stage,
                            p.standing USING ERRCODE = 'check_violation', CONSTRAINT = 'stage_change_legal';
                    END IF;

                    IF NEW.kind = 'advance' THEN
                        IF EXISTS (
                            SELECT FROM (VALUES {_evidence_as_values()}) AS needed(stage, kind)
                            WHERE needed.stage = NEW.from_stage AND NOT EXISTS (
                                SELECT FROM projects_document d
                                WHERE d.project_id = p.id AND d.kind = needed.kind AND d.withdrawn_at IS NULL))
                           OR (NEW.from_stage = 'plan' AND NOT EXISTS (
                                SELECT FROM projects_planentry e WHERE e.id = p.plan_entry_id AND e.current))
                           OR (NEW.from_stage = 'scheme' AND NOT EXISTS (
                                SELECT FROM projects_scheme s WHERE s.project_id = p.id AND s.state = 'approved'))
                        THEN
                            RAISE EXCEPTION 'stage % has not left its evidence', NEW.from_stage
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'stage_change_has_evidence';
                        END IF;
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (constants of this module)
            ),
            pgtrigger.Trigger(
                name="stage_change_moves_project",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    UPDATE projects_project SET
                        stage = NEW.to_stage,
                        standing = CASE NEW.kind WHEN 'suspend' THEN 'suspended' WHEN 'resume' THEN 'active'
                                                 WHEN 'cancel' THEN 'cancelled' ELSE standing END,
                        started_on = CASE NEW.kind WHEN 'start' THEN NEW.effective_on
                                                   WHEN 'entered' THEN NEW.started_on ELSE started_on END,
                        completed_on = CASE WHEN NEW.kind = 'complete' THEN NEW.effective_on
                                            WHEN NEW.kind = 'entered' THEN NEW.completed_on
                                            WHEN NEW.to_stage = 'construction' THEN NULL ELSE completed_on END
                    WHERE id = NEW.project_id;
                    UPDATE projects_milestone SET done_on = NEW.effective_on
                    WHERE project_id = NEW.project_id AND closes_stage AND stage = NEW.from_stage
                      AND NEW.kind IN ('advance', 'not_required', 'start', 'complete');
                    UPDATE projects_milestone SET done_on = NULL
                    WHERE project_id = NEW.project_id AND closes_stage AND stage = NEW.to_stage
                      AND NEW.kind = 'send_back';
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_to_stage_display()}"


def _stages_in_order() -> str:
    return ", ".join(f"('{stage}', {place})" for place, stage in enumerate(LINE))


class StageEvidence(Document):
    """What a stage was passed on stays, unless another document of its kind is there or the project came back."""

    class Meta:
        proxy = True
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        triggers = [
            pgtrigger.Trigger(
                name="document_of_a_stage_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("withdrawn_at", "kind", "project_id"),
                declare=[("p", "projects_project%ROWTYPE")],
                func=f"""
                    IF OLD.withdrawn_at IS NOT NULL OR OLD.project_id IS NULL
                       OR (NEW.withdrawn_at, NEW.kind, NEW.project_id)
                          IS NOT DISTINCT FROM (OLD.withdrawn_at, OLD.kind, OLD.project_id) THEN
                        RETURN NEW;
                    END IF;
                    SELECT * INTO p FROM projects_project WHERE id = OLD.project_id FOR NO KEY UPDATE;
                    IF EXISTS (
                        SELECT FROM (VALUES {_evidence_as_values()}) AS needed(stage, kind)
                        JOIN (VALUES {_stages_in_order()}) AS left_place(stage, place) ON left_place.stage = needed.stage
                        JOIN (VALUES {_stages_in_order()}) AS now_place(stage, place) ON now_place.stage = p.stage
                        JOIN projects_stagechange c ON c.project_id = p.id AND c.kind = 'advance'
                            AND c.from_stage = needed.stage
                        WHERE needed.kind = OLD.kind AND left_place.place < now_place.place
                    ) AND NOT EXISTS (
                        SELECT FROM projects_document d WHERE d.project_id = OLD.project_id AND d.kind = OLD.kind
                            AND d.withdrawn_at IS NULL AND d.id <> OLD.id
                    ) THEN
                        RAISE EXCEPTION 'a stage was passed on this document'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'document_of_a_stage_stays';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (constants of this module)
            ),
        ]
