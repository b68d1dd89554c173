"""Files to be confirmed, files nobody confirmed, drafts nobody sent."""

from datetime import date, datetime

from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours
from ribambelle.workflow import journal
from ribambelle.workflow.tables import Demande
from ribambelle_creche.tables import Application
from ribambelle_creche.workflow import FREE, WITHOUT_PLACE

ASKED = ("to_confirm", "dormant")
"""States in which a family was asked something that ends its file when the day passes."""


async def of_demande(demande: int) -> Application | None:
    """Return the file a request is about."""
    return await Application.objects().get(Application.demande == demande)


async def one(number: int) -> Application:
    """Return a file with its request, for whoever proved that it may be answered for."""
    file = await Application.objects(Application.demande).get(Application.id == number)
    if file is None:
        raise NotYours
    return file


async def heard_of_before(moment: datetime) -> list[Application]:
    """Return the files whose family was last heard of before a moment, the oldest first.

    Those the town hall has not checked yet and those that wait too: a family that found elsewhere
    would otherwise count as demand for ever.
    """
    return (
        await Application.objects()
        .where(
            Application.demande.state.is_in([one for one in FREE if one not in ASKED])
            & (Application.confirmed_at < moment)
        )
        .order_by(Application.confirmed_at, Application.id)
    )


async def unanswered(today: date) -> list[Application]:
    """Return the files whose delay to be confirmed, or to say a birth, has run out."""
    return (
        await Application.objects()
        .where(Application.demande.state.is_in(list(ASKED)) & (Application.confirm_by < today))
        .order_by(Application.confirm_by, Application.id)
    )


async def born_before(last: date) -> list[int]:
    """Return the requests of files no commission holds, for a child born by this day."""
    rows = (
        await Application.select(Application.demande)
        .where(
            Application.demande.state.is_in(list(FREE))
            & Application.is_expected.eq(False)
            & (Application.reference_on <= last)
        )
        .order_by(Application.id)
    )
    return [row["demande"] for row in rows]


async def expected_before(last: date) -> list[Application]:
    """Return the files found complete of a child that was to be born by this day."""
    return (
        await Application.objects()
        .where(
            Application.demande.state.is_in(["complete", *WITHOUT_PLACE])
            & Application.is_expected.eq(True)
            & (Application.reference_on <= last)
        )
        .order_by(Application.id)
    )


async def asked_until(number: int, last_day: date | None) -> None:
    """Keep the last day to confirm a file; None once there is nothing to confirm."""
    await Application.update({Application.confirm_by: last_day}).where(Application.id == number)


async def confirmed(number: int, at: datetime) -> None:
    """Keep the moment a family was last heard of; nothing is left to confirm."""
    await Application.update({Application.confirmed_at: at, Application.confirm_by: None}).where(
        Application.id == number
    )


async def drafts_untouched_since(moment: datetime) -> list[int]:
    """Return the files never sent and not written in since a moment."""
    rows = await Application.select(Application.id).where(
        (Application.demande.state == "draft") & (Application.demande.changed_at < moment)
    )
    return [row["id"] for row in rows]


async def drop_draft(number: int, moment: datetime) -> bool:
    """Delete a draft not written in since a moment; tell whether it was still there to delete."""
    async with transaction():
        await locks.advisory(f"creche.file:{number}")
        file = await Application.objects(Application.demande).get(Application.id == number)
        if file is None or file.demande.state != "draft" or file.demande.changed_at >= moment:
            return False
        demande = file.demande.id
        await Application.delete().where(Application.id == number)
        await Demande.delete().where(Demande.id == demande)
        await journal.record(
            "creche.draft_dropped", f"demande:{demande}", account=None, side="clock"
        )
    return True
