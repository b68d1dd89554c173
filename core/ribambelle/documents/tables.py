"""Papers that families give: what each is, where it is used, and the keys they are kept under."""

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

from ribambelle.identity.tables import Child, Household
from ribambelle.workflow.tables import Demande


class DataKey(Table, tablename="core_data_key"):
    """One key papers are encrypted with, itself encrypted with the commune's secret."""

    id: Serial
    wrapped = Text(help_text="In base64; opened by the commune's secret alone.")
    made_at = Timestamptz()


class Document(Table, tablename="core_document"):
    """One paper as it stands now; its content is a file apart, under a name that says nothing."""

    id: Serial
    account = Integer(
        null=True, default=None, index=True, help_text="Family account that sees it; null: none."
    )
    household = ForeignKey(
        Household, null=True, default=None, index=True, on_delete=OnDelete.set_null
    )
    child = ForeignKey(Child, null=True, default=None, index=True, on_delete=OnDelete.set_null)
    kind = Varchar(length=40, help_text="Code of a DocumentType.")
    state = Varchar(length=10, index=True, help_text="to_check, accepted, refused or expired.")
    is_held = Boolean(default=False, help_text="Waits for the antivirus: nobody opens it.")
    version = Integer(default=1, help_text="Content is sealed to it: one more at each replacement.")
    file = Varchar(length=40, unique=True, help_text="Random name on disk.")
    key = ForeignKey(DataKey, null=False, on_delete=OnDelete.restrict)
    media_type = Varchar(length=40, help_text="image/jpeg or application/pdf, as it was made here.")
    pages = SmallInt(default=1)
    size = Integer(help_text="Bytes, once opened.")
    given_at = Timestamptz()
    given_by = Integer(null=True, default=None, help_text="Account; staff when on behalf.")
    checked_at = Timestamptz(null=True, default=None)
    checked_by = Integer(null=True, default=None)
    reason = Text(default="", help_text="Why it was refused, as the family reads it.")
    valid_until = Date(null=True, default=None, index=True, help_text="Last day; null for always.")
    reminded_at = Timestamptz(null=True, default=None)


class DocumentUse(Table, tablename="core_document_use"):
    """One paper given as a proof in one demande."""

    id: Serial
    document = ForeignKey(Document, null=False, on_delete=OnDelete.cascade)
    demande = ForeignKey(Demande, null=False, index=True, on_delete=OnDelete.cascade)
    label = Varchar(length=60, help_text="The demande as the family knows it: C-2041.")
    href = Varchar(length=200, help_text="Its page in the portal.")
    used_at = Timestamptz()
    once = Unique([document, demande])


TABLES = (DataKey, Document, DocumentUse)
