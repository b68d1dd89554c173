"""When does a message that was not taken leave again, and until when?

A mail server may be down from a Friday evening to the Tuesday that follows a bridge: what families
did meanwhile must reach them.
"""

from datetime import timedelta

import aiosmtplib

from ribambelle.errors import Misconfigured
from ribambelle.jobs import NotNow
from ribambelle.messages.ovh import NumberRefused, SmsNotTaken

PATIENCE = timedelta(days=6)
"""After this, tries are counted as any job's: the message is given up an hour later."""
PAUSE = timedelta(minutes=1)
"""A server that does not answer is asked once in this time, whatever the number of messages."""
SHORTEST, LONGEST = timedelta(seconds=30), timedelta(hours=1)
SILENT = (OSError, TimeoutError, aiosmtplib.SMTPAuthenticationError, Misconfigured)
"""The server is away, or does not know us: no message would leave."""


def wait(age: timedelta) -> timedelta:
    """Return how long a message of this age waits for its next try: as long again as half its life.

    >>> [str(wait(timedelta(minutes=m))) for m in (0, 10, 600)]
    ['0:00:30', '0:05:00', '1:00:00']
    """
    return min(max(age / 2, SHORTEST), LONGEST)


def put_off(error: Exception, age: timedelta) -> NotNow | None:
    """Return how a failure is waited out; None when the message itself is refused, or too old.

    >>> weekend = timedelta(hours=63)
    >>> told = put_off(ConnectionRefusedError(), weekend)
    >>> str(told.wait), str(told.others)
    ('1:00:00', '0:01:00')
    >>> busy = put_off(aiosmtplib.SMTPDataError(451, "greylisted"), timedelta(minutes=10))
    >>> str(busy.wait), bool(busy.others)
    ('0:05:00', False)
    >>> put_off(aiosmtplib.SMTPRecipientsRefused([]), weekend) is None
    True
    >>> put_off(ConnectionRefusedError(), timedelta(days=7)) is None
    True
    """
    if age > PATIENCE:
        return None
    if isinstance(error, SILENT):
        return NotNow(type(error).__name__, max(wait(age), 2 * PAUSE), others=PAUSE)
    if isinstance(error, SmsNotTaken) and not isinstance(error, NumberRefused):
        return NotNow(str(error), wait(age))
    if 400 <= _code(error) < 500:
        return NotNow(f"{type(error).__name__} {_code(error)}", wait(age))
    return None


def _code(error: Exception) -> int:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return max((one.code for one in error.recipients), default=0)
    return error.code if isinstance(error, aiosmtplib.SMTPResponseException) else 0
