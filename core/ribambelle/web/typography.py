"""French spacing in templates: which signs may not begin a line, and how wide is the space?

Applied once, when a template is compiled, to the words it contains and nothing else: tags,
attributes, comments, scripts, styles and code are left alone, and so is what a page inserts.
"""

import re
from collections.abc import Iterable, Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

NBSP, THIN = "\u00a0", "\u202f"
UNITS = (
    r"€|%|km|m|cm|kg|ko|Mo|h|min|ans?|mois|semaines?|jours?|heures?|minutes?"
    r"|points?|places?|enfants?|documents?|étapes?"
)
RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=\d)[ \n]h[ \n](?=\d\d\b)"), f"{NBSP}h{NBSP}"),
    (re.compile(rf"(?<=\d)[ \n](?=(?:{UNITS})(?!\w))"), NBSP),
    (re.compile(r"(?<=\d) (?=\d{3}(?!\d))"), THIN),
    (re.compile(r"\bn° "), f"n°{NBSP}"),
    (re.compile(r"«\s*"), f"«{NBSP}"),
    (re.compile(r"\s*»"), f"{NBSP}»"),
    (re.compile(r"[ \n]+(?=:(?:\s|$))"), NBSP),
    (re.compile(r"[ \n]+(?=[;!?])"), THIN),
    # A dot between two facts may end a line, not begin one.
    (re.compile(r" ·(?= |$)"), f"{NBSP}·"),
)
# What a tag may contain, quotes included; quotes may hold a template's own words.
PIECES = re.compile(r"<!--|<(?=[a-zA-Z/!])")
VERBATIM = frozenset({"script", "style", "code", "pre", "textarea", "kbd"})


def spaced(words: str) -> str:
    """Return French words with the spaces that printers use.

    >>> spaced("Prêt ? « Oui » : 7 h 30").replace(NBSP, "_").replace(THIN, "~")
    'Prêt~? «_Oui_»_: 7_h_30'
    """
    for pattern, told in RULES:
        words = pattern.sub(told, words)
    return words


class Reader:
    """Reads a template piece by piece, and remembers whether it stands between tags."""

    def __init__(self) -> None:
        self.inside = ""  # the sign that ends what we are in: > --> " ' or a closing tag
        self.tag = ""  # name of the tag being read

    def read(self, text: str) -> str:
        """Return the next piece, its words spaced."""
        done: list[str] = []
        while text:
            step = self._inside if self.inside else self._words
            kept, text = step(text)
            done.append(kept)
        return "".join(done)

    def _words(self, text: str) -> tuple[str, str]:
        found = PIECES.search(text)
        if found is None:
            return spaced(text), ""
        self.tag = ""
        self.inside = "-->" if found[0] == "<!--" else ">"
        return spaced(text[: found.start()]) + found[0], text[found.end() :]

    def _inside(self, text: str) -> tuple[str, str]:
        if self.inside == ">":
            return self._in_tag(text)
        end = text.lower().find(self.inside)
        if end < 0:
            return text, ""
        end += len(self.inside)
        self.inside = ">" if self.inside in "\"'" or self.inside.startswith("</") else ""
        return text[:end], text[end:]

    def _in_tag(self, text: str) -> tuple[str, str]:
        if not self.tag:
            named = re.match(r"[a-zA-Z0-9-]*", text)
            self.tag = named[0].lower() if named and named[0] else "/"
        found = re.search(r"[\"'>]", text)
        if found is None:
            return text, ""
        if found[0] == ">":
            self.inside = f"</{self.tag}" if self.tag in VERBATIM else ""
            self.tag = "/" if self.inside else ""
        else:
            self.inside = found[0]
        return text[: found.end()], text[found.end() :]


class Typography(Extension):
    """Spaces the words of every template as it is compiled."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Hand every piece of text to one reader, in the order of the page."""
        return self._spaced(stream)

    def _spaced(self, stream: TokenStream) -> Iterator[Token]:
        reader = Reader()
        for token in stream:
            if token.type == "data":
                yield Token(token.lineno, "data", reader.read(token.value))
            else:
                yield token
