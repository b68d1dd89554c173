"""Places offered: one live offer a file, kept so by the database itself, and one a child."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle_creche.domain.chains import Held
from ribambelle_creche.domain.commission import seconds
from ribambelle_creche.domain.dossier import decode
from ribambelle_creche.domain.offers import ELSEWHERE, LATE, NOT_FREED, application_of
from ribambelle_creche.domain.turnover import Promised
from ribambelle_creche.tables import Application, Examined, Offer, Wish

HOLDING = ("live", "accepted")
PLACES = "creche.places"
"""The lock of whoever gives a place of the commune: one at a time looks at what is free."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A file that a commission examined, and where it stands now."""

    file: int
    number: str
    demande: int
    state: str
    start_on: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A lasting place that a child has by one file: to be answered, or to come."""

    file: int
    number: str
    child: int
    state: str
    facility: str
    start_on: date


async def put(rows: Sequence[Offer]) -> None:
    """Write the offers of one file; a second live one is refused by the database.

    Children of one file may be offered a place each: they are answered together, and the first
    row alone stands for the file.

    Raises Refused("child_has_offer", number, facility, state) when the child has a place by another
    file.
    """
    file = int(rows[0].application)
    async with transaction():
        await only_by(file, rows[0].sent_at.date())
        for rank, row in enumerate(rows):
            row.live_for = file if rank == 0 else None
            await Offer.insert(row)


async def only_by(file: int, today: date) -> None:
    """Go on alone with the places of the child of a file, or refuse where another file has one."""
    child = (await children_of([file])).get(file)
    if child is not None:
        await locks.advisory(of_child(child))
    other = (await with_another([file], today)).get(file)
    if other is not None:
        told = {"number": other.number, "facility": other.facility, "state": other.state}
        raise Refused("child_has_offer", **told)


def of_child(child: int) -> str:
    """Return the lock of a child: few names, as one commission offers thousands of places."""
    return f"creche.child:{child % 64}"


async def children_of(files: Sequence[int]) -> dict[int, int]:
    """Return the child of the register each file is for, asked by slices."""
    found: dict[int, int] = {}
    for start in range(0, len(files), 500):
        rows = await Application.select(Application.id, Application.child).where(
            Application.id.is_in(list(files[start : start + 500])) & Application.child.is_not_null()
        )
        found |= {row["id"]: row["child"] for row in rows}
    return found


async def with_another(files: Sequence[int], today: date) -> dict[int, Standing]:
    """Return the files whose child has a place by another file, and which."""
    mine = await children_of(files)
    children, found = list(dict.fromkeys(mine.values())), dict[int, list[Standing]]()
    for start in range(0, len(children), 500):
        rows = (
            await Offer.select(
                Offer.application.id.as_alias("file"),
                Offer.application.number.as_alias("number"),
                Offer.application.child.as_alias("child"),
                Offer.state,
                Offer.facility.name.as_alias("facility"),
                Offer.start_on,
            )
            .where(Offer.application.child.is_in(children[start : start + 500]))
            .where(Offer.origin != "emergency")
            .where(
                (Offer.state == "live") | ((Offer.state == "accepted") & (Offer.start_on > today))
            )
            .order_by(Offer.id)
        )
        for row in rows:
            found.setdefault(row["child"], []).append(Standing(**row))
    others = {
        file: next((one for one in found.get(child, ()) if one.file != file), None)
        for file, child in mine.items()
    }
    return {file: one for file, one in others.items() if one}


async def second(files: Sequence[int]) -> set[int]:
    """Return which of these files come second for their child: the first complete is not."""
    children = await children_of(files)
    rows = []
    ids = list(children)
    for start in range(0, len(ids), 500):
        rows += await Application.select(Application.id, Application.complete_at).where(
            Application.id.is_in(ids[start : start + 500])
        )
    return seconds(
        (row["id"], children[row["id"]], (row["complete_at"] is None, row["complete_at"]))
        for row in rows
    )


async def one(offer: int) -> Offer:
    """Return an offer with its crèche, or behave as if it did not exist."""
    found = await Offer.objects(Offer.facility, Offer.commission).get(Offer.id == offer)
    if found is None:
        raise NotYours
    return found


async def beside(offer: Offer) -> list[Offer]:
    """Return an offer with those made with it, one a child."""
    return (
        await Offer.objects(Offer.facility)
        .where(
            (Offer.application == offer.application)
            & (Offer.sent_at == offer.sent_at)
            & (Offer.state == offer.state)
        )
        .order_by(Offer.id)
    )


async def live_of(file: int) -> Offer | None:
    """Return the offer a file may answer."""
    return await Offer.objects(Offer.facility).get(Offer.live_for == file)


async def last_of(file: int) -> Offer | None:
    """Return the last offer made to a file."""
    return (
        await Offer.objects(Offer.facility)
        .where(Offer.application == file)
        .order_by(Offer.id, ascending=False)
        .first()
    )


async def of_file(file: int) -> list[Offer]:
    """Return every offer made to a file, the first first."""
    return await Offer.objects(Offer.facility).where(Offer.application == file).order_by(Offer.id)


async def of_commission(commission: int) -> list[Offer]:
    """Return the offers a commission gave rise to, each with its file and its crèche."""
    return (
        await Offer.objects(Offer.application, Offer.facility)
        .where(Offer.commission == commission)
        .order_by(Offer.id)
    )


async def answered(
    file: int, state: str, account: int | None, now: datetime, source: str = "live"
) -> list[Offer]:
    """Move the offers of a file that stand in a state to another; return them."""
    rows = await Offer.objects(Offer.facility).where(
        (Offer.application == file) & (Offer.state == source)
    )
    if rows:
        await Offer.update(
            {
                Offer.state: state,
                Offer.live_for: None,
                Offer.answered_at: now,
                Offer.answered_by: account,
            }
        ).where(Offer.id.is_in([row.id for row in rows]) & (Offer.state == source))
        if source == "live" and state != "accepted":  # a yes that never came to hold is none
            await Offer.update({Offer.agreed_at: None}).where(
                Offer.id.is_in([row.id for row in rows])
            )
    return list(rows)


async def over(today: date) -> list[Offer]:
    """Return the live offers whose last day is past without an answer, one a file."""
    return (
        await Offer.objects()
        .where(Offer.live_for.is_not_null() & (Offer.answer_by < today))
        .where(Offer.agreed_at.is_null())
        .order_by(Offer.id)
    )


async def held(commission: int) -> dict[str, str]:
    """Return the options held because of a commission, by the engine's name of the child."""
    rows = await Offer.select(
        Offer.application.number.as_alias("number"), Offer.child, Offer.option
    ).where((Offer.commission == commission) & Offer.state.is_in(list(HOLDING)))
    return {application_of(row["number"], row["child"]): row["option"] for row in rows}


