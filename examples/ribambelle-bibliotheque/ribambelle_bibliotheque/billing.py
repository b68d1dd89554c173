"""What the library bills: each card once it is given, each place once its activity is past."""

from datetime import date, timedelta
from typing import Any

from ribambelle import tenants
from ribambelle.billing import BillableItem, Period
from ribambelle_bibliotheque.queries import activities, cards
from ribambelle_bibliotheque.settings import Settings

DAY = timedelta(days=1)


async def items(period: Period) -> list[BillableItem]:
    """Return what families owe for a period.

    A place may be left until its activity begins: only the days before today are final.
    """
    tenant = tenants.current()
    regie, last = tenant.of(Settings).regie, min(period.last, tenant.now().date() - DAY)
    return [
        *(
            _item(f"card:{row['id']}", row, row["given_on"], "Carte de bibliothèque", regie)
            for row in await cards.due(period.first, period.last, period.payers)
        ),
        *(
            _item(f"place:{row['id']}", row, row["day"], row["title"], regie)
            for row in await activities.due(period.first, last, period.payers)
        ),
    ]


def _item(key: str, row: dict[str, Any], day: date, label: str, regie: str) -> BillableItem:
    return BillableItem(
        key=f"bibliotheque.{key}",
        payer=row["payer"],
        child=row["child"],
        day=day,
        label=label,
        kind="other",
        quantity=1,
        unit_cents=row["cents"],
        amount_cents=row["cents"],
        tax_care=False,
        regie=regie,
    )
