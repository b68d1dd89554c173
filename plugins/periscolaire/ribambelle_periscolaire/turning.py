"""Each night: the enrolments whose last day has passed end, and the year that begins places pupils."""

from datetime import timedelta

from ribambelle import tenants
from ribambelle.errors import Refused
from ribambelle_periscolaire import enrolling, leaving
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.queries import enrolments
from ribambelle_periscolaire.tables import Enrolment, OndeList

LISTS_KEPT = timedelta(days=7)


async def turn() -> None:
    """Do what the calendar asks of enrolments; a job, which may run twice."""
    tenant = tenants.current()
    now = tenant.now()
    is_accepted = Enrolment.demande.state == "accepted"
    for row in await Enrolment.select(Enrolment.id).where(
        is_accepted & Enrolment.ends_on.is_not_null() & (Enrolment.ends_on < now.date())
    ):
        one = await enrolments.one(row["id"])
        try:
            await leaving.end(tenant, one, one.row.ends_on, None, "clock", now)
        except Refused:  # an agent was quicker
            continue
    for row in await Enrolment.select(Enrolment.id).where(
        is_accepted
        & Enrolment.is_placed.eq(False)
        & (Enrolment.year == school_year(now.date()))
        & (Enrolment.class_name != "")
    ):
        await enrolling.place(await enrolments.one(row["id"]), None, "clock")
    await OndeList.update({OndeList.content: "", OndeList.choices: "{}"}).where(
        (OndeList.content != "") & (OndeList.created_at < now - LISTS_KEPT)
    )
