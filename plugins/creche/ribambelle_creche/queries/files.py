"""One file, whole, for whoever may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ribambelle import tenants
from ribambelle.documents.catalogue import type_of
from ribambelle.documents.tables import DocumentUse
from ribambelle.errors import NotYours
from ribambelle.workflow.tables import Demande
from ribambelle_creche.domain.evidence import KINDS
from ribambelle_creche.queries.applications import OWED
from ribambelle_creche.tables import Application, Desk, Evidence, Receipt


@dataclass(frozen=True)
class File:
    """A file with its desk and its proofs; what it asks for is in its answers."""

    application: Application
    demande: int
    state: str
    quartier: str
    desk: int
    desk_name: str
    proofs: list[Evidence]

    @property
    def is_owing(self) -> bool:
        """Tell whether a proof is still to be seen, once or again."""
        return any(is_owed(proof) for proof in self.proofs)

    def proof_label(self, kind: str) -> str:
        """Return what a proof is called."""
        return KINDS.get(kind, kind)


def is_owed(proof: Evidence) -> bool:
    """Tell whether a proof is still to be seen: nobody saw it, or the one that was seen is too old."""
    return proof.seen_at is None or proof.again_by is not None


async def one(number: int, desks: list[int] | None) -> File:
    """Return a file that was sent, to staff of all desks (None) or of these, or NotYours.

    A file that no desk has taken yet may be taken by any.
    """
    application = await Application.objects(Application.quartier).get(
        (Application.id == number) & Application.submitted_at.is_not_null()
    )
    if application is None or not _followed_by(application, desks):
        raise NotYours
    demande = await Demande.objects().get(Demande.id == application.demande)
    if demande is None:
        raise NotYours
    desk = await Desk.objects().get(Desk.id == application.desk) if application.desk else None
    return File(
        application=application,
        demande=demande.id,
        state=demande.state,
        quartier=application.quartier.name if application.quartier.id else "Non précisé",
        desk=desk.id if desk else 0,
        desk_name=desk.name if desk else "Aucun",
        proofs=await Evidence.objects().where(Evidence.application == number).order_by(Evidence.id),
    )


def _followed_by(application: Application, desks: list[int] | None) -> bool:
    return desks is None or application.desk is None or application.desk in desks


async def of_number(number: str, desks: list[int] | None) -> File | None:
    """Return a file by the number said on the phone, to staff who may see it; None otherwise."""
    found = await Application.select(Application.id).where(Application.number == number).first()
    try:
        return await one(found["id"], desks) if found else None
    except NotYours:
        return None


async def state_of(number: int) -> str:
    """Return the state a file is in now."""
    found = (
        await Application.select(Application.demande.state.as_alias("state"))
        .where(Application.id == number)
        .first()
    )
    if found is None:
        raise NotYours
    return str(found["state"])


async def turn_proof(number: int, kind: str, account: int, now: datetime) -> bool:
    """Note a proof as seen, or as not seen when it was; return which."""
    proof = await Evidence.objects().get((Evidence.application == number) & (Evidence.kind == kind))
    if proof is None:
        raise NotYours
    seen = is_owed(proof)
    await Evidence.update(
        {
            Evidence.seen_at: now if seen else None,
            Evidence.seen_by: account if seen else None,
            Evidence.again_by: None,
        }
    ).where(Evidence.id == proof.id)
    return seen


async def answers_of(demande: int) -> str:
    """Return what a family wrote in the file of a demande."""
    found = (
        await Application.select(Application.answers).where(Application.demande == demande).first()
    )
    if found is None:
        raise NotYours
    return str(found["answers"])


async def prove(demande: int, kind: str, account: int | None, now: datetime) -> None:
    """Note a proof as seen by who accepted its paper; once seen it stays as it is."""
    mine = Application.select(Application.id).where(Application.demande == demande)
    await Evidence.update(
        {Evidence.seen_at: now, Evidence.seen_by: account, Evidence.again_by: None}
    ).where(Evidence.application.is_in(mine) & (Evidence.kind == kind) & OWED)


async def last_days(file: Application) -> dict[str, date | None]:
    """Return the last day each proof that was seen is worth something; None for always.

    That of the last paper accepted for the file; one shown by hand, or since that paper was over,
    is worth something from the day it was seen.
    """
    zone = tenants.current().zone
    papers = {
        row["kind"]: row["valid_until"]
        for row in await DocumentUse.select(
            DocumentUse.document.kind.as_alias("kind"),
            DocumentUse.document.valid_until.as_alias("valid_until"),
        )
        .where(
            (DocumentUse.demande == file.demande)
            & DocumentUse.document.state.is_in(["accepted", "expired"])
        )
        .order_by(DocumentUse.id)
    }
    found: dict[str, date | None] = {}
    for row in await Evidence.select(Evidence.kind, Evidence.seen_at).where(
        (Evidence.application == file.id) & Evidence.seen_at.is_not_null()
    ):
        kind, seen_on = row["kind"], row["seen_at"].astimezone(zone).date()
        until = papers.get(kind)
        is_by_paper = kind in papers and (until is None or seen_on <= until)
        found[kind] = until if is_by_paper else type_of(kind).valid_until(seen_on)
    return found


async def ask_again(number: int, kinds: Sequence[str], until: date) -> None:
    """Ask for proofs again; those that were seen count until a day."""
    await Evidence.update({Evidence.again_by: until}).where(
        (Evidence.application == number)
        & Evidence.kind.is_in([*kinds, ""])
        & Evidence.again_by.is_null()
    )


async def completed(number: int, at: datetime) -> None:
    """Keep the date a file became complete: the first one counts.

    It is that of the last thing its family sent or showed, not of the day an agent read it: a file
    whole on the last day is in time, whenever it is checked.
    """
    receipt = (
        await Receipt.select(Receipt.at)
        .where(Receipt.application == number)
        .order_by(Receipt.version, ascending=False)
        .first()
    )
    given = await _papers(number)
    shown = [
        given.get(row["kind"], row["seen_at"])
        for row in await Evidence.select(Evidence.kind, Evidence.seen_at).where(
            (Evidence.application == number) & Evidence.seen_at.is_not_null()
        )
    ]
    last = max([*([receipt["at"]] if receipt else []), *shown], default=at)
    await Application.update({Application.complete_at: min(at, last)}).where(
        (Application.id == number) & Application.complete_at.is_null()
    )


async def _papers(number: int) -> dict[str, datetime]:
    """Return when each accepted paper of a file was given for it, by kind: the last of each."""
    demande = Application.select(Application.demande).where(Application.id == number)
    rows = (
        await DocumentUse.select(DocumentUse.document.kind.as_alias("kind"), DocumentUse.used_at)
        .where(DocumentUse.demande.is_in(demande) & (DocumentUse.document.state == "accepted"))
        .order_by(DocumentUse.used_at)
    )
    return {row["kind"]: row["used_at"] for row in rows}
