"""The words a template hands to the macros of `components.html`: labels, help, titles of cards.

They stand inside an expression, where ``sentences`` of ``languages.fragments`` does not look: there,
a text may as well be a code or the name of a field.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from jinja2 import Environment, nodes

from ribambelle.web.templates import OWN

COMPONENTS = "components.html"
SHOWN = frozenset(
    {
        *("label", "legend", "help", "title", "aside", "link", "hidden", "words", "summary"),
        *("caption", "told", "empty", "unit", "placeholder"),
    }
)
"""The parameters that somebody reads or hears."""
WORD = re.compile(r"[a-zA-ZÀ-ÿ]{2}")


def labels(text: str) -> Iterator[str]:
    """Yield the words that a template gives to macros; what it computes is a numbered hole.

    >>> page = '{% import "components.html" as c %}{{ c.text(f, "who", "Votre nom", help="En entier") }}'
    >>> list(labels(page))
    ['Votre nom', 'En entier']
    >>> list(labels('{% import "components.html" as c %}{{ c.button("Inscrire " ~ name) }}'))
    ['Inscrire {1}']
    """
    tree = Environment(autoescape=True).parse(text)
    aliases = {
        one.target
        for one in tree.find_all(nodes.Import)
        if isinstance(one.template, nodes.Const) and one.template.value == COMPONENTS
    }
    for call in tree.find_all(nodes.Call):
        called = call.node
        if not (isinstance(called, nodes.Getattr) and isinstance(called.node, nodes.Name)):
            continue
        if called.node.name in aliases:
            yield from _given(call, _parameters().get(called.attr, ()))


def _given(call: nodes.Call, names: tuple[str, ...]) -> Iterator[str]:
    given = [*zip(names, call.args, strict=False), *((one.key, one.value) for one in call.kwargs)]
    for name, value in given:
        if name in SHOWN:
            yield from filter(WORD.search, _said(value))


def _said(value: nodes.Node) -> Iterator[str]:
    """Yield each text an expression may be: both sides of a condition, what is joined as one."""
    if isinstance(value, nodes.Const):
        yield str(value.value) if isinstance(value.value, str) else ""
    elif isinstance(value, nodes.CondExpr):
        for side in (value.expr1, value.expr2):
            yield from _said(side) if side is not None else ()
    elif isinstance(value, nodes.Concat):
        hole, said = 0, ""
        for one in value.nodes:
            if isinstance(one, nodes.Const):
                said += str(one.value)
            else:
                hole += 1
                said += f"{{{hole}}}"
        yield said


@lru_cache(maxsize=1)
def _parameters() -> Mapping[str, tuple[str, ...]]:
    """Return the parameters of each macro, in order."""
    tree = Environment(autoescape=True).parse((OWN / COMPONENTS).read_text("utf-8"))
    return {
        one.name: tuple(argument.name for argument in one.args)
        for one in tree.find_all(nodes.Macro)
    }
