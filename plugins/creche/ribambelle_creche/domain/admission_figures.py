"""What commissions did, in figures: who was served, how long it took, what stayed unused and why."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ribambelle_creche.domain.admission import Proposal, Snapshot
from ribambelle_creche.domain.admission.counterfactual import slot_of
from ribambelle_creche.domain.admission.position import halves, section_of
from ribambelle_creche.domain.authorisation import Authorised
from ribambelle_creche.domain.capacity import Place
from ribambelle_creche.domain.dossier import Dossier
from ribambelle_creche.domain.grid.effect import Row, by_profile
from ribambelle_creche.domain.grid.facts import WORK, Facts
from ribambelle_creche.domain.preparation import file_of
from ribambelle_creche.domain.week import DAYS, WHOLE_PLACE

BANDS = ((700, "QF jusqu’à 700"), (1200, "QF de 701 à 1 200"), (0, "QF au-dessus de 1 200"))
DEMANDED = {
    "regular": "Accueil régulier",
    "occasional": "Accueil occasionnel",
    "emergency": "Accueil d’urgence",
}
BLOCKS = ("Autre demi-journée pleine", "Crèche entière", "Adultes", "Semaine de la crèche")


ELSEWHERE = 999
"""The rank of a crèche that was not named."""


@dataclass(frozen=True, slots=True)
class Served:
    """One file examined: what it got, as a wish and a week, 1 for the preferred; 0 for nothing.

    A crèche it did not name and accepted has no rank: its wish is ELSEWHERE.
    """

    wish: int = 0
    week: int = 0
    is_called: bool = False
    """By a call after the commission, and not by what it decided."""


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Of the files examined, how many were served, and how well."""

    examined: int
    admitted: int
    first_wish: int
    among_three: int
    wished_week: int
    elsewhere: int = 0
    """Served in a crèche they did not name, and had accepted."""
    called: int = 0
    """Served by a call after the commission."""

    @property
    def share(self) -> int | None:
        """Percent of the files examined that were served."""
        return percent(self.admitted, self.examined)


def satisfaction(files: Iterable[Served]) -> Satisfaction:
    """Count the files of one commission.

    >>> satisfaction([Served(1, 1), Served(4, 2), Served()])  # doctest: +NORMALIZE_WHITESPACE
    Satisfaction(examined=3, admitted=2, first_wish=1, among_three=1, wished_week=1, elsewhere=0,
                 called=0)
    >>> satisfaction([served("18/babies/0", [12])]).elsewhere
    1
    """
    every = list(files)
    return Satisfaction(
        examined=len(every),
        admitted=sum(one.wish > 0 for one in every),
        first_wish=sum(one.wish == 1 for one in every),
        among_three=sum(0 < one.wish <= 3 for one in every),
        wished_week=sum(one.week == 1 for one in every),
        elsewhere=sum(one.wish == ELSEWHERE for one in every),
        called=sum(one.wish > 0 and one.is_called for one in every),
    )


def served(option: str, wishes: Sequence[int], *, is_called: bool = False) -> Served:
    """Return what an option is worth to a file, nothing when it has none.

    >>> served("15/babies/1", [12, 15]) == Served(wish=2, week=2), served("", [12]) == Served()
    (True, True)
    >>> served("18/babies/0", [12, 15], is_called=True)
    Served(wish=999, week=1, is_called=True)
    """
    facility, rank = option.partition("/")[0], option.rpartition("/")[2].partition("@")[0]
    if not facility.isdecimal():
        return Served()
    is_named = int(facility) in wishes
    wish = wishes.index(int(facility)) + 1 if is_named else ELSEWHERE
    return Served(wish, int(rank) + 1, is_called)


def percent(part: int, whole: int) -> int | None:
    """Return a share in percent; None of nothing.

    >>> percent(1, 3), percent(0, 0)
    (33, None)
    """
    return round(100 * part / whole) if whole else None


def median_days(spans: Iterable[tuple[date, date]]) -> int | None:
    """Return the median number of days of some spans; None when there are none.

    >>> days = [(date(2026, 1, 1), date(2026, 1, many)) for many in (3, 5, 31)]
    >>> median_days(days), median_days([])
    (4, None)
    """
    found = sorted((end - start).days for start, end in spans)
    if not found:
        return None
    middle = len(found) // 2
    return found[middle] if len(found) % 2 else (found[middle - 1] + found[middle]) // 2


@dataclass(frozen=True, slots=True)
class Occupancy:
    """One crèche: half-days authorised, open, free, and how full it is."""

    authorised: int
    open: int
    free: int
    most: int
    """Children present at once, at the fullest half-day for what is authorised then."""
    lost: int = 0
    """Half-days of a week that an authorisation by the hour takes away."""
    fewer: int = 0
    """Children it takes away at that fullest half-day."""

    @property
    def occupied(self) -> int:
        """Half-days taken."""
        return self.open - self.free

    @property
    def weekly(self) -> int | None:
        """Percent of its authorised week that is taken."""
        return percent(self.occupied, self.authorised * WHOLE_PLACE - self.lost)

    @property
    def instant(self) -> int | None:
        """Percent of its authorised places taken at the fullest half-day; 115 % is the limit."""
        return percent(self.most, self.authorised - self.fewer)


