"""The second factor of staff: a code that changes every thirty seconds, used once."""

import io
from datetime import datetime

import pyotp
import segno

from ribambelle.identity.tables import Account

PERIOD = 30
# Published on purpose: accounts that bear it exist only in communes of demonstration.
DEMONSTRATION = "RIBAMBELLEDEMORIBAMBELLEDEMO2222"


def new_secret() -> str:
    """Return a new secret, to be shown once to its owner."""
    return pyotp.random_base32()


def address(secret: str, email: str, commune: str) -> str:
    """Return what an authenticator application reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=commune)


def picture(text: str) -> str:
    """Return a QR code as a data address, which the pages' policy allows."""
    # its ground is white: black on the dark pages would be read by no telephone
    drawn = segno.make(text, micro=False, error="m")
    uri: str = drawn.svg_data_uri(scale=5, border=2, light="#fff")
    return uri


def drawing(text: str) -> str:
    """Return a QR code as a drawing, for a paper."""
    drawn = io.BytesIO()
    segno.make(text, micro=False, error="m").save(drawn, kind="svg", scale=5, border=2)
    return drawn.getvalue().decode()


def shown(now: datetime) -> str:
    """Return the code of demonstration accounts at a moment.

    >>> from datetime import UTC
    >>> len(shown(datetime(2026, 11, 25, 12, tzinfo=UTC)))
    6
    """
    return pyotp.TOTP(DEMONSTRATION).at(now)


def step_of(secret: str, code: str, now: datetime, last_step: int = 0) -> int | None:
    """Return the time step a code belongs to, or None if it is wrong or was used already.

    One step of tolerance on each side: phones are rarely more than thirty seconds off.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    >>> code = pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").at(noon)
    >>> step = step_of("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", code, noon)
    >>> step == int(noon.timestamp()) // 30
    True
    >>> step_of("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", code, noon, last_step=step) is None
    True
    """
    digits = "".join(c for c in code if c.isdigit())
    here = int(now.timestamp()) // PERIOD
    for step in (here, here - 1, here + 1):
        if step > last_step and pyotp.utils.strings_equal(
            digits, pyotp.TOTP(secret).generate_otp(step)
        ):
            return step
    return None


async def accept(account: Account, code: str, now: datetime) -> bool:
    """Use up a code: of two requests bearing the same one, only one passes."""
    step = step_of(account.totp or "", code, now, account.totp_step) if account.totp else None
    if step is None:
        return False
    used = (
        await Account.update({Account.totp_step: step})
        .where((Account.id == account.id) & (Account.totp_step < step))
        .returning(Account.id)
    )
    return bool(used)
