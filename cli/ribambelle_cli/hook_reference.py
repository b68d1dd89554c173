"""The reference of the hooks, written from the hooks themselves: ``docs/hooks.md``."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

from ribambelle import hooks
from ribambelle.answers import BY_NAME, KINDS, ONE

HEAD = """# Hooks

Written from `ribambelle/hooks.py` by `ribambelle plugin hooks`: change it there. Every hook is a plain,
synchronous declaration, asked once when the portal starts; what is asynchronous is a function that was
declared. A plugin that raises then, or answers another kind, is put aside with all it offers, and every
commune is served without it; one that raises later is left out of that answer.

Each example is a whole `plugin.py` once `from ribambelle import hookimpl` stands above it: our tests run
it. A plugin of yours says its own package where the example says one of ours, which is [not
public](stability.md).

| how answers combine | hooks |
|---|---|
"""
COMBINED = {
    "one": "one answer per plugin",
    "named": "a dictionary per plugin, by the names it says",
    "joined": "a list per plugin, joined: the core's first, then by name of plugin",
}


def specs() -> dict[str, Any]:
    """Return the hooks in the order of the module."""
    return {
        name: spec
        for name, spec in vars(hooks).items()
        if inspect.isfunction(spec) and hasattr(spec, "ribambelle_spec")
    }


def combined(name: str) -> str:
    """Return how the answers of plugins to a hook are put together, as a code of COMBINED."""
    return "one" if name in ONE else "named" if name in BY_NAME else "joined"


def reference() -> str:
    """Return the whole page, in Markdown."""
    found = specs()
    rows = [
        f"| {told} | {', '.join(f'[`{one}`](#{one})' for one in found if combined(one) == code)} |"
        for code, told in COMBINED.items()
    ]
    return HEAD + "\n".join(rows) + "\n" + "".join(_entry(name, found[name]) for name in found)


def _entry(name: str, spec: Any) -> str:
    told = inspect.getdoc(spec) or ""
    before, _, rest = told.partition("Example::")
    example, facts = _parted(rest)
    arguments = ", ".join(inspect.signature(spec).parameters)
    lines = [
        f"\n## {name}\n",
        f"`{name}({arguments})` → `{_kind(spec)}`; {COMBINED[combined(name)]}. A wrong answer reads:",
        f"« {name}() a répondu …, attendu : {KINDS[name]()[0]} ».\n",
        *_paragraphs(before),
        f"```python\n{example}\n```\n",
        facts,
    ]
    return "\n".join(lines) + "\n"


def _kind(spec: Any) -> str:
    return str(inspect.signature(spec).return_annotation).strip("'\"").replace("typing.", "")


def _parted(rest: str) -> tuple[str, str]:
    """Return an example without its margin, and what follows it, in one line."""
    lines = rest.strip("\n").splitlines()
    inside = [line for line in lines if line.startswith("    ") or not line]
    after = [line for line in lines if line and not line.startswith("    ")]
    return inspect.cleandoc("\n".join(inside)), _code(" ".join(after))


def _paragraphs(text: str) -> Iterator[str]:
    for part in re.split(r"\n\s*\n", text.strip()):
        yield _code(re.sub(r"^:param (\w+):", r"`\1`:", " ".join(part.split()))) + "\n"


def _code(text: str) -> str:
    return text.replace("``", "`")
