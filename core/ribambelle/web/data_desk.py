"""The town hall and personal data: the register, who asks to be forgotten, what is past its term."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person, households
from ribambelle.identity.tables import Account
from ribambelle.privacy import asking, forgetting, register, retention
from ribambelle.privacy.register import kept, rules
from ribambelle.privacy.retention import Entry
from ribambelle.privacy.tables import Elimination, ForgetRequest
from ribambelle.tenants import Tenant
from ribambelle.web import guards, spreadsheets
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit

DESK = "/bureau/donnees"
admin = guards.Holding("admin")
REGISTER = (
    *("Traitement", "Données", "Base légale", "Destinataires", "Durée", "Texte qui donne la durée"),
    "Après une demande d’effacement",
)
SLIP = ("Données", "Durée", "Texte qui donne la durée", "Lignes", "Plus ancienne", "Plus récente")


class Visa(msgspec.Struct, frozen=True):
    """The archives' agreement, as an agent notes it."""

    visa: Annotated[str, msgspec.Meta(max_length=200)]


class Decision(msgspec.Struct, frozen=True):
    """What an agent answers to a family that asks to be forgotten."""

    answer: str
    reason: Annotated[str, msgspec.Meta(max_length=2000)] = ""


@dataclass(frozen=True)
class Waiting:
    """A family that asks to be forgotten, and until when it must be answered."""

    row: ForgetRequest
    family: str
    by: date


@dataclass(frozen=True)
class Past:
    """One slip of what was removed."""

    row: Elimination
    rows: int
    by: str


@dataclass(frozen=True)
class DeskPage:
    """Who asks, what is past its term, and what was removed."""

    waiting: list[Waiting]
    due: list[Entry]
    past: list[Past]
    by_itself: bool
    form: Bound[Visa] | None = None


@dataclass(frozen=True)
class RequestPage:
    """One request, and what answering yes would take away and leave."""

    one: Waiting
    removed: list[tuple[str, int]]
    kept: list[tuple[str, str, int]]
    bound: list[str]
    form: Bound[Decision] | None = None


@dataclass(frozen=True)
class RegisterPage:
    """The register of processing, table by table."""

    lines: list[Sequence[str]]
    headings: Sequence[str] = REGISTER


async def _desk(tenant: Tenant, now: datetime, form: Bound[Visa] | None = None) -> Page:
    page = DeskPage(
        [await _waiting(row) for row in await asking.waiting()],
        (await retention.due(now, archives=True)).entries,
        await _past(),
        tenant.settings.privacy.elimination == "automatic",
        form,
    )
    return Page("privacy/desk.html", page, status=422 if form else 200)


async def _waiting(row: ForgetRequest) -> Waiting:
    adults = await households.adults_of(row.household)
    name = " et ".join(f"{one.given_name} {one.family_name}".strip() for one in adults)
    return Waiting(row, name or "Famille sans nom", (row.asked_at + asking.MONTH).date())


async def _past() -> list[Past]:
    rows = await Elimination.objects().order_by(Elimination.id, ascending=False).limit(50)
    who = await Account.select(Account.id, Account.name).where(
        Account.id.is_in([row.by for row in rows if row.by is not None] or [0])
    )
    names = {row["id"]: row["name"] for row in who}
    return [
        Past(row, sum(one.rows for one in _slip(row)), names.get(row.by, "La nuit, d’elle-même"))
        for row in rows
    ]


def _slip(row: Elimination) -> list[Entry]:
    return msgspec.json.decode(row.slip, type=list[Entry])


@get(DESK, name="privacy.desk", told="Suivre les données personnelles", guards=[admin])
async def desk(tenant: NamedDependency[Tenant], now: NamedDependency[datetime]) -> Page:
    """Show who asks to be forgotten and what is past its term."""
    return await _desk(tenant, now)


