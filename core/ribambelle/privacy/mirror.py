"""Whom this commune has forgotten, written where its copies do not reach.

A copy put back brings back those it knew: they are forgotten again before anybody is served. The
list holds numbers alone. It lies beside the communes' folders, and each copy carries one too.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from ribambelle import tenants
from ribambelle.database.connection import in_thread
from ribambelle.errors import Misconfigured
from ribambelle.privacy.tables import Erasure
from ribambelle.tenants import copies


class Forgotten(msgspec.Struct, frozen=True):
    """One line: when, and who was forgotten, by table."""

    at: datetime
    people: dict[str, list[int]]


async def catch_up() -> int:
    """Write what the list does not hold yet; return how many lines."""
    tenant = tenants.current()
    rows = await Erasure.objects().where(Erasure.mirrored_at.is_null()).order_by(Erasure.id)
    if rows:
        lines = [Forgotten(row.at, msgspec.json.decode(row.people)) for row in rows]
        await in_thread(_append, copies.erasures(tenant.platform, tenant.slug), lines)
        await Erasure.update({Erasure.mirrored_at: tenant.now()}).where(
            Erasure.id.is_in([row.id for row in rows])
        )
    return len(rows)


async def bring_back(lists: Iterable[Path]) -> int:
    """Forget again all that these lists hold, in a commune just put back; return how many.

    Its own list is written whole beside its data, for the copy it will be made next.
    """
    tenant = tenants.current()
    lines = {
        (one.at, str(one.people)): one for file in lists if file.is_file() for one in read(file)
    }
    kept = copies.erasures(tenant.platform, tenant.slug)
    there = {(one.at, str(one.people)) for one in read(kept)} if kept.is_file() else set()
    if new := [one for key, one in lines.items() if key not in there]:
        await in_thread(_append, kept, new)
    return await replay(sorted(lines.values(), key=lambda one: one.at))


def read(source: Path) -> list[Forgotten]:
    """Return the lines of a list, in order; raises Misconfigured when one is unreadable."""
    found = []
    for number, line in enumerate(source.read_bytes().splitlines(), start=1):
        try:
            found.append(msgspec.json.decode(line, type=Forgotten))
        except msgspec.DecodeError as error:
            raise Misconfigured(
                f"la ligne {number} ne se lit pas",
                file=str(source),
                cure="reprenez la liste d’une autre copie : sans elle, des familles oubliées reviennent",
            ) from error
    return sorted(found, key=lambda one: one.at)


async def replay(lines: Iterable[Forgotten]) -> int:
    """Forget again whom a copy put back has brought back; return how many."""
    from ribambelle.privacy import forgetting

    last = await Erasure.select(Erasure.at).order_by(Erasure.at, ascending=False).first()
    later = [one for one in lines if last is None or one.at > last["at"]]
    for one in later:
        await forgetting.again(one.people)
    return len(later)


def _append(place: Path, lines: list[Forgotten]) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.touch(mode=0o600)
    with place.open("ab") as out:
        out.writelines(msgspec.json.encode(line) + b"\n" for line in lines)
