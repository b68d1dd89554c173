"""Preparing a commission: its proposal, its variants side by side, the one it decides on."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ribambelle import forms
from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche import advisory, proposing
from ribambelle_creche.domain import admission, desk
from ribambelle_creche.domain.admission import Snapshot
from ribambelle_creche.domain.age import GROUPS, LABELS
from ribambelle_creche.domain.desk import Measure
from ribambelle_creche.domain.grid import Reserve
from ribambelle_creche.domain.grid.words import reserve_told
from ribambelle_creche.domain.holding import words
from ribambelle_creche.domain.pins import REASONS
from ribambelle_creche.domain.preparation import Changes, Extra, Size
from ribambelle_creche.pages import commission_sections
from ribambelle_creche.pages.by_creche import ALL, Filters, Viewed, filters_of
from ribambelle_creche.pages.commission_sections import VIEWS, CrecheRow
from ribambelle_creche.pages.commissions import COMMISSIONS, OFFICE, reader
from ribambelle_creche.queries import commissions, facilities, grids, held_places, pins, proposals
from ribambelle_creche.queries.held_places import Held
from ribambelle_creche.queries.pins import Standing
from ribambelle_creche.tables import Commission, Proposal

DESK = f"{COMMISSIONS}/{{commission:int}}/proposition"
MEASURES = (
    ("served", "Enfants admis"),
    ("first_wish", "dont sur leur premier vœu"),
    ("reserved", "dont pour qui une place est réservée"),
    ("half_days", "Demi-journées attribuées"),
    ("free", "Demi-journées encore libres"),
    ("least", "Plus petit nombre de points admis"),
    ("passed_over", "Familles passées devant"),
)
SHOWN = 4
"""Proposals put side by side: the one on the table, and the last tried."""


@dataclass(frozen=True)
class Run:
    """One proposal of the commission, opened."""

    row: Proposal
    given: Snapshot
    found: admission.Proposal
    measure: Measure

    @property
    def is_trial(self) -> bool:
        """Tell whether it counts by another rule than the one announced: it decides nothing."""
        return proposals.changes_of(self.row).is_trial

    @property
    def letter(self) -> str:
        """How it is called on the page: A for the first."""
        return f"n° {self.row.number}"

    def numbers(self) -> dict[str, int | None]:
        """Return its numbers by name."""
        return asdict(self.measure)


@dataclass(frozen=True)
class DeskPage:
    """The preparation of one commission."""

    row: Commission
    runs: list[Run]
    on_table: Run | None
    lists: Viewed[CrecheRow] | None
    pinned: list[Standing]
    held: list[Held]
    grids: list[tuple[int, str]]
    reserves: list[Reserve]
    creches: list[tuple[int, str]]
    wrong: str = ""
    form: forms.Bound[Any] | None = None
    may_change: bool = True
    """It is the town hall that reads, and not a member of the commission."""

    @property
    def is_open(self) -> bool:
        """Tell whether something may still be tried."""
        return self.may_change and self.row.state == "closed"

    @property
    def groups(self) -> list[tuple[str, str]]:
        """The age groups."""
        return [(group, LABELS[group]) for group in GROUPS]

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The age groups of the lists: all, or the one that is asked for."""
        asked = self.lists.filters.group if self.lists else ""
        return [(group, label) for group, label in self.groups if asked in ("", group)]

    @property
    def columns(self) -> list[tuple[str, str]]:
        """The headings of their columns."""
        return [(label, "n") for _, label in self.shown]

    @property
    def compared(self) -> list[tuple[str, list[tuple[int | None, int]]]]:
        """One line per number: its value in each run, and the difference with the one on the table."""
        base = self.on_table.numbers() if self.on_table else {}
        return [
            (
                label,
                [
                    (run.numbers()[name], desk.differing(base, run.numbers()).get(name, 0))
                    for run in self.runs
                ],
            )
            for name, label in MEASURES
        ]

    @staticmethod
    def kept_for(one: Reserve) -> str:
        """Return a reserve as it was announced, in words."""
        return reserve_told(one)

    def holding(self, held: Held) -> str:
        """Return places held, in words."""
        return words(held.extra, dict(self.creches))

    @staticmethod
    def reason(code: str) -> str:
        """Return the reason of a pin, in words."""
        return REASONS.get(code, code)

    @property
    def theoretical(self) -> str:
        """What any assignment at all could serve, in one sentence that promises nothing."""
        known = self.on_table.row.theoretical if self.on_table else None
        if known is not None:
            return (
                f"Maximum théorique, sans aucun ordre de passage : {known} enfants. La plupart des "
                "familles auraient alors une réclamation fondée : ce nombre ne se décide pas."
            )
        if not advisory.is_installed():
            return (
                "Le maximum théorique n’est pas calculé : il demande un module facultatif, que "
                "votre hébergeur peut installer."
            )
        if self.on_table and not self.is_open:
            return ""
        return (
            "Le maximum théorique est en cours de calcul : rechargez la page dans un moment, ou "
            "refaites la proposition."
        )

    @property
    def stable(self) -> bool:
        """Tell whether nobody has a claim against what is on the table."""
        return self.on_table is None or self.on_table.found.certificate.slot_stable


