"""The plugin that is examined: read from its folder, loaded beside the core alone."""

import ast
import importlib
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ribambelle.errors import Misconfigured
from ribambelle.plugins import GROUP, Plugins


@dataclass(frozen=True)
class Candidate:
    """A plugin in its own folder."""

    root: Path
    name: str
    """Its entry point, which communes write in their file."""
    module: str
    """What the entry point leads to: ``ribambelle_x.plugin``."""
    requires: tuple[str, ...]
    """What its `pyproject.toml` depends on."""

    @property
    def package(self) -> str:
        """The package all its code is in."""
        return self.module.partition(".")[0]

    @property
    def folder(self) -> Path:
        """Where this package is."""
        return self.root / self.package

    @cached_property
    def plugins(self) -> Plugins:
        """The plugin beside the core; what fails is in `plugins.broken`, with the reason."""
        if str(self.root) not in sys.path:
            sys.path.insert(0, str(self.root))
        try:
            loaded: Any = importlib.import_module(self.module)
        except (Exception, SystemExit) as error:  # whatever a stranger's module does as it is read
            found = Plugins({})
            found.broken[self.name] = (
                error if isinstance(error, Exception) else RuntimeError("s’arrête à l’import")
            )
            return found
        found = Plugins({self.name: loaded})
        found.ask_all()
        return found

    @cached_property
    def sources(self) -> dict[Path, ast.Module]:
        """Its modules, by their place in the package."""
        return {
            file.relative_to(self.root): tree
            for file in sorted(self.folder.rglob("*.py"))
            if (tree := _parsed(file)) is not None
        }

    @property
    def unreadable(self) -> Iterator[Path]:
        """Its modules that are no Python, or no UTF-8."""
        for file in sorted(self.folder.rglob("*.py")):
            if file.relative_to(self.root) not in self.sources:
                yield file.relative_to(self.root)

    @property
    def pages(self) -> Iterator[tuple[Path, str]]:
        """Its templates, by their place, with their text."""
        for file in sorted(self.folder.glob("templates/**/*.html")):
            yield file.relative_to(self.root), file.read_text("utf-8")

    def answered(self, hook: str) -> Any:
        """Return what the plugin answers to a hook; nothing when it does not say."""
        return next((found for name, found in self.plugins.each(hook) if name == self.name), None)


def _parsed(file: Path) -> ast.Module | None:
    try:
        return ast.parse(file.read_text("utf-8"), str(file))
    except (SyntaxError, ValueError):  # UnicodeDecodeError is one
        return None


def candidate(root: Path) -> Candidate:
    """Read a plugin's folder; raises Misconfigured, naming the file and the cure."""
    file = root / "pyproject.toml"
    try:
        told = tomllib.loads(file.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"le dossier {root} n’a pas de pyproject.toml lisible : {error}",
            file=str(file),
            cure="donnez le dossier qu’a écrit « ribambelle plugin new »",
        ) from error
    project = told.get("project", {})
    entries = project.get("entry-points", {}).get(GROUP, {})
    if len(entries) != 1:
        raise Misconfigured(
            f"le module doit avoir une entrée « {GROUP} », et une seule",
            file=str(file),
            key=f'project.entry-points."{GROUP}"',
            cure='écrivez par exemple : ludotheque = "ribambelle_ludotheque.plugin"',
        )
    ((name, module),) = entries.items()
    return Candidate(root, name, module, tuple(project.get("dependencies", ())))