async def standing(commission: int) -> dict[str, Held]:
    """Return the offers of a commission that stand, by the engine's name of the child."""
    rows = await Offer.objects(Offer.application).where(
        (Offer.commission == commission) & Offer.state.is_in(list(HOLDING))
    )
    return {
        application_of(one.application.number, one.child): Held(
            one.application.id,
            one.option,
            one.state == "accepted",
            one.agreed_at is not None,
            one.sent_at,
            one.start_on,
        )
        for one in rows
    }


async def entries(commission: int) -> dict[int, date]:
    """Return the first day of each offer of a commission that waits for an answer, by file."""
    rows = await Offer.select(Offer.application, Offer.start_on).where(
        (Offer.commission == commission) & (Offer.state == "live")
    )
    return {row["application"]: row["start_on"] for row in rows}


async def has_mover(commission: int) -> bool:
    """Tell whether a commission offered another crèche to a child in place, whatever it answered."""
    return bool(
        await Offer.exists().where((Offer.commission == commission) & (Offer.origin == "transfer"))
    )


async def left_again(commission: int) -> dict[str, Held]:
    """Return the children who left their crèche for a place, and gave that one up afterwards."""
    rows = (
        await Offer.objects(Offer.application)
        .where((Offer.commission == commission) & (Offer.origin == "transfer"))
        .where((Offer.state == "withdrawn") & Offer.agreed_at.is_not_null())
        .order_by(Offer.id)
    )
    return {
        application_of(one.application.number, one.child): Held(
            one.application.id, one.option, start_on=one.start_on
        )
        for one in rows
    }


async def agree(file: int, now: datetime) -> None:
    """Write that a family says yes to what it is offered."""
    await Offer.update({Offer.agreed_at: now}).where(
        (Offer.application == file) & (Offer.state == "live")
    )


