"""What the core shows in a demonstration: a family whose parents live apart, and its letters."""

from datetime import date, timedelta

from ribambelle import tenants
from ribambelle.identity import accounts, custodies, households, joining, schools, sessions
from ribambelle.identity.custody import Sharing
from ribambelle.identity.households import AddressEntry, AdultEntry
from ribambelle.identity.rights import FULL, Rights
from ribambelle.identity.tables import Adult
from ribambelle.messages import demo

CAMILLE, ALEX = "famille@demo.example", "alex@demo.example"
SCHOOL_AGE = timedelta(days=6 * 365)


async def fill(seed: int) -> None:
    """Write a family, then the letters; the seed changes nothing of them."""
    await _family()
    await demo.fill(seed)


async def _family() -> None:
    """Camille and Alex live apart and share the weeks of Léa; Rose may collect her."""
    tenant = tenants.current()
    now, day = tenant.now(), tenant.now().date()
    account = await accounts.open_family(CAMILLE, now)
    camille = AdultEntry("Camille", "Hoarau", CAMILLE, "06 39 98 00 01", account.id)
    postcode = next(iter(tenant.settings.postcodes), "")
    home = AddressEntry("12 rue des Flamboyants", postcode, tenant.settings.name, None)
    household = await households.create([camille], home, now)
    lea = await households.add_child(household, "Léa", "Hoarau", born_on=day - SCHOOL_AGE)
    school = await schools.write(None, "École des Palmiers", None, is_open=True, by=account.id)
    await schools.send(lea, school, "CP", by=account.id)
    me = await sessions.person(account, 0, strong=False)
    rose = AdultEntry("Rose", "Hoarau", phone="06 39 98 00 03")
    may = Rights("relative", may_collect=True)
    await joining.invite(me, rose, may, [lea], now, lives_here=False)
    other = await joining.invite(
        me, AdultEntry("Alex", "Payet", ALEX), FULL, [lea], now, lives_here=False
    )
    second = await accounts.open_family(ALEX, now)
    await Adult.update({Adult.account: second.id}).where(Adult.id == other)
    weeks = Sharing(even=me.adult, odd=other, changes_on=4, changes_after_school=True)
    custody = await custodies.propose(me, lea, weeks, date(day.year, 9, 1), now)
    await custodies.fire(custody, "accept", second.id)
