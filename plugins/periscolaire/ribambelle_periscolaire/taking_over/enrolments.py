"""Which child is enrolled in what this school year, as the town accepted it in the other program."""

from collections.abc import Sequence
from typing import Any

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
        ("activite", "nom activite", "libelle activite", "accueil", "prestation"),
        is_needed=True,
    ),
    Field("year", "Année scolaire", ("annee scolaire", "annee", "annee de rentree")),
)


class Roll:
    """Who is enrolled in what, as it stands while a file is read."""

    def __init__(self, taking: Taking, known: Families) -> None:
        self.taking, self.known = taking, known
        self.year = school_year(taking.now.date())
        self.activities: dict[str, int] = {}
        self.enrolments: dict[tuple[int, int], dict[str, Any]] = {}
        self.enrolled: set[tuple[int, int]] = set()

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
            known = await self._open(owner, child.id, year)
            self.enrolments[child.id, year] = known
            done: Done = "created"
        elif known["state"] != "accepted":
            raise Unread(
                "une inscription de cet enfant attend déjà une réponse : répondez-y d’abord"
            )
        else:
            done = "updated"
        if (known["id"], activity) in self.enrolled:
            return "same", ""
        row = Enrolled(enrolment=known["id"], activity=activity)
        made = int((await Enrolled.insert(row).returning(Enrolled.id))[0]["id"])
        self.enrolled.add((known["id"], activity))
        self.taking.traces.append(Trace(owner, Enrolled, made))
        return done, ""

    async def _open(self, owner: str, child: int, year: int) -> dict[str, Any]:
        now = self.taking.now
        demande = Demande(workflow=CODE, state="accepted", created_at=now, changed_at=now)
        begun = int((await Demande.insert(demande).returning(Demande.id))[0]["id"])
        row = Enrolment(demande=begun, child=child, year=year, sent_at=now)
        made = int((await Enrolment.insert(row).returning(Enrolment.id))[0]["id"])
        self.taking.traces += [Trace(owner, Demande, begun), Trace(owner, Enrolment, made)]
        return {"id": made, "state": "accepted"}


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
    return await one_by_one(lines, roll.bring)


ENROLMENTS = Matter("enrolments", "Inscriptions", 60, FIELDS, bring)
