"""`manage.py export_menu PK FILE.pb --as USER --reason TEXT`: the ballots of a counted menu, from the server's shell."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core.errors import DomainError
from directory.models import User
from residents.actions.ballots import export_ballots
from residents.models import Menu


class Command(BaseCommand):
    @property
    def help(self) -> str:  # type: ignore[override]
        """In the language of the day, so no class attribute."""
        return _(
            "Write the ballots of a counted menu into a .pb file, for “menu_outcome” and for whoever checks the count. On"
            " behalf of somebody who runs menus there; the reason is kept in the audit log. Not to be published."
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("menu", type=int, metavar="PK")
        parser.add_argument("file", type=Path, metavar="FILE.pb")
        parser.add_argument(
            "--as", dest="user", required=True, metavar="USER", help=_("who runs menus there")
        )
        parser.add_argument("--reason", required=True, metavar="TEXT")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        menu = Menu.objects.visible_to(user).filter(pk=options["menu"]).first() if user else None
        if menu is None or user is None:
            raise CommandError(_("There is no such menu for this person."))
        try:
            text = export_ballots(menu=menu, user=user, reason=options["reason"])
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        try:
            # Never over something that is there: a second file of ballots is made knowingly.
            with options["file"].open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise CommandError(
                _("The file cannot be written: {reason}").format(reason=error.strerror)
            ) from error
