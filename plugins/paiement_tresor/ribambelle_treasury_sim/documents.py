"""Reading the XML files that communes send, without trusting them."""

import re
from xml.etree import ElementTree


class Unreadable(Exception):
    """The file is not XML, or brings a DOCTYPE."""


def parsed(body: bytes) -> ElementTree.Element:
    """Read a file; a DOCTYPE is refused before anything is parsed.

    >>> parsed(b"<!DOCTYPE a><a/>")
    Traceback (most recent call last):
    ...
    ribambelle_treasury_sim.documents.Unreadable: DOCTYPE refusé
    """
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Unreadable("DOCTYPE refusé")
    # in another encoding the bytes hide it: the parser says it too
    parser = ElementTree.XMLParser(target=_NoDoctype())  # noqa: S314
    try:
        parser.feed(body)
        root: ElementTree.Element = parser.close()
        return root
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise Unreadable(f"XML illisible : {error}") from None


class _NoDoctype(ElementTree.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise Unreadable("DOCTYPE refusé")


def value(parent: ElementTree.Element, path: str) -> str:
    """Return the value of a PES element, kept in its attribute V; empty when it is absent."""
    found = parent.find(path)
    return "" if found is None else found.get("V", "")


def code(parent: ElementTree.Element, path: str) -> str:
    """Return the value of an element that can only be a number or a code."""
    found = value(parent, path)
    if not re.fullmatch(r"[0-9A-Za-z._-]*", found):
        raise Unreadable(f"{path} : valeur inattendue")
    return found


def cents(text: str) -> int:
    """Read an amount in euros.

    >>> cents("48.20"), cents("7"), cents("0.5"), cents("-1.05")
    (4820, 700, 50, -105)
    >>> cents("48.205")
    Traceback (most recent call last):
    ...
    ribambelle_treasury_sim.documents.Unreadable: montant illisible : 48.205
    """
    read = re.fullmatch(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,2}))?", text)
    if read is None:
        raise Unreadable(f"montant illisible : {text}"[:100])
    sign, whole, rest = read.groups("")
    return int(f"{sign}1") * (int(whole) * 100 + int(f"{rest:0<2}"))


def euros(amount: int) -> str:
    """Write an amount in euros, as PES files do."""
    return f"{amount // 100}.{amount % 100:02d}"
