"""Grids, commissions, proposals, offers, contracts: what admissions keep."""

from piccolo.columns import (
    BigInt,
    Boolean,
    Bytea,
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

from ribambelle_creche.tables.files import Application, Facility


class Grid(Table, tablename="creche_grid"):
    """One version of the commune's points, as its council voted them; never changed once used."""

    id: Serial
    version = Varchar(length=40, unique=True)
    valid_from = Date()
    text = Text(help_text="The TOML, byte for byte.")
    digest = Varchar(length=64, help_text="SHA-256 of the text, in hexadecimal.")
    deliberation = Varchar(length=200, default="", help_text="Reference of the council's vote.")
    created_at = Timestamptz()
    created_by = Integer(null=True, default=None)
    used_at = Timestamptz(null=True, default=None, help_text="First commission that counted by it.")


class Commission(Table, tablename="creche_commission"):
    """One session: which entries it decides, until when files are taken, with which points."""

    id: Serial
    label = Varchar(length=120)
    state = Varchar(length=10, default="open", help_text="Code of domain.commission.STATES.")
    closes_on = Date(help_text="Last day a file may be complete.")
    held_on = Date()
    first_start = Date(help_text="First entry wished that is examined.")
    last_start = Date(help_text="Last one.")
    answer_days = SmallInt(default=8, help_text="Days a family has to answer an offer.")
    grid = ForeignKey(Grid, null=True, default=None, on_delete=OnDelete.restrict)
    commitment = Varchar(length=64, default="", help_text="SHA-256 of the seed, said at opening.")
    seed = Varchar(length=64, default="", help_text="Published at closing, never before.")
    created_at = Timestamptz()
    closed_at = Timestamptz(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)


class Examined(Table, tablename="creche_examined"):
    """One file as one commission saw it: what happens to the file later does not change this."""

    id: Serial
    commission = ForeignKey(Commission, null=False, on_delete=OnDelete.cascade)
    application = ForeignKey(Application, null=False, index=True, on_delete=OnDelete.restrict)
    refusal = Varchar(length=30, default="", help_text="Why it is not examined; empty when it is.")
    asked = Text(default="{}", help_text="What it asked, as JSON: domain.resources.Asking.")
    facts = Text(default="", help_text="What points are counted on, as JSON; none before 0009.")
    points = Integer(default=0, help_text="Without what a crèche adds.")
    trace = Text(default="[]", help_text="Points by criterion, as JSON.")
    complete_at = Timestamptz(null=True, default=None)
    draw = BigInt(default=0, help_text="As domain.draw computes it from the seed.")
    once = Unique([commission, application])


class Notice(Table, tablename="creche_notice"):
    """What a family was told of one commission, once: the files close soon, or its own was left out."""

    id: Serial
    commission = ForeignKey(Commission, null=False, on_delete=OnDelete.cascade)
    application = ForeignKey(Application, null=False, index=True, on_delete=OnDelete.cascade)
    kind = Varchar(length=12, help_text="closing or left_out.")
    at = Timestamptz()
    once = Unique([commission, application, kind])


class Supply(Table, tablename="creche_supply"):
    """The places one crèche gives to one commission, declared by it, checked by the town hall."""

    id: Serial
    commission = ForeignKey(Commission, null=False, on_delete=OnDelete.cascade)
    facility = ForeignKey(Facility, null=False, on_delete=OnDelete.restrict)
    state = Varchar(length=10, default="expected", help_text="expected, declared or validated.")
    overflow = Integer(default=0, help_text="Places above 100 % that the crèche agrees to open.")
    adults = Text(default="{}", help_text="Adults by half-day, as JSON; {} when it does not say.")
    ratio = Varchar(length=3, default="5-8", help_text="Code of domain.staff.RATIOS.")
    declared_at = Timestamptz(null=True, default=None)
    declared_by = Integer(null=True, default=None)
    validated_at = Timestamptz(null=True, default=None)
    validated_by = Integer(null=True, default=None)
    once = Unique([commission, facility])


class SupplyCell(Table, tablename="creche_supply_cell"):
    """Places given in one age group and one half-day."""

    id: Serial
    supply = ForeignKey(Supply, null=False, on_delete=OnDelete.cascade)
    age_group = Varchar(length=10)
    weekday = SmallInt(help_text="0 for Monday.")
    half = Varchar(length=2, help_text="am or pm.")
    places = Integer(default=0)
    once = Unique([supply, age_group, weekday, half])


class SupplyMove(Table, tablename="creche_supply_move"):
    """What frees or takes places before the entries: a departure, a change of section, a contract."""

    id: Serial
    supply = ForeignKey(Supply, null=False, on_delete=OnDelete.cascade)
    kind = Varchar(length=12, help_text="Code of domain.supply.MOVES.")
    age_group = Varchar(length=10, help_text="The group left, or joined by a new contract.")
    into_group = Varchar(length=10, default="", help_text="The group joined by a section move.")
    slots = SmallInt(help_text="Half-days, as the numbers of domain.week.")
    children = SmallInt(default=1)
    on = Date()


class Contract(Table, tablename="creche_contract"):
    """A child in a crèche: which half-days, from when, until when."""

    id: Serial
    facility = ForeignKey(Facility, null=False, on_delete=OnDelete.restrict, index=True)
    application = ForeignKey(
        Application, null=True, default=None, index=True, on_delete=OnDelete.set_null
    )
    child_name = Varchar(length=200, default="")
    born_on = Date(null=True, default=None)
    slots = SmallInt(help_text="Half-days, as the numbers of domain.week.")
    first = Date()
    last = Date(null=True, default=None, help_text="Last day; none while it is not known.")
    source = Varchar(length=10, default="declared", help_text="admission, import or declared.")
    insertion = Boolean(
        default=False, help_text="Received on a place kept for insertion: counted until it leaves."
    )
    transfer = ForeignKey(
        Application,
        null=True,
        default=None,
        index=True,
        on_delete=OnDelete.set_null,
        help_text="The file by which a child that came without one asks for another crèche.",
    )
    added_at = Timestamptz(
        null=True, default=None, help_text="When it was written; none before that was kept."
    )


class Proposal(Table, tablename="creche_proposal"):
    """One run of the engine, whole: it can be run again and compared byte for byte."""

    id: Serial
    commission = ForeignKey(Commission, null=False, on_delete=OnDelete.cascade)
    number = SmallInt(help_text="1 for the first of its commission.")
    label = Varchar(length=120, default="")
    changes = Text(default="{}", help_text="What a variant changes, as JSON.")
    inputs = Text(help_text="The snapshot, in the form of docs/admission.md.")
    outputs = Text()
    inputs_digest = Varchar(length=71)
    laid_from = Varchar(
        length=71, default="", help_text="Seal of what its places and files were laid out from."
    )
    digest = Varchar(length=71)
    engine = Varchar(length=20, help_text="Version of the engine.")
    is_kept = Boolean(default=False, help_text="The one the commission decides on.")
    theoretical = Integer(
        null=True, default=None, help_text="Most children any assignment could serve, once known."
    )
    made_at = Timestamptz()
    made_by = Integer(null=True, default=None)
    once = Unique([commission, number])


class Call(Table, tablename="creche_call"):
    """One time freed places went to the next in rank, whole: it can be run again like a proposal."""

    id: Serial
    commission = ForeignKey(Commission, null=False, on_delete=OnDelete.cascade)
    number = SmallInt(help_text="1 for the first after its commission.")
    packed = Bytea(help_text="The lot, a zero, the answer of the engine; compressed.")
    inputs_digest = Varchar(length=71)
    digest = Varchar(length=71)
    engine = Varchar(length=20, help_text="Version of the engine.")
    families = SmallInt(help_text="How many were offered a place.")
    made_at = Timestamptz()
    made_by = Integer(null=True, default=None)
    once = Unique([commission, number])


class Pin(Table, tablename="creche_pin"):
    """What the commission decided against the order of points, and why."""

    id: Serial
    commission = ForeignKey(Commission, null=False, on_delete=OnDelete.cascade, index=True)
    application = ForeignKey(Application, null=False, index=True, on_delete=OnDelete.restrict)
    option = Varchar(length=80, default="", help_text="The place given; empty for none.")
    reason = Varchar(length=20, help_text="Code of domain.pins.REASONS.")
    note = Text(default="", help_text="For the minutes; never shown to a family.")
    impact = Text(default="[]", help_text="Numbers of the files passed over, as JSON.")
    at = Timestamptz()
    account = Integer()
    lifted_at = Timestamptz(null=True, default=None)


class HeldPlaces(Table, tablename="creche_held_places"):
    """Places of one section that a commission keeps out of its proposal, and why; nothing is erased."""

    id: Serial
    commission = ForeignKey(Commission, null=False, on_delete=OnDelete.cascade, index=True)
    facility = ForeignKey(Facility, null=False, on_delete=OnDelete.cascade)
    age_group = Varchar(length=10, help_text="Code of domain.age.GROUPS.")
    places = SmallInt(help_text="At every half-day.")
    reason = Varchar(length=20, help_text="Code of domain.pins.REASONS.")
    note = Text(default="", help_text="For the minutes; never shown to a family.")
    impact = Text(default="[]", help_text="Numbers of the files that lose a place by it, as JSON.")
    at = Timestamptz()
    account = Integer()
    lifted_at = Timestamptz(null=True, default=None)


class Feasibility(Table, tablename="creche_feasibility"):
    """Whether one crèche can welcome the child of one file, as it told one commission."""

    id: Serial
    commission = ForeignKey(Commission, null=False, on_delete=OnDelete.cascade)
    application = ForeignKey(Application, null=False, index=True, on_delete=OnDelete.cascade)
    facility = ForeignKey(Facility, null=False, on_delete=OnDelete.cascade)
    answer = Varchar(length=3, help_text="Code of domain.feasibility.ANSWERS.")
    reason = Varchar(length=4, default="", help_text="Code of domain.feasibility.REASONS.")
    words = Text(default="", help_text="For the commission; never shown to a family.")
    at = Timestamptz()
    account = Integer()
    once = Unique([commission, application, facility])


class Decision(Table, tablename="creche_decision"):
    """What one commission answered to one file."""

    id: Serial
    commission = ForeignKey(Commission, null=False, on_delete=OnDelete.cascade)
    application = ForeignKey(Application, null=False, index=True, on_delete=OnDelete.restrict)
    outcome = Varchar(length=12, help_text="offered, waiting or not_examined.")
    facility = ForeignKey(Facility, null=True, default=None, on_delete=OnDelete.restrict)
    option = Varchar(length=80, default="")
    proposal = ForeignKey(Proposal, null=True, default=None, on_delete=OnDelete.restrict)
    pin = ForeignKey(Pin, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    at = Timestamptz()
    once = Unique([commission, application])


class Offer(Table, tablename="creche_offer"):
    """A place offered to a family, until a day; one at a time for a file."""

    id: Serial
    application = ForeignKey(Application, null=False, on_delete=OnDelete.restrict, index=True)
    live_for = Integer(
        null=True, default=None, unique=True, help_text="The file, while it may be answered."
    )
    commission = ForeignKey(Commission, null=True, default=None, on_delete=OnDelete.restrict)
    facility = ForeignKey(Facility, null=False, on_delete=OnDelete.restrict)
    age_group = Varchar(length=10)
    option = Varchar(length=80, default="", help_text="As the proposal names it.")
    child = SmallInt(default=0, help_text="Which child of a file placed apart; 0 for all of it.")
    slots = SmallInt(help_text="Half-days, as the numbers of domain.week.")
    start_on = Date()
    until = Date(null=True, default=None, help_text="Last day of a place given in an emergency.")
    origin = Varchar(length=12, help_text="session, rolling, emergency, transfer or elsewhere.")
    state = Varchar(length=10, default="live", help_text="Code of domain.offers.STATES.")
    sent_at = Timestamptz()
    answer_by = Date()
    agreed_at = Timestamptz(
        null=True, default=None, help_text="When its family said yes; it may wait for another's."
    )
    answered_at = Timestamptz(null=True, default=None)
    answered_by = Integer(null=True, default=None, help_text="Account; none when time did.")
    reason = Varchar(
        length=20,
        default="",
        help_text="Why an emergency, why it was taken back, or that it begins late, as a code.",
    )


class CutOff(Table, tablename="creche_cut_off"):
    """What one commission published of one half-day: places, children, last points admitted."""

    id: Serial
    commission = ForeignKey(Commission, null=False, on_delete=OnDelete.cascade)
    facility = ForeignKey(Facility, null=False, on_delete=OnDelete.restrict)
    period = SmallInt(default=1, help_text="1 for the first entries, 2 from 1 September on.")
    age_group = Varchar(length=10)
    weekday = SmallInt()
    half = Varchar(length=2)
    places = Integer(default=0)
    admitted = Integer(default=0)
    entering = Integer(default=0, help_text="Children of the whole crèche who enter only then.")
    last_points = Integer(null=True, default=None, help_text="Null while places remain.")
    once = Unique([commission, facility, period, age_group, weekday, half])


class Standing(Table, tablename="creche_standing"):
    """Where one file stands after a commission for one option it still wants; computed, never typed."""

    id: Serial
    commission = ForeignKey(Commission, null=False, on_delete=OnDelete.cascade)
    application = ForeignKey(Application, null=False, on_delete=OnDelete.cascade, index=True)
    option = Varchar(length=80)
    ahead = Integer(default=0, help_text="Files before it that ask a same half-day.")
    position = Integer(default=0, help_text="Among all that wait for the section; 1 is next.")
    chance = Varchar(length=8, help_text="Code of domain.admission.likelihood.BANDS.")
    draws = Integer(default=0, help_text="How many draws the chance is from.")
    computed_at = Timestamptz()
    once = Unique([commission, application, option])


class Case(Table, tablename="creche_case"):
    """A file several people look at together before the commission."""

    id: Serial
    application = ForeignKey(Application, null=False, on_delete=OnDelete.cascade, index=True)
    reason = Varchar(length=20, help_text="Code of domain.cases.REASONS.")
    answer_by = Date()
    opened_at = Timestamptz()
    opened_by = Integer()
    closed_at = Timestamptz(null=True, default=None)


class CaseMember(Table, tablename="creche_case_member"):
    """Somebody a case is shared with, who reads that file and no other."""

    id: Serial
    case = ForeignKey(Case, null=False, on_delete=OnDelete.cascade)
    account = Integer(index=True)
    once = Unique([case, account])


class CaseNote(Table, tablename="creche_case_note"):
    """One opinion given on a case: a code, and a sentence the family may read."""

    id: Serial
    case = ForeignKey(Case, null=False, on_delete=OnDelete.cascade, index=True)
    account = Integer()
    at = Timestamptz()
    opinion = Varchar(length=20, default="", help_text="Code of domain.cases.OPINIONS.")
    text = Text(default="")


class Appeal(Table, tablename="creche_appeal"):
    """A family contests an answer; nothing stops while it is read."""

    id: Serial
    application = ForeignKey(Application, null=False, on_delete=OnDelete.cascade, index=True)
    decision = ForeignKey(
        Decision, null=True, default=None, index=True, on_delete=OnDelete.set_null
    )
    at = Timestamptz()
    answer_by = Date()
    text = Text(default="")
    outcome = Varchar(length=12, default="", help_text="upheld, changed; empty while it waits.")
    answered_at = Timestamptz(null=True, default=None)
    answered_by = Integer(null=True, default=None)


class AppealAnswer(Table, tablename="creche_appeal_answer"):
    """What the town hall answered to one appeal, once, as the family read it."""

    id: Serial
    appeal = ForeignKey(Appeal, null=False, unique=True, on_delete=OnDelete.cascade)
    at = Timestamptz()
    account = Integer()
    outcome = Varchar(length=12, help_text="Code of domain.appeals.OUTCOMES.")
    reason = Varchar(length=4, default="", help_text="Code of domain.appeals.REASONS.")
    text = Text(default="")


class UnderThree(Table, tablename="creche_under_three"):
    """Children under three of one quartier, as the town hall has them from INSEE or the CAF."""

    id: Serial
    quartier = Integer(unique=True, help_text="Quartier of the commune.")
    children = Integer(default=0)
    counted_on = Date()
    source = Varchar(length=120)


class UnderThreeIris(Table, tablename="creche_under_three_iris"):
    """Children under three of one IRIS, as the town hall has them from INSEE or the CAF."""

    id: Serial
    iris = Varchar(length=60, unique=True, help_text="As the list of streets writes it.")
    children = Integer(default=0)
    counted_on = Date()
    source = Varchar(length=120)


TABLES = (
    Grid,
    Commission,
    Examined,
    Notice,
    Supply,
    SupplyCell,
    SupplyMove,
    Contract,
    Proposal,
    Call,
    Pin,
    HeldPlaces,
    Feasibility,
    Decision,
    Offer,
    CutOff,
    Standing,
    Case,
    CaseMember,
    CaseNote,
    Appeal,
    AppealAnswer,
    UnderThree,
    UnderThreeIris,
)
