"""Files that lack something: the birth to be said once it is past, and reminders of what is missing."""

from datetime import timedelta

from ribambelle import workflow
from ribambelle.errors import Refused
from ribambelle.jobs import later
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.workflow import Step
from ribambelle_creche import telling
from ribambelle_creche.queries import renewals
from ribambelle_creche.renewing import moment_of, sleeps_until
from ribambelle_creche.settings import Settings

ASK, SLEEP = "ask_more", "sleep"
ASKS = (ASK, SLEEP)
REMINDERS = (15, 30)
"""Days after which a family is told again what its file lacks."""


async def ask_births(tenant: Tenant) -> int:
    """Ask for the birth certificate of children who should be born by now; return how many.

    The file sleeps until the family answers, and keeps its date; then it expires. It is asked once.
    """
    weeks, today, asked = tenant.of(Settings).birth_within_weeks, tenant.now().date(), 0
    if not weeks:
        return 0
    last_day = sleeps_until(tenant, today)
    for file in await renewals.expected_before(today - timedelta(weeks=weeks)):
        past = await workflow.history(file.demande)
        if file.reference_on is None or any(_is_by_the_clock(step) for step in past):
            continue
        day = formats.jour_du_mois(file.reference_on, True)
        reason = (
            f"La naissance était prévue le {day}. Écrivez la date de naissance dans votre demande "
            "et joignez l’acte de naissance"
        )
        end = f" avant la fin du {formats.jour_du_mois(last_day, True)}" if last_day else ""
        reason += f"{end} : jusque-là, votre demande dort, et garde sa date."
        try:
            await workflow.fire(file.demande, SLEEP, side="clock", account=None, reason=reason)
        except Refused:  # somebody moved it meanwhile
            continue
        asked += 1
    return asked


def _is_by_the_clock(step: Step) -> bool:
    return step.transition in ASKS and step.side == "clock"


async def plan(step: Step) -> None:
    """Plan the reminders of what a file lacks, in the transaction that asks for it."""
    for days in REMINDERS if step.transition in ASKS else ():
        await later(
            "creche",
            "remind_more",
            once=f"creche.remind_more:{step.request}:{moment_of(step.at)}:{days}",
            at=step.at + timedelta(days=days),
            demande=step.request,
            asked=moment_of(step.at),
            days=days,
        )


async def remind(demande: int, asked: int, days: int) -> None:
    """Tell a family again what its file lacks, unless it was completed or asked anew since."""
    past, file = await workflow.history(demande), await renewals.of_demande(demande)
    asks = [step for step in past if step.transition in ASKS]
    if file is None or not asks or past[-1].target not in ("incomplete", "dormant"):
        return
    if moment_of(asks[-1].at) == asked:
        await telling.remind_more(file, asks[-1], days)
