"""The template vocabulary, and that no template breaks the content security policy."""

import re

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory

from renovation.environment import BASE_DIR

TEMPLATES = sorted((BASE_DIR / "templates").rglob("*.html"))


def drawn(source: str, **context: object) -> str:
    request = RequestFactory().get("/list/?kind=a&kind=b&sort=name&after=x")
    return Template(source).render(Context({"request": request, **context}))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(BASE_DIR / "templates")))
def test_templates_hold_no_script_and_no_style(path: object) -> None:
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", path.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=|hx-on|javascript:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


def test_icons_are_decoration_or_speak() -> None:
    assert 'aria-hidden="true"' in drawn('{% icon "map" %}')
    assert 'role="img" aria-label="late &lt;"' in drawn('{% icon "clock" label=words %}', words="late <")


def test_a_badge_has_a_sign_beside_its_colour() -> None:
    assert "#clock" in drawn('{% badge "late" "late" %}')
    assert drawn('{% badge text "no such" %}', text="<b>") == '<span class="tag">&lt;b&gt;</span>'


def test_the_query_string_with_parts_changed() -> None:
    changed = QueryDict(drawn('{% query sort="-name" after=None %}').lstrip("?").replace("&amp;", "&"))
    assert changed.getlist("kind") == ["a", "b"]
    assert (changed["sort"], changed.get("after")) == ("-name", None)
    assert "kind=c" in drawn("{% query kind=kinds %}", kinds=["c"])


def test_small_filters() -> None:
    assert (
        drawn("{{ 0|or_dash }} {{ none|or_dash }} {{ 3|share_of:4 }} {{ 1|share_of:0 }}", none=None)
        == "0 — 75 0"
    )
    assert drawn("{{ pk }} {{ year }}", pk=1234567, year=1987) == "1234567 1987", (
        "keys and years are never grouped"
    )


class Form(forms.Form):
    name = forms.CharField(max_length=3, help_text="As on the plate.")
    sure = forms.BooleanField(label="I am sure")
    kind = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)


def test_errors_stand_above_and_at_the_field_in_the_same_words() -> None:
    form = Form({"name": "<long>"})
    text = drawn("{% form_errors form %}{% fields form %}", form=form)
    sentence = str(form.errors["name"][0]).replace("<", "&lt;")
    assert text.count(sentence) == 2
    assert 'href="#id_name"' in text
    assert 'aria-invalid="true"' in text
    assert 'aria-describedby="id_name_helptext id_name_error"' in text
    assert 'id="id_name_error"' in text
    assert "<fieldset" in text


def test_a_form_without_errors_has_no_summary() -> None:
    assert drawn("{% form_errors form %}", form=Form()) == ""
