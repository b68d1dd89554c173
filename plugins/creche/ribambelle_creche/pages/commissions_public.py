"""What anybody reads of the commissions: their days, and how ties are drawn, to check it oneself."""

from dataclasses import dataclass

from litestar import get

from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle_creche.domain.commission import STATES
from ribambelle_creche.queries import commissions
from ribambelle_creche.queries.commissions import published_seed
from ribambelle_creche.tables import Commission


@dataclass(frozen=True)
class CommissionsPage:
    """The commissions of the commune, the next first, and what is published of their draws."""

    rows: list[Commission]

    @staticmethod
    def state(row: Commission) -> str:
        """Return where a commission stands, in words."""
        return STATES.get(row.state, row.state)

    @staticmethod
    def seed(row: Commission) -> str:
        """Return the seed of a draw, once published."""
        return published_seed(row)


@get("/creche/commissions", name="creche.public.commissions", guards=[guards.public], indexed=True)
async def listing() -> Page:
    """Show when each commission is held, and what is published of its draw."""
    return Page("creche/public/commissions.html", CommissionsPage(await commissions.every()))


ROUTES = [listing]
