"""The certificate of an enrolment, for the family or for an agent."""

from datetime import datetime

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.errors import NotYours
from ribambelle.identity import Person, households, schools
from ribambelle.identity.tables import Adult
from ribambelle.messages import printing
from ribambelle.messages.printing import Addressed
from ribambelle.web import formats, guards
from ribambelle.web.printed import sent
from ribambelle_periscolaire.declared_papers import ENROLLED
from ribambelle_periscolaire.domain.enrolments import year_words
from ribambelle_periscolaire.pages.enrolment import HERE
from ribambelle_periscolaire.queries import catalogue, enrolments
from ribambelle_periscolaire.queries.enrolments import One
from ribambelle_periscolaire.workflow import CODE


async def certificate_of(one: One, person: Person, parent: Adult | None) -> Response[bytes]:
    """Print that a child is enrolled, to the home of a parent."""
    if one.state != "accepted":
        raise NotYours
    name = f"{parent.given_name} {parent.family_name}".strip() if parent else person.name
    home = await households.address_of(int(parent.household)) if parent else None
    to = Addressed(name, printing.home(home.line, home.postcode, home.city) if home else ())
    known = await catalogue.current()
    opened = [each.name for each in known.activities if each.id in one.activities]
    school = (await schools.one(int(one.row.school))).name if one.row.school else ""
    born = one.child.born_on
    facts = {
        "number": one.number,
        "child": one.whole_name + (f", {formats.jour_du_mois(born, True)}" if born else ""),
        "year": year_words(int(one.row.year)),
        "school": ", ".join(filter(None, (school, one.row.class_name))),
        "activities": ", ".join(opened),
        "parent": name,
    }
    side = "office" if person.is_staff else "family"
    paper = await printing.printed(ENROLLED, to, f"{CODE}:{one.id}", person, side, facts)
    return sent(paper, f"attestation-{one.number}")


@post(
    f"{HERE}/{{enrolment:int}}/attestation",
    name="periscolaire.certificate",
    told="Imprimer l’attestation d’inscription périscolaire",
    guards=[guards.family],
)
async def certificate(
    enrolment: FromPath[int], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Print that a child is enrolled."""
    one = await enrolments.mine(person, enrolment, now.date())
    parent = await Adult.objects().get(Adult.id == person.adult)
    return await certificate_of(one, person, parent)


ROUTES = [certificate]
