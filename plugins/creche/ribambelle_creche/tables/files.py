"""Facilities, applications, wishes: what the crèche plugin keeps."""

from piccolo.columns import (
    Boolean,
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
from piccolo.constraints import Unique
from piccolo.table import Table

from ribambelle.identity.tables import Child, Household, Quartier
from ribambelle.workflow.tables import Demande


class Desk(Table, tablename="creche_desk"):
    """A counter where files are received; a large city has one per neighbourhood town hall."""

    id: Serial
    name = Varchar(length=120, unique=True)
    address = Varchar(length=200, default="")
    phone = Varchar(length=40, default="")


class Facility(Table, tablename="creche_facility"):
    """A crèche of the commune, of whatever manager; closed ones stay, for the files that name them."""

    id: Serial
    name = Varchar(length=200)
    folded = Varchar(length=200, index=True)
    kind = Varchar(length=30, help_text="Code of domain.facility.KINDS.")
    manager = Varchar(length=200, default="", help_text="Who runs it.")
    address = Varchar(length=200, default="")
    postcode = Varchar(length=10, default="")
    city = Varchar(length=100, default="")
    quartier = ForeignKey(Quartier, null=True, default=None, on_delete=OnDelete.set_null)
    micro_quartier = Varchar(length=120, default="", help_text="As reconciled with the list.")
    places = Integer(default=0, help_text="Authorised places.")
    bands = Text(default="[]", help_text="Other numbers at other hours: domain.authorisation.")
    latitude = Integer(null=True, default=None, help_text="Millionths of a degree.")
    longitude = Integer(null=True, default=None, help_text="Millionths of a degree.")
    phone = Varchar(length=40, default="")
    email = Varchar(length=254, default="")
    hours = Varchar(length=120, default="", help_text="As read by families: 7 h 30 – 18 h 30.")
    from_weeks = SmallInt(default=10, help_text="Youngest age, in weeks.")
    to_months = SmallInt(default=36, help_text="Oldest age, in months.")
    project = Text(default="", help_text="Pedagogical project, in the crèche's words.")
    languages = Varchar(length=200, default="")
    parent_support = Text(default="", help_text="What is offered to parents.")
    opens_saturday = Boolean(default=False, help_text="Its week has twelve half-days.")
    is_open = Boolean(default=True)
    is_avip = Boolean(
        default=False, help_text="Keeps one place in five for parents who look for work."
    )
    import_key = Varchar(length=200, unique=True, help_text="Folded name and address.")


class Agreement(Table, tablename="creche_agreement"):
    """Places for insertion that a crèche's manager holds with childminders, by an agreement."""

    id: Serial
    facility = ForeignKey(Facility, null=False, on_delete=OnDelete.cascade, index=True)
    partner = Varchar(length=200, help_text="Who receives the children: a relais, childminders.")
    places = SmallInt()
    first = Date()
    last = Date(null=True, default=None, help_text="Last day included; null while it stands.")
    account = Integer()
    at = Timestamptz()


class Capacity(Table, tablename="creche_capacity"):
    """Places of one facility for one age group and one half-day, and how many are free."""

    id: Serial
    facility = ForeignKey(Facility, null=False, on_delete=OnDelete.cascade)
    age_group = Varchar(length=10, help_text="Code of domain.age.GROUPS.")
    weekday = SmallInt(help_text="0 for Monday.")
    half = Varchar(length=2, help_text="am or pm.")
    places = Integer(default=0)
    free = Integer(default=0)
    changed_at = Timestamptz()
    once = Unique([facility, age_group, weekday, half])


class Application(Table, tablename="creche_application"):
    """One pre-registration file: one child (or one birth), several wishes.

    `answers` is what the family wrote, whole, at each step, and `sent` what it last sent: points
    are counted on that, or a family would gain by typing what nobody checks. The columns after
    are computed from it, for the queue and the statistics.
    """

    id: Serial
    number = Varchar(length=12, unique=True, help_text="C-2041: said on the phone.")
    demande = ForeignKey(Demande, null=False, unique=True, on_delete=OnDelete.restrict)
    account = Integer(
        null=True, default=None, index=True, help_text="Family account it belongs to."
    )
    household = ForeignKey(
        Household, null=True, default=None, index=True, on_delete=OnDelete.set_null
    )
    child = ForeignKey(Child, null=True, default=None, index=True, on_delete=OnDelete.set_null)
    desk = ForeignKey(Desk, null=True, default=None, on_delete=OnDelete.set_null)
    channel = Varchar(length=10, default="family", help_text="family, office or facility.")
    entered_by = Integer(null=True, default=None, help_text="Staff account that typed it.")
    answers = Text(default="{}")
    sent = Text(default="", help_text="The answers as last sent; empty for a draft.")
    created_at = Timestamptz()
    submitted_at = Timestamptz(null=True, default=None, index=True)
    complete_at = Timestamptz(null=True, default=None, help_text="The date that counts.")
    confirmed_at = Timestamptz(null=True, default=None)
    confirm_by = Date(null=True, default=None, index=True)
    quartier = ForeignKey(Quartier, null=True, default=None, on_delete=OnDelete.set_null)
    child_name = Varchar(length=200, default="")
    folded = Varchar(length=400, default="", index=True, help_text="Child and adults, for search.")
    reference_on = Date(
        null=True, default=None, index=True, help_text="Birth, or expected birth: finds duplicates."
    )
    is_expected = Boolean(default=False)
    start_on = Date(null=True, default=None)
    start_month = Varchar(length=7, default="", index=True, help_text="2027-01.")
    age_group = Varchar(length=10, default="", help_text="At the start wished.")
    half_days = SmallInt(default=0, help_text="Asked per week, of ten.")
    children = SmallInt(default=1, help_text="Of one birth, whom the file is for.")
    iris = Varchar(length=60, default="", help_text="By the list of streets; empty when silent.")
    left_for = Varchar(
        length=12, default="", help_text="Code of domain.leaving.FOR; empty when not said."
    )


class Wish(Table, tablename="creche_wish"):
    """One facility asked for by one file, in order of preference."""

    id: Serial
    application = ForeignKey(Application, null=False, on_delete=OnDelete.cascade)
    rank = SmallInt(help_text="1 for the preferred.")
    facility = ForeignKey(Facility, null=False, on_delete=OnDelete.restrict)
    contacted_at = Timestamptz(null=True, default=None, help_text="First time the crèche called.")
    once = Unique([application, facility])


class Need(Table, tablename="creche_need"):
    """One week asked for: rank 0 is the one wished, then the fallbacks in order."""

    id: Serial
    application = ForeignKey(Application, null=False, on_delete=OnDelete.cascade)
    rank = SmallInt()
    slots = SmallInt(help_text="Bits: Monday morning is 1, Monday afternoon 2, Tuesday morning 4…")
    once = Unique([application, rank])


class Receipt(Table, tablename="creche_receipt"):
    """The proof of what was asked and when; never changed, a new one follows an edit."""

    id: Serial
    application = ForeignKey(Application, null=False, on_delete=OnDelete.cascade)
    version = SmallInt()
    at = Timestamptz()
    content = Text(help_text="What was asked, as JSON, in the order it is signed.")
    code = Varchar(length=64, help_text="Seal made with the commune's own key.")
    once = Unique([application, version])


class Evidence(Table, tablename="creche_evidence"):
    """One thing to prove, and who at the town hall saw the proof."""

    id: Serial
    application = ForeignKey(Application, null=False, on_delete=OnDelete.cascade)
    kind = Varchar(length=30, help_text="Code of domain.evidence.KINDS.")
    seen_at = Timestamptz(null=True, default=None)
    seen_by = Integer(null=True, default=None)
    again_by = Date(
        null=True,
        default=None,
        help_text="Asked for again: the one that was seen counts until then.",
    )
    once = Unique([application, kind])


class Noted(Table, tablename="creche_noted"):
    """What the town hall knows of a file beside its answers: a fact, or points a service asked for."""

    id: Serial
    application = ForeignKey(Application, null=False, on_delete=OnDelete.cascade)
    code = Varchar(length=40, help_text="Name of a fact, or code of a criterion.")
    points = Integer(null=True, default=None, help_text="Asked for by a service; null for a fact.")
    account = Integer()
    at = Timestamptz()
    once = Unique([application, code])


class Contact(Table, tablename="creche_contact"):
    """One call or meeting between a crèche and a family."""

    id: Serial
    application = ForeignKey(Application, null=False, index=True, on_delete=OnDelete.cascade)
    facility = ForeignKey(Facility, null=True, default=None, on_delete=OnDelete.set_null)
    at = Timestamptz()
    account = Integer()
    outcome = Varchar(length=20, help_text="Code of domain.contact.OUTCOMES.")
    note = Text(default="")


class FrozenCount(Table, tablename="creche_frozen_count"):
    """One cell of a month's table, as published: small counts are already hidden in it."""

    id: Serial
    month = Varchar(length=7, index=True)
    quartier = Varchar(length=120, help_text="Name of the part; « Ville » for all.")
    age_group = Varchar(length=10, help_text="Code, or « total ».")
    children = Integer(null=True, default=None, help_text="Null when hidden.")
    cut = Varchar(length=10, default="quartier", help_text="quartier or iris: what a row is.")
    once = Unique([month, quartier, age_group])


class Street(Table, tablename="creche_street"):
    """One stretch of a street and the quartier it lies in, from the commune's own list."""

    id: Serial
    name = Varchar(length=200)
    folded = Varchar(length=200, index=True, help_text="As domain.streets looks for it.")
    quartier = ForeignKey(Quartier, null=False, on_delete=OnDelete.cascade)
    first = Integer(default=0, help_text="First number, included.")
    last = Integer(default=0, help_text="Last number, included; 0 for no end.")
    side = Varchar(length=6, default="", help_text="pair, impair, or both when empty.")
    iris = Varchar(length=60, default="", help_text="Code of INSEE, then its name if known.")


TABLES = (
    Desk,
    Facility,
    Agreement,
    Capacity,
    Application,
    Wish,
    Need,
    Receipt,
    Evidence,
    Noted,
    Contact,
    FrozenCount,
    Street,
)
