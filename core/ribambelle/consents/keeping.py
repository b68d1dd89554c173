"""Giving a consent, taking it back at once, and asking whether it stands."""

from datetime import datetime

from ribambelle.consents.tables import Consent
from ribambelle.consents.text import Text
from ribambelle.database import locks, transaction
from ribambelle.workflow import journal


async def give(text: Text, account: int, now: datetime, sealed: str = "") -> int:
    """Keep that a person agrees to these words, and return the consent; the same yes is kept once.

    Other words put an end to the consent before. `sealed` is what the consent lets be used.
    """
    async with transaction():
        await locks.advisory(f"consent:{account}:{text.subject}")
        before = await standing(account, text)
        if before is not None:
            if sealed:
                await Consent.update({Consent.sealed: sealed}).where(Consent.id == before.id)
            return before.id
        await _end(account, text.subject, account, now)
        row = Consent(
            account=account,
            subject=text.subject,
            version=text.version,
            digest=text.digest,
            words=text.words,
            sealed=sealed,
            given_at=now,
            given_by=account,
        )
        number = int((await Consent.insert(row).returning(Consent.id))[0]["id"])
        await _noted("consent.given", account, text.subject, version=text.version)
    return number


async def withdraw(account: int, subject: str, now: datetime) -> bool:
    """Take a consent back: from this commit on nothing is used; False when none stood."""
    async with transaction():
        await locks.advisory(f"consent:{account}:{subject}")
        if not await _end(account, subject, account, now):
            return False
        await _noted("consent.withdrawn", account, subject)
    return True


async def standing(account: int, text: Text) -> Consent | None:
    """Return the consent a person gave to these very words and did not take back."""
    return (
        await Consent.objects()
        .where((Consent.account == account) & (Consent.subject == text.subject))
        .where((Consent.digest == text.digest) & Consent.withdrawn_at.is_null())
        .first()
    )


async def of_account(account: int) -> list[Consent]:
    """Return what a person agreed to, the latest first, taken back or not."""
    return (
        await Consent.objects()
        .where(Consent.account == account)
        .order_by(Consent.id, ascending=False)
    )


async def _end(account: int, subject: str, by: int, now: datetime) -> bool:
    ended = (
        await Consent.update(
            {Consent.withdrawn_at: now, Consent.withdrawn_by: by, Consent.sealed: ""}
        )
        .where((Consent.account == account) & (Consent.subject == subject))
        .where(Consent.withdrawn_at.is_null())
        .returning(Consent.id)
    )
    return bool(ended)


async def _noted(act: str, account: int, subject: str, version: str = "") -> None:
    await journal.record(
        act,
        f"account:{account}",
        account=account,
        side="family",
        subject=subject,
        version=version,
    )
