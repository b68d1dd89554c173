"""The tokens programs bear, and the answers kept so that a request sent twice is done once."""

from piccolo.columns import ForeignKey, Integer, Serial, SmallInt, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table


class ApiToken(Table, tablename="core_api_token"):
    """What one program of the commune signs in with; the secret itself is kept nowhere."""

    id: Serial
    name = Varchar(length=80, help_text="What the town hall calls the program.")
    scopes = Text(help_text="Codes of what it may do, separated by spaces.")
    prefix = Varchar(length=16, unique=True, help_text="First part of the token, shown in lists.")
    digest = Varchar(length=64)
    created_at = Timestamptz()
    created_by = Integer(null=True, default=None, help_text="Staff; null: the command line.")
    expires_at = Timestamptz()
    last_used_at = Timestamptz(null=True, default=None, help_text="To the hour.")
    revoked_at = Timestamptz(null=True, default=None)
    revoked_by = Integer(null=True, default=None)


class ApiAnswer(Table, tablename="core_api_answer"):
    """What one request of a program was answered: given again for a day, never done again."""

    id: Serial
    token = ForeignKey(ApiToken, null=False, on_delete=OnDelete.cascade)
    key = Varchar(length=64, help_text="SHA-256 of its Idempotency-Key.")
    asked = Varchar(length=64, help_text="SHA-256 of the method, the address and the body.")
    status = SmallInt()
    body = Text()
    at = Timestamptz(index=True)
    once = Unique([token, key])


TABLES = (ApiToken, ApiAnswer)
