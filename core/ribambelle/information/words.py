"""The small language of a page: paragraphs, headings, lists, bold, links. Nothing else is read.

Whatever is typed comes out as words: no tag of anybody's is ever let through.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from ribambelle.search import fold
from ribambelle.web.typography import spaced

MARKS = re.compile(r"\[([^\[\]\n]+)\]\(([^()\s]+)\)|\*\*([^*\n]+)\*\*")
HEADINGS = {"## ": Markup("<h2>{}</h2>"), "### ": Markup("<h3>{}</h3>")}
ITEM = "- "


def slug_of(title: str) -> str:
    """Return the end of a page's address.

    >>> slug_of("Règlement de l’accueil, 2026/2027"), slug_of("…")
    ('reglement-de-l-accueil-2026-2027', 'page')
    """
    return fold(title).replace(" ", "-")[:60].strip("-") or "page"


def leads_well(address: str) -> bool:
    """Tell whether a link stays on the portal or goes to a site over HTTPS.

    >>> [leads_well(one) for one in ("/creche", "https://www.caf.fr/a?b=c")]
    [True, True]
    >>> [leads_well(one) for one in ("//evil.test", "http://a.fr", "javascript:alert(1)")]
    [False, False, False]
    >>> [leads_well(one) for one in ("https://a.fr@evil.test", "https:///x", "/\\\\\\\\evil.test")]
    [False, False, False]
    """
    if "\\" in address or not address.isprintable():
        return False
    if address.startswith("/"):
        return not address.startswith("//")
    try:
        found = urlsplit(address)
    except ValueError:
        return False
    return found.scheme == "https" and bool(found.hostname) and "@" not in found.netloc


def wrong_links(text: str) -> list[str]:
    """Return the addresses of a text that would lead nowhere we let anybody go.

    >>> wrong_links("[la CAF](https://caf.fr) et [un piège](javascript:x)")
    ['javascript:x']
    """
    links = (found[2] for found in MARKS.finditer(text) if found[2])
    return [address for address in links if not leads_well(address)]


def rendered(text: str) -> Markup:
    """Return a text as a page shows it.

    >>> print(rendered("## Horaires\\n- lundi **matin**\\n- mardi\\n\\nVoir [ici](/creche).\\nMerci"))
    <h2>Horaires</h2>
    <ul><li>lundi <b>matin</b></li><li>mardi</li></ul>
    <p>Voir <a href="/creche">ici</a>.<br>Merci</p>
    >>> print(rendered("<script>x</script> [un](javascript:x) **a"))
    <p>&lt;script&gt;x&lt;/script&gt; [un](javascript:x) **a</p>
    >>> print(rendered('[<b>"](https://a.fr/?"onclick=x)'))
    <p><a href="https://a.fr/?&#34;onclick=x">&lt;b&gt;&#34;</a></p>
    """
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n")]
    blocks = (
        block
        for kind, found in groupby(lines, _kind)
        if kind
        for block in _blocks(kind, list(found))
    )
    return Markup("\n").join(blocks)


def _kind(line: str) -> str:
    if line.startswith(ITEM):
        return "li"
    return next((mark for mark in HEADINGS if line.startswith(mark)), "p" if line else "")


def _blocks(kind: str, lines: list[str]) -> Iterator[Markup]:
    if kind == "p":
        yield Markup("<p>{}</p>").format(Markup("<br>").join(_inline(line) for line in lines))
    elif kind == "li":
        items = (Markup("<li>{}</li>").format(_inline(line[len(ITEM) :])) for line in lines)
        yield Markup("<ul>{}</ul>").format(Markup("").join(items))
    else:
        for line in lines:
            yield HEADINGS[kind].format(_inline(line[len(kind) :]))


def _inline(line: str) -> Markup:
    pieces, start = [], 0
    for found in MARKS.finditer(line):
        pieces += [escape(spaced(line[start : found.start()])), _marked(found)]
        start = found.end()
    return Markup("").join([*pieces, escape(spaced(line[start:]))])


def _marked(found: re.Match[str]) -> Markup:
    label, address, bold = found.groups()
    if bold:
        return Markup("<b>{}</b>").format(spaced(bold))
    if not leads_well(address):
        return escape(found[0])
    return Markup('<a href="{}">{}</a>').format(address, spaced(label))