async def agreed(commission: int) -> list[int]:
    """Return the files whose yes is kept until another family answers, in order."""
    rows = (
        await Offer.select(Offer.application)
        .where((Offer.commission == commission) & Offer.live_for.is_not_null())
        .where(Offer.agreed_at.is_not_null())
        .order_by(Offer.application)
    )
    return [row["application"] for row in rows]


async def yes_kept(files: Sequence[int]) -> set[int]:
    """Return which of these files said yes, and wait for another family."""
    rows = await Offer.select(Offer.application).where(
        Offer.live_for.is_in([*files, 0]) & Offer.agreed_at.is_not_null()
    )
    return {row["application"] for row in rows}


async def lost_move(file: int) -> Offer | None:
    """Return the place a file gave up after its child left another crèche for it."""
    return (
        await Offer.objects(Offer.facility, Offer.application)
        .where((Offer.application == file) & (Offer.origin == "transfer"))
        .where((Offer.state == "withdrawn") & Offer.agreed_at.is_not_null())
        .order_by(Offer.id, ascending=False)
        .first()
    )


async def accepted_move(file: int) -> Offer | None:
    """Return the place a file accepted and its child left another crèche for."""
    return (
        await Offer.objects(Offer.facility, Offer.application)
        .where((Offer.application == file) & (Offer.origin == "transfer"))
        .where(Offer.state == "accepted")
        .order_by(Offer.id, ascending=False)
        .first()
    )


async def fall(file: int, now: datetime) -> None:
    """Take back an offer whose place nobody left: time did it, and the family keeps its rank."""
    rows = await answered(file, "withdrawn", None, now)
    await Offer.update({Offer.reason: NOT_FREED}).where(Offer.id.is_in([row.id for row in rows]))


async def not_freed(commission: int) -> set[int]:
    """Return the files whose offer of a commission was taken back as nobody left its place."""
    rows = await Offer.select(Offer.application).where(
        (Offer.commission == commission)
        & (Offer.state == "withdrawn")
        & (Offer.reason == NOT_FREED)
    )
    return {row["application"] for row in rows}


async def refused_one(commission: int) -> set[int]:
    """Return the files that had an offer of a commission and hold it no more.

    A family that declined a crèche it did not name still waits for its wishes; so does one that
    declined a place which begins too late for it, or whose place was not left.
    """
    lost = Offer.state.is_in(["lapsed", "withdrawn"]) & (Offer.reason != NOT_FREED)
    rows = await Offer.select(Offer.application).where(
        (Offer.commission == commission)
        & (
            lost
            | ((Offer.state == "declined") & (Offer.origin != ELSEWHERE) & (Offer.reason != LATE))
        )
    )
    return {row["application"] for row in rows}


async def declined_elsewhere(commission: int) -> set[int]:
    """Return the files that declined a crèche they did not name."""
    rows = await Offer.select(Offer.application).where(
        (Offer.commission == commission) & (Offer.state == "declined") & (Offer.origin == ELSEWHERE)
    )
    return {row["application"] for row in rows}


async def declined_late(commission: int) -> dict[int, set[int]]:
    """Return the crèches each file declined as a place there began too late for it."""
    rows = await Offer.select(Offer.application, Offer.facility).where(
        (Offer.commission == commission) & (Offer.state == "declined") & (Offer.reason == LATE)
    )
    found: dict[int, set[int]] = {}
    for row in rows:
        found.setdefault(row["application"], set()).add(row["facility"])
    return found


async def latest_starts(files: Sequence[int]) -> dict[int, date]:
    """Return the last day each family said its child may enter, asked by slices."""
    found: dict[int, date] = {}
    for start in range(0, len(files), 500):
        rows = await Application.select(
            Application.id, Application.sent, Application.answers
        ).where(Application.id.is_in(list(files[start : start + 500])))
        for row in rows:
            entry = decode(row["sent"] or row["answers"]).entry
            if entry and entry.latest:
                found[row["id"]] = entry.latest
    return found


async def accepted_of(commission: int) -> set[tuple[int, int, date]]:
    """Return the places accepted because of a commission: file, crèche, first day."""
    rows = await Offer.select(Offer.application, Offer.facility, Offer.start_on).where(
        (Offer.commission == commission) & (Offer.state == "accepted")
    )
    return {(row["application"], row["facility"], row["start_on"]) for row in rows}


