"""What happened to a child's bookings, and who did it: for an agent who answers a family."""

from dataclasses import dataclass
from datetime import date, datetime

from ribambelle.identity.person import API
from ribambelle.identity.tables import Account
from ribambelle.search import fold
from ribambelle_periscolaire.tables import BookingEvent, Enrolment

WITHOUT_ACCOUNT = {"clock": "Le portail", API: "Un logiciel de la mairie"}


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a child's bookings, in an agent's words."""

    at: datetime
    day: date
    unit: int
    act: str
    who: str
    by_family: bool


async def of_child(child: int, most: int = 60) -> list[Happened]:
    """Return what happened to a child's bookings, the latest first."""
    rows = (
        await BookingEvent.select()
        .where(BookingEvent.child == child)
        .order_by(BookingEvent.id, ascending=False)
        .limit(most)
    )
    accounts = sorted({row["account"] for row in rows if row["account"]}) or [0]
    people = await Account.select(Account.id, Account.name).where(Account.id.is_in(accounts))
    names = {one["id"]: one["name"] for one in people}
    return [
        Happened(
            row["at"],
            row["day"],
            row["unit"],
            row["act"],
            names.get(row["account"], "") or WITHOUT_ACCOUNT.get(row["side"], ""),
            row["side"] == "family",
        )
        for row in rows
    ]


FOUND = """
SELECT c.id, c.given_name, c.family_name, c.class_name, s.name AS school FROM core_child c
LEFT JOIN core_school s ON s.id = c.school
WHERE EXISTS (SELECT 1 FROM periscolaire_enrolment e WHERE e.child = c.id)
"""


async def children(words: str, most: int = 10) -> list[dict[str, str]]:
    """Return the children enrolled one year or another whose name holds these words."""
    asked = fold(words).split()
    if not asked:
        return []
    like = " ".join("AND c.folded LIKE {}" for _ in asked)
    text = f"{FOUND} {like} ORDER BY c.family_name, c.given_name, c.id LIMIT {int(most)}"
    rows: list[dict[str, str]] = await Enrolment.raw(text, *(f"%{word}%" for word in asked))
    return rows
