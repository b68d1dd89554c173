"""Writing calls to the letter, and reading answers whatever their case."""

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import escape

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
SERVICE = (
    "http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/"
    "contrat_paiement_securise/PaiementSecuriseService"
)
FUNCTIONAL = "FonctionnelleErreur"


class Malformed(Exception):
    """The body is not an answer; the reason is a code."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A refusal, with the name of its declared kind."""

    kind: str
    code: str
    label: str


def call(operation: str, fields: Mapping[str, str]) -> str:
    """Write a call: only the operation has a namespace, the leaves have none.

    >>> written = call("recupererDetailPaiementSecurise", {"idOp": "<1>"})
    >>> "<arg0><idOp>&lt;1&gt;</idOp></arg0>" in written
    True
    """
    leaves = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<e:Envelope xmlns:e="{ENVELOPE}"><e:Body>'
        f'<s:{operation} xmlns:s="{SERVICE}"><arg0>{leaves}</arg0></s:{operation}>'
        "</e:Body></e:Envelope>"
    )


def answer(operation: str, body: bytes) -> dict[str, str] | Fault:
    """Return the leaves of an answer, their names in lower case, or the refusal it carries."""
    root = parsed(body)
    found = [child for part in root if _name(part) == "body" for child in part]
    if _name(root) != "envelope" or not found:
        raise Malformed("not_soap")
    (said, *_) = found
    if _name(said) == "fault":
        return _fault(said)
    if _name(said) != f"{operation}Response".lower():
        raise Malformed("no_answer")
    return _leaves(next(iter(said), said))


def parsed(body: bytes) -> ElementTree.Element:
    """Read XML that a stranger may have written: a DOCTYPE is never followed.

    >>> parsed('<!DOCTYPE a [<!ENTITY b "P">]><a>&b;</a>'.encode("utf-16"))
    Traceback (most recent call last):
    ...
    ribambelle_paiement_tresor.payfip.envelope.Malformed: doctype
    """
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Malformed("doctype")
    # in another encoding the bytes hide it: the parser says it too, before any entity is read
    parser = ElementTree.XMLParser(target=_NoDoctype())  # noqa: S314 - hardened just above
    try:
        parser.feed(body)
        root: ElementTree.Element = parser.close()
    except (ElementTree.ParseError, LookupError, ValueError):
        raise Malformed("not_xml") from None
    return root


class _NoDoctype(ElementTree.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise Malformed("doctype")


def _fault(said: ElementTree.Element) -> Fault:
    kind = next(
        (_text(leaf).rpartition(".")[2] for leaf in said if _name(leaf) == "faultstring"), ""
    )
    for detail in (leaf for leaf in said if _name(leaf) == "detail"):
        for declared in detail:
            leaves = _leaves(declared)
            label = leaves.get("descriptif") or leaves.get("libelle", "")
            return Fault(declared.tag.rpartition("}")[2], leaves.get("code", ""), label)
    return Fault(kind, "", "")


def _leaves(parent: ElementTree.Element) -> dict[str, str]:
    return {_name(leaf): _text(leaf) for leaf in parent}


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2].lower()


def _text(element: ElementTree.Element) -> str:
    return (element.text or "").strip()
