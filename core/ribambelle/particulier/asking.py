"""A family lets something be asked, it is asked, and what comes back serves as long as she agrees."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from piccolo.custom_types import Combinable

from ribambelle import consents, tenants
from ribambelle.consents import Text
from ribambelle.consents.tables import Consent
from ribambelle.database import locks, transaction
from ribambelle.documents.sealing import Broken
from ribambelle.errors import Refused
from ribambelle.identity import households
from ribambelle.identity.tables import Adult
from ribambelle.particulier import answers, asker, service
from ribambelle.particulier.answers import Facts
from ribambelle.particulier.asker import Asker
from ribambelle.particulier.kinds import FRANCECONNECT, IDENTITY, KINDS, SCHOOLING, Kind
from ribambelle.particulier.refusals import REFUSALS, Unanswered
from ribambelle.particulier.tables import StateEvidence
from ribambelle.particulier.uses import StateTold, uses
from ribambelle.workflow import journal

KNOWN = "known"
VERSION = "1"
WORDS = (
    "J’accepte que la mairie demande à l’État {asked}, par l’API Particulier. "
    "Elle s’en sert pour : {purposes}. {again}Je peux retirer cet accord à tout moment."
)
AGAIN = "Elle peut le redemander chaque année en février. "


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer, as a page shows it."""

    row: StateEvidence
    label: str
    rows: list[tuple[str, str]]

    @property
    def facts(self) -> dict[str, Any]:
        """What was kept."""
        return dict(msgspec.json.decode(self.row.content))


def subject(kind: str) -> str:
    """Return what a consent to one kind is called."""
    return f"particulier.{kind}"


def offered() -> dict[Kind, list[str]]:
    """Return what this commune may ask and has a use for, with the purposes a family reads."""
    found: dict[Kind, list[str]] = {}
    for use in uses():
        found.setdefault(KINDS[use.kind], []).append(use.purpose)
    return found


def text_of(kind: Kind) -> Text:
    """Return the words a family agrees to; one purpose more is other words, and asks again."""
    purposes = " ; ".join(sorted(offered().get(kind, [])))
    again = AGAIN if kind.scopes and tenants.current().settings.particulier.refresh_from else ""
    words = WORDS.format(asked=kind.asked, purposes=purposes, again=again)
    return Text(subject(kind.code), VERSION, words)


async def agreed(account: int, kind: Kind) -> Consent:
    """Return the consent that stands, or refuse: nothing is asked nor used without one."""
    consent = await consents.standing(account, text_of(kind)) if kind in offered() else None
    if consent is None:
        raise Refused("consent_needed")
    return consent


async def ask(account: int, kind: Kind, told: Asker, now: datetime) -> str:
    """Ask about an adult by the civil status they typed; return what plugins made of it."""
    await agreed(account, kind)
    tenant = tenants.current()
    found, request = await service.by_identity(tenant, kind.code, told.parameters())
    return await keep(account, kind, found, request, IDENTITY, now)


async def ask_of_child(
    account: int, kind: Kind, child: int, parameters: list[tuple[str, str]], now: datetime
) -> str:
    """Ask about a child; return what plugins made of it."""
    await agreed(account, kind)
    found, request = await service.by_identity(tenants.current(), kind.code, parameters)
    return await keep(account, kind, found, request, IDENTITY, now, child=child)


async def ask_as_franceconnect(account: int, kind: Kind, access: str, now: datetime) -> str:
    """Ask with the token FranceConnect gave a moment ago, which is kept nowhere."""
    await agreed(account, kind)
    found, request = await service.by_franceconnect(tenants.current(), kind.code, access)
    return await keep(account, kind, found, request, FRANCECONNECT, now)


async def keep(
    account: int,
    kind: Kind,
    found: Facts,
    request: str,
    way: str,
    now: datetime,
    *,
    child: int | None = None,
    is_refresh: bool = False,
) -> str:
    """Keep what came back and hand it to whoever uses it, if the consent still stands by then."""
    async with transaction():
        await locks.advisory(f"consent:{account}:{subject(kind.code)}")
        consent = await agreed(account, kind)
        row = StateEvidence(
            consent=consent.id,
            account=account,
            child=child,
            kind=kind.code,
            outcome=KNOWN,
            content=msgspec.json.encode(found).decode(),
            request=request,
            way=way,
            fetched_at=now,
        )
        await StateEvidence.insert(row)
        await journal.record(
            "state.read",
            f"account:{account}",
            account=None if is_refresh else account,
            side="clock" if is_refresh else "family",
            kind=kind.code,
            request=request,
        )
        household = await households.of_account(account)
        if household is None:
            return ""
        told = StateTold(kind.code, household, account, found, now, child, is_refresh)
        said = [await use.take(told) for use in uses() if use.kind == kind.code]
    return " ".join(filter(None, said))


async def note_refused(account: int, kind: Kind, error: Unanswered, now: datetime) -> None:
    """Keep that the State knows nothing any more: no figure is made up, nobody is asked twice."""
    async with transaction():
        consent = await agreed(account, kind)
        row = StateEvidence(
            consent=consent.id,
            account=account,
            kind=kind.code,
            outcome=error.reason,
            request=error.request,
            way=IDENTITY,
            fetched_at=now,
        )
        await StateEvidence.insert(row)


async def typed(account: int, kind: Kind) -> Asker | None:
    """Return the civil status a consent lets be used; None when it is not known here."""
    consent = await consents.standing(account, text_of(kind))
    try:
        return asker.opened(consent.sealed, account) if consent else None
    except Broken:
        return None


async def of_account(account: int) -> list[Seen]:
    """Return all that was read for one person, the latest first."""
    found = (
        await StateEvidence.objects()
        .where(StateEvidence.account == account)
        .order_by(StateEvidence.id, ascending=False)
        .limit(50)
    )
    return [_seen(one) for one in found]


async def usable(household: int, *kinds: str) -> list[Seen]:
    """Return the last answer of each kind for a household's adults, while their consent stands.

    A consent withdrawn a moment ago is not read: what it gave serves nobody any more.
    """
    accounts = [
        row["account"]
        for row in await Adult.select(Adult.account).where(
            (Adult.household == household) & Adult.account.is_not_null()
        )
    ]
    return await _usable(StateEvidence.account.is_in(accounts or [0]), kinds)


async def of_child(child: int) -> list[Seen]:
    """Return what the State told of a child, asked by either parent, while the consent stands."""
    return await _usable(StateEvidence.child == child, (SCHOOLING,))


async def _usable(whose: Combinable, kinds: tuple[str, ...]) -> list[Seen]:
    words = [text_of(kind).digest for kind in offered() if kind.code in kinds]
    if not words:
        return []
    rows = (
        await StateEvidence.objects()
        .where(whose, StateEvidence.kind.is_in(list(kinds)), StateEvidence.outcome == KNOWN)
        .where(StateEvidence.consent.withdrawn_at.is_null())
        .where(StateEvidence.consent.digest.is_in(words))
        .order_by(StateEvidence.id, ascending=False)
    )
    last: dict[tuple[str, int | None], StateEvidence] = {}
    for row in rows:
        last.setdefault((row.kind, row.child), row)
    return [_seen(one) for one in last.values()]


def _seen(row: StateEvidence) -> Seen:
    kind = KINDS[row.kind].label if row.kind in KINDS else row.kind
    if row.outcome != KNOWN:
        return Seen(row, kind, [("Réponse", REFUSALS[row.outcome].title)])
    return Seen(row, kind, answers.rows(row.kind, msgspec.json.decode(row.content)))
