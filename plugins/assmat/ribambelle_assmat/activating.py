"""A childminder opens her own account: the register knows her, her e-mail is proved by its link.

What is wrong is never said: a stranger learns nothing of who is in the register.
"""

from datetime import date

from ribambelle import tenants
from ribambelle.database import advisory, transaction
from ribambelle.errors import Refused
from ribambelle.identity import Grant, team
from ribambelle.identity.tables import Grant as Held
from ribambelle.search import fold
from ribambelle.workflow import journal
from ribambelle_assmat.domain.accreditation import Accreditation, is_valid
from ribambelle_assmat.queries.directory import ROLE, SCOPE
from ribambelle_assmat.tables import Childminder


async def activate(number: str, family_name: str, born_on: str, email: str) -> None:
    """Invite her when the register knows her and nobody keeps her page yet; a job."""
    now = tenants.current().now()
    row = await Childminder.objects().get(Childminder.number == number)
    if row is None or not _is_hers(row, family_name, date.fromisoformat(born_on)):
        return
    accreditation = Accreditation(row.status, row.first, row.last, row.activity)
    if row.gone_at is not None or not is_valid(accreditation, now.date()):
        return
    grant = Grant(ROLE, f"{SCOPE}:{row.id}")
    async with transaction():
        await advisory(f"assmat.childminder:{row.id}")
        if await Held.exists().where(Held.scope == grant.scope):
            return
        try:
            whole = f"{row.given_name} {row.usual_name or row.family_name}"
            await team.invite(email, whole, [grant], now)
        except Refused:
            # an address of a family, or closed: the page told her to call when nothing comes
            return
        await journal.record(
            "assmat.activated", f"assmat.childminder:{row.id}", account=None, side="office"
        )


def _is_hers(row: Childminder, name: str, born_on: date) -> bool:
    names = {fold(row.family_name), fold(row.usual_name)} - {""}
    return fold(name) in names and row.born_on == born_on