async def promised(
    facility: int, *, but: int | None = None, since: datetime | None = None
) -> list[Promised]:
    """Return the places of a crèche that wait for an answer.

    :param but: a commission whose own offers are counted elsewhere.
    :param since: only those offered after this moment.
    """
    rows = await Offer.objects().where((Offer.facility == facility) & (Offer.state == "live"))
    return [
        promise(one)
        for one in rows
        if (but is None or one.commission != but) and (since is None or one.sent_at > since)
    ]


def promise(offer: Offer) -> Promised:
    """Return what an offer takes, as the rules speak of it."""
    return Promised(offer.age_group, offer.slots, offer.start_on, offer.until)


async def moved(commission: int) -> list[Offer]:
    """Return the places accepted by children who were in another crèche, each with its file."""
    return await Offer.objects(Offer.application).where(
        (Offer.commission == commission)
        & (Offer.state == "accepted")
        & (Offer.origin == "transfer")
    )


async def given_elsewhere(commission: int, first: date, last: date) -> list[Offer]:
    """Return the places held on some day of a period that one commission did not give."""
    rows = await Offer.objects().where(
        Offer.state.is_in(list(HOLDING))
        & (Offer.start_on <= last)
        & (Offer.until.is_null() | (Offer.until >= first))
    )
    return [one for one in rows if one.commission != commission]


async def live_at(facility: int, day: date) -> list[Offer]:
    """Return the places of a crèche that wait for an answer, and would be taken on a day."""
    return await Offer.objects().where(
        (Offer.facility == facility) & (Offer.state == "live") & (Offer.start_on <= day)
    )


async def emergencies_of(files: Sequence[int]) -> list[Offer]:
    """Return the places given at once to some files."""
    return await Offer.objects().where(
        Offer.application.is_in(list(files))
        & (Offer.origin == "emergency")
        & (Offer.state == "accepted")
    )


async def files_of_child(file: Application) -> list[int]:
    """Return the files of the child of a file, itself among them."""
    rows = await Application.select(Application.id).where(
        Application.child.is_not_null() & (Application.child == file.child)
    )
    return list({file.id, *(row["id"] for row in rows)})


async def listed_with(file: Application) -> list[int]:
    """Return the decided commissions that examined another file of the same child, in order."""
    others = [one for one in await files_of_child(file) if one != file.id]
    rows = await Examined.select(Examined.commission).where(
        Examined.application.is_in([*others, 0])
        & (Examined.refusal == "")
        & (Examined.commission.state == "decided")
    )
    return sorted({row["commission"] for row in rows})


async def of_origin(origin: str, first: int, many: int) -> tuple[list[Offer], int]:
    """Return some of the places given one way, the last first, with file and crèche; of how many."""
    rows = (
        await Offer.objects(Offer.application, Offer.facility)
        .where(Offer.origin == origin)
        .order_by(Offer.id, ascending=False)
        .limit(many)
        .offset(first)
    )
    return rows, int(await Offer.count().where(Offer.origin == origin))


async def emergencies() -> list[tuple[datetime, str]]:
    """Return when each emergency was given, and the code of its reason."""
    rows = await Offer.select(Offer.sent_at, Offer.reason).where(Offer.origin == "emergency")
    return [(row["sent_at"], row["reason"]) for row in rows]


async def named(files: Sequence[int]) -> dict[int, set[int]]:
    """Return the crèches some files name today, asked by slices."""
    found: dict[int, set[int]] = {one: set() for one in files}
    for start in range(0, len(files), 500):
        rows = await Wish.select(Wish.application, Wish.facility).where(
            Wish.application.is_in(list(files[start : start + 500]))
        )
        for row in rows:
            found[row["application"]].add(row["facility"])
    return found


async def files(numbers: Sequence[str]) -> dict[str, Asked]:
    """Return files by number with where each stands, asked by slices."""
    found: dict[str, Asked] = {}
    for start in range(0, len(numbers), 500):
        rows = await Application.select(
            Application.id.as_alias("file"),
            Application.number,
            Application.demande.id.as_alias("demande"),
            Application.demande.state.as_alias("state"),
            Application.start_on,
        ).where(Application.number.is_in(list(numbers[start : start + 500])))
        found |= {row["number"]: Asked(**row) for row in rows}
    return found
