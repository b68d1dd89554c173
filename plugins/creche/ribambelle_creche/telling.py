"""Writing to a family what happened to its file."""

from ribambelle.identity.tables import Adult
from ribambelle.messages import post
from ribambelle.workflow import Step
from ribambelle_creche.tables import Application

TOLD = frozenset({"ask_more", "complete", "withdraw"})
# « submit » is written with the receipt itself, in its transaction.


async def tell_family(step: Step) -> None:
    """Write to the adult who filed, when they gave an address; run as a job, after commit."""
    if step.transition not in TOLD:
        return
    file = await Application.objects().get(Application.demande == step.request)
    if file is None or file.household is None:
        return
    adult = await Adult.objects().get((Adult.household == file.household) & (Adult.rank == 1))
    if adult is None or not adult.email:
        return
    await post(
        f"creche/messages/{step.transition}",
        adult.email,
        account=file.account,
        number=file.number,
        child=file.child_name,
        name=adult.given_name,
        reason=step.reason,
    )
