"""The directory: what the département's register says, and what each childminder says of herself."""

from piccolo.columns import (
    BigInt,
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

from ribambelle_assmat.tables.figures import Count


class Childminder(Table, tablename="assmat_childminder"):
    """One accredited childminder, as the register says; she never types any of it."""

    id: Serial
    number = Varchar(length=20, unique=True, help_text="Of her accreditation.")
    civility = Varchar(length=3, default="", help_text="Code of domain.accreditation.CIVILITIES.")
    family_name = Varchar(length=80)
    usual_name = Varchar(length=80, default="")
    given_name = Varchar(length=80)
    folded = Varchar(length=250, index=True, help_text="Her names, as they are searched for.")
    born_on = Date(null=True, default=None)
    status = Varchar(length=10, help_text="Code of domain.accreditation.STATUSES.")
    activity = Varchar(length=10, help_text="Code of domain.accreditation.ACTIVITIES.")
    accredited_since = Date(null=True, default=None, help_text="Of her first accreditation.")
    first = Date()
    last = Date()
    line = Varchar(length=120, default="")
    postcode = Varchar(length=5, index=True)
    city = Varchar(length=80)
    city_folded = Varchar(length=80, index=True)
    insee = Varchar(length=5, default="")
    quartier = Varchar(length=80, default="", index=True)
    micro_quartier = Varchar(length=80, default="")
    latitude = Integer(null=True, default=None, help_text="Of her cell, in millionths of a degree.")
    longitude = Integer(null=True, default=None)
    tile = Integer(null=True, default=None, index=True, help_text="As domain.cells counts them.")
    is_hidden = Boolean(default=False, help_text="The PMI keeps her out of the directory.")
    hidden_why = Varchar(length=300, default="", help_text="As the PMI tells her.")
    gone_at = Timestamptz(null=True, default=None, help_text="No more in the register since.")
    changed_at = Timestamptz()


class Declared(Table, tablename="assmat_declared"):
    """What she says of herself, and what she agrees to show."""

    id: Serial
    childminder = ForeignKey(Childminder, null=False, unique=True, on_delete=OnDelete.cascade)
    is_listed = Boolean(default=False, help_text="She agrees, and the PMI read it where it must.")
    consents = Text(default="[]", help_text="Codes of domain.publication.CONSENTS, as JSON.")
    agreed_on = Text(default="{}", help_text="Since which day she agrees to each, as JSON.")
    cares = Text(default="[]", help_text="Codes of domain.publication.CARES, as JSON.")
    urgent_words = Varchar(length=300, default="", help_text="Which short replacements she takes.")
    mobile = Varchar(length=20, default="")
    phone = Varchar(length=20, default="")
    email = Varchar(length=120, default="")
    call_hours = Varchar(length=120, default="")
    only_when_free = Boolean(default=False, help_text="No contact is shown without a free place.")
    pets = Varchar(length=4, default="", help_text="Code of domain.home.PETS.")
    pets_words = Varchar(length=120, default="", help_text="Which ones.")
    smoke = Varchar(length=4, default="", help_text="Code of domain.home.SMOKE.")
    languages = Text(default="[]", help_text="Codes of domain.home.LANGUAGES, as JSON.")
    words = Text(default="", help_text="Her home and her way, in her words.")
    validated_at = Timestamptz(null=True, default=None, help_text="When the PMI read her page.")
    changed_at = Timestamptz()


class Place(Table, tablename="assmat_place"):
    """One accredited place: the register's part, then what she says of it."""

    id: Serial
    childminder = ForeignKey(Childminder, null=False, on_delete=OnDelete.cascade)
    rank = SmallInt(help_text="Among hers, as the register orders them.")
    where = Varchar(length=4, help_text="Code of domain.accreditation.PLACES.")
    children = SmallInt()
    from_months = SmallInt()
    to_months = SmallInt()
    hours = Varchar(length=80, default="")
    line = Varchar(length=120, default="", help_text="Where it is: not always her home.")
    postcode = Varchar(length=5, default="")
    city = Varchar(length=80, default="")
    city_folded = Varchar(length=80, default="", index=True)
    insee = Varchar(length=5, default="", index=True)
    quartier = Varchar(length=80, default="", index=True)
    micro_quartier = Varchar(length=80, default="")
    postal = Varchar(
        length=5,
        default="",
        index=True,
        help_text="Postcode of most of its cell: the one searched.",
    )
    latitude = Integer(null=True, default=None, help_text="Of its cell, in millionths of a degree.")
    longitude = Integer(null=True, default=None)
    tile = Integer(null=True, default=None, index=True, help_text="As domain.cells counts them.")
    state = Varchar(length=8, default="unknown", help_text="Code of domain.availability.STATES.")
    opens = Date(null=True, default=None)
    moments = BigInt(default=0, help_text="As domain.slots counts them.")
    takes_urgent = Boolean(default=False, help_text="A child may come for a short replacement.")
    note = Varchar(length=300, default="")
    confirmed_on = Date(null=True, default=None)
    asked_on = Date(null=True, default=None, help_text="When she was last asked, not answered yet.")
    once = Unique([childminder, rank])


class RegisterFile(Table, tablename="assmat_register"):
    """One file of the register, kept while it is looked at."""

    id: Serial
    content = Text(default="", help_text="Its rows, until brought in or a week passed.")
    mapping = Text(default="{}", help_text="The heading of each column, where somebody said it.")
    digest = Varchar(length=64, default="", help_text="Of a file left for the night.")
    source = Varchar(length=8, default="desk", help_text="Code of registering.SOURCES.")
    stopped = Varchar(length=12, default="", help_text="Code of registering.STOPPED.")
    outcome = Text(default="{}", help_text="How many of each, once brought in.")
    refused = Text(default="[]", help_text="The lines not brought in, with why.")
    created_at = Timestamptz()
    created_by = Integer(null=True, default=None)
    done_at = Timestamptz(null=True, default=None)


class Event(Table, tablename="assmat_event"):
    """A meeting of a relais, that childminders register for."""

    id: Serial
    relais = Integer(index=True, help_text="Its code in the portal's file.")
    title = Varchar(length=120)
    place = Varchar(length=120, default="")
    day = Date()
    begins = SmallInt(help_text="Minutes since midnight.")
    ends = SmallInt()
    places = SmallInt()
    words = Text(default="")
    cancelled_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz()


class Attendance(Table, tablename="assmat_attendance"):
    """One childminder registered for one meeting."""

    id: Serial
    event = ForeignKey(Event, null=False, on_delete=OnDelete.cascade)
    childminder = ForeignKey(Childminder, null=False, index=True, on_delete=OnDelete.cascade)
    registered_at = Timestamptz()
    once = Unique([event, childminder])


class Care(Table, tablename="assmat_care"):
    """A child she takes care of, as she declares it to the PMI; nobody else reads it."""

    id: Serial
    childminder = ForeignKey(Childminder, null=False, index=True, on_delete=OnDelete.cascade)
    given_name = Varchar(length=80)
    born_on = Date()
    guardian = Varchar(length=160, help_text="Who answers for the child in law.")
    began_on = Date()
    ended_on = Date(null=True, default=None, help_text="Last day of the care.")
    cancelled_at = Timestamptz(null=True, default=None, help_text="Declared by mistake.")
    planning = Varchar(length=8, help_text="Code of domain.cares.PLANNINGS.")
    moments = BigInt(default=0, help_text="As domain.slots counts them; 0 when it varies.")


class Statement(Table, tablename="assmat_statement"):
    """What a childminder told the PMI, with its receipt."""

    id: Serial
    childminder = ForeignKey(Childminder, null=False, index=True, on_delete=OnDelete.cascade)
    care = ForeignKey(Care, null=True, default=None, index=True, on_delete=OnDelete.cascade)
    kind = Varchar(length=10, help_text="Code of domain.cares.KINDS.")
    day = Date(help_text="From when it holds.")
    words = Text(default="")
    sent_at = Timestamptz()
    read_at = Timestamptz(null=True, default=None, index=True)
    read_by = Integer(null=True, default=None)


class SavedSearch(Table, tablename="assmat_saved_search"):
    """A search somebody left their e-mail with, to hear of a place that suits."""

    id: Serial
    email = Varchar(length=254, index=True)
    asked = Text(help_text="The search, as its address writes it.")
    told = Text(default="[]", help_text="Childminders already written about, as JSON.")
    created_at = Timestamptz()
    confirmed_at = Timestamptz(
        null=True, default=None, help_text="Null until the e-mail is proved."
    )
    looked_on = Date(null=True, default=None, help_text="Day it was last run.")


class Photo(Table, tablename="assmat_photo"):
    """The picture of where children play, drawn again from what she sent."""

    id: Serial
    childminder = ForeignKey(Childminder, null=False, unique=True, on_delete=OnDelete.cascade)
    code = Varchar(length=32, help_text="In its address: another picture has another.")
    content = Text(help_text="A JPEG, in base64.")
    changed_at = Timestamptz()


TABLES = (
    *(Childminder, Declared, Place, RegisterFile, SavedSearch),
    *(Event, Attendance, Care, Statement, Count, Photo),
)
