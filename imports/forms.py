"""What is asked on the way: the file, which column is which, what a value means, and the final yes."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from imports.kinds import ImportKind, Task, ValueQuestion
from imports.masking import masked
from imports.reading import Table


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Spreadsheet"),
        help_text=_("Excel (.xlsx, .xls), .ods or CSV in UTF-8 or GBK; at most 100,000 rows."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.tsv,.txt"}),
    )


class ColumnsForm(forms.Form):
    """One choice for each heading of the file: which of our columns it is, if any."""

    def __init__(self, data: Any, *, kind: ImportKind, table: Table, mapping: Mapping[str, str]) -> None:
        super().__init__(data)
        self._kind, self._labels = kind, table.labels
        own = {label: key for key, label in mapping.items()}
        choices = [("", _("— not imported —")), *((column.key, column.heading) for column in kind.columns)]
        for at, label in enumerate(table.labels):
            self.fields[f"column-{at}"] = forms.ChoiceField(
                choices=choices, required=False, initial=own.get(label, ""), label=label
            )
        self.lines = [
            (self[f"column-{at}"], self._samples(table, label, own.get(label, "")))
            for at, label in enumerate(table.labels)
        ]

    def _samples(self, table: Table, label: str, key: str) -> list[str]:
        """The first values; masked where they are personal, or nobody knows yet what they are."""
        personal = self._kind.personal_columns
        samples = table.samples(label)
        return [masked(text) for text in samples] if personal and (not key or key in personal) else samples

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        taken: dict[str, str] = {}
        for at, label in enumerate(self._labels):
            key = cleaned.get(f"column-{at}")
            if key and key in taken:
                column = self._kind.column(key).heading
                sentence = _now("“%(first)s” is already taken for %(column)s; choose one of them.")
                self.add_error(f"column-{at}", sentence % {"first": taken[key], "column": column})
            elif key:
                taken[key] = label
        return cleaned

    @property
    def mapping(self) -> dict[str, str]:
        """{column key: heading label}, once the form is valid."""
        chosen = ((self.cleaned_data[f"column-{at}"], label) for at, label in enumerate(self._labels))
        return {key: label for key, label in chosen if key}


class ValuesForm(forms.Form):
    """One answer for each different value of a column."""

    def __init__(self, data: Any, *, kind: ImportKind, task: Task, question: ValueQuestion) -> None:
        super().__init__(data)
        self._kind, self._task, self._question = kind, task, question
        self.lines = []
        for at, (text, count, suggested) in enumerate(question.values):
            name = f"value-{at}"
            self.fields[name] = forms.CharField(
                label=text, required=False, initial=suggested, max_length=200,
                widget=forms.TextInput(attrs={"list": "answers", "autocomplete": "off"}),
            )  # fmt: skip
            self.lines.append((name, count))

    def bound_lines(self) -> Sequence[tuple[Any, int]]:
        return [(self[name], count) for name, count in self.lines]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name, _count in self.lines:
            try:
                cleaned[name] = self._kind.answer(self._question, cleaned.get(name) or "", task=self._task)
            except forms.ValidationError as problem:
                self.add_error(name, problem)
        return cleaned

    @property
    def answers(self) -> dict[str, str]:
        texts = [text for text, _count, _suggested in self._question.values]
        given = (self.cleaned_data[name] for name, _count in self.lines)
        return {text: answer for text, answer in zip(texts, given, strict=True) if answer}


class ConfirmForm(forms.Form):
    reason = forms.CharField(
        max_length=300, required=False, help_text=_("For example the document that the file came with.")
    )
    leave_out_wrong = forms.BooleanField(label=_("Skip rows with errors"), required=False)

    def __init__(self, *args: Any, kind: ImportKind, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].label = str(kind.reason_label)


def uploaded(form: UploadForm) -> UploadedFile:
    file: UploadedFile = form.cleaned_data["file"]
    return file
