"""An import from the server's shell that can be limited to a division."""

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from directory.models import Division
from imports.command import ImportCommand


class DivisionImportCommand(ImportCommand):
    """As `ImportCommand`, which knows divisions only as text; here it is asked whether there is such a one."""

    def demand_division(self, code: str) -> None:
        if not Division.objects.filter(code=code).exists():
            raise CommandError(_("There is no division {code}.").format(code=code))
