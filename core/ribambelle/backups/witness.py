"""Do the sealed copies remember lines of the journal that are no longer there?

The lines that are left follow each other, whoever removed the last ones: only a seal kept where the
database cannot reach says that there were more. Each copy carries one.
"""

from dataclasses import dataclass
from datetime import datetime

from ribambelle.backups import snapshots
from ribambelle.database.connection import in_thread
from ribambelle.errors import Misconfigured, Refused
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal

RESTORED = "tenant.restored"
"""Act written when a copy is put back: what came after that copy is gone, and everybody knows."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A line that a copy saw, and that is no longer there as it was."""

    number: int
    taken_at: datetime

    def words(self, commune: Tenant) -> str:
        """Say which line, and who saw it."""
        seen = self.taken_at.astimezone(commune.zone)
        return (
            f"la ligne {self.number}, que la copie du {seen:%d/%m/%Y à %H:%M} a vue, n’est plus là "
            "telle qu’elle était : les dernières lignes ont été retirées"
        )


async def lost(commune: Tenant) -> Lost | None:
    """Return the first line a copy of the current commune saw and that is gone, if any.

    Every copy is asked, and not the newest alone: one taken after the lines were removed saw none
    of them. A copy that cannot be read says nothing here; the doctor speaks of it.
    """
    for taken_at, number, digest in await in_thread(_kept, commune):
        if await journal.is_lost(number, digest) and not await _was_put_back(number, taken_at):
            return Lost(number, taken_at)
    return None


def _kept(commune: Tenant) -> list[tuple[datetime, int, str]]:
    try:
        place = snapshots.depot_of(commune)
        stamps = place.stamps()
    except (Misconfigured, OSError):
        return []
    found = []
    for stamp in stamps:
        try:
            seen = place.seen_by(stamp)
        except Refused:
            continue
        if seen.journal:
            found.append((seen.taken_at, seen.journal.number, seen.journal.digest))
    return found


async def _was_put_back(number: int, taken_at: datetime) -> bool:
    """Tell whether an older copy was put back since: the line went with what came after it."""
    return await journal.was_done(RESTORED, up_to=number, since=taken_at)
