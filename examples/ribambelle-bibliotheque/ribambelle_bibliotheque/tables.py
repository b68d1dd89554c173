"""What is kept."""

from piccolo.columns import (
    Date,
    ForeignKey,
    Integer,
    Serial,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from ribambelle.identity.tables import Adult, Child
from ribambelle.workflow.tables import Demande


class Card(Table, tablename="bibliotheque_card"):
    """One card asked for one child; where it stands is its demande's."""

    id: Serial
    demande = ForeignKey(Demande, null=False, unique=True, on_delete=OnDelete.restrict)
    child = ForeignKey(Child, null=False, index=True, on_delete=OnDelete.cascade)
    account = Integer(null=True, default=None, help_text="Family account that asked.")
    payer = ForeignKey(Adult, null=True, default=None, on_delete=OnDelete.set_null)
    asked_at = Timestamptz()
    cents = Integer(default=0, help_text="Price told when it was asked; due once it is given.")
    given_on = Date(null=True, default=None)
    until = Date(null=True, default=None, help_text="Last day it is good for.")


class Activity(Table, tablename="bibliotheque_activity"):
    """One thing children come to: a story hour, a workshop. A cancelled one stays, for its families."""

    id: Serial
    title = Varchar(length=80)
    told = Text(default="")
    place = Varchar(length=120, default="")
    day = Date(index=True)
    begins = SmallInt(help_text="Minute of the day.")
    lasts = SmallInt(default=60, help_text="Minutes.")
    places = SmallInt(help_text="Children received.")
    from_age = SmallInt(help_text="Youngest age, in years; included.")
    to_age = SmallInt(help_text="Oldest age, in years; included.")
    cents = Integer(default=0, help_text="Price of one child; 0 when it is free.")
    cancelled_at = Timestamptz(null=True, default=None)


class Registration(Table, tablename="bibliotheque_registration"):
    """One child at one activity. One that is left keeps its row, which the child takes up again."""

    id: Serial
    activity = ForeignKey(Activity, null=False, index=True, on_delete=OnDelete.restrict)
    child = ForeignKey(Child, null=False, index=True, on_delete=OnDelete.cascade)
    account = Integer(null=True, default=None, help_text="Family account that registered.")
    payer = ForeignKey(Adult, null=True, default=None, on_delete=OnDelete.set_null)
    state = Varchar(length=10, help_text="taken, waiting or left")
    at = Timestamptz(help_text="When it was asked: the order of the waiting list.")
    cents = Integer(default=0, help_text="Price told when it was asked.")
    reminded_at = Timestamptz(null=True, default=None)


class Figure(Table, tablename="bibliotheque_figure"):
    """What one month counted, small counts hidden, as it was published; never counted again."""

    id: Serial
    month = Varchar(length=7, unique=True)
    cards = Integer(null=True, default=None, help_text="Cards given; null where hidden.")
    registrations = Integer(null=True, default=None, help_text="Children received; null: hidden.")


TABLES = (Card, Activity, Registration, Figure)
