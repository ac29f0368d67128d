"""The translation tool: what it finds, what it keeps, what it calls a fault."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tools import messages
from tools.steps import Stop


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one app."""
    (tmp_path / "votes").mkdir()
    (tmp_path / "votes" / "apps.py").write_text("", encoding="utf-8")
    (tmp_path / "templates" / "votes").mkdir(parents=True)
    monkeypatch.setattr(messages, "BASE_DIR", tmp_path)
    monkeypatch.setattr(messages, "TEMPLATES", tmp_path / "templates")
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def catalogue(house: Path, app: str = "votes") -> str:
    return (house / f"locale/{app}/zh_Hans/LC_MESSAGES/django.po").read_text(encoding="utf-8")


def translate(house: Path, text: str, translation: str, *, app: str = "votes") -> None:
    empty, full = f'msgid "{text}"\nmsgstr ""', f'msgid "{text}"\nmsgstr "{translation}"'
    write(house / f"locale/{app}/zh_Hans/LC_MESSAGES/django.po", catalogue(house, app).replace(empty, full))


def test_strings_of_python_and_templates_are_found(house: Path) -> None:
    write(
        house / "votes/models.py",
        "name = _('ballot')\nmany = ngettext('one ballot', '%(n)s ballots', 2)\nother = pgettext_lazy('noun', 'vote')\n",
    )
    write(
        house / "templates/votes/page.html",
        "{% load i18n %}\n    <p>{% translate 'Cast it' %}</p>\n  {% if x %}\n      {% blocktranslate trimmed with a=b %}\n"
        '   {{ a }} of them\n   are counted\n {% endblocktranslate %}{% endif %}<a title="{% trans \'It’s "open"\' %}">',
    )
    messages.update("votes")
    with (house / "locale/votes/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        found = {(message.context, message.id) for message in read_po(file) if message.id}
    assert found == {
        (None, "ballot"),
        (None, ("one ballot", "%(n)s ballots")),
        ("noun", "vote"),
        (None, "Cast it"),
        (None, "%(a)s of them are counted"),
        (None, 'It’s "open"'),
    }


def test_translations_stay_and_what_nobody_uses_goes(house: Path) -> None:
    write(house / "votes/models.py", "a = _('kept')\nb = _('gone')\n")
    messages.update("votes")
    translate(house, "kept", "留下")
    translate(house, "gone", "消失")
    write(house / "votes/models.py", "c = _('new')\na = _('kept')\n")
    messages.update("votes")
    text = catalogue(house)
    assert 'msgid "kept"\nmsgstr "留下"' in text
    assert 'msgid "new"\nmsgstr ""' in text
    assert "gone" not in text
    assert "消失" not in text


def test_the_file_says_nothing_of_time_place_or_line(house: Path) -> None:
    write(house / "votes/models.py", "a = _('ballot')\n")
    messages.update("votes")
    before = catalogue(house)
    write(house / "votes/models.py", "\n\n\nx = 1\na = _('ballot')\n")
    messages.update("votes")
    assert catalogue(house) == before
    assert "#: votes/models.py\n" in before
    assert "Date" not in before


def faults_of(house: Path) -> list[str]:
    return [*messages.faults("votes"), *messages.contradictions()]


def test_a_complete_catalogue_has_no_fault(house: Path) -> None:
    write(house / "votes/models.py", "a = _('%(count)s ballots')\n")
    messages.update("votes")
    translate(house, "%(count)s ballots", "%(count)s 张选票")
    assert faults_of(house) == []


@pytest.mark.parametrize(
    ("translation", "fault"),
    [("", "no translation"), ("选票", "other placeholders"), ("%(number)s 张选票", "other placeholders")],
)
def test_a_missing_or_wrong_translation_is_a_fault(house: Path, translation: str, fault: str) -> None:
    write(house / "votes/models.py", "a = _('%(count)s ballots')\n")
    messages.update("votes")
    translate(house, "%(count)s ballots", translation)
    assert len(faults_of(house)) == 1
    assert fault in faults_of(house)[0]


def test_a_catalogue_behind_its_sources_is_a_fault(house: Path) -> None:
    write(house / "votes/models.py", "a = _('ballot')\n")
    assert any("not in line" in fault for fault in faults_of(house))


def test_one_text_in_two_translations_is_a_fault(house: Path) -> None:
    write(house / "polls/apps.py", "")
    for app, translation in (("votes", "关闭"), ("polls", "已结束")):
        write(house / app / "models.py", "a = _('closed')\n")
        messages.update(app)
        translate(house, "closed", translation, app=app)
    assert any("two ways" in fault for fault in messages.contradictions())


def test_a_broken_catalogue_is_named(house: Path) -> None:
    write(house / "locale/votes/zh_Hans/LC_MESSAGES/django.po", 'msgid "a"\nmsgstr "b"\n<<<<<<< ours\n')
    with pytest.raises(Stop, match="no valid catalogue"):
        messages.compile_all()
