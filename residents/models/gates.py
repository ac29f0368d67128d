"""The gate of merges and splits: a trigger of the residents' floor on the register's own table."""

import pgtrigger
from django.utils.translation import gettext_lazy as _

from compounds.models import CompoundSuccession


class GatedCompoundSuccession(CompoundSuccession):
    """Whoever is being asked stays who is asked: nothing that runs at a compound is broken off, or grows by strangers.

    `merge_compounds` and `split_compound` hold the compounds' rows; what begins there shares them
    (`residents.triggers.begins_in_living_compound`).
    """

    class Meta:
        proxy = True
        verbose_name = _("merge or split")
        verbose_name_plural = _("merges and splits")
        triggers = [
            pgtrigger.Trigger(
                name="residents_are_not_broken_off",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF EXISTS (SELECT FROM residents_round
                               WHERE compound_id IN (NEW.old_id, NEW.new_id) AND ended_at IS NULL)
                       OR EXISTS (SELECT FROM residents_menu m JOIN projects_project p ON p.id = m.project_id
                                  WHERE p.compound_id IN (NEW.old_id, NEW.new_id) AND m.state = 'published')
                       OR EXISTS (SELECT FROM residents_questionnaire
                                  WHERE compound_id IN (NEW.old_id, NEW.new_id) AND state = 'published'
                                    AND closes_at > clock_timestamp())
                       OR EXISTS (SELECT FROM residents_meeting WHERE compound_id = NEW.old_id AND state = 'planned')
                    THEN
                        RAISE EXCEPTION 'residents are being asked there'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'residents_are_not_broken_off';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
