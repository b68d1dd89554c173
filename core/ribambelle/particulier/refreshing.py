"""Once a year, in February, what families let be asked is asked again, at the service's own pace.

In January the CAF still tells the year before. Each family is a job of its own: what stops in the
middle goes on where it was, and a family done is not asked twice.
"""

from datetime import datetime, timedelta

import structlog

from ribambelle import tenants
from ribambelle.clock import after
from ribambelle.consents.tables import Consent
from ribambelle.errors import Refused
from ribambelle.jobs import NotNow, later
from ribambelle.particulier import asking, service
from ribambelle.particulier.kinds import IDENTITY, KINDS, Kind
from ribambelle.particulier.refusals import Unanswered
from ribambelle.particulier.tables import StateEvidence

log = structlog.get_logger(__name__)
FEBRUARY = 2
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EVERY = timedelta(seconds=4)
"""Between two families: the core's jobs run one by one, and a sign-in link passes in between."""
UNSET = {"rights", "token", "recipient"}


def is_due(now: datetime, first: int) -> bool:
    """Tell whether the yearly refresh runs today: in February, from a day on.

    >>> [is_due(datetime(2027, *day), 3) for day in ((1, 31), (2, 2), (2, 3), (2, 28), (3, 1))]
    [False, False, True, True, False]
    >>> is_due(datetime(2027, 2, 20), 0)
    False
    """
    return bool(first) and now.month == FEBRUARY and now.day >= first


async def plan() -> None:
    """Queue one question for each consent that stands and was not asked since February began."""
    tenant = tenants.current()
    now = tenant.now()
    if not is_due(now, tenant.settings.particulier.refresh_from):
        return
    for kind in asking.offered():
        if not kind.scopes:
            continue
        rows = await Consent.select(Consent.id, Consent.account).where(
            (Consent.subject == asking.subject(kind.code))
            & Consent.withdrawn_at.is_null()
            & (Consent.sealed != "")
        )
        left = sorted({row["account"] for row in rows} - await _done(kind, now))
        for rank, account in enumerate(left):
            once, at = f"state:{kind.code}:{account}", after(now, EVERY * rank)
            await later("core", "ask_state", once=once, at=at, account=account, kind=kind.code)


async def ask_state(account: int, kind: str) -> None:
    """Ask again what one family let be asked; nothing when it changed its mind meanwhile."""
    tenant, asked = tenants.current(), KINDS[kind]
    now = tenant.now()
    try:
        consent = await asking.agreed(account, asked)
    except Refused:
        return
    told = await asking.typed(account, asked)
    if told is None or account in await _done(asked, now):
        return
    try:
        found, request = await service.by_identity(tenant, kind, told.parameters())
        await asking.keep(account, asked, found, request, IDENTITY, now, is_refresh=True)
    except Unanswered as error:
        if error.reason in UNSET:
            # the same for every family: the town hall has to put it right first
            raise NotNow(error.reason, DAY, DAY) from None
        if error.refusal.is_passing:
            wait = timedelta(seconds=error.wait)
            raise NotNow(error.reason, max(wait, HOUR), max(wait, MINUTE)) from None
        await asking.note_refused(account, asked, error, now)
    except Refused:
        log.info("particulier_withdrawn", consent=consent.id)


async def _done(kind: Kind, now: datetime) -> set[int]:
    first = now.replace(month=FEBRUARY, day=1, hour=0, minute=0, second=0, microsecond=0)
    rows = await StateEvidence.select(StateEvidence.account).where(
        (StateEvidence.kind == kind.code) & (StateEvidence.fetched_at >= first)
    )
    return {row["account"] for row in rows}
