"""A commune of demonstration: real figures by quartier, invented crèches and families."""

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from importlib import resources
from typing import TypeVar

from piccolo.table import Table

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.identity import responsibilities, rights
from ribambelle.identity.tables import Address, Adult, Child, Household, Quartier, Responsibility
from ribambelle.search import fold, phone_of
from ribambelle.workflow.tables import Demande, HistoryStep
from ribambelle_creche import counting, demo_commission
from ribambelle_creche.demo_figures import LAST_NAMES, NAMES, TOWNS, Town
from ribambelle_creche.demo_people import PROVED, Family, invented, told, weighted
from ribambelle_creche.domain import dossier, receipt
from ribambelle_creche.domain.age import GROUPS, AgeLimits
from ribambelle_creche.domain.evidence import needed
from ribambelle_creche.filing import PURPOSE as RECEIPT
from ribambelle_creche.freezing import freeze, month_before
from ribambelle_creche.queries import facilities as queries
from ribambelle_creche.queries import grids
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import (
    Application,
    Capacity,
    Desk,
    Evidence,
    Facility,
    Need,
    Receipt,
    Wish,
)
from ribambelle_creche.workflow import CODE

T = TypeVar("T", bound=Table)
POINTS = resources.files("ribambelle_creche").joinpath("grids/pessac.toml").read_text("utf-8")
"""The points of every commune of demonstration: those a real town voted."""
KINDS = (("municipal", 4), ("association", 3), ("company", 1))


async def fill(seed: int) -> None:
    """Fill the current commune; a commune without figures of its own takes the small town's."""
    tenant = tenants.current()
    town = TOWNS.get(tenant.slug, TOWNS["saint-denis"])
    draw = random.Random(f"{seed}:{tenant.slug}")  # noqa: S311 - invented families, not secrets
    async with transaction():
        await grids.keep(POINTS, "2026-118", None, tenant.now())
        places = await _quartiers(town)
        facilities = await _facilities(town, places, draw, tenant.now())
        desks = await _desks(town)
        for start in range(0, town.families, 250):
            size = min(250, town.families - start)
            await _families(size, places, facilities, desks, draw, tenant.now())
        await demo_commission.hold(tenant, draw, tenant.now())
        await demo_commission.prepare(tenant, draw, tenant.now())
        await demo_commission.answer(tenant, draw, tenant.now())
        await freeze(month_before(tenant.now()), tenant.of(Settings).public_threshold)


async def _inserted(rows: Iterable[T], kind: type[T]) -> list[int]:
    """Insert many rows and return their ids, in order."""
    ids: list[int] = []
    batch = list(rows)
    for start in range(0, len(batch), 400):
        found = await kind.insert(*batch[start : start + 400]).returning(kind._meta.primary_key)
        ids += [int(row["id"]) for row in found]
    return ids


async def _quartiers(town: Town) -> dict[str, int]:
    rows = [
        Quartier(name=area.name, folded=fold(area.name), population=area.inhabitants)
        for area in town.areas
    ]
    ids = await _inserted(rows, Quartier)
    return dict(zip((area.name for area in town.areas), ids, strict=True))


async def _desks(town: Town) -> list[int]:
    rows = [Desk(name=name) for name in town.desks]
    return await _inserted(rows, Desk)


async def _facilities(
    town: Town, places: dict[str, int], draw: random.Random, now: datetime
) -> dict[str, list[int]]:
    """Invent each quartier's crèches, whose places add up to its real total."""
    names = draw.sample(NAMES, sum(area.facilities for area in town.areas))
    made: dict[str, list[int]] = {}
    for area in town.areas:
        shares = shared(area.places, area.facilities, draw)
        rows = [
            _facility(names.pop(), share, places[area.name], area.latitude, area.longitude, draw)
            for share in shares
        ]
        made[area.name] = await _inserted(rows, Facility)
        cells = [
            cell
            for number, share in zip(made[area.name], shares, strict=True)
            for cell in _capacities(number, share, draw, now)
        ]
        await _inserted(cells, Capacity)
    return made


