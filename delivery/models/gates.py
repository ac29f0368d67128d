"""The gates of start and completion: triggers on the programme's own tables, held by the building site.

The resident representatives and the letters of responsibility join the gate of the start in an app of their own,
as a further trigger of the same kind.
"""

import pgtrigger
from django.utils.translation import gettext_lazy as _

from projects.models import Document, DocumentKind, StageChange


class GatedStageChange(StageChange):
    """`stage_change_gate…` runs after `stage_change_is_legal` (names decide), which holds the project's lock.

    "Planned work item": one of the scheme in force. What was struck from it has `planned` 0 and counts no more.
    """

    class Meta:
        proxy = True
        verbose_name = _("stage change")
        verbose_name_plural = _("stage changes")
        triggers = [
            pgtrigger.Trigger(
                name="stage_change_of_the_site",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=f"""
                    IF NEW.kind = 'start' THEN
                        IF NOT EXISTS (
                            SELECT FROM delivery_contractproject l JOIN delivery_contract c ON c.id = l.contract_id
                            WHERE l.project_id = NEW.project_id AND c.kind = 'works'
                              AND c.signed_on <= NEW.effective_on) THEN
                            RAISE EXCEPTION 'no works contract signed by % is on file', NEW.effective_on
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'start_has_contract';
                        END IF;
                        IF NOT EXISTS (
                            SELECT FROM projects_document d WHERE d.project_id = NEW.project_id
                              AND d.kind = '{DocumentKind.START_EVIDENCE}' AND d.withdrawn_at IS NULL) THEN
                            RAISE EXCEPTION 'no evidence of the start is on file'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'start_has_evidence';
                        END IF;
                    ELSIF NEW.kind = 'complete' THEN
                        IF NOT EXISTS (
                            SELECT FROM projects_document d WHERE d.project_id = NEW.project_id
                              AND d.kind = '{DocumentKind.COMPLETION_EVIDENCE}' AND d.withdrawn_at IS NULL) THEN
                            RAISE EXCEPTION 'no evidence of completion is on file'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'completion_has_evidence';
                        END IF;
                        IF EXISTS (SELECT FROM projects_workitemprogress w
                                   WHERE w.project_id = NEW.project_id AND w.done < w.planned) THEN
                            RAISE EXCEPTION 'planned works are not done'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'completion_has_all_works';
                        END IF;
                        IF EXISTS (SELECT FROM delivery_progressentry e
                                   WHERE e.project_id = NEW.project_id AND e.done_on > NEW.effective_on
                                     AND e.reverses_id IS NULL AND NOT EXISTS (
                                         SELECT FROM delivery_progressentry r WHERE r.reverses_id = e.id)) THEN
                            RAISE EXCEPTION 'works were reported for a later day'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'completion_after_last_works';
                        END IF;
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (names from the code)
            ),
        ]


class GatedDocument(Document):
    """The evidence on which the works started or ended stays; a new version may follow."""

    class Meta:
        proxy = True
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        triggers = [
            pgtrigger.Trigger(
                name="document_of_the_site_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("withdrawn_at", "kind", "project_id"),
                declare=[("p", "projects_project%ROWTYPE")],
                func=f"""
                    IF OLD.kind NOT IN ('{DocumentKind.START_EVIDENCE}', '{DocumentKind.COMPLETION_EVIDENCE}')
                       OR OLD.withdrawn_at IS NOT NULL OR OLD.project_id IS NULL
                       OR (NEW.withdrawn_at, NEW.kind, NEW.project_id)
                          IS NOT DISTINCT FROM (OLD.withdrawn_at, OLD.kind, OLD.project_id) THEN
                        RETURN NEW;
                    END IF;
                    SELECT * INTO p FROM projects_project WHERE id = OLD.project_id FOR NO KEY UPDATE;
                    IF p.origin = 'portal'
                       AND (CASE OLD.kind WHEN '{DocumentKind.START_EVIDENCE}' THEN p.started_on
                                          ELSE p.completed_on END) IS NOT NULL
                       AND NOT EXISTS (
                           SELECT FROM projects_document d WHERE d.project_id = OLD.project_id AND d.kind = OLD.kind
                             AND d.withdrawn_at IS NULL AND d.id <> OLD.id) THEN
                        RAISE EXCEPTION 'the project rests on this document'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'document_of_the_site_stays';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (names from the code)
            ),
        ]