@post(
    f"{DESK}/eliminations",
    name="privacy.eliminate",
    told="Éliminer ce qui a dépassé sa durée",
    guards=[admin],
)
async def eliminate(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Remove what is past its term, once the archives' visa is noted."""
    form = await forms.read(request, Visa)
    if form.struct is None or not form.struct.visa.strip():
        return await _desk(tenant, now, form.wrong(visa="Notez la date et le numéro du visa."))
    done = await retention.run(by=person.account, visa=form.struct.visa.strip())
    seen.tell(
        "ok" if done else "info",
        "C’est éliminé ; le bordereau reste ici." if done else "Rien n’avait dépassé sa durée.",
    )
    return Redirect(DESK, status_code=303)


@get(
    f"{DESK}/eliminations/a-viser/{{kind:str}}",
    name="privacy.slip_due",
    told="Sortir le bordereau à faire viser",
    guards=[admin],
)
async def slip_due(kind: FromPath[str], now: NamedDependency[datetime]) -> Response[bytes]:
    """Send the slip the archives are asked to agree to."""
    entries = (await retention.due(now, archives=True)).entries
    return _file(kind, f"bordereau-a-viser-{now:%Y-%m-%d}", entries)


@get(
    f"{DESK}/eliminations/{{number:int}}/{{kind:str}}",
    name="privacy.slip",
    told="Sortir le bordereau d’une élimination",
    guards=[admin],
)
async def slip(number: FromPath[int], kind: FromPath[str]) -> Response[bytes]:
    """Send the slip of one removal."""
    row = await Elimination.objects().get(Elimination.id == number)
    if row is None:
        raise NotYours
    return _file(kind, f"bordereau-{number}", _slip(row))


def _file(kind: str, name: str, entries: list[Entry]) -> Response[bytes]:
    if kind not in spreadsheets.KINDS:
        raise NotYours
    rows = [(one.purpose, one.kept, one.source, one.rows, one.first, one.last) for one in entries]
    return spreadsheets.answer(kind, name, SLIP, rows)


@get(
    f"{DESK}/effacements/{{number:int}}",
    name="privacy.request",
    told="Lire une demande d’effacement",
    guards=[admin],
)
async def asked(number: FromPath[int]) -> Page:
    """Show one request, and what answering yes would do."""
    return await _request(await asking.one(number))


async def _request(row: ForgetRequest, form: Bound[Decision] | None = None) -> Page:
    known = {rule.name: rule for rule in await rules()}
    made = await forgetting.planned(row.household)
    page = RequestPage(
        await _waiting(row),
        [(known[table].purpose, len(ids)) for table, ids in made.removed.items()],
        [
            (known[table].purpose, known[table].because, len(ids))
            for table, ids in made.kept.items()
        ],
        await asking.bound(row.household),
        form,
    )
    return Page("privacy/request.html", page, status=422 if form else 200)


@post(
    f"{DESK}/effacements/{{number:int}}",
    name="privacy.decide",
    told="Répondre à une demande d’effacement",
    guards=[admin],
)
async def decide(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Answer a family: yes, in a week; or no, and why."""
    form = await forms.read(request, Decision)
    row = await asking.one(number)
    said = form.struct
    if said is None or said.answer not in ("yes", "no"):
        return await _request(row, form.wrong(answer="Choisissez une réponse."))
    if said.answer == "no" and not said.reason.strip():
        return await _request(row, form.wrong(reason="Dites pourquoi : la famille le lira."))
    if row.state != "asked":
        raise Refused("forget_moved")
    if said.answer == "yes":
        day = await asking.accept(number, person.account)
        seen.tell(
            "ok",
            f"Accepté : ses données partent dans la nuit du {day:%d/%m}. La famille est prévenue.",
        )
    else:
        await asking.refuse(number, person.account, said.reason.strip())
        seen.tell("ok", "Refusé. La famille lit pourquoi, et vers qui se tourner.")
    return Redirect(DESK, status_code=303)


async def _register(tenant: Tenant) -> list[Sequence[str]]:
    known, said = await rules(), tenant.settings.privacy
    return [
        (
            *(rule.purpose, ", ".join(rule.columns), rule.basis, rule.recipients),
            *(kept(rule, known, said), register.source(rule, known, said)),
            rule.because if rule.forgotten == "kept" else "Effacé",
        )
        for rule in known
    ]


@get(
    f"{DESK}/registre",
    name="privacy.register",
    told="Lire le registre des traitements",
    guards=[admin],
)
async def registered(tenant: NamedDependency[Tenant]) -> Page:
    """Show the register of processing (GDPR art. 30)."""
    return Page("privacy/register.html", RegisterPage(await _register(tenant)))


@get(
    f"{DESK}/registre/export/{{kind:str}}",
    name="privacy.register_file",
    told="Sortir le registre des traitements",
    guards=[admin],
)
async def register_file(kind: FromPath[str], tenant: NamedDependency[Tenant]) -> Response[bytes]:
    """Send the register as a file."""
    if kind not in spreadsheets.KINDS:
        raise NotYours
    return spreadsheets.answer(kind, f"registre-{tenant.slug}", REGISTER, await _register(tenant))


ROUTES = [desk, eliminate, slip_due, slip, asked, decide, registered, register_file]
