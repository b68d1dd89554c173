"""How does a page become a paper that everybody can read, with their eyes or their ears?

The paper follows PDF/UA-1. What people typed reaches the template as data: no name is ever code.
"""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

REPLACEMENT = "□"
PROBE = b"""#set document(title: "x")
#sys.inputs.data"""


async def render(template: Path, data: dict[str, Any]) -> bytes:
    """Return the PDF of a template filled with data, which it reads in `sys.inputs.data`."""
    return await asyncio.get_running_loop().run_in_executor(_press(), _render, template, data)


def _render(template: Path, data: dict[str, Any]) -> bytes:
    told = json.dumps(data, ensure_ascii=False)
    try:
        return _compile(template, told)
    except typst.TypstError:
        # The standard refuses a paper with a letter no font can draw. Fonts are the same on every
        # machine, so an emoji in a name would otherwise leave a family without its receipt.
        drawable = json.dumps(_drawable(data), ensure_ascii=False)
        if drawable == told:
            raise
        return _compile(template, drawable)


@lru_cache(maxsize=1)
def _press() -> ThreadPoolExecutor:
    """Return the one thread that prints: each thread keeps some ten megabytes of what it set."""
    return ThreadPoolExecutor(1, "press")


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Return Source Sans Pro and typst's own fonts, read once: the same on every machine."""
    return typst.Fonts(
        include_system_fonts=False, font_paths=[str(files("font_source_sans_pro") / "files")]
    )


def _compile(template: Path, told: str) -> bytes:
    return typst.compile(
        template,
        root=template.parent,
        ignore_system_fonts=True,
        font_paths=_fonts(),
        sys_inputs={"data": told},
        pdf_standards="ua-1",
    )


def _drawable(value: Any) -> Any:
    """Return the same data, with a square for every letter that no font can draw.

    >>> _drawable({"names": ["Zoé 🎈", "דוד"], "rank": 1})
    {'names': ['Zoé □', 'דוד'], 'rank': 1}
    """
    if isinstance(value, str):
        return "".join(letter if _draws(letter) else REPLACEMENT for letter in value)
    if isinstance(value, dict):
        return {name: _drawable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_drawable(one) for one in value]
    return value


@lru_cache(maxsize=4096)
def _draws(letter: str) -> bool:
    try:
        typst.compile(
            PROBE,
            ignore_system_fonts=True,
            font_paths=_fonts(),
            sys_inputs={"data": letter},
            pdf_standards="ua-1",
        )
    except typst.TypstError:
        return False
    return True
