"""Pages of information, and the files they offer to everybody."""

from piccolo.columns import Boolean, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class InformationPage(Table, tablename="core_information_page"):
    """One page of the commune's own; its slug never changes, so that links keep."""

    id: Serial
    slug = Varchar(length=80, unique=True)
    title = Varchar(length=120)
    text = Text(help_text="In the small language of information.words.")
    rank = Integer(default=10, help_text="The smallest comes first.")
    is_published = Boolean(default=False)
    version = Integer(default=1)
    changed_at = Timestamptz()
    changed_by = Integer(null=True, default=None)


class Download(Table, tablename="core_download"):
    """One PDF anybody may take: public, so it is not sealed; examined all the same."""

    id: Serial
    page = ForeignKey(InformationPage, null=False, index=True, on_delete=OnDelete.cascade)
    label = Varchar(length=120)
    size = Integer(help_text="In bytes.")
    content = Text(help_text="In base64: both databases keep the same.")
    added_at = Timestamptz()
    added_by = Integer(null=True, default=None)


TABLES = (InformationPage, Download)
