"""What childminders declare of the children they take: for each of them, and for the PMI."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ribambelle.database import Prepared
from ribambelle.errors import NotYours
from ribambelle_assmat.domain.cares import Care as Rule
from ribambelle_assmat.domain.cares import Load, coming, freed, load, warnings
from ribambelle_assmat.tables import Care, Childminder, Place, Statement

ERROR = "error"
"""What is false in the register, as domain.cares.KINDS names it: no child is in it."""
CURRENT = Prepared(
    lambda given: Care.raw(
        "SELECT r.childminder, r.born_on, r.began_on, r.ended_on, r.moments, c.given_name,"
        " c.family_name, c.usual_name, (SELECT SUM(p.children) FROM assmat_place p"
        " WHERE p.childminder = c.id) AS children FROM assmat_care r"
        " JOIN assmat_childminder c ON c.id = r.childminder WHERE c.gone_at IS NULL"
        " AND r.cancelled_at IS NULL AND (r.ended_on IS NULL OR r.ended_on >= {})"
        " ORDER BY c.folded, c.id",
        given.day,
    )
)


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many children one childminder has at once, beside how many she may."""

    load: Load
    accredited: int
    coming: tuple[date, Sequence[str]] | None = None
    """The first day to come that exceeds more, and what, as codes of domain.cares.WARNINGS."""

    @property
    def warnings(self) -> list[str]:
        """What is exceeded, as codes of domain.cares.WARNINGS."""
        return warnings(self.load, self.accredited)

    @property
    def freed(self) -> int:
        """How many children more she might take at any moment."""
        return freed(self.load, self.accredited)


@dataclass(frozen=True, slots=True)
class Over:
    """One childminder whose declarations exceed her accreditation."""

    childminder: int
    name: str
    capacity: Capacity


async def of(childminder: int) -> list[Care]:
    """Return the cares of one childminder, those that go on first; none that was cancelled."""
    hers = (Care.childminder == childminder) & Care.cancelled_at.is_null()
    rows = await Care.objects().where(hers).order_by(Care.began_on)
    return sorted(rows, key=lambda one: (one.ended_on is not None, one.began_on))


async def capacity(childminder: int, rows: Iterable[Care], day: date) -> Capacity:
    """Return what her declarations make of her accreditation on a day, and later."""
    places = await Place.select(Place.children).where(Place.childminder == childminder)
    return _capacity([_rule(row.to_dict()) for row in rows], places, day)


def _capacity(rules: list[Rule], places: Iterable[dict[str, Any]], day: date) -> Capacity:
    accredited = sum(int(place["children"] or 0) for place in places)
    return Capacity(load(rules, day), accredited, coming(rules, accredited, day))


async def over(day: date) -> list[Over]:
    """Return whose declarations exceed their accreditation on a day or later, by name."""
    by_number: dict[int, list[dict[str, Any]]] = {}
    for row in await CURRENT.ask(day=day):
        by_number.setdefault(row["childminder"], []).append(row)
    found = []
    for number, rows in by_number.items():
        told = _capacity([_rule(row) for row in rows], rows[:1], day)
        if told.warnings or told.coming:
            family = rows[0]["usual_name"] or rows[0]["family_name"]
            found.append(Over(number, f"{rows[0]['given_name']} {family}", told))
    return found


async def statements(
    childminder: int, most: int = 50, *, errors_only: bool = False
) -> list[Statement]:
    """Return what one childminder told the PMI, the latest first.

    :param errors_only: what is false in the register: the town hall may read that.
    """
    asked = Statement.objects().where(Statement.childminder == childminder)
    if errors_only:
        asked = asked.where(Statement.kind == ERROR)
    return await asked.order_by(Statement.id, ascending=False).limit(most)


async def after(number: int, most: int) -> list[Care]:
    """Return the cares declared after one, by number; none that was cancelled."""
    asked = (Care.id > number) & Care.cancelled_at.is_null()
    return await Care.objects().where(asked).order_by(Care.id).limit(most)


async def statement(childminder: int, number: int) -> Statement:
    """Return one thing a childminder told, or behave as if it did not exist."""
    row = await Statement.objects().get(
        (Statement.id == number) & (Statement.childminder == childminder)
    )
    if row is None:
        raise NotYours
    return row


async def unread(most: int = 100, *, errors_only: bool = False) -> list[dict[str, Any]]:
    """Return what nobody has read yet, the oldest first, with who told it."""
    asked = Statement.select(
        Statement.id,
        Statement.kind,
        Statement.sent_at,
        Statement.childminder,
        Statement.childminder.given_name,
        Statement.childminder.family_name,
    ).where(Statement.read_at.is_null())
    if errors_only:
        asked = asked.where(Statement.kind == ERROR)
    return await asked.order_by(Statement.id).limit(most)


async def ending(day: date, until: date, most: int = 200) -> list[Childminder]:
    """Return whose accreditation ends between two days, the soonest first."""
    return (
        await Childminder.objects()
        .where(
            (Childminder.status == "active")
            & Childminder.gone_at.is_null()
            & (Childminder.last >= day)
            & (Childminder.last <= until)
        )
        .order_by(Childminder.last)
        .limit(most)
    )


def _rule(row: dict[str, Any]) -> Rule:
    return Rule(row["born_on"], row["began_on"], row["ended_on"], row["moments"])
