"""What else counts as a change of a project, for whoever reads changes."""

import pgtrigger
from django.utils.translation import gettext_lazy as _

from compounds.models import Compound

# What a project tells of its compound.
TOLD = ("name", "building_count", "household_count", "floor_area")


class ToldCompound(Compound):
    """A project tells the name and the figures of its compound: they change with it.

    The community comes by the composite foreign key, which writes the project's own row.
    """

    class Meta:
        proxy = True
        verbose_name = _("compound")
        verbose_name_plural = _("compounds")
        triggers = [
            pgtrigger.Trigger(
                name="touches_projects",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf(*TOLD),
                condition=pgtrigger.AnyChange(*TOLD),
                func="""
                    UPDATE projects_project SET updated_at = clock_timestamp() WHERE compound_id = NEW.id;
                    RETURN NULL;
                """,
            ),
        ]
