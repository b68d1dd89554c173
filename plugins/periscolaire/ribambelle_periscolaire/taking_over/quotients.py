"""What families pay by: their quotient familial, from the day the other program says."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from ribambelle.database import many
from ribambelle.families.columns import Field
from ribambelle.families.planning import Done, Outcome
from ribambelle.takeover import Line, Matter, Taking, Trace, Unread, household, one_by_one
from ribambelle.takeover.finding import NUMBER, Families, families
from ribambelle.takeover.traces import parts
from ribambelle_periscolaire import repricing
from ribambelle_periscolaire.tables import Booking, Situation

MOST = 99_999
COLUMNS = ("household", "first", "quotient_familial", "is_resident", "source", "written_at")
FIELDS = (
    NUMBER,
    Field(
        "quotient_familial",
        "Quotient familial",
        ("quotient familial", "qf", "quotient", "qf caf", "montant qf", "q f"),
        is_needed=True,
    ),
    Field(
        "first", "Valable depuis le", ("debut", "date debut", "depuis", "date d effet", "date qf")
    ),
)


class Means:
    """What households pay by, as it stands while a file is read."""

    def __init__(self, taking: Taking, known: Families) -> None:
        self.taking, self.known = taking, known
        self.stands: dict[int, list[dict[str, Any]]] = {}
        self.changed: set[int] = set()
        self.fresh: list[dict[str, Any]] = []

    async def read(self) -> None:
        """Read what is known already, the latest first."""
        for row in await Situation.select().order_by(Situation.first, ascending=False):
            self.stands.setdefault(row["household"], []).append(row)

    async def bring(self, line: Line) -> tuple[Done, str]:
        """Write one quotient, unless the portal knows the same, or one from later on."""
        number = self.known.household(line)
        quotient = line.number("quotient_familial")
        if quotient is None:
            raise Unread("il manque le quotient familial")
        if not 0 <= quotient <= MOST:
            raise Unread(f"un quotient de {quotient} € n’est pas possible")
        first = line.day("first") or self.taking.now.date()
        stands = self.stands.setdefault(number, [])
        if any(row["first"] > first for row in stands):
            return "same", "le portail connaît un quotient plus récent : gardé"
        before = stands[0] if stands else None
        if before is not None and before["quotient_familial"] == quotient:
            return "same", ""
        self.changed.add(number)
        if before is not None and before["first"] == first:
            if "id" in before:
                await self._correct(number, before, quotient)
            before["quotient_familial"] = quotient  # said twice in one file: the last line counts
            return "updated", ""
        fresh = {
            "household": number,
            "first": first,
            "quotient_familial": quotient,
            "is_resident": before["is_resident"] if before else None,
            "source": "import",
            "written_at": self.taking.now,
        }
        stands.insert(0, fresh)
        self.fresh.append(fresh)
        return "created", ""

    async def write(self) -> None:
        """Write the quotients that are new, all together."""
        rows = await many.write(
            "periscolaire_situation",
            COLUMNS,
            [[row[name] for name in COLUMNS] for row in self.fresh],
            returning=("id", "household"),
        )
        self.taking.traces += [
            Trace(household(row["household"]), Situation, row["id"]) for row in rows
        ]

    async def _correct(self, number: int, row: dict[str, Any], quotient: int) -> None:
        told: dict[Any, Any] = {"quotient_familial": quotient, "source": "import"}
        before = {name: row[name] for name in told}
        await Situation.update(told).where(Situation.id == row["id"])
        self.taking.traces.append(Trace(household(number), Situation, row["id"], before, told))


async def bring(lines: Sequence[Line], taking: Taking) -> list[Outcome]:
    """Write quotients, then price again what these families have already booked."""
    means = Means(taking, await families())
    await means.read()
    found = await one_by_one(lines, means.bring)
    await means.write()
    await _reprice(means.changed, taking)
    return found


async def _reprice(households: Iterable[int], taking: Taking) -> None:
    today = taking.now.date()
    for number in sorted(await _booked(households, today)):
        await repricing.everything(taking.tenant, number, None, "office", taking.now)


async def _booked(households: Iterable[int], today: date) -> set[int]:
    """Return those of these households that have something booked from today on."""
    wanted = set(households)
    if not wanted:
        return set()
    rows = await Booking.select(Booking.payer.household.as_alias("household")).where(
        Booking.day >= today
    )
    return wanted & {row["household"] for row in rows}


async def taken_back(traces: Sequence[Trace], taking: Taking) -> None:
    """Put back what families paid by, then price again what they have booked."""
    households = {int(one.owner.partition(":")[2]) for one in traces}
    for some in parts([one.row for one in traces if one.before is None]):
        await Situation.delete().where(Situation.id.is_in(some))
    for one in traces:
        if one.before is not None:
            before: dict[Any, Any] = dict(one.before)
            await Situation.update(before).where(Situation.id == one.row)
    await _reprice(households, taking)


QUOTIENTS = Matter("quotients", "Quotients familiaux", 50, FIELDS, bring, taken_back=taken_back)
