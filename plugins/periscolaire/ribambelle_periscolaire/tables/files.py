"""What an enrolment gathers besides: the child's sheet, consents, quotients told, lists of ONDE."""

from piccolo.columns import (
    Boolean,
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

from ribambelle.identity.tables import Child, Household


class Sheet(Table, tablename="periscolaire_sheet"):
    """What whoever looks after a child must know: health, meals, whom to call; sealed."""

    id: Serial
    child = ForeignKey(Child, null=False, unique=True, on_delete=OnDelete.cascade)
    name = Varchar(length=32, unique=True, help_text="What its content is sealed to.")
    sealed = Text(default="", help_text="In base64; opened by the commune's key alone.")
    health_at = Timestamptz(
        null=True, default=None, index=True, help_text="When its health was last said."
    )
    contacts_at = Timestamptz(null=True, default=None, help_text="When its contacts were.")


class Consent(Table, tablename="periscolaire_consent"):
    """One answer to one authorisation; the last one counts, those before stay."""

    id: Serial
    child = ForeignKey(Child, null=False, index=True, on_delete=OnDelete.cascade)
    code = Varchar(length=40, help_text="Of the commune's file.")
    words = Varchar(length=300, help_text="What was answered, as it was asked.")
    is_given = Boolean(default=False)
    given_at = Timestamptz()
    account = Integer(null=True, default=None, help_text="Family account that answered.")


class Claim(Table, tablename="periscolaire_claim"):
    """One quotient a household told, and what an agent made of it."""

    id: Serial
    household = ForeignKey(Household, null=False, index=True, on_delete=OnDelete.cascade)
    account = Integer(null=True, default=None, help_text="Family account that told it.")
    quotient_familial = Integer(help_text="Whole euros.")
    document = Integer(null=True, default=None, help_text="Paper that proves it.")
    state = Varchar(length=10, default="waiting", help_text="waiting, kept, refused or replaced.")
    told_at = Timestamptz()
    decided_at = Timestamptz(null=True, default=None)
    decided_by = Integer(null=True, default=None)
    reason = Text(default="", help_text="Why it was refused, as the family reads it.")


class OndeList(Table, tablename="periscolaire_onde"):
    """One list of pupils of the Éducation nationale, kept while it is looked at."""

    id: Serial
    year = SmallInt(help_text="Year the school year begins in.")
    content = Text(default="", help_text="Its rows, until brought in or a week passed.")
    choices = Text(default="{}", help_text="What was decided of homonyms, by line.")
    outcome = Text(default="{}", help_text="How many of each, once brought in.")
    created_at = Timestamptz()
    created_by = Integer(null=True, default=None)
    done_at = Timestamptz(null=True, default=None)


TABLES = (Sheet, Consent, Claim, OndeList)
