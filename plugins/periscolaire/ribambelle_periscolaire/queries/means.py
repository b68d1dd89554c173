"""What households pay by, from when, and the quotients families told that wait for an agent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from ribambelle.database import transaction
from ribambelle.errors import NotYours
from ribambelle.identity.tables import Adult
from ribambelle_periscolaire.tables import Claim, Situation

SOURCES = {
    "proof": "attestation vue par la mairie",
    "caf": "lu dans le service de la CAF",
    "declared": "déclaré par la famille",
    "import": "repris d’un fichier",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One quotient a family told, with whose it is."""

    claim: Claim
    family: str


async def history(household: int) -> list[Situation]:
    """Return what a household paid by, the latest first."""
    return (
        await Situation.objects()
        .where(Situation.household == household)
        .order_by(Situation.first, ascending=False)
    )


async def on(household: int, day: date) -> Situation | None:
    """Return what a household pays by on a day; None when nothing is known."""
    return (
        await Situation.objects()
        .where((Situation.household == household) & (Situation.first <= day))
        .order_by(Situation.first, ascending=False)
        .first()
    )


async def write(row: Situation) -> None:
    """Keep what a household pays by from a day on; the same day written twice is corrected."""
    await Situation.insert(row).on_conflict(
        target=(Situation.household, Situation.first),
        action="DO UPDATE",
        values=[
            *(Situation.quotient_familial, Situation.is_resident, Situation.source),
            *(Situation.written_at, Situation.written_by),
        ],
    )


async def tell(row: Claim) -> int:
    """Keep what a family told; the one before it, that nobody looked at, is replaced."""
    async with transaction():
        await Claim.update({Claim.state: "replaced"}).where(
            (Claim.household == row.household) & (Claim.state == "waiting")
        )
        return int((await Claim.insert(row).returning(Claim.id))[0]["id"])


async def claims(household: int) -> list[Claim]:
    """Return what a household told, the latest first."""
    return (
        await Claim.objects()
        .where(Claim.household == household)
        .order_by(Claim.id, ascending=False)
        .limit(20)
    )


async def claim(household: int, number: int) -> Claim:
    """Return one thing a household told, or behave as if it did not exist."""
    found = await Claim.objects().get((Claim.id == number) & (Claim.household == household))
    if found is None:
        raise NotYours
    return found


async def decide(claim: Claim, state: str, by: int | None, now: datetime, reason: str = "") -> bool:
    """Write what an agent made of a quotient told; False when it no longer waited."""
    moved = (
        await Claim.update(
            {
                Claim.state: state,
                Claim.decided_at: now,
                Claim.decided_by: by,
                Claim.reason: reason,
            }
        )
        .where((Claim.id == claim.id) & (Claim.state == "waiting"))
        .returning(Claim.id)
    )
    return bool(moved)


async def waiting(limit: int = 200) -> list[Waiting]:
    """Return the quotients that wait for an agent, who waits for longest first."""
    found = await Claim.objects().where(Claim.state == "waiting").order_by(Claim.id).limit(limit)
    named = await names(int(one.household) for one in found)
    return [Waiting(one, named.get(int(one.household), "Famille")) for one in found]


async def names(households: Iterable[int]) -> dict[int, str]:
    """Return the adults of some households, in words."""
    found: dict[int, list[str]] = {}
    for row in (
        await Adult.select(Adult.household, Adult.given_name, Adult.family_name)
        .where(Adult.household.is_in(list(households) or [0]))
        .order_by(Adult.rank, Adult.id)
    ):
        found.setdefault(row["household"], []).append(
            f"{row['given_name']} {row['family_name']}".strip()
        )
    return {number: ", ".join(each) for number, each in found.items()}
