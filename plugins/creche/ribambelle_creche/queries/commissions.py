"""The commissions of a commune, and the files each looks at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_creche.domain import draw
from ribambelle_creche.domain.commission import Calendar, Candidate
from ribambelle_creche.domain.dossier import decode
from ribambelle_creche.queries import grids as grid_versions
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import (
    Application,
    Commission,
    Examined,
    Grid,
    Need,
    Notice,
    Wish,
)
from ribambelle_creche.workflow import FREE, WITHOUT_PLACE

MOST_MARGIN = timedelta(weeks=26)
"""How far outside of a window files are looked for whose day may move."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the town hall says of a commission."""

    label: str
    calendar: Calendar
    answer_days: int
    grid: int | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """The next commission: the day it is held, and the last day for a complete file."""

    held_on: date
    file_by: date | None
    is_announced: bool
    """In the calendar, with its own page; otherwise written in the commune's file."""


@dataclass(frozen=True, slots=True)
class Found:
    """A living file of the window, with what a commission needs to know of it."""

    id: int
    number: str
    child_name: str
    complete_at: datetime | None
    candidate: Candidate
    is_moved: bool
    """Its entry is in the window only because its family said that the day may move."""
    wishes: tuple[int, ...]
    needs: tuple[int, ...]
    child: int | None


def calendar_of(row: Commission) -> Calendar:
    """Return the days of a commission."""
    return Calendar(row.first_start, row.last_start, row.closes_on, row.held_on)


async def every() -> list[Commission]:
    """Return the commissions, the one that comes last first."""
    return await Commission.objects().order_by(Commission.held_on, Commission.id, ascending=False)


async def one(commission: int) -> Commission:
    """Return a commission, or behave as if it did not exist."""
    found = await Commission.objects().get(Commission.id == commission)
    if found is None:
        raise NotYours
    return found


async def at_work() -> list[Commission]:
    """Return the commissions for which places may still be given, the next first."""
    return (
        await Commission.objects()
        .where(Commission.state.is_in(["open", "closed"]))
        .order_by(Commission.held_on, Commission.id)
    )


async def next_open(today: date, start: date | None = None) -> Commission | None:
    """Return the commission that a file sent today may still reach: the next to be closed.

    :param start: only one that decides of an entry on this day.
    """
    question = (
        Commission.objects()
        .where((Commission.state == "open") & (Commission.closes_on >= today))
        .order_by(Commission.closes_on, Commission.id)
    )
    if start is not None:
        question = question.where(
            (Commission.first_start <= start) & (Commission.last_start >= start)
        )
    return await question.first()


async def next_one(tenant: Tenant, start: date | None = None) -> Next | None:
    """Return the next commission of the calendar, or what the commune's file says of it.

    :param start: the entry a family wishes: only the commission that decides of it is named.
    """
    row, settings = await next_open(tenant.now().date(), start), tenant.of(Settings)
    if row is not None:
        return Next(row.held_on, row.closes_on, is_announced=True)
    if settings.next_commission is None:
        return None
    return Next(settings.next_commission, settings.file_before, is_announced=False)


async def grids() -> list[tuple[int, str]]:
    """Return the versions of the points there are, the newest first."""
    rows = await Grid.select(Grid.id, Grid.version).order_by(Grid.valid_from, ascending=False)
    return [(row["id"], row["version"]) for row in rows]


async def open_one(told: Told, seed: bytes, account: int, now: datetime) -> int:
    """Open a commission; its seed is kept, and only its digest is ever shown before it closes."""
    async with transaction():
        row = Commission(
            **_columns(told), commitment=draw.commitment(seed), seed=seed.hex(), created_at=now
        )
        made = await Commission.insert(row).returning(Commission.id)
        number = int(made[0]["id"])
        await _note("opened", number, account, commitment=row.commitment)
    return number


async def change(commission: int, told: Told, account: int) -> None:
    """Change what is said of a commission, while it takes files; its draw stays the same."""
    async with transaction():
        values = {getattr(Commission, name): value for name, value in _columns(told).items()}
        changed = (
            await Commission.update(values)
            .where((Commission.id == commission) & (Commission.state == "open"))
            .returning(Commission.id)
        )
        if not changed:
            raise Refused("commission_not_open")
        await _note("changed", commission, account)


