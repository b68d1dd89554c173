"""A family's quotient familial: what counts, since when, what it changes, and how to tell another."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from ribambelle.database import transaction
from ribambelle.documents import receiving, uses
from ribambelle.documents.queries import actor
from ribambelle.documents.tables import Document
from ribambelle.documents.uses import Owner
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.particulier import QUOTIENT, asking
from ribambelle.particulier.asking import Seen
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards, uploads
from ribambelle.web.page import Page
from ribambelle.web.uploads import LONGEST_BODY
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal
from ribambelle_periscolaire.gathering import Gathered, gather
from ribambelle_periscolaire.pricing import PriceBook
from ribambelle_periscolaire.queries import means
from ribambelle_periscolaire.queries.means import SOURCES
from ribambelle_periscolaire.repricing import record
from ribambelle_periscolaire.settings import Settings
from ribambelle_periscolaire.tables import Claim, Situation

HERE = "/periscolaire/quotient"
KIND = "caf"
HIGHEST = 20_000
AMOUNT = f"Écrivez le nombre entier de l’attestation, entre 0 et {HIGHEST}."


class Told(msgspec.Struct, frozen=True):
    """A quotient as it was typed, and the paper that proves it."""

    quotient_familial: str = ""
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one unit costs today; `children` says whose price it is when not all pay the same."""

    label: str
    cents: int
    children: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuotientPage:
    """What a household pays by, and what it told."""

    current: Situation | None
    past: list[Situation]
    claim: Claim | None
    costs: list[Cost]
    known: list[Document]
    is_proved: bool
    largest: int
    form: Bound[Any] | None = None
    state_told: list[Seen] = field(default_factory=list)
    may_ask_state: bool = False
    sources: dict[str, str] = field(default_factory=lambda: SOURCES)


def costs_of(tenant: Tenant, gathered: Gathered, day: date) -> list[Cost]:
    """Return what a day costs, in what the children are enrolled in: each price once."""
    prices = PriceBook(tenant, gathered)
    found: dict[str, dict[int, list[str]]] = {}
    for pupil in gathered.family.pupils.values():
        for activity in gathered.catalogue.activities:
            if activity.booked != "online" or not gathered.doors.enrolled(pupil, activity, day):
                continue
            for unit in activity.units:
                cents = prices.cents(pupil, activity, unit, day)
                if cents is not None:
                    one = len(activity.units) == 1
                    label = activity.name if one else f"{activity.name}, {unit.name.lower()}"
                    found.setdefault(label, {}).setdefault(cents, []).append(pupil.name)
    return [
        Cost(label, cents, tuple(names) if len(by_cents) > 1 else ())
        for label, by_cents in found.items()
        for cents, names in sorted(by_cents.items())
    ]


async def shown(
    person: Person, tenant: Tenant, now: datetime, form: Bound[Any] | None = None
) -> Page:
    """Show what a household pays by; with a form, what is wrong in it."""
    if not person.household:
        return Page("periscolaire/quotient.html", _nobody(tenant))
    day = now.date()
    told = await means.claims(person.household)
    gathered = await gather(tenant, person, day, day, now)
    page = QuotientPage(
        current=await means.on(person.household, day),
        past=await means.history(person.household),
        claim=next((one for one in told if one.state in ("waiting", "refused")), None)
        if told and told[0].state in ("waiting", "refused")
        else None,
        costs=costs_of(tenant, gathered, day),
        known=await uses.of_family(owner(person), [KIND]),
        is_proved=tenant.of(Settings).quotient == "proof",
        largest=receiving.largest() // receiving.MEGA,
        form=form,
        state_told=await asking.usable(person.household, QUOTIENT),
        may_ask_state=any(kind.code == QUOTIENT for kind in asking.offered()),
    )
    return Page("periscolaire/quotient.html", page, status=422 if form else 200)


def _nobody(tenant: Tenant) -> QuotientPage:
    is_proved = tenant.of(Settings).quotient == "proof"
    return QuotientPage(None, [], None, [], [], is_proved, receiving.largest() // receiving.MEGA)


def owner(person: Person) -> Owner:
    """Return whose the attestation is."""
    return Owner(person.account, person.household or None)


@get(
    HERE,
    name="periscolaire.quotient",
    told="Voir son quotient familial et ce qu’il change",
    guards=[guards.family],
)
async def quotient(
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Show what a household pays by, since when, and what it changes."""
    return await shown(person, tenant, now)


@post(
    HERE,
    name="periscolaire.tell_quotient",
    told="Donner son quotient familial",
    guards=[guards.family],
    request_max_body_size=LONGEST_BODY,
)
async def tell(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep a quotient: it counts once an agent saw its proof, or at once where the commune says so."""
    if not person.household:
        raise NotYours
    is_proved = tenant.of(Settings).quotient == "proof"
    fields: dict[str, str] = {}
    paper: Document | None = None
    try:
        async with uploads.upload(request, person) as form:
            fields = form.fields
            number = quotient_of(fields.get("quotient_familial", ""))
            if number is None:
                return await shown(
                    person, tenant, now, Bound(None, {"quotient_familial": AMOUNT}, fields)
                )
            paper = await _known(person, fields.get("paper", ""))
            if paper is None and (form.size or is_proved):
                file = form.require_file()
                paper = await receiving.receive(file, KIND, owner(person), actor(person))
    except Refused as refusal:
        return await shown(
            person, tenant, now, Bound(None, {"file": uploads.told(refusal)}, fields)
        )
    await _keep(tenant, person, number, paper, now, counts=not is_proved)
    if is_proved:
        seen.tell(
            "ok", "Bien reçu. Un agent vérifie l’attestation, puis le nouveau prix s’applique."
        )
    else:
        seen.tell("ok", f"Quotient {formats.nombre(number)} enregistré. Il compte dès aujourd’hui.")
    return Redirect(HERE, status_code=303)


async def _known(person: Person, told: str) -> Document | None:
    papers = await uses.of_family(owner(person), [KIND])
    return next((one for one in papers if str(one.id) == told), None)


async def _keep(
    tenant: Tenant,
    person: Person,
    number: int,
    paper: Document | None,
    now: datetime,
    *,
    counts: bool,
) -> None:
    row = Claim(
        household=person.household,
        account=person.account,
        quotient_familial=number,
        document=int(paper.id) if paper else None,
        state="waiting",
        told_at=now,
    )
    async with transaction():
        claim = await means.tell(row)
        await journal.record(
            "periscolaire.quotient_told",
            f"household:{person.household}",
            account=person.account,
            side="family",
            claim=claim,
        )
        if counts:
            kept = await means.claim(person.household, claim)
            await means.decide(kept, "kept", person.account, now)
            await record(
                tenant,
                person.household,
                number,
                now.date(),
                now,
                source="declared",
                account=person.behalf.staff if person.behalf else person.account,
                side="office" if person.behalf else "family",
            )


def quotient_of(text: str) -> int | None:
    """Return a quotient as it is typed; cents are left out, as tariffs do.

    >>> quotient_of(" 1 234,56 "), quotient_of("0"), quotient_of("-3"), quotient_of("beaucoup")
    (1234, 0, None, None)
    """
    bare = "".join(text.split()).replace("€", "")
    whole = bare.replace(",", ".").partition(".")[0]
    if not (whole.isascii() and whole.isdecimal() and len(whole) < 7):
        return None
    return int(whole) if int(whole) <= HIGHEST else None


ROUTES = [quotient, tell]
