"""Reading the calls of the web service to the letter, and writing its answers."""

from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

from ribambelle_treasury_sim.contract import HEAD, OPERATIONS, SERVICE
from ribambelle_treasury_sim.documents import Unreadable, parsed

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
EXCEPTIONS = "fr.gouv.finances.cp.tpa.webservice.exceptions"
Fields = dict[str, str]


@dataclass(frozen=True)
class SoapFault(Exception):
    """The service refuses, in one of its four declared ways."""

    kind: str
    code: str
    libelle: str
    descriptif: str = ""
    severite: int = 2

    def xml(self) -> str:
        """Write the fault as it was recorded."""
        leaves = "".join(
            f"<{name}>{escape(value)}</{name}>"
            for name, value in (
                ("code", self.code),
                ("descriptif", self.descriptif),
                ("libelle", self.libelle),
                ("severite", str(self.severite)),
            )
        )
        return _envelope(
            '<S:Fault xmlns:ns4="http://www.w3.org/2003/05/soap-envelope">'
            f"<faultcode>S:Server</faultcode><faultstring>{EXCEPTIONS}.{self.kind}</faultstring>"
            f'<detail><ns2:{self.kind} xmlns:ns2="{SERVICE}">{leaves}</ns2:{self.kind}></detail>'
            "</S:Fault>"
        )


def functional(code: str, libelle: str, descriptif: str = "") -> SoapFault:
    """Return a refusal that the caller can mend."""
    return SoapFault("FonctionnelleErreur", code, libelle, descriptif)


def technical() -> SoapFault:
    """Return the refusal of a service that does not work."""
    return SoapFault("TechDysfonctionnementErreur", "999", "SIM Erreur technique", severite=3)


def unavailable() -> SoapFault:
    """Return the refusal of a service that is closed."""
    return SoapFault(
        "TechIndisponibiliteErreur", "SIM-INDISPONIBLE", "SIM Service fermé", severite=3
    )


def unreadable(why: str) -> SoapFault:
    """Return the refusal of a call that cannot be read."""
    return SoapFault("TechProtocolaireErreur", "SIM-PROTOCOLE", f"SIM {why}")


@dataclass(frozen=True)
class Call:
    """One call: the operation, and the leaves written without a namespace."""

    operation: str
    fields: Fields


@dataclass(frozen=True)
class Answer:
    """What an operation answers: its leaves, in the order of the schema."""

    operation: str
    fields: Fields

    def changed(self, values: Fields, dropped: list[str]) -> "Answer":
        """Return the answer with some leaves falsified or left out."""
        fields = {k: v for k, v in (self.fields | values).items() if k not in dropped}
        return replace(self, fields=fields)

    def xml(self) -> str:
        """Write the answer."""
        leaves = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in self.fields.items())
        wrapper = f"{self.operation}Response"
        return _envelope(
            f'<ns2:{wrapper} xmlns:ns2="{SERVICE}"><return>{leaves}</return></ns2:{wrapper}>'
        )


def read(body: bytes, content_type: str) -> Call:
    """Read a call to the letter, or refuse it."""
    if not content_type.lower().startswith("text/xml"):
        raise unreadable(f"type {content_type or 'absent'}, text/xml attendu")
    try:
        root = parsed(body)
    except Unreadable as error:
        raise unreadable(str(error)) from None
    call = root.find(f"{{{ENVELOPE}}}Body/*") if root.tag == f"{{{ENVELOPE}}}Envelope" else None
    if call is None:
        raise unreadable("enveloppe SOAP 1.1 absente")
    operation = call.tag.removeprefix(f"{{{SERVICE}}}")
    if operation not in OPERATIONS:
        raise unreadable(f"opération inconnue : {call.tag}")
    argument = call.find("arg0")
    leaves = [] if argument is None else list(argument)
    return Call(operation, {leaf.tag: leaf.text or "" for leaf in leaves})


def _envelope(body: str) -> str:
    return f'{HEAD}<S:Envelope xmlns:S="{ENVELOPE}"><S:Body>{body}</S:Body></S:Envelope>'
