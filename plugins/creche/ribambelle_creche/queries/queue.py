"""The town hall's queue: which files wait, seen by whom, filtered how."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from piccolo.custom_types import Combinable
from piccolo.query.functions.aggregate import Count

from ribambelle.identity import Person
from ribambelle.search import fold, phone_of
from ribambelle_creche.queries.applications import OWED
from ribambelle_creche.tables import Application, Evidence, Need, Wish
from ribambelle_creche.workflow import ACTIVE, ADMITTED, LIVING

VIEWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "nouvelles": ("Nouvelles", ("submitted",)),
    "incompletes": ("À compléter", ("incomplete", "dormant")),
    "a-confirmer": ("À confirmer", ("to_confirm",)),
    "completes": ("Complètes", ("complete",)),
    "commission": ("En commission, en attente", ("in_session", "waiting", "not_examined")),
    "proposees": ("Place proposée", ("offered",)),
    "admises": ("Admises", ADMITTED),
    "toutes": ("Toutes", LIVING),
    "actives": ("Comptées dans la demande", ACTIVE),
    "closes": (
        "Closes",
        ("withdrawn", "expired", "merged", "left", "aged_out", "ineligible", "closed"),
    ),
}
ORDERS = {
    "recues": Application.submitted_at,
    "entree": Application.start_on,
    "numero": Application.id,
}
NO_DESK = -1
"""The filter of files that no desk has taken."""
BIRTHS = {"attendu": "À naître", "ne": "Déjà né"}
PAGE = 25


@dataclass(frozen=True)
class Filters:
    """What the address of the queue says; every filter is in it, so a view can be sent."""

    view: str = "nouvelles"
    facility: int = 0
    age_group: str = ""
    quartier: int = 0
    iris: str = ""
    desk: int = 0
    birth: str = ""
    first: str = ""
    last: str = ""
    words: str = ""
    order: str = "recues"
    page: int = 1

    def without(self, **fields: Any) -> "Filters":
        """Return the same filters with some of them changed, back on the first page."""
        return replace(self, **{"page": 1, **fields})


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One file as the queue shows it."""

    id: int
    number: str
    state: str
    child_name: str
    is_expected: bool
    quartier: str
    age_group: str
    start_on: date | None
    submitted_at: datetime | None
    desk: str
    first_wish: str
    slots: int
    missing: tuple[str, ...]


def desks_of(person: Person) -> list[int] | None:
    """Return the desks whose files this person sees; None for all of them."""
    if person.holds("agent", "admin"):
        return None
    return person.numbers("creche_desk", "creche.desk")


def _seen_by(person: Person) -> list[Combinable]:
    desks = desks_of(person)
    return [] if desks is None else [at_desks(desks)]


def at_desks(desks: list[int]) -> Combinable:
    """Return the files some desks may see: theirs, and those no desk has taken yet."""
    return Application.desk.is_in(desks or [0]) | Application.desk.is_null()


def _kept(filters: Filters) -> list[Combinable]:
    kept: list[Combinable] = []
    if filters.facility:
        asked = Wish.select(Wish.application).where(Wish.facility == filters.facility)
        kept.append(Application.id.is_in(asked))
    if filters.age_group:
        kept.append(Application.age_group == filters.age_group)
    if filters.quartier:
        kept.append(Application.quartier == filters.quartier)
    if filters.iris:
        kept.append(Application.iris == filters.iris)
    if filters.desk == NO_DESK:
        kept.append(Application.desk.is_null())
    elif filters.desk:
        kept.append(Application.desk == filters.desk)
    if filters.birth:
        kept.append(Application.is_expected.eq(filters.birth == "attendu"))
    if filters.first:
        kept.append(Application.start_month >= filters.first)
    if filters.last:
        kept.append(Application.start_month <= filters.last)
    if filters.words:
        kept.append(_saying(filters.words))
    return kept


