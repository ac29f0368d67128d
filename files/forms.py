"""Fields of forms that take files."""

from typing import Any

from django import forms
from django.forms.widgets import Widget
from django.utils.functional import lazy

from core.errors import TooLarge
from files.rules import FileRule


class RuledFileField(forms.FileField):
    """Offers what the rule accepts, says so below, and refuses what is too large before anything reads it.

    What the file really is, `store_upload` finds out.
    """

    def __init__(self, *, rule: FileRule, **options: Any) -> None:
        self.rule = rule
        # Said in the language of the reader, not in that of the import.
        super().__init__(**{"help_text": lazy(lambda: rule.words, str)(), **options})

    def widget_attrs(self, widget: Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": self.rule.accept}

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        size = getattr(data, "size", 0)
        if size > self.rule.limit * 1024 * 1024:
            raise forms.ValidationError(TooLarge(limit=self.rule.limit).message, code="too_large")
        return upload


class PhotoForm(forms.Form):
    """One photo as the queue of `static/core/js/photo-queue.js` sends it: one request, one photo.

    `key` is the phone's name for it and stays the same when it tries again. `topic` says where it
    belongs and is the owner's to check; `caption` may be empty.
    """

    photo = forms.FileField()
    key = forms.UUIDField()
    topic: forms.Field = forms.CharField(max_length=40, required=False)
    caption = forms.CharField(max_length=120, required=False)
