"""What leaves the portal of a childminder: the same for open data and for programs, nothing unagreed.

The point is the centre of her square of 200 metres, whatever she agrees to; her address is a text of
its own, when she shows it.
"""

from datetime import date

import msgspec

from ribambelle_assmat.domain.publication import CARES
from ribambelle_assmat.domain.slots import keys_of
from ribambelle_assmat.queries.directory import One, OnePlace

LICENCE = "Licence Ouverte 2.0 (Etalab)"


class Place(msgspec.Struct, frozen=True):
    """One accredited place, and where it stands."""

    where: str
    children: int
    from_months: int
    to_months: int
    state: str
    opens: date | None
    moments: list[str]
    confirmed_on: date | None
    postcode: str
    city: str
    quartier: str
    latitude: float | None
    longitude: float | None
    address: str
    urgent: bool
    hours: str
    """When the accreditation lets her take children, as the register words it."""


class Childminder(msgspec.Struct, frozen=True):
    """One childminder, as she agreed to be shown; what she does not show is empty."""

    id: int
    name: str
    postcode: str
    city: str
    quartier: str
    latitude: float | None
    longitude: float | None
    address: str
    mobile: str
    phone: str
    email: str
    call_hours: str
    cares: list[str]
    accredited_since: date | None
    pets: str
    smoke: str
    languages: list[str]
    places: list[Place]
    page: str
    photo: str = ""
    """Address of her picture, when she shows it; never in the open data: she did not agree to that."""


def published(one: One, today: date, page: str, *, is_open: bool = True) -> Childminder:
    """Return what may leave the portal of a childminder families see.

    :param page: the address of her page.
    :param is_open: whether it leaves under an open licence, for anybody and for any use.
    """
    told, home = one.public(today), one.shown_home
    return Childminder(
        id=one.id,
        name=one.name,
        postcode=one.places[0].postal if one.places else "",
        city=one.city,
        quartier=one.quartier,
        latitude=one.point.latitude if one.point else None,
        longitude=one.point.longitude if one.point else None,
        address=told.address,
        mobile=told.mobile,
        phone=told.phone,
        email=told.email,
        call_hours=one.call_hours if told.mobile or told.phone else "",
        cares=[code for code in one.cares if code in CARES],
        accredited_since=one.shown_since,
        pets=home.pets,
        smoke=home.smoke,
        languages=list(home.languages),
        places=[_place(place, today, is_told=bool(told.address)) for place in one.places],
        page=page,
        photo="" if is_open or not one.shown_photo else f"{page}/photo/{one.shown_photo}",
    )


def _place(one: OnePlace, today: date, *, is_told: bool) -> Place:
    now = one.standing(today)
    is_urgent = one.is_urgent(today)
    is_free = now.state in ("now", "later") or is_urgent
    return Place(
        *(one.where, one.children, one.from_months, one.to_months, now.state, now.opens),
        keys_of(one.moments) if is_free else [],
        *(one.confirmed_on, one.postal, one.city, one.quartier),
        one.point.latitude if one.point else None,
        one.point.longitude if one.point else None,
        one.address if is_told else "",
        is_urgent,
        one.hours,
    )
