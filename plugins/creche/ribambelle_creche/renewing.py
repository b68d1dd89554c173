"""Asking families whether they still look for a place, and ending the files nobody confirms."""

from datetime import UTC, date, datetime, timedelta

from ribambelle import tenants, workflow
from ribambelle.errors import Refused
from ribambelle.jobs import later
from ribambelle.tenants import Tenant
from ribambelle.workflow import Step, journal
from ribambelle_creche.domain.evidence import outdated
from ribambelle_creche.domain.renewal import Renewal, is_over
from ribambelle_creche.queries import applications, files, renewals
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Application
from ribambelle_creche.workflow import COMPLETED, CONFIRMED, FREE

CONFIRM = "creche.confirm"
ASK = "ask_confirmation"
SHORTEST_MONTH = timedelta(days=28)


def renewal_of(tenant: Tenant) -> Renewal:
    """Return how often this commune asks."""
    settings = tenant.of(Settings)
    return Renewal(settings.confirm_every_months, settings.confirm_within_days)


async def ask_all(tenant: Tenant) -> int:
    """Ask every family that is due; return how many were asked."""
    renewal, today = renewal_of(tenant), tenant.now().date()
    asked = 0
    early = tenant.now() - renewal.every_months * SHORTEST_MONTH
    for file in await renewals.heard_of_before(early):
        confirmed_on = (file.confirmed_at or early).astimezone(tenant.zone).date()
        due_on = renewal.asks_on(confirmed_on)
        if due_on is not None and due_on <= today:
            asked += await _moved(file, ASK)
    return asked


async def expire_all(tenant: Tenant) -> int:
    """End the files whose family was asked, reminded, and did not answer; return how many.

    It was asked whether it still looks for a place, or for a birth that is past.

    A family that gave no address to write to was never asked: the town hall calls it, and its
    file stays among those to confirm.
    """
    today = tenant.now().date()
    ended = 0
    for file in await renewals.unanswered(today):
        late = file.confirm_by is not None and is_over(file.confirm_by, today)
        if late and await applications.reader(file) is not None:
            ended += await _moved(file, "expire")
    return ended


async def _moved(file: Application, transition: str) -> bool:
    """Move a file by the clock; one that somebody moved meanwhile is left as it is."""
    try:
        await workflow.fire(file.demande, transition, side="clock", account=None)
    except Refused:
        return False
    return True


async def keep_dates(step: Step) -> None:
    """Keep when a file was last confirmed and until when it may be, whoever moves it.

    Told inside the transaction of the transition.
    """
    file = await renewals.of_demande(step.request)
    if file is None:
        return
    if step.transition == ASK:
        await _ask(file, step)
    elif step.transition in ("confirm", *CONFIRMED.values(), *COMPLETED):
        await renewals.confirmed(file.id, step.at)
    elif step.transition == "sleep":
        on = step.at.astimezone(tenants.current().zone).date()
        await renewals.asked_until(file.id, sleeps_until(tenants.current(), on))
    elif step.source in ("to_confirm", "dormant"):
        await renewals.asked_until(file.id, None)


def sleeps_until(tenant: Tenant, asked_on: date) -> date | None:
    """Return the last day to say a birth that is past; None where a file sleeps for ever."""
    weeks = tenant.of(Settings).birth_sleeps_weeks
    return asked_on + timedelta(weeks=weeks) if weeks else None


async def ask_proofs_again(step: Step) -> None:
    """Ask a family that still looks for a place for the proofs that are too old by now.

    The old one counts for as long as a family has to confirm: nobody loses points meanwhile. Told
    inside the transaction of the transition.
    """
    if step.source != "to_confirm" or step.target not in FREE:
        return
    file = await renewals.of_demande(step.request)
    if file is None:
        return
    tenant = tenants.current()
    today = step.at.astimezone(tenant.zone).date()
    asked = tenant.of(Settings).proofs_again
    kinds = outdated(await files.last_days(file), today, asked)
    if kinds:
        await files.ask_again(file.id, kinds, renewal_of(tenant).last_day(today))
        await journal.record(
            "creche.proof_again",
            f"creche.application:{file.id}",
            account=step.account,
            side=step.side,
            kinds=kinds,
        )


async def _ask(file: Application, step: Step) -> None:
    tenant = tenants.current()
    renewal, asked_on = renewal_of(tenant), step.at.astimezone(tenant.zone).date()
    await renewals.asked_until(file.id, renewal.last_day(asked_on))
    reminds_on = renewal.reminds_on(asked_on)
    if reminds_on is not None:
        await later(
            "creche",
            "remind",
            once=f"creche.remind:{file.id}:{moment_of(step.at)}",
            at=step.at + (reminds_on - asked_on),
            demande=step.request,
            asked=moment_of(step.at),
        )


def moment_of(at: datetime) -> int:
    """Return a moment as links and jobs keep it: whole seconds, the same in every zone."""
    return int(at.astimezone(UTC).timestamp())


def link_of(tenant: Tenant, file: Application, asked: int) -> str:
    """Return the link that confirms a file without signing in: only its family is sent it."""
    return tenant.url(f"/creche/confirmer/{file.id}/{seal(tenant, file.id, asked)}")


def seal(tenant: Tenant, number: int, asked: int) -> str:
    """Return the code of one question put to one family; the next question has another."""
    return tenant.sign(CONFIRM, f"{number}:{asked}")


async def last_asked(demande: int) -> int | None:
    """Return when a family was last asked, or None if it never was."""
    step = await _last_question(demande)
    return moment_of(step.at) if step else None


async def confirming(demande: int) -> str:
    """Return the transition that confirms a file: back to where it stood when it was asked."""
    step = await _last_question(demande)
    return CONFIRMED.get(step.source, "confirm") if step else "confirm"


async def _last_question(demande: int) -> Step | None:
    past = [step for step in await workflow.history(demande) if step.transition == ASK]
    return past[-1] if past else None
