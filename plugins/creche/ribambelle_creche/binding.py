"""What a family has still to end here before it can be forgotten."""

from ribambelle import tenants
from ribambelle.privacy.rules import Home
from ribambelle_creche.tables import Application, Contract, Offer


async def welcomed(home: Home) -> list[str]:
    """Tell a place that is offered or taken: forgotten, the crèche would wait for nobody."""
    today = tenants.current().now().date()
    rows = await Application.select(Application.id).where(
        (Application.household == home.household)
        | Application.child.is_in(list(home.children) or [0])
    )
    files = [row["id"] for row in rows] or [0]
    told = []
    if await Offer.exists().where(Offer.live_for.is_in(files)):
        told.append("Une place en crèche est proposée : la famille doit d’abord la refuser.")
    if await Contract.exists().where(
        Contract.application.is_in(files) & (Contract.last.is_null() | (Contract.last >= today))
    ):
        told.append("Un enfant est en crèche : mettez d’abord fin à son contrat.")
    return told