def _saying(words: str) -> Combinable:
    """Return what finds a file by its number, a telephone, or every word in any order."""
    number = Application.number == words.strip().upper().replace(" ", "-")
    if phone := phone_of(words):
        return number | Application.folded.like(f"%{phone}%")
    folded = fold(words).split()
    if not folded:  # nothing that can be looked for: no file, rather than all of them
        return number
    every: Combinable = Application.folded.like(f"%{folded[0]}%")
    for word in folded[1:]:
        every = every & Application.folded.like(f"%{word}%")
    return number | every


async def counts(person: Person, filters: Filters) -> dict[str, int]:
    """Return how many files each view holds with these filters."""
    question = (
        Application.select(Application.demande.state.as_alias("state"), Count(Application.id))
        .where(Application.submitted_at.is_not_null())
        .group_by(Application.demande.state)
    )
    for condition in [*_seen_by(person), *_kept(filters)]:
        question = question.where(condition)
    found = {row["state"]: int(row["count"]) for row in await question}
    return {
        view: sum(found.get(state, 0) for state in states) for view, (_, states) in VIEWS.items()
    }


async def rows(person: Person, filters: Filters, size: int | None = PAGE) -> list[QueueRow]:
    """Return the files of one page of a view; all of them when `size` is None."""
    states = VIEWS[filters.view][1]
    question = (
        Application.select(
            Application.id,
            Application.number,
            Application.demande.state.as_alias("state"),
            Application.child_name,
            Application.is_expected,
            Application.quartier.name.as_alias("quartier_name"),
            Application.age_group,
            Application.start_on,
            Application.submitted_at,
            Application.desk.name.as_alias("desk_name"),
        )
        .where(Application.demande.state.is_in(list(states)))
        .order_by(ORDERS[filters.order], ascending=True)
        .order_by(Application.id)
    )
    for condition in [*_seen_by(person), *_kept(filters)]:
        question = question.where(condition)
    if size is not None:
        question = question.limit(size).offset((filters.page - 1) * size)
    found = await question
    return await _with_wishes(found)


async def _with_wishes(found: Sequence[dict[str, Any]]) -> list[QueueRow]:
    """Add to each file its first wish, its week and what nobody has seen yet."""
    ids = [row["id"] for row in found] or [0]
    first = {
        row["application"]: row["facility.name"]
        for row in await Wish.select(Wish.application, Wish.facility.name).where(
            Wish.application.is_in(ids), Wish.rank == 1
        )
    }
    weeks = {
        row["application"]: row["slots"]
        for row in await Need.select(Need.application, Need.slots).where(
            Need.application.is_in(ids), Need.rank == 0
        )
    }
    missing: dict[int, list[str]] = {}
    for row in await Evidence.select(Evidence.application, Evidence.kind).where(
        Evidence.application.is_in(ids), OWED
    ):
        missing.setdefault(row["application"], []).append(row["kind"])
    return [
        QueueRow(
            id=row["id"],
            number=row["number"],
            state=row["state"],
            child_name=row["child_name"],
            is_expected=bool(row["is_expected"]),
            quartier=row["quartier_name"] or "",
            age_group=row["age_group"],
            start_on=row["start_on"],
            submitted_at=row["submitted_at"],
            desk=row["desk_name"] or "",
            first_wish=first.get(row["id"], ""),
            slots=weeks.get(row["id"], 0),
            missing=tuple(missing.get(row["id"], ())),
        )
        for row in found
    ]


async def oldest(person: Person, state: str) -> datetime | None:
    """Return since when the oldest file in a state waits."""
    question = (
        Application.select(Application.submitted_at)
        .where(Application.demande.state == state, Application.submitted_at.is_not_null())
        .order_by(Application.submitted_at)
        .limit(1)
    )
    for condition in _seen_by(person):
        question = question.where(condition)
    found = await question
    return found[0]["submitted_at"] if found else None
