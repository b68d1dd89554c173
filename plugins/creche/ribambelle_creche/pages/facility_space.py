"""What a crèche's own pages share: whose they are, their tabs, and the families to call."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web.guards import Holding
from ribambelle_creche.domain.age import LABELS
from ribambelle_creche.domain.contact import AGAIN, NEW, OUTCOMES, Waiting, standing
from ribambelle_creche.domain.week import slots, words
from ribambelle_creche.queries import wishes
from ribambelle_creche.queries.wishes import WishRow
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Facility
from ribambelle_creche.workflow import WORKFLOW

manager = Holding("creche_manager", "agent", "admin")


@dataclass(frozen=True)
class Space:
    """One crèche's pages, and which of them is shown."""

    facility: Facility
    current: str
    to_call: int

    @property
    def address(self) -> str:
        """Where the crèche's pages are."""
        return f"/creche/direction/{self.facility.id}"

    @property
    def tabs(self) -> list[tuple[str, str, int | None, bool]]:
        """The pages, as the top of each shows them."""
        pages = (
            ("Aujourd’hui", "", None),
            ("Demandes", "/demandes", self.to_call),
            ("Places", "/places", None),
            ("Enfants", "/enfants", None),
            ("Commissions", "/commissions", None),
            ("Fiche", "/fiche", None),
        )
        return [
            (label, self.address + path, count, path == self.current)
            for label, path, count in pages
        ]


@dataclass(frozen=True, slots=True)
class Call:
    """One family that names the crèche, and where the crèche stands with it."""

    wish: WishRow
    waiting: Waiting

    @property
    def standing(self) -> str:
        """Never called, to call again, reached, or gone."""
        return standing(self.wish.outcome)

    @property
    def is_to_call(self) -> bool:
        """Tell whether somebody still has to call."""
        return self.standing in (NEW, AGAIN)

    @property
    def late(self) -> int:
        """How many days late the first call is; 0 once somebody called."""
        return self.waiting.late if self.standing == NEW else 0

    @property
    def outcome(self) -> str:
        """What came of the last call, in words."""
        return OUTCOMES.get(self.wish.outcome, "")

    @property
    def group(self) -> str:
        """The age group at the start wished, in words."""
        return LABELS.get(self.wish.age_group, "Âge à préciser")

    @property
    def state(self) -> str:
        """Where the file stands at the town hall, in words."""
        return WORKFLOW.state(self.wish.state).label

    @property
    def week(self) -> str:
        """The week wished, in words."""
        return words(self.wish.slots) or "Semaine non précisée"

    @property
    def slots(self) -> tuple[str, ...]:
        """The half-days wished."""
        return slots(self.wish.slots)


async def calls_of(
    facility: Facility, tenant: Tenant, today: date, person: Person | None = None
) -> list[Call]:
    """Return the families that name a crèche, the longest waiting first.

    :param person: who reads their names, where names are read; some communes show a number.
    """
    within, hides = tenant.of(Settings).contact_within_days, is_hidden(tenant, person)
    return [
        Call(
            nameless(row) if hides else row,
            Waiting(row.since.astimezone(tenant.zone).date(), today, within),
        )
        for row in await wishes.of_facility(facility.id)
    ]


def is_hidden(tenant: Tenant, person: Person | None) -> bool:
    """Tell whether this commune shows this person a number until the child is admitted."""
    if person is None or tenant.of(Settings).identity_from == "complete":
        return False
    return side_of(person) != "office"


def nameless(row: WishRow) -> WishRow:
    """Return a family as its number alone."""
    return replace(row, child_name=f"Demande {row.number}")


def to_call(calls: Sequence[Call]) -> int:
    """Return how many families are still to be called."""
    return sum(call.is_to_call for call in calls)


def side_of(person: Person) -> str:
    """Return for whom this person acts here."""
    return "office" if person.holds("agent", "admin") else "facility"
