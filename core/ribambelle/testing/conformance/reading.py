"""What the text of a plugin says, without running it."""

import ast
import re
from collections.abc import Collection, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from ribambelle.testing.conformance.candidate import Candidate
from ribambelle.testing.conformance.public import PUBLIC

CLOCK = frozenset({"now", "today", "utcnow", "time", "monotonic"})
UNSAFE = re.compile(r"<(?:script(?![^>]*\bsrc=)|style)\b|\s(?:on[a-z]+|style)\s*=\s*[\"']")
PICTURE = re.compile(r"<img\b(?:(?!\balt=)[^>])*>")
FIELD = re.compile(r"<(?:input(?![^>]*type=\"(?:hidden|submit)\")|select|textarea)\b")
FAR = re.compile(r"\b(?:src|href)=\"(?:https?:)?//(?!\{)")


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield what a module imports, with its line.

    >>> list(imports(ast.parse("import a.b\\nfrom c import d")))
    [(1, 'a.b'), (2, 'c'), (2, 'c.d')]
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, one.name) for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{one.name}") for one in node.names)


def is_public(name: str) -> bool:
    """Tell whether a module, or a name of one, is in the public surface.

    >>> is_public("ribambelle.errors.NotYours"), is_public("ribambelle.web.portal")
    (True, False)
    """
    if name.rpartition(".")[2].startswith("_"):
        return name == "ribambelle.__version__"
    if name in PUBLIC or any(one.startswith(f"{name}.") for one in PUBLIC):
        return True
    module, _, said = name.rpartition(".")
    return module in PUBLIC and said in _said_by(module)


def _said_by(module: str) -> Collection[str]:
    """Return the names a module offers: what its ``__all__`` says, else those the list names.

    Where the list names none, all it defines itself is public.
    """
    found = import_module(module)
    told = getattr(found, "__all__", None) or re.findall(r"`(\w+)`", PUBLIC[module])
    return told or [one for one, value in vars(found).items() if not isinstance(value, ModuleType)]


def strangers(plugin: Candidate) -> Iterator[str]:
    """Yield what a plugin may not import: another plugin, or what the core keeps to itself."""
    for file, tree in plugin.sources.items():
        for line, name in imports(tree):
            first = name.partition(".")[0]
            if first.startswith("ribambelle_") and first not in (plugin.package, "ribambelle_cli"):
                yield (
                    f"{file}:{line} importe {name} : un module n’en importe pas un autre, "
                    "parlez-lui par un hook"
                )
            elif first == "ribambelle" and not is_public(name):
                yield (
                    f"{file}:{line} importe {name}, que le cœur garde pour lui : "
                    "docs/stability.md dit ce qui est public"
                )


def impure(plugin: Candidate) -> Iterator[str]:
    """Yield the rules of `domain/` that read a clock, a database or a request."""
    for file, tree in plugin.sources.items():
        if "domain" not in file.parts:
            continue
        for line, name in imports(tree):
            if name.startswith(("litestar", "piccolo", "ribambelle.database", "ribambelle.web")):
                yield f"{file}:{line} importe {name} : une règle reçoit ce qu’elle juge"
        for line in _readings(tree):
            yield f"{file}:{line} lit l’heure : donnez-la à la règle"


def _readings(tree: ast.Module) -> Iterator[int]:
    """Yield the lines where a module asks what time it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _named(node.func) in CLOCK:
            yield node.lineno


def _named(called: ast.expr) -> str:
    """Return the last word of what is called: ``b`` in ``a.b()``."""
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def asks_for_communes(file: Path) -> bool:
    """Tell whether a test of this file is given the two communes of the harness."""
    tree = ast.parse(file.read_text("utf-8"), str(file))
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and "communes" in {one.arg for one in node.args.args}
        for node in ast.walk(tree)
    )


def unexplained(plugin: Candidate) -> Iterator[str]:
    """Yield the public functions of `domain/` whose docstring shows no example."""
    for file, tree in plugin.sources.items():
        if "domain" not in file.parts:
            continue
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if ">>>" not in (ast.get_docstring(node) or ""):
                yield f"{file}:{node.lineno} {node.name}() : montrez un exemple (>>>) dans sa phrase"


def loose_keys(plugin: Candidate) -> Iterator[str]:
    """Yield the foreign keys that leave to chance what happens to their rows."""
    for file, tree in plugin.sources.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or _named(node.func) != "ForeignKey":
                continue
            if not {"null", "on_delete"} <= {one.arg for one in node.keywords}:
                yield f"{file}:{node.lineno} ForeignKey : dites null= et on_delete="


def barriers(plugin: Candidate) -> Iterator[str]:
    """Yield what in a template would stop somebody, or what the policy of pages refuses."""
    for file, text in plugin.pages:
        for number, line in enumerate(text.splitlines(), 1):
            where = f"{file}:{number}"
            if PICTURE.search(line):
                yield f'{where} une image sans alt : dites ce qu’elle montre, ou alt=""'
            if FIELD.search(line) and "<label" not in line and "aria-label" not in line:
                yield f"{where} un champ sans étiquette : prenez c.text, c.select… de components.html"
            if UNSAFE.search(line):
                yield f"{where} un script ou un style dans la page : la politique des pages le refuse"
            if FAR.search(line):
                yield f"{where} appelle un autre site : servez ce fichier depuis static/"


def unnamed(plugin: Candidate) -> Iterator[str]:
    """Yield the rooms of a whole plugin that are not there."""
    rooms = {
        "py.typed": "un fichier vide : les types du module sont lus",
        "../LICENSE": "la licence, dont le texte doit suivre le code",
        "../README.md": "ce que fait le module, et comment l’essayer",
        "../docs": "une page pour qui garde le module",
        "../tests": "ses essais, sur les deux bases",
    }
    for place, why in rooms.items():
        if not (plugin.folder / place).exists():
            yield f"{Path(plugin.package) / place} manque : {why}"
