"""Who is around the child of a file, told to a parent who fills it in or follows it."""

from datetime import datetime

from ribambelle.identity import Person
from ribambelle.web.families.around import Around, around
from ribambelle_creche.queries import applications
from ribambelle_creche.queries.applications import Mine

WEEKS = ("garde", "semaine")
"""The steps that depend on whose weeks are whose."""


async def around_of(file: Mine, person: Person, now: datetime) -> Around | None:
    """Return who is around the child of a file; staff read it on the file at the town hall."""
    if not person.is_family:
        return None
    return await around(await applications.child_of(file, person), now, person)


async def weeks_for(code: str, file: Mine, person: Person, now: datetime) -> Around | None:
    """Return it for a step that asks of the weeks, when a custody is in force."""
    known = await around_of(file, person, now) if code in WEEKS else None
    return known if known and known.custody else None