MOST_OF_A_WEEK, MOST_AT_ONCE = 100, 115
"""Percent of the authorised places (R. 2324-27 CSP): over the week, and at any moment."""


def over(known: Occupancy) -> str:
    """Return which limit a crèche passes, in words; nothing when it keeps both.

    >>> over(Occupancy(10, 120, 19, 11)), over(Occupancy(10, 120, 19, 12))
    ('semaine', 'semaine et pic')
    >>> over(Occupancy(10, 100, 0, 11))
    ''
    """
    passed = {
        "semaine": (known.weekly or 0) > MOST_OF_A_WEEK,
        "pic": (known.instant or 0) > MOST_AT_ONCE,
    }
    return " et ".join(name for name, is_passed in passed.items() if is_passed)


def together(each: Sequence[Occupancy]) -> Occupancy:
    """Return several crèches as one, full at their own fullest moments: each keeps its limit.

    >>> together([Occupancy(10, 100, 20, 9), Occupancy(20, 150, 50, 15)])
    Occupancy(authorised=30, open=250, free=70, most=24, lost=0, fewer=0)
    """
    return Occupancy(
        sum(one.authorised for one in each),
        sum(one.open for one in each),
        sum(one.free for one in each),
        sum(one.most for one in each),
        sum(one.lost for one in each),
        sum(one.fewer for one in each),
    )


def occupancy(authorised: Authorised, cells: Mapping[Place, tuple[int, int]]) -> Occupancy:
    """Return how full a crèche is, from places and free ones by group and half-day.

    >>> cells = {("babies", 0, "am"): (8, 2), ("older", 0, "am"): (4, 0)}
    >>> one = occupancy(Authorised(10, {}), cells)
    >>> one.occupied, one.weekly, one.instant
    (10, 10, 100)

    Authorised for 8 only on Monday morning, the same ten children are 125 % of what may be there.

    >>> early = occupancy(Authorised(10, {"mon-am": 8}), cells)
    >>> early.instant, early.lost, early.fewer
    (125, 2, 2)
    """
    at_once: Counter[tuple[int, str]] = Counter()
    for (_, day, half), (places, free) in cells.items():
        at_once[day, half] += places - free
    allowed = {when: authorised.at(f"{DAYS[when[0]][0]}-{when[1]}") for when in at_once}
    fullest = max(
        sorted(at_once), key=lambda when: at_once[when] / max(1, allowed[when]), default=None
    )
    return Occupancy(
        authorised.places,
        sum(places for places, _ in cells.values()),
        sum(free for _, free in cells.values()),
        at_once[fullest] if fullest else 0,
        authorised.places * WHOLE_PLACE - authorised.week,
        authorised.places - allowed[fullest] if fullest else 0,
    )


def profiles(file: Dossier) -> list[str]:
    """Return the profiles a file is counted in: its band of quotient familial, and what weighs on it.

    >>> profiles(Dossier())
    ['QF inconnu']
    """
    found = [_band(file.resources.quotient_familial_cents if file.resources else None)]
    if file.family and file.family.is_single:
        found.append("Parent seul")
    if file.home and (file.home.has_aeeh or file.home.has_ill_parent):
        found.append("Handicap ou maladie")
    return found


def demanded(file: Dossier) -> list[str]:
    """Return what the demand of a file is counted in: its care, its profiles, a path of insertion.

    >>> from ribambelle_creche.domain.dossier import Care, Situation
    >>> demanded(Dossier(care=Care("regular"), situation=Situation(work="insertion")))
    ['Accueil régulier', 'QF inconnu', 'En parcours d’insertion']
    """
    care = DEMANDED.get(file.care.kind if file.care else "", "Accueil non précisé")
    works = {file.situation.work, file.situation.other_work} if file.situation else set()
    return [care, *profiles(file), *(["En parcours d’insertion"] if "insertion" in works else [])]


LOOKING = ("job_seeking", "insertion")
"""Parents for whom a crèche « à vocation d’insertion professionnelle » keeps one place in five."""


def is_avip(file: Dossier) -> bool:
    """Tell whether a parent looks for work or is on a path of insertion.

    >>> from ribambelle_creche.domain.dossier import Situation
    >>> is_avip(Dossier(situation=Situation("job_seeking"))), is_avip(Dossier())
    (True, False)
    """
    told = file.situation
    return told is not None and (told.work in LOOKING or told.other_work in LOOKING)


AVIP_SHARE = 20
"""Percent of its children that a crèche « à vocation d’insertion professionnelle » owes to them."""


