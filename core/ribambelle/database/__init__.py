"""The database of the current commune: SQLite by default, PostgreSQL beside it."""

import asyncpg
from pysqlite3 import dbapi2

from ribambelle.database.door import DOOR, current_engine, using
from ribambelle.database.engine import TenantEngine
from ribambelle.database.locks import advisory, claim, for_update
from ribambelle.database.objects import teach_piccolo
from ribambelle.database.postgres import Postgres
from ribambelle.database.prepared import Prepared
from ribambelle.database.sqlite import SQLite
from ribambelle.database.transaction import Transaction

__all__ = [
    "DOOR",
    "REFUSED",
    "Postgres",
    "Prepared",
    "SQLite",
    "TenantEngine",
    "Transaction",
    "advisory",
    "claim",
    "current_engine",
    "for_update",
    "transaction",
    "using",
]

# What either database raises when a row breaks a rule: twice the same, no parent, a failed check.
# Catch it around a nested transaction only: PostgreSQL forgets the whole block otherwise.
REFUSED = (dbapi2.IntegrityError, asyncpg.IntegrityConstraintViolationError)

teach_piccolo()


def transaction() -> Transaction:
    """Open a unit of work in the current commune's database.

    Everything in the block is kept, or nothing is. Opened inside another, it is a part that may
    fail alone: when its block raises, that part is undone and the error goes on.
    """
    opened: Transaction = DOOR.transaction()
    return opened
