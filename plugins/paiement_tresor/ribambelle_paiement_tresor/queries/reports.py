"""The treasury's reports: what was sent, what each line is, what no report tells yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from ribambelle.database import many
from ribambelle.errors import NotYours
from ribambelle_paiement_tresor.domain import reconciling as rule
from ribambelle_paiement_tresor.domain.reconciling import Known, Missing
from ribambelle_paiement_tresor.domain.report import Received
from ribambelle_paiement_tresor.queries import people
from ribambelle_paiement_tresor.tables import Payment, Report, ReportLine

COLUMNS = (
    *("report", "line", "key", "day", "reference", "cents", "means", "authorisation"),
    *("regie", "payment", "state", "is_real"),
)
BOOKED = (
    "SELECT p.id, p.reference, p.state, p.cents, p.saisie, p.regie, p.payer, p.is_real,"
    " p.paid_at, p.settled_at, p.created_at, p.operation,"
    " (SELECT SUM(o.cents) FROM paiement_posting o JOIN paiement_entry e ON e.id = o.entry"
    " WHERE e.key = 'payfip:' || p.operation AND o.ledger = 'payfip') AS booked,"
    " (SELECT COUNT(*) FROM paiement_report_line l WHERE l.payment = p.id AND l.cents > 0"
    " AND l.state IN ('matched', 'credited')) AS came,"
    " (SELECT COUNT(*) FROM paiement_report_line l WHERE l.payment = p.id AND l.cents < 0"
    " AND l.state = 'matched') AS went_back"
    " FROM paiement_payment p"
)
ABSENT = (
    f"SELECT * FROM ({BOOKED} WHERE p.state IN ('paid', 'disputed') AND p.saisie <> 'T') q"  # noqa: S608 - ours
    " WHERE q.booked > 0 AND q.came = 0 ORDER BY q.id"
)
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Named:
    """The payment a line names, and whose it is."""

    known: Known
    payer: int
    regie: str
    is_real: bool
    operation: str | None


async def one(number: int) -> Report:
    """Return a report, or behave as if it did not exist."""
    found = await Report.objects().get(Report.id == number)
    if found is None:
        raise NotYours
    return found


async def of_digest(digest: str) -> Report | None:
    """Return the report a file already made."""
    return await Report.objects().get(Report.digest == digest)


async def last(size: int = 10) -> list[Report]:
    """Return the last reports sent."""
    return await Report.objects().order_by(Report.id, ascending=False).limit(size)


async def named(references: Sequence[str]) -> dict[str, Named]:
    """Return the payments that bear these references."""
    found: dict[str, Named] = {}
    wanted = list(dict.fromkeys(references))
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        holes = ", ".join(["{}"] * len(some))
        rows = await Payment.raw(f"{BOOKED} WHERE p.reference IN ({holes})", *some)
        found |= {row["reference"]: _named(row) for row in rows}
    return found


def _named(row: dict[str, Any]) -> Named:
    known = Known(
        row["id"],
        row["state"],
        row["cents"],
        int(row["booked"] or 0),
        row["saisie"] == "T",
        bool(row["came"]),
        bool(row["went_back"]),
    )
    return Named(known, row["payer"], row["regie"], bool(row["is_real"]), row["operation"])


async def known_keys(keys: Sequence[str]) -> set[str]:
    """Return which of these lines a report already told."""
    found: set[str] = set()
    for start in range(0, len(keys), AT_ONCE):
        rows = await ReportLine.select(ReportLine.key).where(
            ReportLine.key.is_in(list(keys[start : start + AT_ONCE]))
        )
        found |= {row["key"] for row in rows}
    return found


@dataclass(frozen=True, slots=True)
class Matched:
    """One line, and the payment of ours it is; or what may explain it."""

    line: Received
    named: Named | None
    lead: str
    is_new: bool

    @property
    def state(self) -> str:
        """What it becomes when the report is counted."""
        return "unknown" if self.lead else "matched"


async def matched(lines: Sequence[Received]) -> list[Matched]:
    """Tell what each line of a file is; lines another report told are known."""
    payments = await named([one.reference for one in lines])
    told = await known_keys([one.key for one in lines])
    found = []
    for line in lines:
        whose = payments.get(line.reference)
        is_new = line.key not in told
        lead = rule.lead(line.cents, whose.known if whose else None) if is_new else ""
        if whose and is_new and not lead:
            payments[line.reference] = _seen(whose, line.cents)
        found.append(Matched(line, whose, lead, is_new))
    return found


def _seen(whose: Named, cents: int) -> Named:
    """Return a payment once this line has told it: the next one tells it twice."""
    known = whose.known
    came, back = known.came or cents > 0, known.went_back or cents < 0
    seen = Known(known.payment, known.state, known.cents, known.booked, known.is_test, came, back)
    return Named(seen, whose.payer, whose.regie, whose.is_real, whose.operation)


async def write(report: Report, regie: str, lines: Sequence[Matched], *, is_real: bool) -> set[str]:
    """Write the lines no report told yet; return their keys."""
    rows = [
        (
            *(report.id, one.line.line, one.line.key, one.line.day, one.line.reference),
            *(one.line.cents, one.line.means, one.line.authorisation),
            one.named.regie if one.named else regie,
            one.named.known.payment if one.named else None,
            one.state,
            one.named.is_real if one.named else is_real,
        )
        for one in lines
        if one.is_new
    ]
    written = await many.write(
        "paiement_report_line", COLUMNS, rows, unique=("key",), returning=("key",)
    )
    return {row["key"] for row in written}


async def line(number: int) -> ReportLine:
    """Return a line, or behave as if it did not exist."""
    found = await ReportLine.objects().get(ReportLine.id == number)
    if found is None:
        raise NotYours
    return found


async def decide(number: int, state: str, now: datetime, account: int | None, **more: Any) -> bool:
    """Decide about a line nobody has decided about; return whether it was still open."""
    values: dict[Any, Any] = {
        ReportLine.state: state,
        ReportLine.decided_at: now,
        ReportLine.decided_by: account,
        **{getattr(ReportLine, name): value for name, value in more.items()},
    }
    rows = (
        await ReportLine.update(values)
        .where((ReportLine.id == number) & ReportLine.state.is_in(list(rule.OPEN)))
        .returning(ReportLine.id)
    )
    return bool(rows)


async def between(first: date, last: date) -> list[tuple[date, str, int, str]]:
    """Return the day, régie, cents and state of each line told of some days."""
    rows = await ReportLine.select(
        ReportLine.day, ReportLine.regie, ReportLine.cents, ReportLine.state
    ).where((ReportLine.day >= first) & (ReportLine.day <= last))
    return [(row["day"], row["regie"], row["cents"], row["state"]) for row in rows]


async def told_of(day: date) -> int | None:
    """Return what the reports say of a day, in cents; None when none says anything."""
    lines = await between(day, day)
    return sum(cents for _, _, cents, _ in lines) if lines else None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A line nobody knows here, with what may explain it."""

    row: ReportLine
    lead: str
    name: str
    payer: int | None

    @property
    def may_credit(self) -> bool:
        """Tell whether it names a family that its money may go to."""
        return self.payer is not None and self.row.cents > 0 and self.lead != "test"


