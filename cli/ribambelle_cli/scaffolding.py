"""A new plugin in its own folder: every room of the house, a page for families, one for agents."""

import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from ribambelle import __version__
from ribambelle.errors import Misconfigured
from ribambelle.plugins import CORE
from ribambelle.tenants.settings import FIELDS

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST = 24
MARK = re.compile(r"@(\w+)@")
PLACES = {"package": "ribambelle_{name}", "plugin": "{name}", "github": ".github/workflows"}
"""Folders of the model that bear another name in the plugin."""


TITLE = re.compile(r"[^\W\d_][^\"<>{}%\\\n]{0,39}")


def require_title(title: str) -> None:
    """Refuse a title that a template or a catalogue would read as something else.

    >>> require_title("Ludothèque")
    """
    if not TITLE.fullmatch(title):
        raise Misconfigured(
            f"« {title} » ne peut pas être un titre",
            cure="quarante signes au plus, sans guillemets droits, accolades ni chevrons",
        )


def require_name(name: str, taken: list[str]) -> None:
    """Refuse a name that a package, an address or a table could not bear, or that is taken.

    >>> require_name("ludotheque", ["creche"])
    >>> require_name("creche", ["creche"])
    Traceback (most recent call last):
    ...
    ribambelle.errors.Misconfigured: le nom « creche » est pris. Choisissez-en un autre.
    """
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        raise Misconfigured(
            f"« {name} » ne peut pas nommer un module",
            cure=f"des lettres sans accent en minuscules, des chiffres, « _ » ; {LONGEST} signes au"
            " plus, comme ludotheque",
        )
    # the keys of a commune's file and the tables of plugins are written side by side
    if name in taken or name == CORE or name in FIELDS:
        raise Misconfigured(f"le nom « {name} » est pris", cure="choisissez-en un autre")


def write(name: str, title: str, into: Path) -> Path:
    """Write the plugin's folder; raises Misconfigured when it is there already."""
    root = into / f"ribambelle-{name.replace('_', '-')}"
    if root.exists():
        raise Misconfigured(
            f"le dossier {root} existe déjà", cure="donnez un autre nom, ou un autre dossier"
        )
    major, minor, *_ = (int(part) for part in __version__.split("."))
    told = {
        **{"name": name, "title": title, "dist": name.replace("_", "-")},
        **{"core": f"{major}.{minor}", "after": f"{major}.{minor + 1}"},
    }
    for place, text in _model(files("ribambelle_cli") / "scaffold", ()):
        file = root.joinpath(*(part.format(name=name) for part in place))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(MARK.sub(lambda mark: told[mark[1]], text), "utf-8")
    return root


def _model(folder: Traversable, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each file of the model: its place in the plugin, and its text."""
    for one in folder.iterdir():
        if one.is_dir():
            yield from _model(one, (*place, *PLACES.get(one.name, one.name).split("/")))
        elif one.name.endswith(".txt"):
            yield (*place, one.name.removesuffix(".txt")), one.read_text("utf-8")
