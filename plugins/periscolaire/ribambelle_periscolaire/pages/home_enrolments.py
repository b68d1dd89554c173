"""Enrolments on home pages: the children a family has still to enrol."""

from ribambelle import tenants
from ribambelle.identity import Person
from ribambelle.web import formats
from ribambelle.web.home import ToDo
from ribambelle_periscolaire.pages.enrolment import HERE, Line, lines_of
from ribambelle_periscolaire.pages.office_enrolments import DESK
from ribambelle_periscolaire.pages.office_quotients import DESK as QUOTIENTS
from ribambelle_periscolaire.queries import catalogue, examined, means, rules
from ribambelle_periscolaire.workflow import KEPT

WAITING = ("draft", "incomplete")


async def to_enrol(person: Person) -> list[ToDo]:
    """Return the children to enrol, and the enrolments a family has to finish."""
    if not person.is_family:
        return []
    tenant = tenants.current()
    if not any(one.booked == "online" for one in (await catalogue.current()).activities):
        return []
    day = tenant.now().date()
    lines, current = await lines_of(tenant, person, day), await rules.in_force(day)
    found = [_to_do(line) for line in lines if line.one is None or line.one.state in WAITING]
    return found + [
        _to_accept(line)
        for line in lines
        if current and line.one and line.one.state in KEPT and line.one.row.rules != current.id
    ]


def _to_accept(line: Line) -> ToDo:
    assert line.one  # asked of enrolments only
    return ToDo(
        title="Le règlement du périscolaire a changé",
        detail=f"Lisez la nouvelle version et acceptez-la pour {line.child.given_name}.",
        action="Lire",
        href=f"{HERE}/{line.one.id}/etape/reglement",
        icon="feuille",
        count=1,
    )


async def to_decide(person: Person) -> list[ToDo]:
    """Return the enrolments and the quotients that wait for the town hall."""
    if not person.holds("agent", "admin"):
        return []
    found = []
    count, since = await examined.waiting()
    if count:
        found.append(
            ToDo(
                title=formats.pluriel(count, "inscription à examiner", "inscriptions à examiner"),
                detail="Cantine, accueil, mercredis : la plus ancienne d’abord.",
                action="Examiner",
                href=DESK,
                icon="signet",
                count=count,
                since=since,
            )
        )
    if waiting := await means.waiting():
        found.append(
            ToDo(
                title=formats.pluriel(
                    len(waiting), "quotient familial à vérifier", "quotients familiaux à vérifier"
                ),
                detail="Le prix des familles ne change qu’après.",
                action="Vérifier",
                href=QUOTIENTS,
                icon="euro",
                count=len(waiting),
                since=waiting[0].claim.told_at,
            )
        )
    return found


def _to_do(line: Line) -> ToDo:
    name = line.child.given_name
    if line.one is None:
        return ToDo(
            title=f"Inscrire {name} pour {line.words}",
            detail="Cantine, accueil, mercredis, vacances : une inscription par an, puis réservez.",
            action="Inscrire",
            href=HERE,
            icon="agenda",
            count=1,
        )
    return ToDo(
        title=f"Terminer l’inscription de {name}",
        detail="La mairie attend un complément."
        if line.one.state == "incomplete"
        else "Vos réponses sont gardées. Il reste à finir et à envoyer.",
        action="Continuer",
        href=f"{HERE}/{line.one.id}",
        icon="agenda",
        count=1,
        since=line.one.demande.changed_at,
    )
