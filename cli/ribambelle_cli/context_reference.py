"""The fields of each page's context, read in the code that answers the page."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Context:
    """The class a template is given as `page`: its full name, its fields with their types."""

    name: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Code:
    """The modules of one package, as they are written."""

    package: str
    folder: Path

    @cached_property
    def sources(self) -> dict[str, str]:
        """The text of each module that declares data, by its full name."""
        found = {}
        for file in sorted(self.folder.rglob("*.py")):
            parts = file.relative_to(self.folder).with_suffix("").parts
            text = file.read_text("utf-8")
            if "@dataclass" in text:  # the others have no context: reading them takes seconds
                found[".".join((self.package, *parts)).removesuffix(".__init__")] = text
        return found

    @cached_property
    def classes(self) -> dict[str, dict[str, ast.ClassDef]]:
        """Each class by its name, then by the module that declares it."""
        found: dict[str, dict[str, ast.ClassDef]] = {}
        for module, text in self.sources.items():
            for node in ast.parse(text).body:
                if isinstance(node, ast.ClassDef):
                    found.setdefault(node.name, {})[module] = node
        return found

    def context(self, template: str, name: str) -> Context | None:
        """Return the class of that name beside what answers this template; None when in doubt."""
        homes = self.classes.get(name, {})
        beside = [module for module in homes if f'"{template}"' in self.sources[module]]
        if len(beside or homes) != 1:
            return None
        (module,) = beside or homes
        return Context(f"{module}.{name}", tuple(self.fields(homes[module])))

    def fields(self, node: ast.ClassDef) -> Iterator[tuple[str, str]]:
        """Yield what a template may read of a class: what it inherits first, then its own."""
        for base in node.bases:
            above = self.classes.get(base.id, {}) if isinstance(base, ast.Name) else {}
            if len(above) == 1:
                yield from self.fields(*above.values())
        for one in node.body:
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
                yield one.target.id, ast.unparse(one.annotation)
            elif isinstance(one, ast.FunctionDef) and not one.name.startswith("_"):
                yield one.name + ("" if _is_read(one) else "()"), _answer(one)


def _is_read(function: ast.FunctionDef) -> bool:
    """Tell whether a template writes it without calling it."""
    return any(
        isinstance(one, ast.Name) and one.id in ("property", "cached_property")
        for one in function.decorator_list
    )


def _answer(function: ast.FunctionDef) -> str:
    return ast.unparse(function.returns) if function.returns else ""


def contexts(code: Code, pages: list[tuple[str, str]]) -> Iterator[Context]:
    """Yield the context of each (template, class) of a package, once, by name."""
    found = {one.name: one for template, name in pages if (one := code.context(template, name))}
    yield from (found[name] for name in sorted(found))


def line(context: Context) -> str:
    """Return one context as a line of Markdown.

    >>> line(Context("ribambelle_x.pages.WordPage", (("word", "Word"), ("is_mine()", "bool"))))
    '- `ribambelle_x.pages.WordPage`: `word: Word`, `is_mine(): bool`'
    """
    told = ", ".join(f"`{name}: {kind}`" if kind else f"`{name}`" for name, kind in context.fields)
    return f"- `{context.name}`: {told or 'nothing of its own'}"
