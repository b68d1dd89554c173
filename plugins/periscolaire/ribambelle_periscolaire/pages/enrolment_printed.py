"""The certificate of an enrolment, for the family or for an agent."""

from datetime import datetime
from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import tenants
from ribambelle.errors import NotYours
from ribambelle.identity import Person, households, schools
from ribambelle.identity.tables import Adult
from ribambelle.messages import printing
from ribambelle.messages.printing import Addressed
from ribambelle.web import formats, guards
from ribambelle.web.printed import sent
from ribambelle.web.visit import Visit
from ribambelle_periscolaire.declared_papers import ATTENDED, ENROLLED
from ribambelle_periscolaire.domain.calendar import year_bounds
from ribambelle_periscolaire.domain.enrolments import year_words
from ribambelle_periscolaire.domain.presence import presence_told
from ribambelle_periscolaire.pages.enrolment import HERE
from ribambelle_periscolaire.queries import attendance, catalogue, enrolments
from ribambelle_periscolaire.queries.enrolments import One
from ribambelle_periscolaire.workflow import CODE


async def certificate_of(one: One, person: Person, parent: Adult | None) -> Response[bytes]:
    """Print that a child is enrolled, to the home of a parent."""
    if one.state != "accepted":
        raise NotYours
    name = f"{parent.given_name} {parent.family_name}".strip() if parent else person.name
    to = Addressed(name, await _home(parent))
    known = await catalogue.current()
    opened = [each.name for each in known.activities if each.id in one.activities]
    school = (await schools.one(int(one.row.school))).name if one.row.school else ""
    facts = {
        "number": one.number,
        "child": _child(one),
        "year": year_words(int(one.row.year)),
        "school": ", ".join(filter(None, (school, one.row.class_name))),
        "activities": ", ".join(opened),
        "parent": name,
    }
    side = "office" if person.is_staff else "family"
    paper = await printing.printed(ENROLLED, to, f"{CODE}:{one.id}", person, side, facts)
    return sent(paper, f"attestation-{one.number}")


async def presence_of(one: One, person: Person, parent: Adult | None) -> Response[bytes] | None:
    """Print which closed days of its school year a child came; None when there is none yet."""
    if one.state != "accepted":
        raise NotYours
    household = int(parent.household) if parent else int(one.child.household)
    bounds = year_bounds(int(one.row.year))
    lines = presence_told(await attendance.came(int(one.child.id), household, *bounds))
    if not lines:
        return None
    name = f"{parent.given_name} {parent.family_name}".strip() if parent else person.name
    facts = {
        "child": _child(one),
        "year": year_words(int(one.row.year)),
        "days": "\n".join(f"- {line}" for line in lines),
        "today": formats.jour_du_mois(tenants.current().now().date(), True),
        "parent": name,
    }
    side = "office" if person.is_staff else "family"
    to = Addressed(name, await _home(parent))
    paper = await printing.printed(ATTENDED, to, f"{CODE}:{one.id}", person, side, facts)
    return sent(paper, f"presence-{one.number}")


def _child(one: One) -> str:
    born = one.child.born_on
    return one.whole_name + (f", {formats.jour_du_mois(born, True)}" if born else "")


async def _home(parent: Adult | None) -> tuple[str, ...]:
    home = await households.address_of(int(parent.household)) if parent else None
    return printing.home(home.line, home.postcode, home.city) if home else ()


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


@post(
    f"{HERE}/{{enrolment:int}}/presence",
    name="periscolaire.presence",
    told="Imprimer l’attestation de présence périscolaire",
    guards=[guards.family],
)
async def presence(
    enrolment: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Print which days a child came."""
    one = await enrolments.mine(person, enrolment, now.date())
    parent = await Adult.objects().get(Adult.id == person.adult)
    paper = await presence_of(one, person, parent)
    return paper or nothing_yet(seen, f"{HERE}/{enrolment}")


def nothing_yet(seen: Visit, back: str) -> Redirect:
    """Say that no day is closed yet."""
    seen.tell("info", "Aucun jour de présence n’est encore clos. Revenez après le pointage.")
    return Redirect(back, status_code=303)


ROUTES = [certificate, presence]
