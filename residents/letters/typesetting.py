"""Papers as PDF, by typst. Data goes in as JSON; nothing is read from a disk but templates and fonts, nothing written."""

import json
from pathlib import Path
from typing import Any

import typst

from residents.letters.fonts import typeface

TEMPLATES = Path(__file__).parent / "templates"


def compiler_for(template: str, said: dict[str, Any], *, background: str = "") -> typst.Compiler:
    """The template with its data; `CharacterMissing` where the typeface lacks a character of it."""
    face = typeface()
    data = json.dumps({**said, "fonts": face.families}, ensure_ascii=False)
    face.check(data)
    return typst.Compiler(
        input=TEMPLATES / template,
        root=TEMPLATES,
        font_paths=face.fonts,
        ignore_system_fonts=True,
        sys_inputs={"data": data, "background": background},
    )


def compiled(template: str, said: dict[str, Any]) -> bytes:
    return pdf_of(compiler_for(template, said))


def pdf_of(compiler: typst.Compiler) -> bytes:
    pdf = compiler.compile(format="pdf")
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no PDF")
    return pdf
