"""Filters of a list that a person keeps under a name. They are nobody else's, so nothing is audited."""

from django.db import transaction
from django.db.models import Max

from core.errors import InvalidInput
from core.integrity import constraints_as_refusals
from core.text import clean_line, without_invisible
from directory.actions.checks import refuse_unclean
from directory.models import SavedView, User

# A row of tabs holds no more, and nobody finds anything in more.
MOST = 20


@transaction.atomic
def save_view(*, user: User, page: str, name: str, query: str) -> SavedView:
    """Keep a filter under a name; the same name again replaces what it kept."""
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=user.pk)
    page, name = clean_line(page), clean_line(name)
    mine = SavedView.objects.filter(user=user, page=page)
    view = mine.filter(name=name).first()
    if view is None:
        if mine.count() >= MOST:
            raise InvalidInput(reason=f"{MOST}+")
        last = mine.aggregate(last=Max("position"))["last"]
        view = SavedView(user=user, page=page, name=name, position=0 if last is None else last + 1)
    view.query = without_invisible(query).removeprefix("?")
    # An empty filter is a view too: everything, in this order and with these columns.
    refuse_unclean(view, exclude=[] if view.query else ["query"])
    view.save()
    return view


@transaction.atomic
def rename_view(*, user: User, view: SavedView, name: str) -> SavedView:
    view = SavedView.objects.select_for_update().get(pk=view.pk, user=user)
    view.name = clean_line(name)
    refuse_unclean(view)
    with constraints_as_refusals(SavedView):
        view.save(update_fields=["name"])
    return view


@transaction.atomic
def delete_view(*, user: User, view: SavedView) -> None:
    SavedView.objects.filter(pk=view.pk, user=user).delete()