class VariantForm(msgspec.Struct, frozen=True):
    """One thing to try."""

    kind: str
    facility: int | None = None
    group: str = "babies"
    places: Annotated[int, Meta(ge=-20, le=20)] = 1
    grid: int | None = None
    reserve: str = ""
    size: Annotated[int, Meta(ge=1, le=500)] = 1


async def opened(row: Commission) -> tuple[list[Run], Run | None]:
    """Return the last runs of a commission, and the one on the table: kept, or last proposed."""
    rows = await proposals.every(row.id)
    table = next((one for one in rows if one.is_kept), None) or next(
        (one for one in reversed(rows) if one.changes == "{}"), None
    )
    chosen = [one for one in rows[-SHOWN:] if table is None or one.id != table.id]
    shown = [*([table] if table else []), *chosen[-SHOWN + 1 :]]
    runs = [_run(one) for one in shown]
    return runs, runs[0] if table else None


def _run(row: Proposal) -> Run:
    given, found = proposals.opened(row)
    return Run(row, given, found, desk.measure(given, found))


async def desk_page(
    row: Commission,
    wrong: str = "",
    form: forms.Bound[Any] | None = None,
    *,
    may_change: bool = True,
    filters: Filters = ALL,
) -> Page:
    """Show the preparation of a commission."""
    runs, table = await opened(row)
    names, places = await facilities.names(), await facilities.whereabouts()
    page = DeskPage(
        row=row,
        runs=runs,
        on_table=table,
        lists=commission_sections.laid_out(
            table.given, table.found, await proposals.wishes(row.id), places, filters
        )
        if table
        else None,
        pinned=await pins.standing(row.id),
        held=await held_places.standing(row.id),
        grids=await commissions.grids(),
        reserves=await reserves_of(row),
        creches=sorted(names.items(), key=lambda one: one[1].casefold()),
        wrong=wrong,
        form=form,
        may_change=may_change,
    )
    return Page("creche/office/desk.html", page, status=422 if wrong or form else 200)


@get(
    DESK,
    name="creche.desk",
    told="Lire la proposition d’une commission",
    guards=[reader],
)
async def look(
    request: Request[Any, Any, Any], commission: FromPath[int], person: NamedDependency[Person]
) -> Page:
    """Show the proposal of a commission, and what was tried; a member reads, the town hall tries."""
    row, filters = await commissions.one(commission), filters_of(request, VIEWS)
    return await desk_page(row, may_change=person.holds(*OFFICE), filters=filters)


