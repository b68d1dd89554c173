"""Letters with a code, and lists of families brought in from another program."""

from piccolo.columns import ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from ribambelle.identity.tables import Adult, Household


class ActivationBatch(Table, tablename="core_letters"):
    """One round of letters: to whom, when, by whom."""

    id: Serial
    label = Varchar(length=200, help_text="The group it was written to, in words.")
    created_at = Timestamptz()
    created_by = Integer(null=True, default=None, help_text="Staff account that printed it.")


class Activation(Table, tablename="core_activation"):
    """One code printed for one adult. Only its digest is here: nobody can print it again."""

    id: Serial
    batch = ForeignKey(ActivationBatch, null=False, index=True, on_delete=OnDelete.cascade)
    adult = ForeignKey(Adult, null=False, index=True, on_delete=OnDelete.cascade)
    digest = Varchar(length=64, unique=True)
    created_at = Timestamptz()
    expires_at = Timestamptz()
    opened_at = Timestamptz(null=True, default=None, help_text="When the code was first typed.")
    used_at = Timestamptz(null=True, default=None, help_text="When it opened an account.")


class KnownFamily(Table, tablename="core_known_family"):
    """The number a household has in the program its list came from."""

    id: Serial
    household = ForeignKey(Household, null=False, unique=True, on_delete=OnDelete.cascade)
    number = Varchar(length=80, unique=True)


class FamilyImport(Table, tablename="core_family_import"):
    """One list of families: its columns stay, to be read the same way next time."""

    id: Serial
    headings = Varchar(length=64, index=True, help_text="Digest of its headings.")
    mapping = Text(default="{}", help_text="Which column holds what.")
    content = Text(default="", help_text="Its rows, until they are brought in or a week passed.")
    outcome = Text(default="{}", help_text="How many were created, updated, left or refused.")
    created_at = Timestamptz()
    created_by = Integer(null=True, default=None)
    done_at = Timestamptz(null=True, default=None)


TABLES = (ActivationBatch, Activation, KnownFamily, FamilyImport)
