"""Whose week it is: proposed by one parent, accepted by the other or proved by a judgment."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms, tenants, workflow
from ribambelle.calendar import holidays
from ribambelle.documents import receiving, uses
from ribambelle.documents.queries import actor
from ribambelle.documents.tables import Document
from ribambelle.documents.uses import Owner
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person, custodies, responsibilities
from ribambelle.identity.custody import HOLIDAYS, WEEKDAYS, Sharing, Stay
from ribambelle.identity.responsibilities import Held
from ribambelle.identity.tables import Adult, Child, Custody
from ribambelle.web import guards, uploads
from ribambelle.web.families.mine import PAGE
from ribambelle.web.home import ToDo
from ribambelle.web.page import Page
from ribambelle.web.uploads import LONGEST_BODY, Given
from ribambelle.web.visit import Visit
from ribambelle.workflow import engine
from ribambelle.workflow.tables import Demande

AHEAD = timedelta(weeks=6)
YEAR = timedelta(days=365)
SENTENCES = {
    "other_parent_needed": "Ajoutez d’abord l’autre parent à votre famille.",
    "parents_live_together": "L’autre parent vit avec vous : dites d’abord qu’il a déménagé.",
    "custody_waits": "L’autre parent en a proposé une : répondez-lui d’abord.",
}
Day = Annotated[int, msgspec.Meta(ge=0, le=6)]


class NewCustody(msgspec.Struct, frozen=True):
    """How a parent proposes to share the weeks."""

    even: str
    changes_on: Day
    changes: str
    starts_on: date
    other: int = 0
    holidays: str = "weeks"
    first_half: str = ""


@dataclass(frozen=True)
class SharePage:
    """A child, with whom it is in the next weeks, and a custody to propose."""

    child: Child
    stays: list[Stay]
    names: dict[int, str]
    now: Custody | None
    rows: list[tuple[str, str]]
    waiting: Custody | None
    others: list[Held]
    weekdays: list[tuple[int, str]]
    holidays: list[tuple[str, str]]
    form: Bound[NewCustody] | None = None


async def _share_page(
    person: Person, child: Child, now: datetime, form: Bound[NewCustody] | None = None
) -> Page:
    day = now.date()
    parents = await custodies.parents_of(child.id, day)
    settings = tenants.current().settings
    known = holidays.between(settings.school_zone, settings.school_holidays, day, day + YEAR)
    custody = await custodies.in_force(child.id, day)
    page = SharePage(
        child=child,
        stays=await custodies.whose(child.id, day, day + AHEAD),
        names=await _names(parents, person),
        now=custody,
        rows=await told(custody, person) if custody else [],
        waiting=await custodies.proposed(child.id),
        others=[one for one in parents if one.household != person.household],
        weekdays=list(enumerate(one.capitalize() for one in WEEKDAYS)),
        # without a school calendar nobody could say when the first half ends
        holidays=[one for one in HOLIDAYS.items() if known or one[0] == "weeks"],
        form=form,
    )
    return Page("family/share.html", page, status=422 if form else 200)


async def _names(parents: list[Held], person: Person) -> dict[int, str]:
    return {one.adult: "vous" if one.adult == person.adult else one.name for one in parents}


async def _mine(person: Person, child: int, now: datetime) -> Child:
    """Return a child over whom this person has authority."""
    rights = await responsibilities.rights_on(person.adult, child, now.date())
    if rights is None or not rights.has_authority:
        raise NotYours
    return await responsibilities.child_of(person, child, now.date())


@get(
    f"{PAGE}/enfants/{{child:int}}/garde",
    name="family.share",
    told="Voir les semaines d’un enfant",
    guards=[guards.family],
)
async def share(
    child: FromPath[int], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    """Show with whom my child is, and how to share the weeks."""
    return await _share_page(person, await _mine(person, child, now), now)


@post(
    f"{PAGE}/enfants/{{child:int}}/garde",
    name="family.propose",
    told="Proposer un partage des semaines",
    guards=[guards.family],
)
async def propose(
    child: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Propose to the other parent how to share the weeks."""
    found = await _mine(person, child, now)
    form = await forms.read(request, NewCustody)
    parents = await custodies.parents_of(found.id, now.date())
    others = {one.adult for one in parents if one.household != person.household}
    form = _examined(form, others, now)
    if form.struct is None:
        return await _share_page(person, found, now, form)
    other = form.struct.other or min(others)
    try:
        row = await custodies.propose(
            person, found.id, _sharing(form.struct, person.adult, other), form.struct.starts_on, now
        )
    except Refused as refusal:
        if refusal.reason not in SENTENCES:
            raise
        return await _share_page(person, found, now, form.wrong(**{"": SENTENCES[refusal.reason]}))
    seen.tell(
        "ok", "Votre proposition est envoyée à l’autre parent. Elle compte dès qu’il l’accepte."
    )
    return Redirect(f"{PAGE}/garde/{row.id}", status_code=303)


