"""Translations: `python -m tools.messages [APP …]` brings the catalogues in line with the sources.

Each app has one catalogue, `locale/<app>/zh_Hans/LC_MESSAGES/django.po`, with the
strings of its Python files and of `templates/<app>/`. Translations are kept, what
nobody uses any more is dropped, new strings arrive empty. The files hold no dates,
no line numbers and nothing of the machine, so that they merge well.

--check     fail, with one line for each fault, when a catalogue is not in line or not complete
--compile   write the .mo files (they are not in the repository)

Babel does the work: no gettext program is needed.
"""

import argparse
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po

from tools.steps import BASE_DIR, Stop, one_line_errors

LOCALE = "zh_Hans"
TEMPLATES = BASE_DIR / "templates"
# What Django and its lazy twins are called in the sources; `templatize` writes the same names.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    # gettext, in a module whose `_` is the lazy one.
    "_now": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Folders of templates that are no app's own: pages of packages that an app took over, and the shell.
TEMPLATE_OWNERS = {
    **dict.fromkeys(("account", "allauth", "mfa", "usersessions", "registration"), "directory"),
    "": "core",
}
HEADER = """msgid ""
msgstr ""
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def apps() -> list[str]:
    return sorted(path.parent.name for path in BASE_DIR.glob("*/apps.py"))


def catalogue_path(app: str) -> Path:
    return BASE_DIR / "locale" / app / LOCALE / "LC_MESSAGES" / "django.po"


# --- Reading the sources ----------------------------------------------------------------


def sources(app: str) -> Iterator[Path]:
    """The files whose strings stand in the app's catalogue."""
    folders = [BASE_DIR / app] + ([BASE_DIR / "renovation"] if app == "core" else [])
    for folder in folders:
        yield from (path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts)
    for path in sorted(TEMPLATES.rglob("*")):
        if path.suffix in {".html", ".txt", ".xml", ".svg"} and _template_owner(path) == app:
            yield path


def _template_owner(path: Path) -> str:
    inside = path.relative_to(TEMPLATES).parts
    folder = inside[0] if len(inside) > 1 else ""
    return TEMPLATE_OWNERS.get(folder, folder if (BASE_DIR / folder / "apps.py").is_file() else "core")


def _as_python(path: Path) -> bytes:
    """A template as the Python calls it amounts to; brackets keep its indentation from mattering."""
    # Django's function needs no settings, but importing it is slow: only who extracts pays for it.
    from django.utils.translation.template import templatize  # noqa: PLC0415

    text = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    return f"(\n{text}\n)".encode()


def found_in_sources(app: str) -> Catalog:
    catalogue = Catalog(locale=LOCALE)
    for path in sources(app):
        content = path.read_bytes() if path.suffix == ".py" else _as_python(path)
        location = [(path.relative_to(BASE_DIR).as_posix(), 0)]
        for _, text, comments, context in extract("python", BytesIO(content), KEYWORDS, ("Translators:",)):
            catalogue.add(text, locations=location, auto_comments=comments, context=context)
    return catalogue


# --- Catalogues -------------------------------------------------------------------------


def read_catalogue(path: Path) -> Catalog:
    if not path.is_file():
        return Catalog(locale=LOCALE)
    with path.open("rb") as file:
        try:
            return read_po(file, locale=LOCALE, abort_invalid=True)
        except (PoFileError, ValueError) as error:
            raise Stop(f"{path.relative_to(BASE_DIR)} is no valid catalogue: {error}") from None


def brought_in_line(app: str) -> Catalog:
    """The sources' strings with the translations that the catalogue holds for them."""
    known, catalogue = read_catalogue(catalogue_path(app)), found_in_sources(app)
    for message in catalogue:
        if message.id and (old := known.get(message.id, message.context)) is not None:
            message.string = old.string
            message.user_comments = old.user_comments
    return catalogue


def rendered(catalogue: Catalog) -> bytes:
    output = BytesIO()
    for message in catalogue:
        message.locations = sorted(set(message.locations))
    write_po(
        output,
        catalogue,
        omit_header=True,
        include_lineno=False,
        sort_output=True,
        width=0,
        ignore_obsolete=True,
    )
    return HEADER.encode() + output.getvalue().lstrip(b"\n")


def update(app: str) -> None:
    catalogue, path = brought_in_line(app), catalogue_path(app)
    if len(catalogue) == 0 and not path.exists():
        return
    text = rendered(catalogue)
    if not path.exists() or path.read_bytes() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    missing = sum(1 for message in catalogue if message.id and not _translated(message))
    print(f"{app}: {len(catalogue)} strings, {missing} without translation")


# --- Checking ---------------------------------------------------------------------------


def _forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def _translated(message: Message) -> bool:
    return all(_forms(message.string)) and bool(message.string)


def _placeholders_fit(message: Message) -> bool:
    """A translation must not name a value that is not there; of a plural's forms the fullest counts."""
    wanted = set().union(*(PLACEHOLDER.findall(form) for form in _forms(message.id)))
    return all(set(PLACEHOLDER.findall(form)) <= wanted for form in _forms(message.string)) and (
        isinstance(message.id, tuple) or set(PLACEHOLDER.findall(_forms(message.string)[0])) == wanted
    )


def faults(app: str) -> Iterator[str]:
    catalogue, path = brought_in_line(app), catalogue_path(app)
    name = path.relative_to(BASE_DIR)
    if len(catalogue) and (not path.exists() or path.read_bytes() != rendered(catalogue)):
        yield f"{name} is not in line with the sources: run `make messages`."
    for message in catalogue:
        if message.id and not _translated(message):
            yield f"{name}: no translation of {_forms(message.id)[0]!r}"
        elif message.id and not _placeholders_fit(message):
            yield f"{name}: other placeholders in the translation of {_forms(message.id)[0]!r}"


def shortened(lines: list[str], most: int = 15) -> list[str]:
    return lines if len(lines) <= most else [*lines[:most], f"… and {len(lines) - most} more"]


def contradictions() -> Iterator[str]:
    """At run time the catalogues are one: the same words must not be translated in two ways."""
    seen: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for app in apps():
        for message in read_catalogue(catalogue_path(app)):
            if message.id and _translated(message):
                seen[_forms(message.id)[0], message.context or ""][_forms(message.string)[0]] = app
    for (text, _), translations in seen.items():
        if len(translations) > 1:
            both = ", ".join(f"{translation!r} in {app}" for translation, app in translations.items())
            yield f"{text!r} is translated in two ways ({both}): agree, or give one a context (pgettext)."


# --- Compiling --------------------------------------------------------------------------


def compile_all() -> None:
    """Write each .mo that is older than its .po, in one step, so that no reader sees half a file."""
    for path in sorted(BASE_DIR.glob(f"locale/*/{LOCALE}/LC_MESSAGES/django.po")):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            continue
        temporary = target.with_name(f"{target.name}.{os.getpid()}")
        with temporary.open("wb") as file:
            write_mo(file, read_catalogue(path))
        temporary.replace(target)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.messages", description=__doc__.splitlines()[0])
    parser.add_argument("apps", nargs="*", metavar="APP", help="only these apps' catalogues")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    chosen = options.apps or apps()
    if options.compile:
        compile_all()
        return 0
    if options.check:
        found = [*(line for app in chosen for line in shortened(list(faults(app)))), *contradictions()]
        print("\n".join(found) or f"{len(chosen)} catalogues are complete.")
        return 1 if found else 0
    for app in chosen:
        update(app)
    compile_all()
    return 0


if __name__ == "__main__":
    with one_line_errors():
        sys.exit(main())
