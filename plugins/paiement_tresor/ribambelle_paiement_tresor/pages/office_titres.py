"""Handing over to the comptable: what may go, what waits and why, the bordereaux that left."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import File, Redirect

from ribambelle import forms
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web.page import Page
from ribambelle.web.printed import sent
from ribambelle.web.visit import Visit
from ribambelle_paiement_tresor import bordereau_file, noticing, transferring
from ribambelle_paiement_tresor.domain import titres as rule
from ribambelle_paiement_tresor.domain.debtors import Issuer, Tiers
from ribambelle_paiement_tresor.domain.words import euros
from ribambelle_paiement_tresor.pages.office_guards import reading, till
from ribambelle_paiement_tresor.queries import titres, treasury_files
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_paiement_tresor.tables import Bordereau, Titre, TreasuryFile
from ribambelle_paiement_tresor.titre_refusals import words
from ribambelle_paiement_tresor.transferring import Waiting

DESK = "/bureau/paiement/titres"
SHOWN = 200
SIZE = 50
SHAPES = {
    "to_write": ("vide", "info"),
    "written": ("losange", "alerte"),
    "accepted": ("coche", "ok"),
    "rejected": ("croix", "erreur"),
}
PIECE_SHAPES = {
    **dict.fromkeys(("sent", "accepted"), ("moitie", "info")),
    **{"taken": ("coche", "ok"), "rejected": ("croix", "erreur"), "cancelled": ("croix", "")},
}


class HandOverForm(msgspec.Struct, frozen=True):
    """Whose debts go; all of them with the second button."""

    payers: tuple[int, ...] = ()
    act: str = ""


@dataclass(frozen=True)
class TitresPage:
    """What may go to the comptable, and what went."""

    waiting: Waiting
    rows: list[Bordereau]
    files: list[TreasuryFile]
    floor: int
    since: date
    may_change: bool
    closed: str
    form: Bound[HandOverForm] | None = None
    wrong_file: Bound[Any] | None = None
    shown: int = SHOWN
    states: dict[str, str] = field(default_factory=lambda: rule.STATES)
    shapes: dict[str, tuple[str, str]] = field(default_factory=lambda: SHAPES)
    forms: dict[str, str] = field(default_factory=lambda: rule.FORMS)

    @property
    def cents(self) -> int:
        """What may go, all together."""
        return sum(one.cents for one in self.waiting.ready)

    @property
    def held(self) -> int:
        """What waits, all together."""
        return sum(one.cents for one in self.waiting.held)

    def name(self, payer: int) -> str:
        """What an adult is called."""
        return self.waiting.tiers[payer].called or f"Compte {payer}"

    def reason(self, code: str) -> str:
        """Why a debt waits."""
        return rule.REASONS[code].format(floor=euros(self.floor))


async def titres_page(
    tenant: Tenant,
    person: Person,
    form: Bound[HandOverForm] | None = None,
    wrong_file: Bound[Any] | None = None,
) -> Page:
    """Show what may be handed over; with a form, what is wrong in it."""
    settings, today = tenant.of(Settings), tenant.now().date()
    page = TitresPage(
        await transferring.waiting(tenant, today),
        await titres.every(0, SIZE),
        await treasury_files.last(SIZE),
        settings.smallest_titre_cents,
        rule.late_since(today, settings.dunning_days),
        person.holds("regisseur", "admin"),
        closed(tenant, today),
        form,
        wrong_file,
    )
    status = 422 if form or wrong_file else 200
    return Page("paiement/office/titres.html", page, status=status)


def closed(tenant: Tenant, today: date) -> str:
    """Return why nothing may be handed over today; empty when it may."""
    try:
        transferring.require_open(tenant, today)
    except Refused as refusal:
        return words(refusal)
    return ""


@get(
    DESK,
    name="paiement.office.titres",
    told="Voir les impayés à transmettre au comptable, et les bordereaux partis",
    guards=[reading],
)
async def desk(person: NamedDependency[Person], tenant: NamedDependency[Tenant]) -> Page:
    """Show what is past its last day and its last reminder, by family."""
    return await titres_page(tenant, person)


@post(
    f"{DESK}/transmettre",
    name="paiement.office.hand_over",
    told="Transmettre des impayés au comptable : la régie ne les encaisse plus",
    guards=[till],
)
async def hand_over(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Hand over the debts chosen; the file is written at once after."""
    form = await forms.read(request, HandOverForm)
    chosen = None if form.told.act == "all" else set(form.told.payers)
    if chosen is not None and not chosen:
        return await titres_page(tenant, person, form.wrong(payers="Cochez au moins une famille."))
    try:
        number = await transferring.hand_over(tenant, person.account, chosen)
    except Refused as refusal:
        return await titres_page(tenant, person, form.wrong(payers=words(refusal)))
    row = await titres.one(number)
    seen.tell("ok", f"{euros(int(row.cents))} transmis au comptable. Téléchargez le fichier.")
    return Redirect(f"{DESK}/{number}", status_code=303)


