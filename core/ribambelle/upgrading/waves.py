"""In what order communes are upgraded, and when to stop: one first, alone, then by waves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import structlog

from ribambelle.backups import state
from ribambelle.database import migrations
from ribambelle.errors import Misconfigured, Refused, RibambelleError, Unavailable
from ribambelle.tenants import Platform

log = structlog.get_logger(__name__)

Became = Literal["done", "returned", "stuck", "refused", "not_tried"]
AT_ONCE = 4
"""Communes of a wave upgraded side by side: each waits more than it works."""


@dataclass(frozen=True)
class Outcome:
    """What became of one commune.

    ``done``; ``returned`` to what it was; ``stuck`` on the way, mostly read-only, because even
    that failed; ``refused`` before anything was touched; ``not_tried`` because the upgrade had stopped.
    """

    slug: str
    became: Became
    error: Exception | None = None
    """What kept it from being tried, or from its copy."""
    problem: str = ""
    """Why it was returned."""
    steps: list[str] = field(default_factory=list)
    copy: str = ""

    @property
    def went_wrong(self) -> bool:
        """Whether the waves after this one should wait for somebody to look."""
        return self.became in ("returned", "stuck")


def reason(error: BaseException) -> str:
    """Say what went wrong without what a row held: a database quotes the name it refuses.

    >>> error = ValueError("Durand")
    >>> error.add_note("step creche 0031_more, statement 2: UPDATE …")
    >>> reason(error)
    'panne imprévue (ValueError, step creche 0031_more, statement 2)'
    """
    if isinstance(error, RibambelleError):
        return str(error).rstrip(".")
    notes = [note.partition(":")[0] for note in getattr(error, "__notes__", [])]
    return f"panne imprévue ({', '.join([type(error).__name__, *notes])})"


@dataclass(frozen=True)
class Ahead:
    """What is left to do of the fleet."""

    steps: dict[str, list[str]]
    """The steps to take, by commune; none for one that was stopped after its last step."""
    current: list[str]
    refused: list[Outcome]


async def ahead(platform: Platform) -> Ahead:
    """Look at every commune: what it misses, and those that cannot even be looked at."""
    found = Ahead({}, [], [])
    for slug in platform.slugs():
        try:
            commune = platform.tenant(slug)
            with commune.here():
                steps = await migrations.pending(commune.hooks.packages())
        except (Misconfigured, Unavailable) as error:
            found.refused.append(Outcome(slug, "refused", error))
            continue
        except Exception as error:  # whatever one commune hides, the others are looked at
            log.exception("upgrade_not_seen", tenant=slug)
            found.refused.append(Outcome(slug, "refused", problem=reason(error)))
            continue
        known = state.upgrade(commune)
        if steps or (known and known.is_unfinished):
            found.steps[slug] = steps
        else:
            found.current.append(slug)
    return found


def canary(platform: Platform, slugs: Sequence[str], asked: str = "") -> str:
    """Return which commune goes first: the one asked for, else one nobody depends on."""
    if asked:
        if asked not in slugs:
            raise Refused("canary_unknown", slug=asked, known=", ".join(slugs[:10]))
        return asked
    return next((slug for slug in slugs if platform.tenant(slug).settings.demo), slugs[0])


def ordered(slugs: Sequence[str], first: str, size: int) -> list[list[str]]:
    """Return the waves: the canary alone, then so many communes at a time.

    >>> ordered(["a", "b", "c", "d"], "c", 2)
    [['c'], ['a', 'b'], ['d']]
    """
    others = [slug for slug in slugs if slug != first]
    return [[first], *(others[at : at + size] for at in range(0, len(others), size))]


async def run(
    waves: Sequence[Sequence[str]],
    one: Callable[[str], Awaitable[Outcome]],
    *,
    go_on: bool = False,
) -> AsyncIterator[Outcome]:
    """Upgrade wave after wave; yield what became of each commune.

    A commune that went wrong leaves its wave to finish, then stops the others; the canary always
    does.

    :param go_on: let the waves go on whatever becomes of their communes.
    """
    seats = asyncio.Semaphore(AT_ONCE)

    async def seated(slug: str) -> Outcome:
        async with seats:
            try:
                return await one(slug)
            except Exception as error:  # the others of its wave are not cut for it
                log.exception("upgrade_stuck", tenant=slug)
                return Outcome(slug, "stuck", problem=reason(error))

    stopped = False
    for number, wave in enumerate(waves):
        if stopped:
            for slug in wave:
                yield Outcome(slug, "not_tried")
            continue
        tasks = [asyncio.create_task(seated(slug)) for slug in wave]
        try:
            for task in asyncio.as_completed(tasks):
                outcome = await task
                failed = outcome.went_wrong or (number == 0 and outcome.became == "refused")
                stopped = stopped or (failed and (number == 0 or not go_on))
                yield outcome
        finally:
            for left in tasks:
                left.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)  # each returns before it leaves
