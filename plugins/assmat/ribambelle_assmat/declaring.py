"""What a childminder says of herself and of her places: written, dated, and believed for a while."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from ribambelle.database import advisory, transaction
from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.workflow import journal
from ribambelle_assmat import validating
from ribambelle_assmat.domain.home import NOTHING_SAID, Home
from ribambelle_assmat.tables import Declared, Place


@dataclass(frozen=True, slots=True)
class Profile:
    """What she says of herself, and what she agrees to show."""

    consents: tuple[str, ...]
    cares: tuple[str, ...]
    mobile: str
    phone: str
    email: str
    call_hours: str
    only_when_free: bool
    words: str
    home: Home = NOTHING_SAID
    urgent_words: str = ""


@dataclass(frozen=True, slots=True)
class Availability:
    """What she says of one place."""

    state: str
    opens: date | None
    moments: int
    note: str
    takes_urgent: bool = False


async def profile(person: Person, number: int, told: Profile, now: datetime) -> None:
    """Write what she says of herself; who wrote it is journalled, never what."""
    values: dict[str, Any] = {
        "consents": _listed(told.consents),
        "cares": _listed(told.cares),
        **{"mobile": told.mobile, "phone": told.phone, "email": told.email},
        **{"call_hours": told.call_hours, "only_when_free": told.only_when_free},
        **{"words": told.words, "urgent_words": told.urgent_words, "changed_at": now},
        **{"pets": told.home.pets, "pets_words": told.home.pets_words, "smoke": told.home.smoke},
        "languages": _listed(told.home.languages),
    }
    async with transaction():
        await advisory(f"assmat.childminder:{number}")
        wants = "listed" in told.consents
        values["is_listed"] = await validating.is_listed(number, wants=wants)
        before = await Declared.objects().get(Declared.childminder == number)
        values["agreed_on"] = _dated(told.consents, before, now.date())
        if before is not None:
            changed: dict[Any, Any] = values
            await Declared.update(changed).where(Declared.childminder == number)
        else:
            await Declared.insert(Declared(childminder=number, **values))
        agreed = sorted(set(told.consents))
        await record(person, number, "assmat.profile", listed=wants, agreed=agreed)


async def availability(
    person: Person, number: int, place: int, told: Availability, now: datetime
) -> None:
    """Write what she says of a place, confirmed today; a place of somebody else does not exist."""
    async with transaction():
        changed = (
            await Place.update(
                {
                    Place.state: told.state,
                    Place.opens: told.opens if told.state == "later" else None,
                    Place.moments: told.moments,
                    Place.note: told.note,
                    Place.takes_urgent: told.takes_urgent,
                    Place.confirmed_on: now.date(),
                }
            )
            .where((Place.id == place) & (Place.childminder == number))
            .returning(Place.id)
        )
        if not changed:
            raise NotYours
        await record(person, number, "assmat.availability", place=place, state=told.state)


def _listed(codes: Iterable[str]) -> str:
    return msgspec.json.encode(sorted(set(codes))).decode()


def _dated(consents: Iterable[str], before: Declared | None, today: date) -> str:
    """Return since which day she agrees to each: what she already agreed to keeps its day."""
    known = msgspec.json.decode(before.agreed_on, type=dict[str, str]) if before else {}
    already = msgspec.json.decode(before.consents, type=list[str]) if before else []
    # agreed to before days were kept: no day is better than a wrong one
    days = {code: known.get(code, "" if code in already else f"{today}") for code in consents}
    return msgspec.json.encode({code: day for code, day in days.items() if day}).decode()


async def record(person: Person, number: int, what: str, **facts: Any) -> None:
    """Journal what was written of a childminder: codes alone, never her words."""
    await journal.record(
        what, f"assmat.childminder:{number}", account=person.account or None, side="office", **facts
    )
