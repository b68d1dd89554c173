"""What was taken over from another program, and what it changed: the way back."""

from piccolo.columns import BigInt, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class Takeover(Table, tablename="core_takeover"):
    """One time files of another program were brought in, all at once."""

    id: Serial
    name = Varchar(length=200, help_text="Of the program, as the mapping file says it.")
    files = Text(help_text="Name and SHA-256 of each file, as JSON.")
    outcome = Text(
        default="{}", help_text="Lines created, updated, left, refused, by matter: JSON."
    )
    created_at = Timestamptz()
    created_by = Integer(null=True, default=None)
    undone_at = Timestamptz(null=True, default=None)
    undone_by = Integer(null=True, default=None)


class TakenRow(Table, tablename="core_taken_row"):
    """One row a takeover made or changed; read to take it back, gone after a month."""

    id: Serial
    takeover = ForeignKey(Takeover, null=False, index=True, on_delete=OnDelete.cascade)
    matter = Varchar(length=40)
    owner = Varchar(length=120, help_text="What stays or goes together: household:12.")
    of_table = Varchar(length=80)
    row = BigInt()
    before = Text(
        default="", help_text="What it said before, as JSON; empty for a row that was made."
    )
    after = Text(help_text="What it said then, as JSON; the digest of a row that was made.")
    at = Timestamptz()


TABLES = (Takeover, TakenRow)
