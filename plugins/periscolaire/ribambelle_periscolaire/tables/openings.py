"""Days that open by wishes or through a waiting room: what is asked, who came, what was decided."""

from piccolo.columns import Date, ForeignKey, Integer, Serial, SmallInt, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from ribambelle.identity.tables import Adult, Child, Household
from ribambelle_periscolaire.tables.offer import Activity, Unit


class Opening(Table, tablename="periscolaire_opening"):
    """Some days of an activity that all may not book yet; it stays, to prove what was drawn."""

    id: Serial
    activity = ForeignKey(Activity, null=False, index=True, on_delete=OnDelete.restrict)
    mode = Varchar(length=10, help_text="Code of domain.openings.MODES.")
    name = Varchar(length=80, help_text="What families read.")
    first = Date()
    last = Date()
    begins_at = Timestamptz(help_text="Wishes are taken, or families let in, from then on.")
    ends_at = Timestamptz(help_text="Last moment of wishes, or of the waiting room.")
    span = Varchar(length=10, default="week", help_text="Code of domain.openings.SPANS.")
    rate = SmallInt(default=50, help_text="Families let in at once.")
    every = SmallInt(default=5, help_text="Minutes between two times.")
    stay = SmallInt(default=15, help_text="Minutes a family has to book.")
    seed = Varchar(length=64, help_text="Hexadecimal; secret until the draw is published.")
    made_at = Timestamptz()
    made_by = Integer(null=True, default=None)
    cancelled_at = Timestamptz(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None, help_text="An agent confirmed the result.")
    decided_by = Integer(null=True, default=None)
    published_at = Timestamptz(null=True, default=None, help_text="All may book from then on.")


class Arrival(Table, tablename="periscolaire_arrival"):
    """A home in a waiting room; one that let its turn pass comes again, as a new row."""

    id: Serial
    opening = ForeignKey(Opening, null=False, on_delete=OnDelete.cascade)
    household = ForeignKey(Household, null=False, index=True, on_delete=OnDelete.cascade)
    account = Integer(help_text="Who came in.")
    round = SmallInt(default=0, help_text="How many turns it let pass before.")
    at = Timestamptz()
    place = Varchar(length=80, help_text="Sorts as ranks do: 0 and the draw, or 1 and the order.")
    step = SmallInt(null=True, default=None, help_text="When it is let in; null: by its rank.")
    once = Unique([opening, household, round])
    served = Unique([opening, place])


class WishRequest(Table, tablename="periscolaire_wish_request"):
    """What a home asks of a wish window for its children together, then what it got and why."""

    id: Serial
    opening = ForeignKey(Opening, null=False, on_delete=OnDelete.cascade)
    household = ForeignKey(Household, null=False, index=True, on_delete=OnDelete.cascade)
    adult = ForeignKey(
        Adult, null=False, index=True, on_delete=OnDelete.cascade, help_text="Who asked."
    )
    account = Integer(null=True, default=None)
    declared = Text(default="", help_text="Codes of the criteria the family says it meets.")
    kept = Text(null=True, default=None, help_text="Those an agent kept; null: not looked at.")
    sent_at = Timestamptz()
    rank = Integer(null=True, default=None)
    points = Integer(null=True, default=None)
    given = SmallInt(null=True, default=None, help_text="Rank of the wish given; 0: none.")
    refusals = Text(default="[]", help_text="Why not the wishes before, as JSON.")
    placed_at = Timestamptz(null=True, default=None, help_text="Its bookings are written.")
    once = Unique([opening, household])


class WishChild(Table, tablename="periscolaire_wish_child"):
    """One child of a request: all of them enter together."""

    id: Serial
    request = ForeignKey(WishRequest, null=False, on_delete=OnDelete.cascade)
    child = ForeignKey(Child, null=False, index=True, on_delete=OnDelete.cascade)
    once = Unique([request, child])


class Wish(Table, tablename="periscolaire_wish"):
    """One wish of a request: a unit, on some weeks or days; the first is the dearest."""

    id: Serial
    request = ForeignKey(WishRequest, null=False, on_delete=OnDelete.cascade)
    rank = SmallInt()
    unit = ForeignKey(Unit, null=False, on_delete=OnDelete.restrict)
    spans = Text(help_text="Codes of domain.openings.Span, apart by spaces.")
    once = Unique([request, rank])


TABLES = (Opening, Arrival, WishRequest, WishChild, Wish)