async def mark_closed(commission: int, now: datetime) -> Commission:
    """Close a commission, once: from here its seed may be read; refuse one that is not open."""
    closed = (
        await Commission.update({Commission.state: "closed", Commission.closed_at: now})
        .where((Commission.id == commission) & (Commission.state == "open"))
        .returning(Commission.id)
    )
    if not closed:
        raise Refused("commission_not_open")
    row = await one(commission)
    if row.grid:
        await grid_versions.use(int(row.grid), now)
    return row


async def require_closed(commission: int) -> None:
    """Hold a commission that is being prepared, or refuse: its files are closed, nothing decided.

    Called inside the transaction that writes.
    """
    await locks.advisory(f"creche.commission:{commission}")
    if (await one(commission)).state != "closed":
        raise Refused("commission_not_closed")


def published_seed(row: Commission) -> str:
    """Return the seed of a commission that is closed; nothing before."""
    return "" if row.state == "open" else row.seed


async def in_window(row: Commission, tenant: Tenant, open_facilities: set[int]) -> list[Found]:
    """Return the living files whose entry is in the window of a commission, by number of file.

    One that another commission holds, or that has an offer, is decided there. One that an earlier
    commission left without a place, or left out, is looked at again, for the first entry of this
    one, wherever it stands: completed since, it would be nobody's. One that wishes another window
    is in it too, when its family said that the day may move so far.
    """
    window = calendar_of(row)
    seen = Examined.select(Examined.application).where(Examined.commission != row.id)
    seen_before = Application.demande.state.is_in(list(WITHOUT_PLACE)) | Application.id.is_in(seen)
    files = (
        await Application.select(
            Application.id,
            Application.number,
            Application.child,
            Application.child_name,
            Application.complete_at,
            Application.reference_on,
            Application.start_on,
            Application.sent,
            Application.answers,
            Application.demande.state.as_alias("state"),
        )
        .where(
            Application.demande.state.is_in(list(FREE))
            & ((Application.start_on >= row.first_start - MOST_MARGIN) | seen_before)
            & (Application.start_on <= row.last_start + MOST_MARGIN)
        )
        .order_by(Application.id)
    )
    late = await _seen_before(row, files)
    entries = {file["id"]: _entry(file, window, is_late=file["id"] in late) for file in files}
    files = [file for file in files if entries[file["id"]]]
    wishes = await _by_file(Wish.application, Wish.facility, Wish.rank, files)
    needs = await _by_file(Need.application, Need.slots, Need.rank, files)
    return [
        _found(
            file,
            tuple(one for one in wishes.get(file["id"], ()) if one in open_facilities),
            tuple(needs.get(file["id"], ())),
            entries[file["id"]] or row.first_start,
            tenant,
            is_late=file["id"] in late,
        )
        for file in files
    ]


async def _seen_before(row: Commission, files: Sequence[dict[str, Any]]) -> set[int]:
    """Return which of these files an earlier commission left without a place, or left out."""
    found = {file["id"] for file in files if file["state"] in WITHOUT_PLACE}
    others = [file["id"] for file in files if file["id"] not in found]
    for start in range(0, len(others), 500):
        rows = await Examined.select(Examined.application).where(
            (Examined.commission != row.id)
            & Examined.application.is_in(others[start : start + 500])
        )
        found |= {one["application"] for one in rows}
    return found


def _entry(file: dict[str, Any], window: Calendar, *, is_late: bool) -> date | None:
    """Return the entry of a file that a window decides, its own or the nearest that would do.

    :param is_late: an earlier commission saw it: the day it wished may be past.
    """
    start: date = file["start_on"]
    if window.takes(start):
        return start
    if start < window.first_start and is_late:
        return window.first_start
    told = decode(file["sent"] or file["answers"]).entry
    return window.nearest(start, told.earliest, told.latest) if told else None


