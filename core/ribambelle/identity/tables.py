"""Accounts, sessions, roles and families: what the core knows of people."""

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

from ribambelle.workflow.tables import Demande


class Account(Table, tablename="core_account"):
    """One person who may sign in. One account per adult, never per family."""

    id: Serial
    email = Varchar(length=254, unique=True, help_text="In lower case, as it is signed in with.")
    name = Varchar(length=200)
    kind = Varchar(length=10, help_text="family or staff.")
    password = Text(null=True, default=None, help_text="Argon2id, or null: e-mailed link only.")
    totp = Varchar(length=64, null=True, default=None, help_text="Secret of the second factor.")
    totp_step = BigInt(default=0, help_text="Last thirty-second step used: a code serves once.")
    created_at = Timestamptz()
    proved_at = Timestamptz(null=True, default=None, help_text="When the e-mail was proved.")
    language = Varchar(length=10, default="", help_text="A family's own, when it chose one.")
    disabled_at = Timestamptz(null=True, default=None)


class Login(Table, tablename="core_login"):
    """Something else than an e-mail that somebody signs in with: a telephone, a number they have."""

    id: Serial
    account = ForeignKey(Account, null=False, index=True, on_delete=OnDelete.cascade)
    value = Varchar(length=40, unique=True, help_text="As `logins.folded` writes it.")


class Session(Table, tablename="core_session"):
    """One browser signed in. The cookie holds a secret of which only the digest is here."""

    id: Serial
    digest = Varchar(length=64, unique=True)
    account = ForeignKey(Account, null=True, default=None, index=True, on_delete=OnDelete.cascade)
    strong = Boolean(default=False, help_text="A second factor was given.")
    data = Text(default="{}")
    created_at = Timestamptz()
    expires_at = Timestamptz(index=True)


class Token(Table, tablename="core_token"):
    """One link sent by e-mail or printed: single use, for one purpose, in one commune."""

    id: Serial
    digest = Varchar(length=64, unique=True)
    purpose = Varchar(length=20)
    email = Varchar(length=254)
    follow = Varchar(length=300, default="", help_text="Where to go once signed in.")
    created_at = Timestamptz()
    expires_at = Timestamptz(index=True)
    used_at = Timestamptz(null=True, default=None)


class StateIdentity(Table, tablename="core_state_identity"):
    """Who an account is for FranceConnect or ProConnect: one person, one account, never by e-mail."""

    id: Serial
    account = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    provider = Varchar(length=20, help_text="franceconnect or proconnect.")
    client = Varchar(length=200, help_text="The commune's client: the same person differs by it.")
    source = Varchar(length=100, default="", help_text="ProConnect's own identity provider.")
    sub = Varchar(length=255)
    linked_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)
    once = Unique([provider, client, source, sub])
    mine = Unique([account, provider, client])


class Passkey(Table, tablename="core_passkey"):
    """One key that a telephone or a computer keeps for an account, opened by a finger or a code."""

    id: Serial
    account = ForeignKey(Account, null=False, index=True, on_delete=OnDelete.cascade)
    digest = Varchar(length=64, unique=True, help_text="Of the credential's id.")
    credential = Text(help_text="The credential's id, as the browser is told it.")
    public_key = Text()
    counter = BigInt(default=0, help_text="Signatures made, as the device counts them.")
    name = Varchar(length=60)
    added_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)


class Attempt(Table, tablename="core_attempt"):
    """How many times something was tried in one window of time, whatever the process."""

    id: Serial
    key = Varchar(length=120)
    window = BigInt(help_text="Start of the window, in seconds since 1970.")
    tries = Integer(default=0)
    once = Unique([key, window])


class Grant(Table, tablename="core_grant"):
    """One role given to one account, limited to one thing when `scope` says so."""

    id: Serial
    account = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    role = Varchar(length=40)
    scope = Varchar(length=80, default="")
    given_at = Timestamptz()
    once = Unique([account, role, scope])


class Quartier(Table, tablename="core_quartier"):
    """A neighbourhood of the commune; a micro-quartier names the quartier it lies in."""

    id: Serial
    name = Varchar(length=120)
    folded = Varchar(length=120, unique=True, help_text="Without accents or punctuation.")
    parent = Integer(null=True, default=None, help_text="Quartier this micro-quartier lies in.")
    population = Integer(default=0, help_text="Inhabitants, last known.")
    latitude = Integer(null=True, default=None, help_text="Millionths of a degree.")
    longitude = Integer(null=True, default=None, help_text="Millionths of a degree.")


class Household(Table, tablename="core_household"):
    """Adults who live together, and their children; separated parents have one each."""

    id: Serial
    created_at = Timestamptz()
    confirmed_at = Timestamptz(
        null=True, default=None, help_text="When an adult last said that all is right."
    )


class Adult(Table, tablename="core_adult"):
    """An adult of a household; `account` is null until they sign in themselves."""

    id: Serial
    household = ForeignKey(Household, null=False, index=True, on_delete=OnDelete.cascade)
    account = ForeignKey(Account, null=True, default=None, index=True, on_delete=OnDelete.set_null)
    rank = SmallInt(default=1, help_text="1 for the adult who filed, 2 for the other.")
    given_name = Varchar(length=100)
    family_name = Varchar(length=100)
    email = Varchar(length=254, default="")
    phone = Varchar(length=40, default="", help_text="As it was typed.")
    folded = Varchar(length=200, index=True, help_text="Name without accents, for search.")


