"""The queue of one commune."""

from piccolo.columns import Integer, Serial, Text, Timestamptz, Varchar
from piccolo.table import Table


class Job(Table, tablename="core_job"):
    """Something to do after a change was committed; the row goes once it is done."""

    id: Serial
    plugin = Varchar(length=40)
    name = Varchar(length=60)
    payload = Text(default="{}")
    once = Varchar(length=160, null=True, default=None, unique=True)
    run_at = Timestamptz(index=True)
    leased_until = Timestamptz(null=True, default=None)
    attempts = Integer(default=0)
    error = Text(default="")


TABLES = (Job,)
