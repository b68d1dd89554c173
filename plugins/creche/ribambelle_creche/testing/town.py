"""A town that does not exist, drawn like Saint-Denis: 67 crèches, 1,656 places, 1,640 requests.

Figures of supply and demand are those the town gave in 2018; how many children stay, which weeks
are asked and how wishes spread were set so that about 900 children wait, as 903 did. The same seed
always draws the same town.
"""

from dataclasses import dataclass
from random import Random

from ribambelle_creche.domain.admission.snapshot import Application, Option, Snapshot
from ribambelle_creche.domain.age import GROUPS
from ribambelle_creche.domain.week import SLOTS, WHOLE_PLACE

FACILITIES, PLACES, REQUESTS, QUARTIERS = 67, 1656, 1640, 12
FULL = SLOTS[:WHOLE_PLACE]
"""From Monday to Friday: the town gave no figure of a Saturday."""
WITHOUT_WEDNESDAY = tuple(slot for slot in FULL if not slot.startswith("wed"))
MORNINGS = tuple(slot for slot in FULL if slot.endswith("am"))
KEPT = {"babies": 0.15, "middle": 0.60, "older": 0.75, "mixed": 0.55}
"""Share of the places still held in September by children already there."""


@dataclass(frozen=True, slots=True)
class Creche:
    """One invented crèche."""

    id: str
    quartier: int
    popularity: float
    sections: tuple[tuple[str, int], ...]
    """Age group, or `mixed`, and places."""

    def section(self, group: str) -> str:
        """Return the section that takes a child of an age group."""
        return next(name for name, _ in self.sections if name in (group, "mixed"))


@dataclass(frozen=True, slots=True)
class Draw:
    """What is drawn: how many times Saint-Denis, which seed, and how far the rules go."""

    scale: int = 1
    seed: int = 1
    bonuses: bool = True
    """Points that one crèche adds: a sibling there, its own quartier."""
    single_slot: bool = False
    """One place per section and no week: the case classical matching knows."""
    transfers: float = 0.0
    """Share of the requests from children who already have a place."""
    accepting: int = 0
    """Of a hundred families, how many accept any crèche of the town after those they named."""
    most_elsewhere: int = 12
    """Other crèches looked at for each of them, the nearest that give a place on their days."""


def town(draw: Draw) -> Snapshot:
    """Return the snapshot of an invented commission.

    >>> small = town(Draw(seed=3))
    >>> len(small.applications), small == town(Draw(seed=3))
    (1640, True)
    """
    random = Random(draw.seed)  # noqa: S311  # an invented town keeps no secret
    creches = _creches(random, draw.scale)
    resources: dict[str, int] = {}
    for creche in creches:
        for name, places in creche.sections:
            resources |= _left(random, draw, f"{creche.id}/{name}", name, places)
    near = [[c for c in creches if c.quartier == q] for q in range(QUARTIERS * draw.scale)]
    demands = Demands(resources, draw.single_slot)
    applications = [
        _application(random, draw, number, near, demands) for number in range(REQUESTS * draw.scale)
    ]
    return Snapshot(resources, tuple(applications))


class Demands:
    """What a week takes of a section, written once however many children ask for it."""

    def __init__(self, resources: dict[str, int], single_slot: bool) -> None:
        self.names = {name: name for name in resources}
        self.resources = resources
        self.single_slot = single_slot
        self.known: dict[tuple[str, tuple[str, ...]], dict[str, int]] = {}

    def of(self, section: str, week: tuple[str, ...]) -> dict[str, int]:
        """Return the demand of a week in a section."""
        if (section, week) not in self.known:
            wanted = [section] if self.single_slot else [f"{section}/{slot}" for slot in week]
            self.known[section, week] = {self.names[name]: 1 for name in wanted}
        return self.known[section, week]

    def fits(self, section: str, week: tuple[str, ...], children: int) -> bool:
        """Tell whether a section gives so many places on each half-day of a week."""
        return all(self.resources[name] >= children for name in self.of(section, week))


def _creches(random: Random, scale: int) -> list[Creche]:
    found = []
    for number in range(FACILITIES * scale):
        quartier = number % (QUARTIERS * scale)
        if random.random() < 0.58:
            sections: tuple[tuple[str, int], ...] = (("mixed", random.randint(10, 12)),)
        else:
            places = random.randint(24, 62)
            babies, middle = round(places * 0.25), round(places * 0.35)
            sections = tuple(zip(GROUPS, (babies, middle, places - babies - middle), strict=True))
        popularity = random.choice((0.5, 1.0, 1.0, 1.5, 2.5))
        found.append(Creche(f"c{number:05}", quartier, popularity, sections))
    return found