class School(Table, tablename="core_school"):
    """A school of the commune; a closed one stays, for the children who went there."""

    id: Serial
    name = Varchar(length=120)
    folded = Varchar(length=120, unique=True, help_text="Without accents or punctuation.")
    quartier = ForeignKey(Quartier, null=True, default=None, on_delete=OnDelete.set_null)
    is_open = Boolean(default=True)


class Child(Table, tablename="core_child"):
    """A child of a household, born or expected."""

    id: Serial
    household = ForeignKey(Household, null=False, index=True, on_delete=OnDelete.cascade)
    given_name = Varchar(length=100, default="", help_text="Empty while expected.")
    family_name = Varchar(length=100)
    born_on = Date(null=True, default=None)
    due_on = Date(null=True, default=None, help_text="Expected birth; kept after the birth.")
    folded = Varchar(length=200, index=True)
    school = ForeignKey(School, null=True, default=None, index=True, on_delete=OnDelete.set_null)
    class_name = Varchar(length=40, default="", help_text="As the school says: CP B.")


class Responsibility(Table, tablename="core_responsibility"):
    """What one adult may do for one child, wherever each lives; an ended one keeps its row."""

    id: Serial
    child = ForeignKey(Child, null=False, on_delete=OnDelete.cascade)
    adult = ForeignKey(Adult, null=False, index=True, on_delete=OnDelete.cascade)
    kind = Varchar(length=10, default="parent", help_text="Code of rights.KINDS.")
    has_authority = Boolean(default=False, help_text="Holds parental authority.")
    may_book = Boolean(default=False)
    may_pay = Boolean(default=False)
    may_collect = Boolean(default=False)
    given_by = Integer(null=True, default=None, help_text="Account; null for the commune's import.")
    given_at = Timestamptz()
    until = Date(null=True, default=None, help_text="Last day; null for always.")
    ended_at = Timestamptz(null=True, default=None)
    once = Unique([child, adult])


class Custody(Table, tablename="core_custody"):
    """How the weeks of one child are shared between two parents, as one of them proposed it.

    The last one in force that has begun is the one that counts; those before stay, for the past.
    """

    id: Serial
    demande = ForeignKey(Demande, null=False, unique=True, on_delete=OnDelete.restrict)
    child = ForeignKey(Child, null=False, index=True, on_delete=OnDelete.cascade)
    proposed_by = ForeignKey(Adult, null=False, index=True, on_delete=OnDelete.cascade)
    even = ForeignKey(
        Adult, null=False, index=True, on_delete=OnDelete.cascade, help_text="Even weeks."
    )
    odd = ForeignKey(
        Adult, null=False, index=True, on_delete=OnDelete.cascade, help_text="Odd weeks."
    )
    changes_on = SmallInt(default=0, help_text="Weekday of the change; 0 for Monday.")
    changes_after_school = Boolean(default=False, help_text="The day itself is the leaver's.")
    holidays = Varchar(length=10, default="weeks", help_text="Code of custody.HOLIDAYS.")
    first_half = ForeignKey(
        Adult,
        null=True,
        default=None,
        index=True,
        on_delete=OnDelete.set_null,
        help_text="Has the first half in even years.",
    )
    starts_on = Date()


class Errand(Table, tablename="core_errand"):
    """One time a member of staff acted for a family: asked how, from when to when, told when."""

    id: Serial
    staff = ForeignKey(Account, null=False, index=True, on_delete=OnDelete.cascade)
    account = ForeignKey(
        Account, null=False, index=True, on_delete=OnDelete.cascade, help_text="The family's."
    )
    reason = Varchar(length=10, help_text="Code of errands.REASONS.")
    began_at = Timestamptz()
    ends_at = Timestamptz(help_text="It ends by itself: nobody leaves a counter open.")
    ended_at = Timestamptz(null=True, default=None)
    told_at = Timestamptz(null=True, default=None)


class Merge(Table, tablename="core_merge"):
    """Two households an agent looked at: one family, made one and how to unmake it, or two."""

    id: Serial
    kept = Integer(index=True, help_text="Household that stays.")
    gone = Integer(index=True, help_text="Household compared with it.")
    verdict = Varchar(length=10, help_text="same, child or distinct.")
    undoing = Text(default="", help_text="Rows moved and removed, in JSON, last first.")
    at = Timestamptz()
    by = Integer(null=True, default=None)
    undone_at = Timestamptz(null=True, default=None)


class Address(Table, tablename="core_address"):
    """Where a household lives; the quartier is what statistics count by."""

    id: Serial
    household = ForeignKey(Household, null=False, unique=True, on_delete=OnDelete.cascade)
    line = Varchar(length=200)
    postcode = Varchar(length=10)
    city = Varchar(length=100)
    quartier = ForeignKey(Quartier, null=True, default=None, on_delete=OnDelete.set_null)


TABLES = (
    Account,
    Login,
    Session,
    Token,
    StateIdentity,
    Passkey,
    Attempt,
    Grant,
    Quartier,
    Household,
    Adult,
    School,
    Child,
    Responsibility,
    Custody,
    Errand,
    Merge,
    Address,
)