async def unknown() -> list[Unknown]:
    """Return the lines that wait for somebody, the oldest first."""
    rows = (
        await ReportLine.objects()
        .where(ReportLine.state.is_in(list(rule.OPEN)))
        .order_by(ReportLine.day, ReportLine.id)
    )
    payments = await named([row.reference for row in rows])
    names = await people.payer_names({one.payer for one in payments.values()})
    found = []
    for row in rows:
        whose = payments.get(row.reference)
        lead = rule.lead(row.cents, whose.known if whose else None)
        payer = whose.payer if whose else None
        found.append(Unknown(row, lead, names.get(payer or 0, ""), payer))
    return found


async def count_unknown() -> int:
    """Return how many lines wait for a decision."""
    return int(await ReportLine.count().where(ReportLine.state == "unknown"))


@dataclass(frozen=True, slots=True)
class Absent:
    """A payment no report tells yet."""

    missing: Missing
    reference: str
    name: str


async def absent(zone: tzinfo) -> list[Absent]:
    """Return the payments counted here that no report tells, the oldest first.

    What was paid before the first day any report tells is not expected on one.
    """
    rows = await Payment.raw(ABSENT)
    since = await _since()
    names = await people.payer_names({row["payer"] for row in rows})
    found = []
    for row in rows:
        at: datetime = row["paid_at"] or row["settled_at"] or row["created_at"]
        day = at.astimezone(zone).date()
        if since is None or day >= since:
            missing = Missing(row["id"], day, int(row["booked"]), row["regie"])
            found.append(Absent(missing, row["reference"], names.get(row["payer"], "")))
    return sorted(found, key=lambda one: (one.missing.day, one.missing.payment))


async def _since() -> date | None:
    row = await ReportLine.select(ReportLine.day).order_by(ReportLine.day).first()
    return row["day"] if row else None


async def forget(now: datetime) -> None:
    """Forget files that were sent a week ago and never counted."""
    await Report.delete().where(
        Report.counted_at.is_null() & (Report.sent_at < now - timedelta(days=7))
    )