def _examined(form: Bound[NewCustody], others: set[int], now: datetime) -> Bound[NewCustody]:
    if form.partial is None:
        return form
    told, wrong = form.partial, dict[str, str]()
    if not others:
        wrong[""] = SENTENCES["other_parent_needed"]
    elif (len(others) > 1 or told.other) and told.other not in others:
        wrong["other"] = "Choisissez l’autre parent."
    if told.even not in ("me", "other"):
        wrong["even"] = "Choisissez chez qui l’enfant passe les semaines paires."
    if told.changes not in ("morning", "evening"):
        wrong["changes"] = "Choisissez le matin ou le soir."
    if told.holidays not in HOLIDAYS:
        wrong["holidays"] = "Choisissez une des réponses proposées."
    elif told.holidays != "weeks" and told.first_half not in ("me", "other"):
        wrong["first_half"] = "Dites qui a la première moitié les années paires."
    if abs(told.starts_on - now.date()) > 2 * YEAR:
        wrong["starts_on"] = "Choisissez une date à moins de deux ans."
    return form.wrong(**{name: form.errors.get(name, said) for name, said in wrong.items()})


def _sharing(told: NewCustody, me: int, other: int) -> Sharing:
    whose = {"me": me, "other": other}
    return Sharing(
        even=whose[told.even],
        odd=other if told.even == "me" else me,
        changes_on=told.changes_on,
        changes_after_school=told.changes == "evening",
        holidays=told.holidays,
        first_half=whose[told.first_half] if told.holidays != "weeks" else None,
    )


async def told(custody: Custody, person: Person | None = None) -> list[tuple[str, str]]:
    """Say a custody in words, to one of its parents or to an agent."""
    rows = await Adult.select(Adult.id, Adult.given_name, Adult.family_name).where(
        Adult.id.is_in([int(custody.even), int(custody.odd)])
    )
    names = {row["id"]: f"{row['given_name']} {row['family_name']}".strip() for row in rows}
    if person is not None:
        names[person.adult] = "vous"
    rule = custodies.sharing_of(custody)
    when = "le soir" if rule.changes_after_school else "le matin"
    found = [
        ("Semaines paires", f"chez {names.get(rule.even, '')}"),
        ("Semaines impaires", f"chez {names.get(rule.odd, '')}"),
        ("Changement", f"le {WEEKDAYS[rule.changes_on]}, {when}"),
        ("Vacances scolaires", HOLIDAYS[rule.holidays]),
    ]
    if rule.first_half is not None:
        found.append(("Première moitié, années paires", f"chez {names.get(rule.first_half, '')}"))
    return found


@dataclass(frozen=True)
class CustodyPage:
    """One custody as a parent sees it: what it says, where it stands, what may be done."""

    custody: Custody
    child: str
    state: workflow.State
    rows: list[tuple[str, str]]
    is_mine: bool
    waits: bool
    papers: list[Document]
    largest: int
    form: Bound[Given] | None = None


async def _custody_page(person: Person, custody: Custody, form: Bound[Given] | None = None) -> Page:
    child = await Child.objects().get(Child.id == int(custody.child))
    demande = await Demande.objects().get(Demande.id == int(custody.demande))
    if demande is None:
        raise NotYours
    given = await uses.given_for(demande.id)
    page = CustodyPage(
        custody=custody,
        child=(child.given_name if child else "") or "l’enfant à naître",
        state=engine.declared(demande.workflow).state(demande.state),
        rows=await told(custody, person),
        is_mine=custody.proposed_by == person.adult,
        waits=demande.state == "proposed",
        # the other parent's copy is the other parent's paper
        papers=[one for one in given if one.account == person.account],
        largest=receiving.largest() // receiving.MEGA,
        form=form,
    )
    return Page("family/custody.html", page, status=422 if form else 200)


