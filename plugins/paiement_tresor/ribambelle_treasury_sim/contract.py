"""The contract of the web service: its WSDL and schemas, written from what is known of it."""

SERVICE = (
    "http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/"
    "contrat_paiement_securise/PaiementSecuriseService"
)
REQUETE = "http://securite.service.tpa.cp.finances.gouv.fr/requete"
REPONSE = "http://securite.service.tpa.cp.finances.gouv.fr/reponse"
PATH = "/tpa/services/securite"

CREATE, RESULT, CLIENT = (
    "creerPaiementSecurise",
    "recupererDetailPaiementSecurise",
    "recupererDetailClient",
)
OPERATIONS = (CREATE, RESULT, CLIENT)
FAULTS = (
    "FonctionnelleErreur",
    "TechDysfonctionnementErreur",
    "TechIndisponibiliteErreur",
    "TechProtocolaireErreur",
)
CREATE_FIELDS = "exer mel montant numcli objet refdet saisie urlnotif urlredirect".split()
RESULT_FIELDS = (
    "dattrans exer heurtrans idOp mel montant numauto numcli objet refdet resultrans saisie".split()
)
CLIENT_FIELDS = "libelleN1 libelleN2 libelleN3 numcli".split()
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
XSD = "http://www.w3.org/2001/XMLSchema"


def wsdl(address: str) -> str:
    """Return the description of the service at the address where the simulator answers."""
    messages = "".join(
        _message(name, f"tns:{name}", "parameters")
        for operation in OPERATIONS
        for name in (operation, f"{operation}Response")
    ) + "".join(_message(name, f"tns:{name}", "fault") for name in FAULTS)
    ports = "".join(
        f'<operation name="{name}"><input message="tns:{name}"/>'
        f'<output message="tns:{name}Response"/>'
        + "".join(f'<fault name="{fault}" message="tns:{fault}"/>' for fault in FAULTS)
        + "</operation>"
        for name in OPERATIONS
    )
    literal = '<soap:body use="literal"/>'
    bindings = "".join(
        f'<operation name="{name}"><soap:operation soapAction=""/>'
        f"<input>{literal}</input><output>{literal}</output>"
        + "".join(
            f'<fault name="{fault}"><soap:fault name="{fault}" use="literal"/></fault>'
            for fault in FAULTS
        )
        + "</operation>"
        for name in OPERATIONS
    )
    imports = "".join(
        f'<xs:schema><xs:import namespace="{space}" '
        f'schemaLocation="{address}/PaiementSecuriseService_schema{number}.xsd"/></xs:schema>'
        for number, space in enumerate((SERVICE, REQUETE, REPONSE), start=1)
    )
    return (
        f'{HEAD}<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" '
        f'xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xs="{XSD}" '
        f'xmlns:tns="{SERVICE}" targetNamespace="{SERVICE}" name="PaiementSecuriseService">'
        f"<types>{imports}</types>{messages}"
        f'<portType name="PaiementSecuriseService">{ports}</portType>'
        '<binding name="PaiementSecuriseServicePortBinding" type="tns:PaiementSecuriseService">'
        '<soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>'
        f"{bindings}</binding>"
        '<service name="PaiementSecuriseService"><port name="PaiementSecuriseServicePort" '
        'binding="tns:PaiementSecuriseServicePortBinding">'
        f'<soap:address location="{address}"/></port></service></definitions>'
    )


def schema(number: int, address: str) -> str:
    """Return one of the three schemas: the messages, the request to create, the rest."""
    return (_messages, _requests, _answers)[number - 1](address)


def _messages(address: str) -> str:
    types = {
        CREATE: ("rq:CreerPaiementSecuriseRequest", "rp:CreerPaiementSecuriseResponse"),
        RESULT: (
            "rp:RecupererDetailPaiementSecuriseRequest",
            "rp:RecupererDetailPaiementSecuriseResponse",
        ),
        CLIENT: ("rp:RecupererDetailClientRequest", "rp:RecupererDetailClientResponse"),
    }
    body = ""
    for name, (asked, answered) in types.items():
        for element, child, kind in (
            (name, "arg0", asked),
            (f"{name}Response", "return", answered),
        ):
            body += (
                f'<xs:element name="{element}" type="tns:{element}"/>'
                f'<xs:complexType name="{element}"><xs:sequence>'
                f'<xs:element name="{child}" type="{kind}" minOccurs="0"/>'
                "</xs:sequence></xs:complexType>"
            )
    for fault in FAULTS:
        body += f'<xs:element name="{fault}" type="tns:{fault}"/>' + _struct(
            fault, ["code", "descriptif", "libelle", "message"], whole=["severite"]
        )
    imports = "".join(
        f'<xs:import namespace="{space}" '
        f'schemaLocation="{address}/PaiementSecuriseService_schema{number}.xsd"/>'
        for number, space in ((2, REQUETE), (3, REPONSE))
    )
    return _document(SERVICE, imports + body, f'xmlns:rq="{REQUETE}" xmlns:rp="{REPONSE}"')


def _requests(address: str) -> str:
    return _document(REQUETE, _struct("CreerPaiementSecuriseRequest", CREATE_FIELDS))


def _answers(address: str) -> str:
    return _document(
        REPONSE,
        _struct("CreerPaiementSecuriseResponse", ["idOp"])
        + _struct("RecupererDetailPaiementSecuriseRequest", ["idOp"])
        + _struct("RecupererDetailPaiementSecuriseResponse", RESULT_FIELDS)
        + _struct("RecupererDetailClientRequest", ["numCli"])
        + _struct("RecupererDetailClientResponse", CLIENT_FIELDS),
    )


def _message(name: str, element: str, part: str) -> str:
    return f'<message name="{name}"><part name="{part}" element="{element}"/></message>'


def _struct(name: str, words: list[str], whole: list[str] | None = None) -> str:
    leaves = [(word, "xs:string") for word in words] + [(word, "xs:int") for word in whole or []]
    return (
        f'<xs:complexType name="{name}"><xs:sequence>'
        + "".join(
            f'<xs:element name="{leaf}" type="{kind}" minOccurs="0"/>' for leaf, kind in leaves
        )
        + "</xs:sequence></xs:complexType>"
    )


def _document(space: str, body: str, more: str = "") -> str:
    return (
        f'{HEAD}<xs:schema xmlns:xs="{XSD}" xmlns:tns="{space}" {more} '
        f'targetNamespace="{space}" elementFormDefault="unqualified" version="1.0">'
        f"{body}</xs:schema>"
    )
