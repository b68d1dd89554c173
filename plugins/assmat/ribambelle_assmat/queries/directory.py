"""Who families see on a day: the accredited, at work, who agreed; and everybody for the office."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from ribambelle.database import Prepared, many
from ribambelle.errors import NotYours
from ribambelle_assmat.domain.accreditation import Accreditation, is_shown, trade
from ribambelle_assmat.domain.availability import Standing, standing
from ribambelle_assmat.domain.cells import MILLION, Point
from ribambelle_assmat.domain.home import NOTHING_SAID, Home
from ribambelle_assmat.domain.publication import Told, shown
from ribambelle_assmat.settings import believed_days
from ribambelle_assmat.tables import Childminder, Declared, Place

ROLE, SCOPE = "childminder", "assmat.childminder"
ABOUT = (
    "SELECT c.id, c.number, c.civility, c.accredited_since, c.family_name, c.usual_name, c.given_name,"
    " c.status, c.activity, c.first, c.last, c.line, c.postcode, c.city, c.quartier, c.micro_quartier,"
    " c.latitude, c.longitude, c.is_hidden, c.gone_at, d.is_listed, d.consents, d.cares,"
    " d.mobile, d.phone, d.email, d.call_hours, d.only_when_free, d.words, d.agreed_on,"
    " d.urgent_words, d.pets, d.pets_words, d.smoke, d.languages,"
    " f.code AS photo FROM assmat_childminder c"
    " LEFT JOIN assmat_declared d ON d.childminder = c.id"
    " LEFT JOIN assmat_photo f ON f.childminder = c.id"
)
SHOWN = (
    "d.is_listed AND NOT c.is_hidden AND c.gone_at IS NULL AND c.status = 'active'"
    " AND c.activity = 'working' AND c.first <= {} AND c.last >= {}"
)
"""Whom families see on a day, given twice; `domain.accreditation.is_shown` says the same of one."""
ONE = Prepared(lambda given: Childminder.raw(f"{ABOUT} WHERE c.id = {{}}", given.number))
SOME = Prepared(lambda given: Childminder.raw(f"{ABOUT} WHERE {many.among('c.id')}", given.some))
FOR_CAF = Prepared(
    lambda given: Childminder.raw(
        f"{ABOUT} WHERE d.consents LIKE {{}} AND c.gone_at IS NULL AND c.status = 'active'"
        " AND c.first <= {} AND c.last >= {} ORDER BY c.family_name, c.given_name, c.id",
        '%"caf"%',
        given.day,
        given.day,
    )
)
EVERY = Prepared(
    lambda given: Childminder.raw(
        f"{ABOUT} WHERE c.folded LIKE {{}} ORDER BY c.family_name, c.given_name, c.id"
        " LIMIT {} OFFSET {}",
        given.like,
        given.size,
        given.start,
    )
)
PLACES = Prepared(
    lambda given: Place.raw(
        "SELECT p.* FROM assmat_place p WHERE "  # noqa: S608 - columns of ours, values apart
        + many.among("p.childminder")
        + " ORDER BY p.childminder, p.rank",
        given.some,
    )
)
QUARTIERS = Prepared(
    lambda given: Childminder.raw(
        "SELECT p.quartier, p.micro_quartier, AVG(p.latitude) AS latitude,"  # noqa: S608 - columns of ours, values apart
        " AVG(p.longitude) AS longitude, COUNT(*) AS many"
        " FROM assmat_childminder c JOIN assmat_declared d ON d.childminder = c.id"
        " JOIN assmat_place p ON p.childminder = c.id"
        f" WHERE p.quartier > '' AND p.latitude IS NOT NULL AND {SHOWN}"
        " GROUP BY p.quartier, p.micro_quartier ORDER BY p.quartier, p.micro_quartier",
        given.day,
        given.day,
    )
)


@dataclass(frozen=True, slots=True)
class Area:
    """A quartier, or a micro-quartier and the quartier it lies in."""

    name: str
    within: str
    middle: Point

    @property
    def code(self) -> str:
        """What names it in an address: two quartiers may have a micro-quartier of one name."""
        return f"{self.within} / {self.name}" if self.within else self.name


@dataclass(frozen=True, slots=True)
class OnePlace:
    """One accredited place, with what she says of it."""

    id: int
    where: str
    children: int
    from_months: int
    to_months: int
    hours: str
    state: str
    opens: date | None
    moments: int
    note: str
    confirmed_on: date | None
    believed_days: int
    line: str = ""
    postcode: str = ""
    city: str = ""
    quartier: str = ""
    point: Point | None = None
    postal: str = ""
    """The postcode of most of its cell: the one that leaves."""
    takes_urgent: bool = False

    @property
    def near(self) -> str:
        """Where it is, no closer than anybody may read."""
        return self.quartier or self.city

    @property
    def address(self) -> str:
        """Where it is exactly: shown only if she agrees."""
        return _address(self.line, self.postcode, self.city)

    def standing(self, today: date) -> Standing:
        """Where it stands today."""
        return standing(self.state, self.opens, self.confirmed_on, today, self.believed_days)

    def is_urgent(self, today: date) -> bool:
        """Tell whether a child may come for a short replacement, as far as it may be believed."""
        return self.takes_urgent and self.standing(today).state != "unknown"


@dataclass(frozen=True, slots=True)
class One:
    """One childminder: the register, what she says, her places."""

    id: int
    number: str
    family_name: str
    given_name: str
    accreditation: Accreditation
    told: Told
    postcode: str
    city: str
    quartier: str
    micro_quartier: str
    point: Point | None
    is_hidden: bool
    is_gone: bool
    is_listed: bool
    consents: frozenset[str]
    cares: tuple[str, ...]
    call_hours: str
    only_when_free: bool
    words: str
    places: tuple[OnePlace, ...] = ()
    civility: str = ""
    accredited_since: date | None = None
    agreed_on: Mapping[str, date] = field(default_factory=dict)
    urgent_words: str = ""
    home: Home = NOTHING_SAID
    photo: str = ""
    """What the address of her picture holds."""

    @property
    def name(self) -> str:
        """Her names."""
        return f"{self.given_name} {self.family_name}"

    @property
    def trade(self) -> str:
        """What she, or he, is."""
        return trade(self.civility)

    @property
    def shown_since(self) -> date | None:
        """The day of her first accreditation, when she shows it."""
        return self.accredited_since if "since" in self.consents else None

    @property
    def shown_home(self) -> Home:
        """What families see of her home."""
        return self.home.agreed(self.consents)

    @property
    def shown_photo(self) -> str:
        """What the address of her picture holds, when she shows it."""
        return self.photo if "photo" in self.consents else ""

    @property
    def said_on(self) -> date | None:
        """The last day she said where a place stands."""
        return max((one.confirmed_on for one in self.places if one.confirmed_on), default=None)

    def is_public(self, today: date) -> bool:
        """Tell whether families see her."""
        return not self.is_gone and is_shown(
            self.accreditation, today, agrees=self.is_listed, hidden=self.is_hidden
        )

    def is_free(self, today: date) -> bool:
        """Tell whether a place is free, now or later."""
        return any(place.standing(today).state in ("now", "later") for place in self.places)

    def is_writable(self, today: date) -> bool:
        """Tell whether she lets families write to her."""
        return "form" in self.consents and (self.is_free(today) or not self.only_when_free)

    def public(self, today: date) -> Told:
        """What families see of how to reach her."""
        return shown(
            self.told,
            self.consents,
            is_free=self.is_free(today),
            only_when_free=self.only_when_free,
        )


async def some(numbers: Sequence[int]) -> dict[int, One]:
    """Return some childminders by number."""
    rows = await SOME.ask(some=many.listed(numbers)) if numbers else []
    return {one.id: one for one in await _with_places(rows)}


async def shown_one(number: int, day: date) -> One:
    """Return a childminder families see, or behave as if she did not exist."""
    found = await one(number)
    if not found.is_public(day):
        raise NotYours
    return found


async def one(number: int) -> One:
    """Return a childminder whatever her state, or behave as if she did not exist."""
    found = await _with_places(await ONE.ask(number=number))
    if not found:
        raise NotYours
    return found[0]


async def for_caf(day: date) -> list[One]:
    """Return the accredited who agree that the CAF receives their page, by name."""
    return await _with_places(await FOR_CAF.ask(day=day))


async def every(like: str, start: int, size: int) -> list[One]:
    """Return some of the register, by name, for whoever keeps it."""
    return await _with_places(await EVERY.ask(like=f"%{like}%", start=start, size=size))


async def count(like: str = "") -> int:
    """Return how many the register has, that bear a name."""
    return int(await Childminder.count().where(Childminder.folded.like(f"%{like}%")))


async def is_begun() -> bool:
    """Tell whether the register has anybody."""
    return await Childminder.exists()


async def names() -> dict[int, str]:
    """Return every childminder by number, for whoever gives roles."""
    rows = await Childminder.select(
        Childminder.id, Childminder.given_name, Childminder.family_name, Childminder.number
    ).order_by(Childminder.family_name)
    return {
        row["id"]: f"{row['given_name']} {row['family_name']}, agrément {row['number']}"
        for row in rows
    }


async def quartiers(day: date) -> list[Area]:
    """Return the quartiers of those families see, each followed by its micro-quartiers.

    The middle of each is that of the cells of those who are seen, and of nobody else.
    """
    found: list[Area] = []
    by_name: dict[str, list[dict[str, Any]]] = {}
    for row in await QUARTIERS.ask(day=day):
        by_name.setdefault(row["quartier"], []).append(row)
    for name, rows in by_name.items():
        found.append(Area(name, "", _middle(rows)))
        found += [
            Area(row["micro_quartier"], name, _middle([row]))
            for row in rows
            if row["micro_quartier"]
        ]
    return found


def _middle(rows: Sequence[dict[str, Any]]) -> Point:
    seen = sum(row["many"] for row in rows) * MILLION
    north = sum(float(row["latitude"]) * row["many"] for row in rows) / seen
    return Point(north, sum(float(row["longitude"]) * row["many"] for row in rows) / seen)


async def _with_places(rows: Sequence[dict[str, Any]]) -> list[One]:
    numbers = [row["id"] for row in rows]
    of: dict[int, list[OnePlace]] = {}
    believed = believed_days()
    for row in await PLACES.ask(some=many.listed(numbers)) if numbers else []:
        of.setdefault(row["childminder"], []).append(
            OnePlace(
                *(row["id"], row["where"], row["children"], row["from_months"], row["to_months"]),
                *(row["hours"], row["state"], row["opens"], row["moments"], row["note"]),
                *(row["confirmed_on"], believed, row["line"], row["postcode"], row["city"]),
                *(row["quartier"], _point(row), row["postal"], bool(row["takes_urgent"])),
            )
        )
    return [_one(row, of.get(row["id"], [])) for row in rows]


def _one(row: dict[str, Any], places: Sequence[OnePlace]) -> One:
    line = _address(row["line"], row["postcode"], row["city"])
    return One(
        *(row["id"], row["number"], row["usual_name"] or row["family_name"], row["given_name"]),
        Accreditation(row["status"], row["first"], row["last"], row["activity"]),
        Told(row["mobile"] or "", row["phone"] or "", row["email"] or "", line),
        *(row["postcode"], row["city"], row["quartier"], row["micro_quartier"]),
        _point(row),
        bool(row["is_hidden"]),
        row["gone_at"] is not None,
        bool(row["is_listed"]),
        frozenset(msgspec.json.decode(row["consents"] or "[]", type=list[str])),
        tuple(msgspec.json.decode(row["cares"] or "[]", type=list[str])),
        row["call_hours"] or "",
        bool(row["only_when_free"]),
        row["words"] or "",
        tuple(places),
        *(row["civility"], row["accredited_since"]),
        msgspec.json.decode(row["agreed_on"] or "{}", type=dict[str, date]),
        row["urgent_words"] or "",
        home_of(row),
        row["photo"] or "",
    )


def home_of(row: dict[str, Any]) -> Home:
    """Return what she says of her home."""
    spoken = msgspec.json.decode(row["languages"] or "[]", type=list[str])
    return Home(row["pets"] or "", row["pets_words"] or "", row["smoke"] or "", tuple(spoken))


def _address(line: str, postcode: str, city: str) -> str:
    return ", ".join(filter(None, (line, f"{postcode} {city}".strip())))


def _point(row: dict[str, Any]) -> Point | None:
    if row["latitude"] is None or row["longitude"] is None:
        return None
    return Point(row["latitude"] / MILLION, row["longitude"] / MILLION)


async def declared(number: int) -> Declared | None:
    """Return what a childminder says of herself, when she said something."""
    return await Declared.objects().get(Declared.childminder == number)
