"""What the State said of families: the figures alone, each with the consent it came by."""

from piccolo.columns import ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from ribambelle.consents.tables import Consent


class StateEvidence(Table, tablename="core_state_evidence"):
    """One answer of API Particulier: kept instead of a paper, never changed."""

    id: Serial
    consent = ForeignKey(Consent, null=False, index=True, on_delete=OnDelete.cascade)
    account = Integer(index=True, help_text="Whose answer it is.")
    child = Integer(null=True, default=None, help_text="The child it is about, if it is.")
    kind = Varchar(length=20, help_text="Code of kinds.KINDS.")
    outcome = Varchar(length=20, help_text="known, or a code of refusals.REFUSALS.")
    content = Text(default="{}", help_text="What is kept of it, as JSON.")
    request = Varchar(length=80, default="", help_text="Number to quote to the service.")
    way = Varchar(length=20, help_text="identite or france_connect.")
    fetched_at = Timestamptz()


TABLES = (StateEvidence,)
