"""Quotients familiaux at the town hall: those that wait, and what each household pays by."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.database import transaction
from ribambelle.errors import NotYours
from ribambelle.forms import Bound
from ribambelle.identity import Person, register
from ribambelle.identity.register import Line
from ribambelle.identity.tables import Household
from ribambelle.particulier import QUOTIENT, asking
from ribambelle.particulier.asking import Seen
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal
from ribambelle_periscolaire.pages.quotient import AMOUNT, quotient_of
from ribambelle_periscolaire.queries import means
from ribambelle_periscolaire.queries.means import SOURCES, Waiting
from ribambelle_periscolaire.repricing import record
from ribambelle_periscolaire.tables import Claim, Situation
from ribambelle_periscolaire.telling_enrolments import tell_quotient

DESK = "/bureau/periscolaire/quotients"
FOUND = 20
RESIDENTS = {"": "D’après son adresse", "oui": "De la commune", "non": "D’une autre commune"}
ANSWERS = {"oui": True, "non": False}


@dataclass(frozen=True)
class QuotientsPage:
    """The quotients that wait, and the families found."""

    waiting: list[Waiting]
    words: str
    found: list[Line]


@get(
    DESK,
    name="periscolaire.office.quotients",
    told="Voir les quotients familiaux à vérifier",
    guards=[guards.agent],
)
async def every(request: Request[Any, Any, Any]) -> Page:
    """Show what families told, who waits for longest first; find any other household."""
    words = str(request.query_params.get("q", "")).replace("\0", "").strip()[:100]
    found = (await register.found(words, 0, FOUND))[0] if words else []
    page = QuotientsPage(await means.waiting(), words, found)
    return Page("periscolaire/office/quotients.html", page)


class RecordForm(msgspec.Struct, frozen=True):
    """What a household pays by, as an agent types it."""

    quotient_familial: str = ""
    first: date | None = None
    source: str = "proof"
    resident: str = ""
    claim: int = 0


class RefusalForm(msgspec.Struct, frozen=True):
    """Why a quotient told does not count."""

    why: Annotated[str, msgspec.Meta(max_length=500)] = ""


@dataclass(frozen=True)
class HouseholdPage:
    """What one household pays by."""

    household: int
    family: str
    past: list[Situation]
    claim: Claim | None
    today: date
    state_told: list[Seen]
    form: Bound[RecordForm] | None = None
    refusal: Bound[RefusalForm] | None = None
    sources: list[tuple[str, str]] = field(
        default_factory=lambda: [
            (code, label[:1].upper() + label[1:]) for code, label in SOURCES.items()
        ][:3]
    )
    residents: list[tuple[str, str]] = field(default_factory=lambda: list(RESIDENTS.items()))

    @property
    def resident(self) -> str:
        """What is known today of where the household lives, as the form says it."""
        now = next((one for one in self.past if one.first <= self.today), None)
        return next(
            (code for code, is_so in ANSWERS.items() if now and now.is_resident is is_so), ""
        )

    @property
    def told(self) -> dict[str, str]:
        """Where each figure comes from, in words."""
        return SOURCES


async def household_page(household: int, now: datetime, **wrong: Any) -> Page:
    """Show what a household pays by; with a form, what is wrong in it."""
    if not await Household.exists().where(Household.id == household):
        raise NotYours
    told = await means.claims(household)
    page = HouseholdPage(
        household,
        (await means.names([household])).get(household, f"Foyer {household}"),
        await means.history(household),
        next((one for one in told if one.state == "waiting"), None),
        now.date(),
        await asking.usable(household, QUOTIENT),
        **wrong,
    )
    return Page("periscolaire/office/quotient.html", page, status=422 if wrong else 200)


@get(
    f"{DESK}/{{household:int}}",
    name="periscolaire.office.quotient",
    reads="household:{household}",
    told="Voir le quotient familial d’un foyer, et son histoire",
    guards=[guards.agent],
)
async def one(household: FromPath[int], now: NamedDependency[datetime]) -> Page:
    """Show what a household pays by, since when, and what it told."""
    return await household_page(household, now)


@post(
    f"{DESK}/{{household:int}}",
    name="periscolaire.office.record_quotient",
    told="Enregistrer le quotient familial d’un foyer, avec son premier jour",
    guards=[guards.agent],
)
async def write(
    household: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep what a household pays by from a day on; its bookings to come are priced again."""
    await household_page(household, now)
    form = await forms.read(request, RecordForm)
    told, wrong = form.told, {}
    number = quotient_of(told.quotient_familial) if told.quotient_familial else None
    if told.quotient_familial and number is None:
        wrong["quotient_familial"] = AMOUNT
    if told.first is None and "first" not in form.errors:
        wrong["first"] = "Écrivez depuis quel jour il compte."
    if told.source not in SOURCES:
        wrong["source"] = "Choisissez d’où vient ce quotient."
    if wrong or form.struct is None or told.first is None:
        return await household_page(household, now, form=form.wrong(**wrong))
    async with transaction():
        if told.claim:
            claim = await means.claim(household, told.claim)
            if await means.decide(claim, "kept", person.account, now):
                await tell_quotient(claim, "quotient_kept", first=told.first)
        changed = await record(
            tenant,
            household,
            number,
            told.first,
            now,
            source=told.source,
            account=person.account,
            side="office",
            is_resident=ANSWERS.get(told.resident),
        )
    if changed:
        words = formats.pluriel(changed, "réservation change", "réservations changent")
        seen.tell("ok", f"Quotient enregistré. {words} de prix.")
    else:
        seen.tell("ok", "Quotient enregistré. Aucun prix déjà réservé ne change.")
    return Redirect(f"{DESK}/{household}", status_code=303)


@post(
    f"{DESK}/{{household:int}}/refuser/{{claim:int}}",
    name="periscolaire.office.refuse_quotient",
    told="Refuser un quotient familial donné par une famille",
    guards=[guards.agent],
)
async def refuse(
    household: FromPath[int],
    claim: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Refuse a quotient, with why: the one before stays."""
    told = await means.claim(household, claim)
    form = await forms.read(request, RefusalForm)
    if form.struct is None or not form.struct.why:
        why = form.errors.get("why", "Écrivez pourquoi : la famille lira cette phrase.")
        return await household_page(household, now, refusal=Bound(None, {"why": why}, form.raw))
    async with transaction():
        if await means.decide(told, "refused", person.account, now, form.struct.why):
            await journal.record(
                "periscolaire.quotient_refused",
                f"household:{household}",
                account=person.account,
                side="office",
                claim=claim,
            )
            await tell_quotient(told, "quotient_refused", reason=form.struct.why)
    seen.tell("ok", "Refusé. La famille est prévenue et peut en donner un autre.")
    return Redirect(f"{DESK}/{household}", status_code=303)


ROUTES = [every, one, write, refuse]
