"""The front-end packages: fetched by npm as package-lock.json pins them, and what pages use copied out.

Standard library only. Pages name the copies as `{% static "vendor/…" %}`; below
`node_modules` nothing is ever served. Icons become one SVG sprite:
`<use href="{% static 'vendor/icons.svg' %}#map-pin"></use>` for a name of tools/icons.txt.
The fonts of printed letters lie beside them in `<data>/fonts` and are not served.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

from tools.steps import BASE_DIR, Stamp, Stop, data_dir, fingerprint, run, step

NODE_MODULES = BASE_DIR / "node_modules"
ICONS = BASE_DIR / "tools" / "icons.txt"
VENV = BASE_DIR / ".venv"

FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler/tabler.min.js",
    "echarts/dist/echarts.min.js": "echarts/echarts.min.js",
    "leaflet/dist/leaflet.js": "leaflet/leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet/leaflet.css",
    "leaflet/dist/images/layers.png": "leaflet/images/layers.png",
    "leaflet/dist/images/layers-2x.png": "leaflet/images/layers-2x.png",
    "leaflet/dist/images/marker-icon.png": "leaflet/images/marker-icon.png",
    "leaflet/dist/images/marker-icon-2x.png": "leaflet/images/marker-icon-2x.png",
    "leaflet/dist/images/marker-shadow.png": "leaflet/images/marker-shadow.png",
    "leaflet.markercluster/dist/leaflet.markercluster.js": "leaflet/leaflet.markercluster.js",
    "leaflet.markercluster/dist/MarkerCluster.css": "leaflet/MarkerCluster.css",
    "leaflet.markercluster/dist/MarkerCluster.Default.css": "leaflet/MarkerCluster.Default.css",
}
# Letters are printed in two weights; the package holds five, and its licence asks to come along.
FONTS = {
    "@embedpdf/fonts-sc/fonts/NotoSansHans-Regular.otf": "NotoSansHans-Regular.otf",
    "@embedpdf/fonts-sc/fonts/NotoSansHans-Bold.otf": "NotoSansHans-Bold.otf",
    "@embedpdf/fonts-sc/LICENSE": "LICENSE.txt",
}
PACKAGES = ("@tabler/core", "@tabler/icons", "echarts", "leaflet", "leaflet.markercluster")

# A registry that does not answer is said after seconds, not minutes.
NPM_OPTIONS = (
    *("--ignore-scripts", "--no-audit", "--no-fund"),
    *("--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"),
)

# They name files that are not served; Django's manifest refuses a name it cannot resolve.
SOURCE_MAP = re.compile(rb"/\*[#@] sourceMappingURL=[^*]*\*/|//[#@] sourceMappingURL=\S*")


# --- Fetching ---------------------------------------------------------------------------


def fetch(*, development: bool) -> None:
    """`npm ci`, unless what is there fits the lock file. Development adds the test tools (axe)."""
    state = fingerprint([BASE_DIR / "package-lock.json", BASE_DIR / "package.json"])
    stamp = Stamp(NODE_MODULES / ".fetched")
    if stamp.fits(f"{state} development") or (not development and stamp.fits(f"{state} run")):
        return
    npm = npm_command()
    with step("Fetching front-end packages"):
        run(
            [
                *npm,
                "ci",
                *NPM_OPTIONS,
                *([] if development else ["--omit=dev"]),
            ],
            failure="The front-end packages could not be fetched",
            log="npm.log",
            registry="the npm registry",
        )
    stamp.write(f"{state} {'development' if development else 'run'}")


def npm_command() -> list[str]:
    """The machine's npm, or the one in a wheel from the Python registry."""
    if (system := shutil.which("npm")) and _works([system]):
        return [system]
    packed = [str(VENV / "bin" / "npm")]
    if not _works(packed):
        with step("Fetching npm"):
            options = ("--quiet", "--require-hashes", "--only-binary=:all:", "--disable-pip-version-check")
            run(
                [
                    VENV / "bin" / "python",
                    "-m",
                    "pip",
                    "install",
                    *options,
                    "-r",
                    BASE_DIR / "requirements-node.txt",
                ],
                failure="npm could not be installed",
                log="pip.log",
                registry="the Python package registry",
            )
    if not _works(packed):
        raise Stop(
            "npm does not run on this machine: install Node.js 20 or newer, then run the command again."
        )
    return packed


def _works(command: list[str]) -> bool:
    """npm 7 and newer read this lock file."""
    try:
        done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return False
    major = done.stdout.strip().split(".")[0]
    return done.returncode == 0 and major.isdecimal() and int(major) >= 7


# --- Copying ----------------------------------------------------------------------------


def copy() -> bool:
    """Fill `<data>/vendor` and `<data>/fonts`; true when something changed."""
    target, fonts = data_dir() / "vendor", data_dir() / "fonts"
    state = fingerprint([NODE_MODULES / ".fetched", ICONS, Path(__file__)], words=[str(target)])
    stamp = Stamp(data_dir() / "stamps" / "vendor")
    if stamp.fits(state) and target.is_dir() and fonts.is_dir():
        return False
    for source, name in FONTS.items():
        _copy_one(NODE_MODULES / source, fonts / name)
    unfinished = target.with_name("vendor.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for source, name in FILES.items():
        _copy_one(NODE_MODULES / source, unfinished / name)
    for package in PACKAGES:
        _copy_licence(package, unfinished / "licences")
    (unfinished / "icons.svg").write_text(sprite(), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    unfinished.rename(target)
    stamp.write(state)
    return True


def _copy_one(source: Path, target: Path) -> None:
    if not source.is_file():
        raise Stop(f"{source} is missing: remove node_modules and run the command again.")
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    if source.suffix in {".css", ".js"}:
        content = SOURCE_MAP.sub(b"", content)
    target.write_bytes(content)


def _copy_licence(package: str, folder: Path) -> None:
    """The package's own text, or where it has none what it says of itself."""
    about = json.loads((NODE_MODULES / package / "package.json").read_text(encoding="utf-8"))
    said = f"{package} {about['version']}, {about['license']}\n"
    texts = [path for path in sorted((NODE_MODULES / package).iterdir()) if "LICEN" in path.name.upper()]
    text = texts[0].read_text(encoding="utf-8") if texts else ""
    folder.mkdir(exist_ok=True)
    (folder / f"{package.replace('/', '-').strip('@')}.txt").write_text(f"{said}\n{text}", encoding="utf-8")


def icon_names() -> list[str]:
    lines = (line.split("#")[0].strip() for line in ICONS.read_text(encoding="utf-8").splitlines())
    return sorted({line for line in lines if line})


def sprite() -> str:
    """One file with a `<symbol>` for each named icon; colour and width come from the page's style."""
    symbols = [_symbol(name) for name in icon_names()]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def _symbol(name: str) -> str:
    """`map-pin` is the outlined drawing, `map-pin-filled` the filled one."""
    filled = name.endswith("-filled")
    folder = NODE_MODULES / "@tabler" / "icons" / "icons" / ("filled" if filled else "outline")
    path = folder / f"{name.removesuffix('-filled')}.svg"
    if not path.is_file():
        raise Stop(f"tools/icons.txt names {name}, which Tabler does not have.")
    drawing = path.read_text(encoding="utf-8")
    inside = drawing[drawing.index("<svg") :].split(">", 1)[1].rsplit("</svg>", 1)[0]
    look = 'fill="currentColor"' if filled else 'fill="none" stroke="currentColor"'
    ends = "" if filled else ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    body = " ".join(inside.split())
    return f'<symbol id="{name}" viewBox="0 0 24 24" {look}{ends}>{body}</symbol>'
