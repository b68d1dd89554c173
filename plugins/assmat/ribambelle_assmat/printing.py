"""The childminders a visitor keeps, on paper: to call them one after the other."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ribambelle.documents import pdf
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.assets import crest
from ribambelle_assmat.domain.accreditation import PLACES
from ribambelle_assmat.domain.availability import STATES
from ribambelle_assmat.domain.publication import Told, taken
from ribambelle_assmat.domain.slots import told as moments_told
from ribambelle_assmat.queries.directory import One, OnePlace

SHEET = Path(__file__).parent / "templates" / "assmat" / "pdf" / "selection.typ"


async def selection(tenant: Tenant, rows: Sequence[tuple[One, Told]], today: date) -> bytes:
    """Return the paper."""
    sign = crest(tenant)
    return await pdf.render(
        SHEET,
        {
            "title": "Vos assistantes maternelles",
            "commune": tenant.settings.name,
            "crest": sign.body.decode()
            if sign.media_type.startswith("image/svg")
            else list(sign.body),
            "day": formats.jour_du_mois(today, True),
            "rows": [_row(one, told, today) for one, told in rows],
        },
    )


def _row(one: One, told: Told, today: date) -> dict[str, Any]:
    reach = [
        formats.telephone(told.mobile) if told.mobile else "",
        formats.telephone(told.phone) if told.phone else "",
        told.email,
        told.address,
    ]
    return {
        "name": one.name,
        "where": ", ".join(filter(None, (one.quartier, one.city))),
        "places": [_place(place, today) for place in one.places],
        "cares": taken(one.cares),
        "home": " · ".join(f"{label} : {words}" for label, words in one.shown_home.told),
        "hours": one.call_hours if told.mobile or told.phone else "",
        "reach": [part for part in reach if part],
    }


def _place(place: OnePlace, today: date) -> str:
    stands = place.standing(today)
    state = STATES[stands.state]
    if stands.opens:
        state = f"Place libre le {formats.jour_du_mois(stands.opens, True)}"
    children = formats.pluriel(place.children, "enfant")
    parts = [" ".join((PLACES[place.where], f"({place.near})")), children, state]
    if stands.state in ("now", "later") and place.moments:
        parts.append(moments_told(place.moments))
    if place.is_urgent(today):
        parts.append("Remplacement court possible")
    return " · ".join(parts)