@get(
    f"{PAGE}/garde/{{custody:int}}",
    name="family.custody",
    told="Voir un partage des semaines",
    guards=[guards.family],
)
async def custody_page(custody: FromPath[int], person: NamedDependency[Person]) -> Page:
    """Show one custody to one of its parents."""
    return await _custody_page(person, await custodies.of_parent(person, custody))


async def _answer(
    person: Person, number: int, transition: str, seen: Visit, sentence: str
) -> Redirect:
    found = await custodies.of_parent(person, number)
    if (found.proposed_by == person.adult) != (transition == "withdraw"):
        raise NotYours
    try:
        await custodies.fire(found, transition, person.account)
        seen.tell("ok", sentence)
    except Refused as refusal:
        if refusal.reason not in ("wrong_state", "already_moved"):
            raise
        seen.tell("info", "Cette proposition a déjà reçu une réponse : voici où elle en est.")
    return Redirect(f"{PAGE}/garde/{number}", status_code=303)


@post(
    f"{PAGE}/garde/{{custody:int}}/accepter",
    name="family.accept",
    told="Accepter un partage des semaines",
    guards=[guards.family],
)
async def accept(
    custody: FromPath[int], person: NamedDependency[Person], seen: NamedDependency[Visit]
) -> Redirect:
    """Accept what the other parent proposes."""
    return await _answer(person, custody, "accept", seen, "La garde est en vigueur.")


@post(
    f"{PAGE}/garde/{{custody:int}}/refuser",
    name="family.refuse",
    told="Refuser un partage des semaines",
    guards=[guards.family],
)
async def refuse(
    custody: FromPath[int], person: NamedDependency[Person], seen: NamedDependency[Visit]
) -> Redirect:
    """Refuse what the other parent proposes."""
    told = "Vous avez refusé. L’autre parent est prévenu : rien ne change."
    return await _answer(person, custody, "refuse", seen, told)


@post(
    f"{PAGE}/garde/{{custody:int}}/retirer",
    name="family.withdraw",
    told="Retirer un partage proposé",
    guards=[guards.family],
)
async def withdraw(
    custody: FromPath[int], person: NamedDependency[Person], seen: NamedDependency[Visit]
) -> Redirect:
    """Take back what I proposed."""
    return await _answer(person, custody, "withdraw", seen, "Votre proposition est retirée.")


@post(
    f"{PAGE}/garde/{{custody:int}}/jugement",
    name="family.judgment",
    told="Donner un jugement sur la garde",
    guards=[guards.family],
    request_max_body_size=LONGEST_BODY,
)
async def judgment(
    custody: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Receive the judgment: once an agent has checked it, it counts without the other parent."""
    found = await custodies.of_parent(person, custody)
    if not await custodies.is_waiting(found):
        raise NotYours
    try:
        async with uploads.upload(request, person) as form:
            owner = Owner(person.account, person.household, int(found.child))
            kept = await receiving.receive(
                form.require_file(), custodies.PROOF, owner, actor(person)
            )
    except Refused as refusal:
        return await _custody_page(person, found, uploads.refused(refusal))
    href = f"{PAGE}/garde/{custody}"
    await uses.attach(kept, int(found.demande), "Garde alternée", href, actor(person))
    seen.tell("ok", "Le jugement est bien reçu. Un agent va le vérifier, vous n’avez rien à faire.")
    return Redirect(href, status_code=303)


async def beside(demande: int, kind: str) -> list[tuple[str, str]]:
    """Return what a parent declared, for the agent who reads the judgment."""
    row = await Custody.objects().get(Custody.demande == demande)
    return await told(row) if row is not None and kind == custodies.PROOF else []


async def to_answer(person: Person) -> list[ToDo]:
    """Return the custodies that wait for this parent."""
    if not person.is_family or not person.adult:
        return []
    found = await custodies.waiting_for(person.adult)
    return [
        ToDo(
            title="L’autre parent propose de partager les semaines",
            detail="Lisez sa proposition, puis acceptez ou refusez.",
            action="Répondre",
            href=f"{PAGE}/garde/{one.id}",
            icon="agenda",
            count=1,
        )
        for one in found
    ]


ROUTES = [share, propose, custody_page, accept, refuse, withdraw, judgment]
