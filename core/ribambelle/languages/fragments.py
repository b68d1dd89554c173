"""The sentences of a template: where each begins and ends, and what stands around it.

A template is written in French and marked with nothing. A sentence is what a reader would read in one
breath: words, what the page puts between them, and the tags that stand inside a line (a link, a bold
word). Tags that begin a line of their own, and statements that hold such tags, end it. Attributes
that a screen reader says are sentences too.

What a page puts in any other attribute, or in a field, is what somebody typed or what a program
reads: it is marked so, and never taken for a sentence.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

JINJA = r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}"
QUOTED = rf'"(?:{JINJA}|[^"])*"' + "|" + rf"'(?:{JINJA}|[^'])*'"
TOKENS = re.compile(
    rf"(?P<comment>\{{#.*?#\}}|<!--.*?-->|<![^>]*>)"
    rf"|(?P<statement>\{{%.*?%\}})"
    rf"|(?P<expression>\{{\{{.*?\}}\}})"
    rf"|(?P<tag></?[a-zA-Z](?:{JINJA}|{QUOTED}|[^<>\"'])*>)"
    rf"|(?P<text>(?:(?!\{{[{{%#]|</?[a-zA-Z!]).)+)",
    re.DOTALL,
)
ATTRIBUTE = re.compile(rf"(?P<name>[a-zA-Z-]+)=(?P<value>{QUOTED})", re.DOTALL)
SAID = frozenset({"aria-label", "title", "placeholder", "alt", "data-l", "data-announce"})
"""Attributes that somebody hears or reads."""
INLINE = frozenset(
    {
        *("a", "strong", "em", "b", "i", "span", "bdi", "small", "abbr", "code", "kbd", "sup"),
        *("sub", "time", "br", "q", "cite", "mark"),
    }
)
VERBATIM = frozenset({"script", "style", "svg", "pre", "textarea"})
WITHIN = re.compile(r"\{%-?\s*(if|elif|else|endif|for|endfor)\b")
"""Statements that may stand inside a sentence."""
WORD = re.compile(r"[a-zA-ZÀ-ÿ]{2}")
COMPONENT = re.compile(r"\{\{-?\s*(?:c\.|_?icon\(|self\.|super\(|caller\()")
"""What puts whole elements in a page, not words in a sentence."""


@dataclass(frozen=True)
class Token:
    """One piece of a template."""

    kind: str
    text: str

    @property
    def name(self) -> str:
        """The name of a tag, or of a statement."""
        found = re.match(r"</?([a-zA-Z0-9]+)|\{%-?\s*(\w+)", self.text)
        return (found[1] or found[2]).lower() if found else ""

    @property
    def is_within(self) -> bool:
        """Tell whether a sentence goes on through this piece."""
        if self.kind == "tag":
            return self.name in INLINE
        if self.kind == "statement":
            return WITHIN.match(self.text) is not None
        return self.kind in ("text", "expression") and not COMPONENT.match(self.text)


def tokens(source: str) -> list[Token]:
    """Cut a template in pieces that make it again, end to end.

    >>> [token.kind for token in tokens('<p class="{{ a }}">Un {{ n }} !</p>')]
    ['tag', 'text', 'expression', 'text', 'tag']
    """
    found = list[Token]()
    end = 0
    for match in TOKENS.finditer(source):
        if match.start() != end:  # a sign that begins nothing, such as « < » alone
            found.append(Token("text", source[end : match.start()]))
        found.append(Token(match.lastgroup or "text", match[0]))
        end = match.end()
    return found


def rewritten(source: str, say: Callable[[str], str], kept: str = "") -> str:
    """Return a template whose every sentence went through `say`.

    :param kept: the filter that what is no sentence goes through; none when empty.

    >>> rewritten('<p title="Un mot">Bonjour <b>Léa</b></p>', str.upper)
    '<p title="UN MOT">BONJOUR <B>LÉA</B></p>'
    """
    return "".join(_rewritten(tokens(source), say, kept))


def sentences(source: str) -> list[str]:
    """Return the sentences of a template, in the order of the page.

    >>> sentences('<p>{{ n }} enfant{% if n > 1 %}s{% endif %}</p><ul><li>Oui</li></ul>')
    ['{{ n }} enfant{% if n > 1 %}s{% endif %}', 'Oui']
    >>> sentences('<p><a href="/">Retour</a></p>{% if a %}<p>Un</p>{% else %}Deux{% endif %}')
    ['Retour', 'Un', 'Deux']
    """
    found = list[str]()

    def note(sentence: str) -> str:
        found.append(sentence)
        return sentence

    rewritten(source, note)
    return found


def _rewritten(pieces: list[Token], say: Callable[[str], str], kept: str) -> Iterator[str]:
    run = list[Token]()
    inside = ""
    for token in pieces:
        if inside:
            yield _unsaid(token, kept)
            inside = "" if token.text.lower().startswith(f"</{inside}") else inside
        elif token.is_within:
            run.append(token)
        else:
            yield from _run(run, say, kept)
            run = []
            yield _tag(token.text, say, kept) if token.kind == "tag" else token.text
            if token.kind == "tag" and token.name in VERBATIM and token.text[1] != "/":
                inside = token.name if not token.text.endswith("/>") else ""
    yield from _run(run, say, kept)


def _unsaid(token: Token, kept: str) -> str:
    """Return a piece of what nobody reads: a drawing, a script, what is typed in a field."""
    if token.kind == "tag":
        return _tag(token.text, lambda sentence: sentence, kept)
    return _kept(token.text, kept) if token.kind == "expression" else token.text


def _run(run: list[Token], say: Callable[[str], str], kept: str) -> Iterator[str]:
    """Say what stands between two tags that end a sentence."""
    words = "".join(token.text for token in run if token.kind == "text").strip()
    if not WORD.search(words) or words.startswith("/"):  # an address, written by a block
        yield from (_tag(one.text, say, kept) if one.kind == "tag" else one.text for one in run)
        return
    alone = _alone(run)
    first, last = _core(run)
    if alone:
        yield from _run(run[: alone[0]], say, kept)
        yield _tag(run[alone[0]].text, say, kept)
        yield from _run(run[alone[0] + 1 :], say, kept)
    elif (first, last) != (0, len(run)):
        yield from _run(run[:first], say, kept)
        yield from _run(run[first:last], say, kept)
        yield from _run(run[last:], say, kept)
    elif parts := _branches(run):
        for part in parts:
            if len(part) == 1 and part[0].kind == "statement":
                yield part[0].text
            else:
                yield from _run(part, say, kept)
    else:
        whole = "".join(token.text for token in run)
        core = whole.strip()
        if ATTRIBUTE.match(core):  # the rest of a tag that a template writes in pieces
            yield _tag(whole, say, kept)
            return
        before = whole[: len(whole) - len(whole.lstrip())]
        yield before + say(" ".join(core.split())) + whole[len(before) + len(core) :]


def _alone(run: list[Token]) -> list[int]:
    """Return where a tag is opened or closed whose other half is not in this sentence."""
    opened, alone = list[int](), list[int]()
    for index, token in enumerate(run):
        if token.kind != "tag" or token.name == "br":
            continue
        if not token.text.startswith("</"):
            opened.append(index)
        elif opened:
            opened.pop()
        else:
            alone.append(index)
    return sorted(alone + opened)


def _core(run: list[Token]) -> tuple[int, int]:
    """Return where the sentence itself begins and ends: a tag around it all is not part of it."""
    first, last = 0, len(run)
    while first < last and _is_bare(run[first]):
        first += 1
    while last > first and _is_bare(run[last - 1]):
        last -= 1
    inner = run[first:last]
    if not inner:
        return 0, len(run)
    end = _end_of(inner, 0)
    if inner[0].kind == "tag" and end == len(inner) - 1 and end > 0:
        return first + 1, last - 1
    # an ornament at either end: an element that says nothing
    if inner[0].kind == "tag" and end > 0 and not _says(inner[: end + 1]):
        return first + end + 1, last
    begin = _begin_of(inner)
    if begin > 0 and not _says(inner[begin:]):
        return first, first + begin
    return first, last


def _is_bare(token: Token) -> bool:
    return token.kind == "text" and not token.text.strip()


def _says(run: Iterable[Token]) -> bool:
    return any(one.kind in ("text", "expression") and one.text.strip() for one in run)


def _end_of(run: list[Token], start: int) -> int:
    """Return where the tag opened at `start` is closed; -1 when it is not, or opens nothing."""
    depth = 0
    for index in range(start, len(run)):
        token = run[index]
        if token.kind != "tag" or token.name == "br":
            continue
        depth += -1 if token.text.startswith("</") else 1
        if depth == 0:
            return index
        if depth < 0:
            return -1
    return -1


def _begin_of(run: list[Token]) -> int:
    """Return where the tag closed at the end was opened; -1 when nothing is closed there."""
    return next(
        (
            start
            for start in range(len(run) - 1, -1, -1)
            if run[start].kind == "tag" and _end_of(run, start) == len(run) - 1
        ),
        -1,
    )


def _branches(run: list[Token]) -> list[list[Token]]:
    """Return the parts to say apart: the branches of a choice that is the whole, or what is cut.

    A statement whose end is elsewhere cuts the sentence where it stands.
    """
    depth, depths = 0, list[int]()
    for token in run:
        if token.kind == "statement":
            depth -= token.name in ("endif", "endfor")
            if depth < 0 or (depth == 0 and token.name in ("elif", "else")):
                return _cut(run, lambda _: True)
            depths.append(depth)
            depth += token.name in ("if", "for")
        else:
            depths.append(depth)
    if depth:
        return _cut(run, lambda _: True)
    outside = [one for one, level in zip(run, depths, strict=True) if not level and _counts(one)]
    if outside or not any(token.kind == "statement" for token in run):
        return []
    levels = iter(depths)
    return _cut(run, lambda one: next(levels) <= (one.name in ("elif", "else")))


def _counts(token: Token) -> bool:
    return token.kind != "statement" and not _is_bare(token)


def _cut(run: list[Token], is_outer: Callable[[Token], bool]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for token in run:
        outer = is_outer(token)
        if token.kind == "statement" and outer:
            parts += [[token], []]
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def _tag(text: str, say: Callable[[str], str], kept: str) -> str:
    """Say the attributes somebody hears; mark what the others hold as no sentence."""

    def attribute(found: re.Match[str]) -> str:
        name, value = found["name"].lower(), found["value"]
        quote, inner = value[0], value[1:-1]
        if name not in SAID:
            return f"{found['name']}={quote}{_kept(inner, kept)}{quote}"
        words = re.sub(JINJA, "", inner, flags=re.DOTALL)
        said = say(" ".join(inner.split())) if WORD.search(words) else inner
        return f"{found['name']}={quote}{said}{quote}"

    return ATTRIBUTE.sub(attribute, text)


def _kept(text: str, kept: str) -> str:
    if not kept:
        return text
    return re.sub(
        r"\{\{(-?)\s*(.*?)\s*(-?)\}\}", rf"{{{{\1 (\2) | {kept} \3}}}}", text, flags=re.DOTALL
    )
