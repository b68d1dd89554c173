"""Take a row, or a name, before deciding about it.

SQLite needs none of this: a transaction there is alone to write from its first statement. The
same code asks PostgreSQL for the locks that give the same certainty.
"""

from typing import Any, TypeVar, cast

from piccolo.query.methods.objects import Objects
from piccolo.query.methods.select import Select

from ribambelle.database.door import DOOR

Question = TypeVar("Question", bound=Select[Any] | Objects[Any])


ONE_BY_ONE = """
SELECT pg_advisory_xact_lock(number) FROM (
  SELECT DISTINCT hashtextextended(name, 0) AS number FROM unnest($1::text[]) AS name ORDER BY 1
) AS names
"""


async def advisory(*keys: str) -> None:
    """Wait until no other transaction holds these names; they are let go when ours ends.

    Several are taken in one order, whoever asks: two transactions never wait for each other.
    """
    if not DOOR.transaction_exists():
        told = ", ".join(keys)
        raise RuntimeError(f"the lock “{told}” lasts as long as a transaction: open one first")
    if DOOR.engine_type == "postgres":
        await DOOR.fetch(ONE_BY_ONE, [list(keys)])


def for_update(query: Question) -> Question:
    """Ask for rows nobody else may change until our transaction ends; wait for them if needed."""
    return _locked(query, skip_locked=False)


def claim(query: Question) -> Question:
    """Ask for rows to take away; leave out those another transaction is already taking."""
    return _locked(query, skip_locked=True)


def _locked(query: Question, *, skip_locked: bool) -> Question:
    if DOOR.engine_type != "postgres":
        return query
    # Only the table asked for: PostgreSQL cannot lock the optional side of a join.
    locked = query.lock_rows("UPDATE", skip_locked=skip_locked, of=(query.table,))
    return cast(Question, locked)
