"""Running declared workflows: the change, its history, its journal line and its jobs together."""

import asyncio
from typing import Any

import structlog
from piccolo.custom_types import Combinable

from ribambelle import asking, tenants
from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.jobs import later
from ribambelle.webhooks import outbox
from ribambelle.workflow import journal
from ribambelle.workflow.declaration import Side, Step, Transition, Workflow
from ribambelle.workflow.tables import Demande, HistoryStep

log = structlog.get_logger(__name__)


def declared(code: str) -> Workflow:
    """Return a workflow of the current commune."""
    workflow = tenants.current().hooks.workflows.get(code)
    if not isinstance(workflow, Workflow):
        raise LookupError(f"no workflow {code} in this commune")
    return workflow


async def start(code: str, *, side: Side, account: int | None) -> int:
    """Open a request in the first state of its workflow, and return its id."""
    workflow, now = declared(code), tenants.current().now()
    first = workflow.states[0].code
    async with transaction():
        demande = Demande(workflow=code, state=first, created_at=now, changed_at=now)
        rows = await Demande.insert(demande).returning(Demande.id)
        number = int(rows[0]["id"])
        await journal.record(f"{code}.started", f"demande:{number}", account=account, side=side)
    return number


async def fire(
    number: int, transition: str, *, side: Side, account: int | None, reason: str = "", **facts: Any
) -> Step:
    """Move a request, or refuse with the reason; nothing is kept of a refused move.

    Raises NotYours when there is no such request, Refused when the state, the side, the missing
    reason or a plugin says no, and Refused("already_moved") when somebody else was quicker.
    """
    demande = await Demande.objects().get(Demande.id == number)
    if demande is None:
        raise NotYours
    declaration = declared(demande.workflow).leading(transition, demande.state, side)
    if declaration.needs_reason and not reason.strip():
        raise Refused("reason_needed", transition=transition)
    step = _step(demande, declaration, side, account, reason.strip())
    await _ask(step)
    async with transaction():
        written = await _move(step)
        await journal.record(
            f"{step.workflow}.{transition}",
            f"demande:{number}",
            account=account,
            side=side,
            **facts,
        )
        await _tell(step, written)
        await outbox.write(step, written)
    return step


def _step(
    demande: Demande, declaration: Transition, side: Side, account: int | None, reason: str
) -> Step:
    if (
        behalf := journal.BEHALF.get()
    ):  # the rule was asked for the family; the history names who acts
        side, account = "family" if behalf.by_mandate else "office", behalf.staff
    return Step(
        request=demande.id,
        workflow=demande.workflow,
        transition=declaration.code,
        label=declaration.label,
        source=demande.state,
        target=declaration.target,
        at=tenants.current().now(),
        side=side,
        account=account,
        reason=reason,
        shown_to_family=declaration.shown_to_family,
    )


async def _ask(step: Step) -> None:
    """Let each plugin say no, in words."""
    for plugin, answers in tenants.current().hooks.each("transition_allowed"):
        if ask := answers.get(step.workflow):
            words = await ask(step)
            if words:
                raise Refused("plugin_refuses", plugin=plugin, words=words)


async def _move(step: Step) -> int:
    """Change the state if it is still the one that was read; return the history row's id."""
    moved = (
        await Demande.update({Demande.state: step.target, Demande.changed_at: step.at})
        .where((Demande.id == step.request) & (Demande.state == step.source))
        .returning(Demande.id)
    )
    if not moved:
        raise Refused("already_moved", transition=step.transition)
    row = HistoryStep(
        demande=step.request,
        transition=step.transition,
        source=step.source,
        target=step.target,
        at=step.at,
        side=step.side,
        account=step.account,
        reason=step.reason,
    )
    return int((await HistoryStep.insert(row).returning(HistoryStep.id))[0]["id"])


async def _tell(step: Step, written: int) -> None:
    """Tell the plugins: each in its own savepoint, then by a job once all is committed."""
    hooks = tenants.current().hooks
    for plugin, answers in hooks.each("transition_done"):
        if listen := answers.get(step.workflow):
            try:
                async with asyncio.timeout(asking.PATIENCE), transaction():
                    await listen(step)
            except Exception:  # a listener that fails is undone alone; the family's act stands
                log.exception("listener_failed", plugin=plugin, workflow=step.workflow)
    for plugin, answers in hooks.each("transition_announced"):
        if step.workflow in answers:
            once = f"announce:{plugin}:{written}"
            await later("core", "announce", once=once, listener=plugin, step=written)


async def announce(listener: str, step: int) -> None:
    """Tell one plugin of one past transition; run as a job, after commit."""
    for past in await _steps(HistoryStep.id == step):
        for name, answers in tenants.current().hooks.each("transition_announced"):
            if name == listener and (listen := answers.get(past.workflow)):
                await listen(past)


async def history(number: int) -> list[Step]:
    """Return what happened to a request, in order."""
    return await _steps(HistoryStep.demande == number)


async def _steps(which: Combinable) -> list[Step]:
    rows = (
        await HistoryStep.select(*HistoryStep.all_columns(), HistoryStep.demande.workflow)
        .where(which)
        .order_by(HistoryStep.id)
    )
    return [_past(row) for row in rows]


def _past(row: dict[str, Any]) -> Step:
    declaration = declared(row["demande.workflow"]).transition(row["transition"])
    return Step(
        request=row["demande"],
        workflow=row["demande.workflow"],
        transition=row["transition"],
        label=declaration.label,
        source=row["source"],
        target=row["target"],
        at=row["at"],
        side=row["side"],
        account=row["account"],
        reason=row["reason"],
        shown_to_family=declaration.shown_to_family,
    )
