"""Consents given: each one a row that stays, with the day it was taken back."""

from piccolo.columns import Integer, Serial, Text, Timestamptz, Varchar
from piccolo.table import Table


class Consent(Table, tablename="core_consent"):
    """One thing one person agreed to, in the words they read; withdrawn, it stays as a proof."""

    id: Serial
    account = Integer(index=True, help_text="Whose consent it is.")
    subject = Varchar(length=60, index=True)
    version = Varchar(length=20)
    digest = Varchar(length=64, help_text="SHA-256 of subject, version and words.")
    words = Text(help_text="As they were read.")
    sealed = Text(default="", help_text="What it lets be used; empty once withdrawn.")
    given_at = Timestamptz()
    given_by = Integer(null=True, default=None, help_text="Account that said yes.")
    withdrawn_at = Timestamptz(null=True, default=None)
    withdrawn_by = Integer(null=True, default=None)


TABLES = (Consent,)