def _found(
    file: dict[str, Any],
    wishes: tuple[int, ...],
    needs: tuple[int, ...],
    entry: date,
    tenant: Tenant,
    *,
    is_late: bool,
) -> Found:
    complete_at = file["complete_at"]
    return Found(
        id=file["id"],
        number=file["number"],
        child_name=file["child_name"],
        complete_at=complete_at,
        candidate=Candidate(
            state=file["state"],
            complete_on=complete_at.astimezone(tenant.zone).date() if complete_at else None,
            born_on=file["reference_on"],
            start_on=entry,
            open_wishes=len(wishes) or _others(file, tenant),
            half_days=max((need.bit_count() for need in needs), default=0),
        ),
        is_moved=entry != file["start_on"] and not is_late,
        wishes=wishes,
        needs=needs,
        child=file["child"],
    )


def _others(file: dict[str, Any], tenant: Tenant) -> int:
    """Return how many crèches a file may be examined for that named none which is still open."""
    told = decode(file["sent"] or file["answers"]).wishes
    return tenant.of(Settings).most_elsewhere if told and told.accepts_any else 0


async def _by_file(
    file: Any, what: Any, rank: Any, files: Sequence[dict[str, Any]]
) -> dict[int, list[int]]:
    """Return the values of a table by file, in order of rank; asked by slices of the files."""
    found: dict[int, list[int]] = {}
    ids = [one["id"] for one in files]
    table = what._meta.table
    for start in range(0, len(ids), 500):
        rows = (
            await table.select(file, what)
            .where(file.is_in(ids[start : start + 500]))
            .order_by(file, rank)
        )
        for row in rows:
            found.setdefault(row[file._meta.name], []).append(row[what._meta.name])
    return found


async def answers_of(files: Sequence[int]) -> dict[int, str]:
    """Return what families last sent of some files, by file; asked by slices."""
    found: dict[int, str] = {}
    for start in range(0, len(files), 500):
        rows = await Application.select(
            Application.id, Application.answers, Application.sent
        ).where(Application.id.is_in(list(files[start : start + 500])))
        found |= {row["id"]: row["sent"] or row["answers"] for row in rows}
    return found


async def demandes_of(files: Sequence[int]) -> list[int]:
    """Return the requests of some files, in the order of their ids; asked by slices."""
    found: list[int] = []
    for start in range(0, len(files), 500):
        rows = (
            await Application.select(Application.demande)
            .where(Application.id.is_in(list(files[start : start + 500])))
            .order_by(Application.id)
        )
        found += [row["demande"] for row in rows]
    return found


async def told_of(commission: int, kind: str) -> dict[int, datetime]:
    """Return when families were told something of a commission, by file."""
    rows = await Notice.select(Notice.application, Notice.at).where(
        (Notice.commission == commission) & (Notice.kind == kind)
    )
    return {row["application"]: row["at"] for row in rows}


async def keep_examined(rows: Sequence[Examined]) -> None:
    """Write what a commission saw of each file, by slices."""
    for start in range(0, len(rows), 100):
        await Examined.insert(*rows[start : start + 100])


async def reasons(commission: int) -> list[str]:
    """Return, for each file a closed commission saw, why it is left out; empty when it is not."""
    rows = await Examined.select(Examined.refusal).where(Examined.commission == commission)
    return [row["refusal"] for row in rows]


async def left_out(commission: int) -> list[dict[str, Any]]:
    """Return the files a closed commission does not look at, and why."""
    return (
        await Examined.select(
            Examined.application,
            Examined.application.number.as_alias("number"),
            Examined.application.child_name.as_alias("child_name"),
            Examined.refusal,
        )
        .where((Examined.commission == commission) & (Examined.refusal != ""))
        .order_by(Examined.application)
    )


async def _note(act: str, commission: int, account: int | None, **facts: Any) -> None:
    await journal.record(
        f"creche.commission_{act}",
        f"creche.commission:{commission}",
        account=account,
        side="office",
        **facts,
    )


def _columns(told: Told) -> dict[str, Any]:
    return {
        "label": told.label,
        "first_start": told.calendar.first_start,
        "last_start": told.calendar.last_start,
        "closes_on": told.calendar.closes_on,
        "held_on": told.calendar.held_on,
        "answer_days": told.answer_days,
        "grid": told.grid,
    }