def avip_owed(children: int) -> int:
    """Return how many of so many children present that is, rounded up: at least 20 %.

    >>> [avip_owed(many) for many in (0, 4, 5, 6, 10, 11)]
    [0, 1, 1, 2, 2, 3]
    """
    return -(-children * AVIP_SHARE // 100)


DIMENSIONS: tuple[tuple[str, Callable[[Facts], str]], ...] = (
    ("Quotient familial", lambda facts: _band_of(facts.of("quotient_familial"))),
    ("Foyer", lambda facts: "Parent seul" if facts.of("single_parent") else "Deux parents"),
    (
        "Handicap",
        lambda facts: (
            "Handicap ou maladie"
            if facts.of("aeeh") or facts.of("ill_parent")
            else "Ni handicap ni maladie"
        ),
    ),
    ("Travail", lambda facts: WORK.get(str(facts.of("work")), "Travail non précisé")),
)
"""Each splits the files examined into parts that leave nobody out."""


def has_place(assignments: Mapping[str, str | None]) -> dict[str, bool]:
    """Return which files have a place, one child of theirs at least.

    >>> has_place({"C-1.1": None, "C-1.2": "12/babies/0", "C-2": None})
    {'C-1': True, 'C-2': False}
    """
    found: dict[str, bool] = {}
    for name, option in assignments.items():
        found[file_of(name)] = found.get(file_of(name), False) or option is not None
    return found


def places_moved(
    before: Mapping[str, bool], after: Mapping[str, bool], told: Mapping[str, Facts]
) -> tuple[Row, ...]:
    """Return, by profile, how many files get a place by another grid, stay as they are, lose it.

    >>> from datetime import date
    >>> told = {str(one): Facts(date(2027, 3, 1), {"single_parent": one < 6}) for one in range(12)}
    >>> before = {name: int(name) >= 6 for name in told}
    >>> after = {name: int(name) < 6 for name in told}
    >>> [(row.label, row.counts) for row in places_moved(before, after, told)][0]
    ('Tous les dossiers complets', (6, 0, 6, 12))
    >>> {row.label: row.counts for row in places_moved(before, after, told)}["Parent seul"]
    (6, 0, 0, 6)
    """
    moved = [
        (told[name], 1 + (before[name] > after[name]) - (after[name] > before[name]))
        for name in sorted(told)
        if name in before and name in after
    ]
    return by_profile(moved, DIMENSIONS)


def _band_of(euros: object) -> str:
    return _band(euros * 100 if isinstance(euros, int) else None)


def _band(cents: int | None) -> str:
    if cents is None:
        return "QF inconnu"
    return next(label for most, label in BANDS if not most or cents <= most * 100)


@dataclass(frozen=True, slots=True)
class Unused:
    """Half-days of one section left free although a refused child asks for them, and what stops it."""

    section: str
    half_days: int
    why: Mapping[str, int]
    """How many refusals each reason explains."""


def unused(given: Snapshot, proposal: Proposal) -> list[Unused]:
    """Return the places nobody takes although somebody asks for them, section by section.

    B asks Monday and Tuesday; Monday is full. Tuesday stays free though it is asked for.

    >>> from ribambelle_creche.domain.admission import Application, Option, propose
    >>> def asks(name, points, *slots):
    ...     asked = {f"12/babies/{slot}": 1 for slot in slots}
    ...     return Application(name, points, "2026-03-01", 0, (Option("12/babies/0", "12", asked),))
    >>> files = (asks("A", 60, "mon-am"), asks("B", 40, "mon-am", "tue-am"))
    >>> town = Snapshot({"12/babies/mon-am": 1, "12/babies/tue-am": 1}, files)
    >>> unused(town, propose(town))
    [Unused(section='12/babies', half_days=1, why={'Autre demi-journée pleine': 1})]
    """
    free = {
        name: cut.capacity - cut.taken
        for name, cut in proposal.cutoffs.items()
        if cut.capacity > cut.taken
    }
    wanted: dict[str, set[str]] = {}
    why: dict[str, Counter[str]] = {}
    for one in given.applications:
        if proposal.assignments[one.id] is not None:
            continue
        for refusal in proposal.refusals.get(one.id, ()):
            option = one.option(refusal.option)
            blocked = {blocking.resource for blocking in refusal.blocking}
            for name in halves(option) - blocked if option else ():
                if name in free:
                    section = section_of(name)
                    wanted.setdefault(section, set()).add(name)
                    why.setdefault(section, Counter()).update({_reason(each) for each in blocked})
    return [
        Unused(section, sum(free[name] for name in names), dict(why[section].most_common()))
        for section, names in sorted(wanted.items())
    ]


def _reason(resource: str) -> str:
    group = resource.split("/")[1]
    if slot_of(resource) == "week":
        return BLOCKS[3]
    return {"all": BLOCKS[1], "staff": BLOCKS[2]}.get(group, BLOCKS[0])