def _left(random: Random, draw: Draw, section: str, group: str, places: int) -> dict[str, int]:
    """Return what children who stay leave of a section, half-day by half-day."""
    if draw.single_slot:
        kept = sum(random.random() < KEPT[group] for _ in range(places))
        return {section: places - kept}
    left = dict.fromkeys(FULL, places)
    for _ in range(places):
        if random.random() < KEPT[group]:
            for slot in _week(random):
                left[slot] -= 1
    return {f"{section}/{slot}": free for slot, free in left.items()}


def _week(random: Random) -> tuple[str, ...]:
    kind = random.random()
    if kind < 0.52:
        return FULL
    if kind < 0.69:
        return WITHOUT_WEDNESDAY
    if kind < 0.90:
        days = random.sample(range(5), random.choice((2, 3, 3)))
        return tuple(slot for day in sorted(days) for slot in FULL[2 * day : 2 * day + 2])
    if kind < 0.95:
        return MORNINGS
    return tuple(sorted(random.sample(FULL, random.randint(1, 4)), key=FULL.index))


def _application(
    random: Random, draw: Draw, number: int, near: list[list[Creche]], demands: Demands
) -> Application:
    quartier = random.randrange(len(near))
    group = random.choices(GROUPS, weights=(60, 28, 12))[0]
    week = _week(random)
    wishes = _wishes(random, quartier, near)
    has_sibling = random.random() < 0.12
    options = []
    for rank, creche in enumerate(wishes):
        section = f"{creche.id}/{creche.section(group)}"
        demand = demands.of(section, week)
        bonus = 10 * (creche.quartier == quartier) + 20 * (has_sibling and rank == 0)
        options.append(Option(section, creche.id, demand, bonus if draw.bonuses else 0))
    is_twins = not draw.single_slot and random.random() < 0.02
    if number % 100 < draw.accepting:
        options += _elsewhere(draw, near, quartier, group, week, wishes, 1 + is_twins, demands)
    return Application(
        id=f"C-{number:06}",
        points=_points(random),
        complete_at=f"2026-{random.randint(1, 9):02}-{random.randint(1, 28):02}",
        draw=random.getrandbits(48),
        options=tuple(options),
        count=2 if is_twins else 1,
        flags=("insertion",) if random.random() < 0.2 else (),
    )


def _elsewhere(
    draw: Draw,
    near: list[list[Creche]],
    quartier: int,
    group: str,
    week: tuple[str, ...],
    wishes: list[Creche],
    children: int,
    demands: Demands,
) -> list[Option]:
    """Return what a family that accepts any crèche could have besides, the nearest first."""
    count, found = len(near), list[Option]()
    by_distance = sorted(
        range(count), key=lambda one: min((one - quartier) % count, (quartier - one) % count)
    )
    for creche in (one for place in by_distance for one in near[place]):
        section = f"{creche.id}/{creche.section(group)}"
        if creche not in wishes and demands.fits(section, week, children):
            found.append(Option(section, creche.id, demands.of(section, week), 0))
        if len(found) == draw.most_elsewhere:
            break
    return found


def _wishes(random: Random, quartier: int, near: list[list[Creche]]) -> list[Creche]:
    """Return one to five crèches, the near and the popular first."""
    count = len(near)
    around = [*near[quartier], *near[(quartier + 1) % count], *near[(quartier - 1) % count]]
    rated = [
        (random.random() ** (1 / (c.popularity * (2 if c.quartier == quartier else 1))), c.id, c)
        for c in around
    ]
    wanted = random.choices((1, 2, 3, 4, 5), weights=(15, 20, 35, 15, 15))[0]
    return [creche for _, _, creche in sorted(rated, reverse=True)[:wanted]]


def _points(random: Random) -> int:
    """Return points as a grid like Pessac's gives them."""
    points = 300 * (random.random() < 0.95)
    points += random.choices((40, 20, 10, 0), weights=(45, 20, 20, 15))[0]
    points += 30 * (random.random() < 0.15) + 20 * (random.random() < 0.1)
    points += random.choices((30, 10, 0), weights=(50, 20, 30))[0]
    points += 10 * random.choices((0, 1, 2, 3), weights=(55, 25, 13, 7))[0]
    return points + random.choices((0, 30, 60, 100), weights=(90, 6, 3, 1))[0]