@post(
    DESK,
    name="creche.desk.propose",
    told="Calculer la proposition d’une commission",
    guards=[guards.agent],
)
async def propose(
    commission: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Run the engine on the files and places as they stand."""
    row = await commissions.one(commission)
    try:
        await proposing.run(tenant, row, Changes(), "Proposition", person.account, now)
    except Refused as refusal:
        return await desk_page(row, sentence(refusal))
    seen.tell("ok", "Proposition calculée. Rien n’est décidé : relisez les listes.")
    return Redirect(f"{COMMISSIONS}/{commission}/proposition", status_code=303)


@post(
    f"{COMMISSIONS}/{{commission:int}}/variantes",
    name="creche.desk.try",
    told="Essayer une variante de la proposition",
    guards=[guards.agent],
)
async def attempt(
    request: Request[Any, Any, Any],
    commission: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Run the engine with one thing changed, and put it beside the proposal."""
    row, form = await commissions.one(commission), await forms.read(request, VariantForm)
    if form.struct is None:
        return await desk_page(row, form=form)
    try:
        changes, label = await variant(form.struct, row)
        await proposing.run(tenant, row, changes, label, person.account, now)
    except Refused as refusal:
        return await desk_page(row, sentence(refusal), form)
    seen.tell("ok", f"Variante calculée : {label}. Elle est à côté de la proposition.")
    return Redirect(f"{COMMISSIONS}/{commission}/proposition#t-variantes", status_code=303)


async def reserves_of(row: Commission) -> list[Reserve]:
    """Return the reserves of the points a commission counts by."""
    return list((await grids.one(int(row.grid))).grid.reserves) if row.grid else []


def resized(one: Reserve, size: int) -> tuple[Changes, str]:
    """Return what changes the size of a reserve in its own unit, with its name."""
    if one.per_places:
        told = Size(one.code, per_places=size)
        return Changes(sizes=(told,)), f"{one.label} : une place sur {size}"[:120]
    told = Size(one.code, quota=size)
    return Changes(sizes=(told,)), f"{one.label} : {formats.pluriel(size, 'place')}"[:120]


async def variant(form: VariantForm, row: Commission) -> tuple[Changes, str]:
    """Return what a form asks to change, with its name.

    Raises Refused("variant_unclear") when what it names does not exist.
    """
    names = await facilities.names()
    if form.kind == "places" and form.facility in names and form.group in GROUPS and form.places:
        sign = "de plus" if form.places > 0 else "de moins"
        many = "place" if abs(form.places) == 1 else "places"
        label = f"{abs(form.places)} {many} {sign}, {names[form.facility]}, {LABELS[form.group]}"
        return Changes(extra=(Extra(form.facility, form.group, form.places),)), label[:120]
    if form.kind == "grid" and form.grid:
        version = await grids.one(form.grid)
        return Changes(grid=form.grid), f"Avec les critères {version.row.version}"
    promises = {one.code: one for one in await reserves_of(row)}
    if form.kind == "size" and form.reserve in promises:
        return resized(promises[form.reserve], form.size)
    if form.kind == "reserves":
        return Changes(without_reserves=True), "Sans places réservées"
    raise Refused("variant_unclear")


@post(
    f"{COMMISSIONS}/{{commission:int}}/variantes/{{number:int}}/retenir",
    name="creche.desk.keep",
    told="Retenir une proposition pour la commission",
    guards=[guards.agent],
)
async def keep(
    commission: FromPath[int],
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Choose the proposal the commission decides on."""
    row = await commissions.one(commission)
    try:
        await proposals.keep(commission, number, person.account, now)
    except Refused as refusal:
        return await desk_page(row, sentence(refusal))
    seen.tell("ok", f"Proposition n° {number} retenue. Le procès-verbal porte son empreinte.")
    return Redirect(f"{COMMISSIONS}/{commission}/proposition", status_code=303)


def sentence(refusal: Refused) -> str:
    """Return why something cannot be done at the desk, and what to do; others are raised again.

    >>> sentence(Refused("variant_unclear"))
    'Choisissez une crèche, un âge et un nombre de places, d’autres critères, ou une réserve.'
    """
    if refusal.reason == "commission_not_closed":
        return (
            "La préparation se fait entre la clôture des dossiers et la décision : "
            "rien n’a été calculé."
        )
    if refusal.reason == "trial_only":
        return (
            "Une variante avec d’autres critères ou d’autres réserves montre ce qu’ils "
            "changeraient : une commission décide avec ceux qu’elle a annoncés."
        )
    if refusal.reason == "variant_unclear":
        return (
            "Choisissez une crèche, un âge et un nombre de places, d’autres critères, "
            "ou une réserve."
        )
    if refusal.reason == "snapshot_wrong":
        return (
            f"Les épingles ne tiennent pas dans les places : {refusal.facts['fault']}. "
            "Levez-en une, ou ouvrez une place."
        )
    if refusal.reason == "pin_without_reason":
        return "Choisissez le motif de l’épingle dans la liste."
    raise refusal


ROUTES = [look, propose, attempt, keep]
