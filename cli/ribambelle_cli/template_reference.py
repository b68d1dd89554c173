"""What a commune's own template may count on, written from the code: ``docs/templates.md``."""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from jinja2 import Environment, nodes

from ribambelle.plugins import CORE, Plugins
from ribambelle.web import formats
from ribambelle.web.assets import Assets
from ribambelle.web.page import Around, Shared
from ribambelle.web.templates import OWN, shared
from ribambelle_cli.context_reference import Code, Context, contexts, line

HEAD = """# Templates: what each may count on

Written by `ribambelle plugin templates` from the code: change nothing here. Templates are Jinja2, with
autoescape, and an undefined name is an error. A commune's own template lies under the same name in
`tenants/<commune>/templates/`, and is found before those of the core and of its plugins. `portal.html`,
`office.html` and the macros of `components.html` are [stable](stability.md); the context of a page is
that of the version it is written for.

## Names in every template

| name | type | what it is |
|---|---|---|
"""
FIELDS = """

## What each context holds

By its full name; what is written with `()` is called. A type is imported where its class is.

"""
SKELETONS = ("base.html", "portal.html", "office.html")
LINE = re.compile(r"{# (?:.*?)Context: (?P<context>.+?)\. Shown to: (?P<who>.+?)\.? ?#}")


def reference(plugins: Plugins) -> str:
    """Return the whole page, in Markdown."""
    environment = shared(plugins)
    parts = [
        HEAD + "\n".join(f"| `{name}` | `{kind}` | {told} |" for name, kind, told in names()),
        "\n\n## Functions\n\n| call | what it gives |\n|---|---|\n",
        f"| `{_call('asset', Assets.here)}` | {_first(Assets.here)} |",
        "\n\n## Filters\n\n| filter | what it writes |\n|---|---|\n",
        "\n".join(f"| `{_call(name, one)}` | {_first(one)} |" for name, one in _filters()),
        "\n\n## Blocks a page may fill\n\n| skeleton | blocks |\n|---|---|\n",
        "\n".join(f"| `{one}` | {_listed(blocks(environment, one))} |" for one in SKELETONS),
        '\n\n## Macros\n\nAfter `{% import "components.html" as c %}`:\n\n',
        "\n".join(f"- `c.{one}`" for one in macros(environment)),
        "\n\n## Pages, their context and who sees them\n\n",
        "| plugin | template | `page` | shown to |\n|---|---|---|---|\n",
        "\n".join(
            f"| {plugin} | `{name}` | `{context}` | {who} |"
            for plugin, name, context, who in pages(plugins)
        ),
        FIELDS,
        "\n".join(line(one) for one in fields(plugins)),
    ]
    return "".join(parts) + "\n"


def fields(plugins: Plugins) -> Iterator[Context]:
    """Yield the context of every page, the core's first, with what a template may read of it."""
    listed = list(pages(plugins))
    for plugin in (CORE, *plugins.names):
        package = "ribambelle" if plugin == CORE else plugins.root(plugin)
        yield from contexts(
            code_of(package), [(name, one) for who, name, one, _ in listed if who == plugin]
        )


@lru_cache(maxsize=16)
def code_of(package: str) -> Code:
    """Return the modules of a package, read once."""
    return Code(package, Path(import_module(package).__file__ or "").parent)


def names() -> Iterator[tuple[str, str, str]]:
    """Yield each name with its type and its meaning, as the classes say them."""
    for one in (Shared, Around):
        (told,) = ast.parse(inspect.getsource(one)).body
        assert isinstance(told, ast.ClassDef)
        for field, words in zip(told.body, told.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(words, ast.Expr):
                kind = ast.unparse(field.annotation).replace("|", "\\|")
                yield ast.unparse(field.target), kind, str(ast.literal_eval(words.value))


def _filters() -> list[tuple[str, Callable[..., Any]]]:
    return sorted(formats.FILTERS.items())


def _call(name: str, function: Callable[..., Any]) -> str:
    told = [one for one in inspect.signature(function).parameters if one != "self"]
    return f"{name}({', '.join(told)})"


def _first(function: Callable[..., Any]) -> str:
    return (inspect.getdoc(function) or "").splitlines()[0].replace("|", "\\|")


def _listed(found: list[str]) -> str:
    return ", ".join(f"`{one}`" for one in found)


def _parsed(environment: Environment, name: str) -> nodes.Template:
    return environment.parse((OWN / name).read_text("utf-8"))


def blocks(environment: Environment, name: str) -> list[str]:
    """Return the blocks of a skeleton, in its order."""
    return [one.name for one in _parsed(environment, name).find_all(nodes.Block)]


def macros(environment: Environment) -> Iterator[str]:
    """Yield how each public macro is called."""
    for one in _parsed(environment, "components.html").find_all(nodes.Macro):
        if one.name.startswith("_"):
            continue
        bare = len(one.args) - len(one.defaults)
        told = [each.name for each in one.args[:bare]]
        told += [
            f"{each.name}={default.as_const()!r}"
            for each, default in zip(one.args[bare:], one.defaults, strict=True)
        ]
        yield f"{one.name}({', '.join(told)})"


def pages(plugins: Plugins) -> Iterator[tuple[str, str, str, str]]:
    """Yield the templates that say their context, by plugin and by name."""
    folders: list[tuple[str, Path | None]] = [(CORE, OWN)]
    folders += [(name, plugins.folder(name, "templates")) for name in plugins.names]
    for plugin, folder in folders:
        for file in sorted(folder.rglob("*.html")) if folder else ():
            head = file.read_text("utf-8").partition("\n")[0]
            if found := LINE.match(head):
                name = file.relative_to(folder or OWN).as_posix()
                yield plugin, name, found["context"], found["who"]
