"""Front-end files: what templates and Python name is what the set-up copies."""

import json
import re

from django.conf import settings

from renovation.environment import BASE_DIR
from tools import frontend

ICON_TAG = re.compile(r"""\{%\s*icon\s+"([a-z0-9-]+)\"""")
ICON_WORD = re.compile(r"""\bicon(?:_markup\(|=)"([a-z0-9-]+)\"""")
STATIC_TAG = re.compile(r"""\{%\s*static\s+["']([^"']+)["']""")


def used_icons() -> set[str]:
    templates = (BASE_DIR / "templates").rglob("*.html")
    modules = [path for app in settings.HOUSE for path in (BASE_DIR / app).rglob("*.py")]
    found = {name for path in templates for name in ICON_TAG.findall(path.read_text(encoding="utf-8"))}
    return found | {name for path in modules for name in ICON_WORD.findall(path.read_text(encoding="utf-8"))}


def test_every_icon_that_is_drawn_is_in_the_sprite() -> None:
    assert used_icons() - set(frontend.icon_names()) == set()


def test_every_static_file_that_a_template_names_was_collected() -> None:
    manifest = json.loads((settings.STATIC_ROOT / "staticfiles.json").read_text(encoding="utf-8"))["paths"]
    named = {
        name
        for path in (BASE_DIR / "templates").rglob("*.html")
        for name in STATIC_TAG.findall(path.read_text(encoding="utf-8"))
    }
    assert named - set(manifest) == set()


def test_no_copied_file_names_a_source_map() -> None:
    for path in (settings.DATA_DIR / "vendor").rglob("*"):
        if path.suffix in {".css", ".js"}:
            assert b"sourceMappingURL" not in path.read_bytes(), path


def test_the_licences_of_the_packages_come_along() -> None:
    licences = {path.stem for path in (settings.DATA_DIR / "vendor" / "licences").iterdir()}
    assert licences >= {"tabler-core", "echarts", "leaflet", "leaflet.markercluster"}


def test_versions_are_pinned_and_the_lock_file_names_no_registry() -> None:
    package = json.loads((BASE_DIR / "package.json").read_text(encoding="utf-8"))
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())
    assert "resolved" not in (BASE_DIR / "package-lock.json").read_text(encoding="utf-8")
