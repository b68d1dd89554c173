"""What the State told of a family's resources, for its crèche files: the figures, and their proof."""

from typing import Any

from ribambelle import tenants
from ribambelle.identity import households
from ribambelle.particulier import QUOTIENT, RESOURCES, StateTold, asking
from ribambelle.particulier.asking import Seen
from ribambelle_creche.domain.dossier import Dossier, decode
from ribambelle_creche.domain.state_resources import proves
from ribambelle_creche.queries import files
from ribambelle_creche.tables import Application
from ribambelle_creche.workflow import LIVING

KIND = "caf"


async def take(told: StateTold) -> str:
    """Note the attestation of the CAF as seen in the files whose figures the State confirms."""
    facts = facts_of(await usable(told.household)) | told.facts
    rows = await Application.select(Application.demande, Application.answers).where(
        (Application.account == told.account)
        & Application.submitted_at.is_not_null()
        & Application.demande.state.is_in(list(LIVING))
    )
    for row in rows:
        if proves(facts, decode(row["answers"]).resources):
            await files.prove(row["demande"], KIND, None, told.at)
    return ""


async def confirm(demande: int, account: int | None, dossier: Dossier) -> None:
    """Note the attestation as seen in a file just sent, when the State had told the same figures."""
    seen = await usable(await households.of_account(account)) if account else []
    if proves(facts_of(seen), dossier.resources):
        await files.prove(demande, KIND, None, tenants.current().now())


async def usable(household: int | None) -> list[Seen]:
    """Return what the State told of a household, as long as its consents stand."""
    return await asking.usable(household, QUOTIENT, RESOURCES) if household else []


def facts_of(seen: list[Seen]) -> dict[str, Any]:
    """Return the figures of several answers, together."""
    return {name: value for one in seen for name, value in one.facts.items()}
