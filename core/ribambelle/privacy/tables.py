"""What stays of what is gone: who asked to be forgotten, what was removed past its term."""

from piccolo.columns import Date, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from ribambelle.identity.tables import Household


class ForgetRequest(Table, tablename="core_forget_request"):
    """A family asks to be forgotten; an agent answers within a month, with a reason if it is no."""

    id: Serial
    household = ForeignKey(Household, null=False, index=True, on_delete=OnDelete.cascade)
    account = Integer(null=True, default=None, help_text="Who asked; null: at the counter.")
    words = Text(default="")
    asked_at = Timestamptz()
    state = Varchar(length=10, default="asked", help_text="asked, accepted, refused, withdrawn.")
    decided_at = Timestamptz(null=True, default=None)
    decided_by = Integer(null=True, default=None)
    reason = Text(default="", help_text="Why not, as the family reads it.")
    runs_on = Date(
        null=True, default=None, help_text="The night it is done: time to change one's mind."
    )


class Erasure(Table, tablename="core_erasure"):
    """One family forgotten: numbers alone, so that a copy put back forgets it again."""

    id: Serial
    at = Timestamptz()
    cause = Varchar(length=10, help_text="asked, or term.")
    people = Text(help_text="JSON: numbers of the household, adults, accounts, children.")
    by = Integer(null=True, default=None, help_text="The agent's account; null: the clock.")
    gone = Text(help_text="JSON: how many rows of each table are gone, blanked, kept.")
    mirrored_at = Timestamptz(
        null=True, default=None, help_text="Written beside the data, where copies do not reach."
    )


class Elimination(Table, tablename="core_elimination"):
    """One removal of what is past its term, with its slip: what, how many, from when to when."""

    id: Serial
    at = Timestamptz()
    by = Integer(null=True, default=None, help_text="The agent's account; null: the clock.")
    visa = Varchar(
        length=200, default="", help_text="The archives' agreement, as the agent typed it."
    )
    slip = Text(help_text="JSON: for each rule, its table, its term, how many rows, their dates.")


TABLES = (ForgetRequest, Erasure, Elimination)
