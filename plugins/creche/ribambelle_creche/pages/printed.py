"""Papers about a file: the certificate a family shows elsewhere, the letter that asks for proofs."""

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.messages import printing
from ribambelle.messages.printing import Addressed
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.printed import sent
from ribambelle.web.visit import Visit
from ribambelle_creche.declared_papers import ASK_PROOFS, WAITING_LIST
from ribambelle_creche.domain.dossier import Dossier, decode
from ribambelle_creche.domain.evidence import KINDS
from ribambelle_creche.pages.filers import filer
from ribambelle_creche.pages.office_file import office
from ribambelle_creche.proof import opened
from ribambelle_creche.queries import applications, files, queue
from ribambelle_creche.workflow import LIVING


def addressed(dossier: Dossier) -> Addressed:
    """Return who filed, at the address they gave for this file."""
    where = dossier.address
    home = printing.home(where.line, where.postcode, where.city) if where else ()
    return Addressed(dossier.family.name if dossier.family else "", home)


@post(
    "/creche/demandes/{number:int}/attestation",
    name="creche.certificate",
    told="Imprimer l’attestation d’inscription en liste d’attente",
    guards=[filer],
)
async def certificate(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Response[bytes]:
    """Print that a file waits: what it says is what was sent, and can be checked."""
    file = await applications.mine(person, number)
    if not file.lives:
        raise NotYours
    proof = opened(await applications.last_receipt(number), file.application, tenant)
    facts = {
        "number": proof.number,
        "child": proof.told["child"],
        "parent": proof.told["parent"],
        "filed_at": formats.moment(proof.filed_at, year=True),
        "start": proof.start,
        "verify": proof.verify(tenant),
    }
    to, thing = addressed(file.dossier), f"creche.application:{number}"
    paper = await printing.printed(WAITING_LIST, to, thing, person, file.side, facts)
    return sent(paper, f"attestation-{proof.number}")


@post(
    "/bureau/creche/demandes/{number:int}/courrier-pieces",
    name="creche.office.ask_proofs",
    told="Imprimer le courrier qui demande les pièces",
    guards=[office],
)
async def ask_proofs(
    number: FromPath[int], person: NamedDependency[Person], seen: NamedDependency[Visit]
) -> Response[bytes] | Redirect:
    """Print a letter that asks for the proofs nobody has seen yet."""
    file = await files.one(number, queue.desks_of(person))
    kinds = await applications.unseen_proofs(number)
    if not kinds or file.state not in LIVING:
        seen.tell("info", "Aucune pièce ne manque à cette demande : il n’y a rien à demander.")
        return Redirect(f"/bureau/creche/demandes/{number}", status_code=303)
    to = addressed(decode(file.application.answers))
    facts = {
        "number": file.application.number,
        "child": file.application.child_name,
        "name": to.name,
        "missing": [KINDS.get(kind, kind) for kind in kinds],
    }
    thing = f"creche.application:{number}"
    paper = await printing.printed(ASK_PROOFS, to, thing, person, "office", facts)
    return sent(paper, f"pieces-{file.application.number}")


ROUTES = [certificate, ask_proofs]