@dataclass(frozen=True)
class BordereauPage:
    """One bordereau, and its titres."""

    row: Bordereau
    rows: list[Titre]
    left: dict[int, int]
    issuer: Issuer
    rejected: int
    replaced: Bordereau | None
    page: int
    may_change: bool
    forms: dict[str, str] = field(default_factory=lambda: rule.FORMS)
    states: dict[str, str] = field(default_factory=lambda: rule.STATES)
    shapes: dict[str, tuple[str, str]] = field(default_factory=lambda: SHAPES)
    pieces: dict[str, str] = field(default_factory=lambda: rule.PIECES)
    piece_shapes: dict[str, tuple[str, str]] = field(default_factory=lambda: PIECE_SHAPES)

    def debtor(self, one: Titre) -> Tiers:
        """Whom a titre is for."""
        return msgspec.json.decode(one.debtor, type=Tiers)

    @property
    def first(self) -> int:
        """Rank of the first line shown."""
        return self.page * SIZE + 1

    @property
    def last(self) -> int:
        """Rank of the last line shown."""
        return self.page * SIZE + len(self.rows)


def page_of(request: Request[Any, Any, Any]) -> int:
    """Return the page asked for; the first when it is no number."""
    asked = str(request.query_params.get("page", "0"))
    return int(asked) if asked.isdecimal() and len(asked) < 6 else 0


@get(
    f"{DESK}/{{number:int}}",
    name="paiement.office.bordereau",
    told="Voir un bordereau de titres, et ce que le Trésor en dit",
    guards=[reading],
)
async def bordereau(
    number: FromPath[int], request: Request[Any, Any, Any], person: NamedDependency[Person]
) -> Page:
    """Show each titre, and what it still owes to the comptable."""
    row = await titres.one(number)
    page = page_of(request)
    rows = await titres.page(number, page * SIZE, SIZE)
    shown = BordereauPage(
        row,
        rows,
        await titres.left([int(one.id) for one in rows]),
        titres.issuer_of(row),
        await transferring.count_rejected(number),
        await titres.one(int(row.replaces)) if row.replaces else None,
        page,
        person.holds("regisseur", "admin"),
    )
    return Page("paiement/office/bordereau.html", shown)


@get(
    f"{DESK}/{{number:int}}/fichier",
    name="paiement.office.bordereau_file",
    told="Télécharger le fichier d’un bordereau, à déposer au Trésor",
    guards=[reading],
)
async def file(
    number: FromPath[int], tenant: NamedDependency[Tenant], seen: NamedDependency[Visit]
) -> Response[Any]:
    """Send the file, whole; it is written now if it is not yet."""
    row = await titres.one(number)
    try:
        place = await bordereau_file.written(tenant, row)
    except Refused as refusal:
        seen.tell("erreur", words(refusal))
        return Redirect(f"{DESK}/{number}", status_code=303)
    return File(
        place,
        filename=place.name,
        media_type="application/xml; charset=iso-8859-1",
        headers={"cache-control": "no-store"},
    )


@get(
    f"{DESK}/{{number:int}}/avis",
    name="paiement.office.notices",
    told="Imprimer les avis des sommes à payer d’un bordereau",
    guards=[reading],
)
async def notices(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Print the notices of one page of titres, once the treasury took them."""
    row = await titres.one(number)
    page = page_of(request)
    some = await titres.page(number, page * SIZE, SIZE)
    some = [one for one in some if one.state in noticing.SENT]
    if row.state != "accepted" or not some:
        seen.tell("erreur", words(Refused("no_notice")))
        return Redirect(f"{DESK}/{number}", status_code=303)
    paper = await noticing.papers(tenant, row, some)
    return sent(paper, f"avis-{row.exercise}-{row.number}-{some[0].number}")


@post(
    f"{DESK}/{{number:int}}/renvoyer",
    name="paiement.office.send_again",
    told="Renvoyer sous un nouveau numéro ce que le Trésor a rejeté",
    guards=[till],
)
async def send_again(
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Write a new bordereau; the number of the old one is never used again."""
    try:
        found = await transferring.send_again(tenant, person.account, number)
    except Refused as refusal:
        seen.tell("erreur", words(refusal))
        return Redirect(f"{DESK}/{number}", status_code=303)
    seen.tell("ok", "Nouveau bordereau écrit. Téléchargez son fichier.")
    return Redirect(f"{DESK}/{found}", status_code=303)


ROUTES = [desk, hand_over, bordereau, file, notices, send_again]
