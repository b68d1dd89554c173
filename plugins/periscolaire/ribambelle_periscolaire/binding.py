"""What a family has still to end here before it can be forgotten."""

from ribambelle import tenants
from ribambelle.privacy.rules import Home
from ribambelle.web.formats import pluriel
from ribambelle_periscolaire.domain.bookings import HOLDING
from ribambelle_periscolaire.tables import Booking


async def booked(home: Home) -> list[str]:
    """Tell the days that are still to come: forgotten, their places would be kept for nobody."""
    today = tenants.current().now().date()
    theirs = Booking.child.is_in(list(home.children) or [0]) | Booking.payer.is_in(
        list(home.adults) or [0]
    )
    waits = Booking.state.is_in([*HOLDING, "waiting"])
    many = await Booking.count().where((Booking.day >= today) & theirs & waits)
    told = pluriel(many, "réservation à venir", "réservations à venir")
    return [f"{told} : annulez-les, ou attendez qu’elles soient passées."] if many else []
