"""Which child is enrolled in what this school year, as the town accepted it in the other program."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from piccolo.table import Table

from ribambelle.database import many
from ribambelle.families.columns import Field
from ribambelle.families.planning import Done, Outcome
from ribambelle.search import fold
from ribambelle.takeover import Line, Matter, Taking, Trace, Unread, household, one_by_one
from ribambelle.takeover.finding import NUMBER, OF_CHILD, Families, families
from ribambelle.workflow.tables import Demande
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.tables import Activity, Enrolled, Enrolment
from ribambelle_periscolaire.workflow import CODE

FIELDS = (
    NUMBER,
    *OF_CHILD,
    Field(
        "activity",
        "Activité",
        ("activite", "nom activite", "libelle activite", "accueil", "prestation", "libelle"),
        is_needed=True,
    ),
    Field("year", "Année scolaire", ("annee scolaire", "annee", "annee de rentree")),
)


@dataclass(slots=True)
class Opened:
    """An enrolment to write."""

    owner: str
    activities: set[int] = field(default_factory=set)


class Roll:
    """Who is enrolled in what, as it stands while a file is read."""

    def __init__(self, taking: Taking, known: Families) -> None:
        self.taking, self.known = taking, known
        self.year = school_year(taking.now.date())
        self.activities: dict[str, int] = {}
        self.enrolments: dict[tuple[int, int], dict[str, Any]] = {}
        self.enrolled: set[tuple[int, int]] = set()
        self.opened: dict[tuple[int, int], Opened] = {}
        self.added: list[tuple[str, int, int]] = []

    async def read(self) -> None:
        """Read what is open, and who is enrolled already."""
        for row in await Activity.select(Activity.id, Activity.code, Activity.name):
            self.activities[fold(row["code"])] = row["id"]
            self.activities.setdefault(fold(row["name"]), row["id"])
        rows = await Enrolment.select(
            *(Enrolment.id, Enrolment.child, Enrolment.year, Enrolment.demande.state)
        )
        for row in rows:
            told = {"id": row["id"], "state": row["demande.state"]}
            self.enrolments[row["child"], row["year"]] = told
        for row in await Enrolled.select(Enrolled.enrolment, Enrolled.activity):
            self.enrolled.add((row["enrolment"], row["activity"]))

    async def bring(self, line: Line) -> tuple[Done, str]:
        """Enrol one child in one activity, unless it is already."""
        child = self.known.child(line)
        told = line.text("activity", "l’activité")
        activity = self.activities.get(fold(told))
        if activity is None:
            raise Unread(f"activité inconnue « {told} » : ouvrez-la, ou nommez-la dans values")
        year = year_of(line.text("year"), self.year)
        owner = household(child.household)
        known = self.enrolments.get((child.id, year))
        if known is None:
            opened = self.opened.setdefault((child.id, year), Opened(owner))
            done: Done = "updated" if opened.activities else "created"
            if activity in opened.activities:
                return "same", ""
            opened.activities.add(activity)
            return done, ""
        if known["state"] != "accepted":
            raise Unread(
                "une inscription de cet enfant attend déjà une réponse : répondez-y d’abord"
            )
        if (known["id"], activity) in self.enrolled:
            return "same", ""
        self.enrolled.add((known["id"], activity))
        self.added.append((owner, known["id"], activity))
        return "updated", ""

    async def write(self) -> None:
        """Write what the lines said: a statement per table, not per child."""
        numbers = await self._open()
        added = self.added + [
            (one.owner, numbers[key], activity)
            for key, one in self.opened.items()
            for activity in sorted(one.activities)
        ]
        rows = await many.write(
            "periscolaire_enrolled",
            ("enrolment", "activity"),
            [(enrolment, activity) for _, enrolment, activity in added],
            returning=("id", "enrolment"),
        )
        owners = {enrolment: owner for owner, enrolment, _ in added}
        self._trace(Enrolled, ((owners[row["enrolment"]], row["id"]) for row in rows))

    async def _open(self) -> dict[tuple[int, int], int]:
        """Write the enrolments that are new; return their numbers, by child and year."""
        now, owners = self.taking.now, [one.owner for one in self.opened.values()]
        demandes = await many.write(
            "core_demande",
            ("workflow", "state", "created_at", "changed_at"),
            [(CODE, "accepted", now, now)] * len(owners),
            returning=("id",),
        )
        begun = sorted(int(row["id"]) for row in demandes)
        rows = await many.write(
            "periscolaire_enrolment",
            ("demande", "child", "year", "sent_at"),
            [(demande, *key, now) for demande, key in zip(begun, self.opened, strict=True)],
            returning=("id", "child", "year"),
        )
        numbers = {(row["child"], row["year"]): int(row["id"]) for row in rows}
        self._trace(Demande, zip(owners, begun, strict=True))
        self._trace(Enrolment, ((one.owner, numbers[key]) for key, one in self.opened.items()))
        return numbers

    def _trace(self, table: type[Table], made: Iterable[tuple[str, int]]) -> None:
        self.taking.traces += [Trace(owner, table, number) for owner, number in made]


def year_of(told: str, current: int) -> int:
    """Return the year a school year begins in, as files write it; the one under way when silent.

    >>> year_of("2026-2027", 2025), year_of("2026", 2025), year_of("", 2025)
    (2026, 2026, 2025)
    """
    if not told:
        return current
    first = told[:4]
    if not first.isdecimal() or abs(int(first) - current) > 1:
        raise Unread(
            f"l’année scolaire « {told} » n’est ni celle-ci, ni la précédente, ni la suivante"
        )
    return int(first)


async def bring(lines: Sequence[Line], taking: Taking) -> list[Outcome]:
    """Enrol children as the town had accepted them; nobody is asked to file again."""
    roll = Roll(taking, await families())
    await roll.read()
    found = await one_by_one(lines, roll.bring)
    await roll.write()
    return found


ENROLMENTS = Matter("enrolments", "Inscriptions", 60, FIELDS, bring)