def shared(total: int, parts: int, draw: random.Random) -> list[int]:
    """Split places between crèches: at least ten each, all of them given.

    >>> sum(shared(295, 10, random.Random(1)))
    295
    """
    cuts = [10] * parts
    for _ in range((total - 10 * parts) // 5):
        cuts[draw.randrange(parts)] += 5
    cuts[0] += total - sum(cuts)
    return cuts


def _facility(
    name: str, places: int, quartier: int, latitude: int, longitude: int, draw: random.Random
) -> Facility:
    kind = "micro" if places <= 12 else weighted(draw, KINDS[:2] if places > 40 else KINDS)
    return Facility(
        name=name,
        folded=fold(name),
        kind=kind,
        address=f"{draw.randint(1, 90)} rue {draw.choice(LAST_NAMES)}",
        quartier=quartier,
        places=places,
        latitude=latitude + draw.randint(-6000, 6000),
        longitude=longitude + draw.randint(-9000, 9000),
        hours=draw.choice(("7 h 30 – 18 h 30", "7 h 30 – 18 h", "8 h – 18 h 30")),
        import_key=fold(name),
    )


def _capacities(
    facility: int, places: int, draw: random.Random, now: datetime
) -> Iterable[Capacity]:
    """Share a crèche's places between its groups; about one half-day in ten is free."""
    babies, middle = places // 4, places * 3 // 8
    has_room = draw.random() < 0.8
    for group, size in zip(GROUPS, (babies, middle, places - babies - middle), strict=True):
        for weekday in range(5):
            for half in ("am", "pm"):
                likely = 0.9 if weekday == 2 or half == "pm" else 0.4
                most = max(1, size * 2 // 5)
                free = draw.randint(1, most) if has_room and draw.random() < likely else 0
                yield Capacity(
                    facility=facility,
                    age_group=group,
                    weekday=weekday,
                    half=half,
                    places=size,
                    free=min(free, size),
                    changed_at=now,
                )


async def _families(
    size: int,
    places: dict[str, int],
    facilities: dict[str, list[int]],
    desks: list[int],
    draw: random.Random,
    now: datetime,
) -> None:
    """Write some families whole: people, file, wishes, proofs, history."""
    areas = list(places)
    people = [invented(draw, areas, now) for _ in range(size)]
    households = await _inserted((Household(created_at=one.sent) for one in people), Household)
    adults = await _inserted(_each(people, households, _adult), Adult)
    children = await _inserted(_each(people, households, _child), Child)
    town = tenants.current().settings
    where = [
        _address(
            household, places[one.area], town.postcodes[0] if town.postcodes else "", town.name
        )
        for one, household in zip(people, households, strict=True)
    ]
    await _inserted(where, Address)
    await _answering(people, households, children, adults)
    demandes = await _inserted(
        (
            Demande(workflow=CODE, state=one.state, created_at=one.sent, changed_at=one.sent)
            for one in people
        ),
        Demande,
    )
    await _inserted(_each(people, demandes, _step), HistoryStep)
    wished = [_wished(one, facilities, draw) for one in people]
    rows = [
        _application(one, demande, household, child, chosen, places[one.area], desks, draw)
        for one, demande, household, child, chosen in zip(
            people, demandes, households, children, wished, strict=True
        )
    ]
    files = await _inserted(rows, Application)
    await _beside(people, rows, files, wished, now)


async def _answering(
    people: Sequence[Family],
    households: Sequence[int],
    children: Sequence[int],
    adults: Sequence[int],
) -> None:
    """Write who answers for each child: who asks, and the other parent where there is one."""
    both = [place for place, one in enumerate(people) if not one.home.is_single]
    others = await _inserted((_other(people[place], households[place]) for place in both), Adult)
    rows = [
        responsibilities.row(child, adult, rights.FULL, one.sent)
        for one, child, adult in zip(people, children, adults, strict=True)
    ]
    rows += [
        responsibilities.row(children[place], adult, rights.FULL, people[place].sent)
        for place, adult in zip(both, others, strict=True)
    ]
    await _inserted(rows, Responsibility)


async def _beside(
    people: Sequence[Family],
    rows: Sequence[Application],
    files: Sequence[int],
    wished: Sequence[Sequence[int]],
    now: datetime,
) -> None:
    """Write what goes with each file: its receipt, its wishes, its week and its proofs."""
    names = {one.id: one.name for one in await queries.every()}
    receipts, wishes, needs, proofs = [], [], [], []
    asked = await _asked()
    for one, row, file, chosen in zip(people, rows, files, wished, strict=True):
        receipts.append(_receipt(row, file, one, names))
        needs.append(Need(application=file, rank=0, slots=one.week))
        called_at = one.sent + timedelta(days=5) if one.is_called(now) else None
        wishes += [
            Wish(application=file, rank=rank, facility=facility, contacted_at=called_at)
            for rank, facility in enumerate(chosen, start=1)
        ]
        seen_at = one.sent if one.state in PROVED else None
        proofs += [
            Evidence(application=file, kind=kind, seen_at=seen_at)
            for kind in asked(dossier.decode(row.answers))
        ]
    for made, table in ((receipts, Receipt), (wishes, Wish), (needs, Need), (proofs, Evidence)):
        await _inserted(made, table)


async def _asked() -> Callable[[dossier.Dossier], Iterable[str]]:
    """Return what tells the proofs of a file: those of the commune, and those that give points."""
    tenant = tenants.current()
    town = await counting.town_of(tenant)
    giving = [kept.grid for kept in await grids.asking(tenant.now().date())]

    def asked(told: dossier.Dossier) -> Iterable[str]:
        for_points = [kind for grid in giving for kind in counting.proofs_of(grid, town, told)]
        return dict.fromkeys((*needed(told, tenant.of(Settings).proofs), *for_points))

    return asked


def _receipt(row: Application, file: int, one: Family, names: dict[int, str]) -> Receipt:
    tenant = tenants.current()
    signed = receipt.content(
        row.number, dossier.decode(row.answers), names, one.sent.astimezone(tenant.zone)
    )
    code = tenant.sign(RECEIPT, signed)
    return Receipt(application=file, version=1, at=one.sent, content=signed, code=code)


def _each(
    people: Sequence[Family], ids: Sequence[int], made: Callable[[Family, int], T]
) -> list[T]:
    return [made(one, number) for one, number in zip(people, ids, strict=True)]


def _adult(one: Family, household: int) -> Adult:
    return Adult(
        household=household,
        given_name=one.given,
        family_name=one.family,
        phone=one.phone,
        folded=fold(f"{one.given} {one.family}"),
    )


def _other(one: Family, household: int) -> Adult:
    given, family = one.home.other_given, one.home.other_family or one.family
    return Adult(
        household=household,
        given_name=given,
        family_name=family,
        folded=fold(f"{given} {family}"),
    )


def _child(one: Family, household: int) -> Child:
    return Child(
        household=household,
        given_name=one.child,
        family_name=one.family,
        born_on=None if one.is_expected else one.birth,
        due_on=one.birth if one.is_expected else None,
        folded=fold(f"{one.child} {one.family}"),
    )


def _address(household: int, quartier: int, postcode: str, city: str) -> Address:
    line = f"{1 + household % 90} rue des Flamboyants"
    return Address(household=household, line=line, postcode=postcode, city=city, quartier=quartier)


def _step(one: Family, demande: int) -> HistoryStep:
    return HistoryStep(
        demande=demande,
        transition="submit",
        source="draft",
        target="submitted",
        at=one.sent,
        side="family",
    )


def _wished(one: Family, facilities: dict[str, list[int]], draw: random.Random) -> list[int]:
    """Return one to three crèches, most of them near home."""
    near = facilities[one.area]
    count = min(draw.choice((1, 2, 3, 3)), len(near))
    return draw.sample(near, count)


def _application(
    one: Family,
    demande: int,
    household: int,
    child: int,
    wished: list[int],
    quartier: int,
    desks: list[int],
    draw: random.Random,
) -> Application:
    answers = dossier.encode(told(one, wished, quartier))
    name = f"{one.child} {one.family}".strip() if one.child else f"Bébé {one.family}"
    return Application(
        number=f"C-{1000 + demande}",
        demande=demande,
        household=household,
        child=child,
        desk=draw.choice(desks) if desks else None,
        channel=weighted(draw, (("family", 7), ("office", 2), ("facility", 1))),
        answers=answers,
        sent=answers,
        created_at=one.sent,
        submitted_at=one.sent,
        complete_at=one.sent if one.state in PROVED else None,
        confirmed_at=one.heard,
        confirm_by=one.heard.date() + timedelta(days=125) if one.state == "to_confirm" else None,
        quartier=quartier,
        child_name=name,
        folded=fold(f"{name} {one.given} {one.family} {phone_of(one.phone)}"),
        reference_on=one.birth,
        is_expected=one.is_expected,
        start_on=one.start,
        start_month=f"{one.start:%Y-%m}",
        age_group=AgeLimits().group(one.birth, one.start),
        half_days=one.week.bit_count(),
    )
