"""Families of demonstration as they answer: couples, parents alone, at work or not, their means."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ribambelle import tenants
from ribambelle_creche.demo_figures import FIRST_NAMES, LAST_NAMES
from ribambelle_creche.domain import dossier
from ribambelle_creche.domain.week import bits

FULL = 1023
PROVED = ("complete", "to_confirm")
WEEKS = (
    (FULL, 5),
    (bits(["mon-am", "mon-pm", "tue-am", "tue-pm", "thu-am", "thu-pm", "fri-am", "fri-pm"]), 4),
    (bits(["mon-am", "mon-pm", "tue-am", "tue-pm", "thu-am", "thu-pm"]), 2),
    (bits(["mon-am", "tue-am", "wed-am", "thu-am", "fri-am"]), 1),
    (bits(["tue-am", "tue-pm", "fri-am"]), 1),
)
STATES = (("submitted", 2), ("incomplete", 2), ("complete", 13), ("to_confirm", 1))
AGES = {"submitted": 12, "incomplete": 45, "complete": 200, "to_confirm": 200}
"""Days since a file was sent, at most."""
WORK = (
    ("employed", 55),
    ("self_employed", 7),
    ("student", 4),
    ("job_seeking", 14),
    ("insertion", 4),
    ("parental_leave", 8),
    ("none", 8),
)
PAID = ("employed", "self_employed")
CURRENT = (("parents", 45), ("relative", 20), ("childminder", 15), ("none", 17), ("creche", 3))
CHILDREN = ((1, 48), (2, 36), (3, 12), (4, 4))
QUOTIENTS = ((150, 520), (380, 1250), (800, 2600))
"""Euros, at least and at most, when nobody, one or two of a home are paid."""


def weighted(draw: random.Random, options: Sequence[tuple[Any, int]]) -> Any:
    """Draw one of some options by its weight."""
    return draw.choices([value for value, _ in options], [weight for _, weight in options])[0]


@dataclass(frozen=True)
class Home:
    """What an invented family answers of itself."""

    is_single: bool
    other_given: str
    other_family: str
    """The other parent's name, where it is not that of who asks."""
    situation: dossier.Situation
    children: int
    has_sibling: bool
    quotient: int | None
    """Cents; None for one in three, who leaves it to the agent."""
    care: str


def _home(draw: random.Random) -> Home:
    is_single = draw.random() < 0.18
    works = [weighted(draw, WORK) for _ in range(1 if is_single else 2)]
    situation = dossier.Situation(
        works[0],
        works_in_town=works[0] in PAID and draw.random() < 0.5,
        has_atypical_hours=works[0] in PAID and draw.random() < 0.12,
        other_work="" if is_single else works[1],
        other_works_in_town=works[-1] in PAID and not is_single and draw.random() < 0.4,
        other_has_atypical_hours=works[-1] in PAID and not is_single and draw.random() < 0.12,
    )
    children = weighted(draw, CHILDREN)
    earning = sum(work in PAID for work in works)
    return Home(
        is_single,
        "" if is_single else draw.choice(FIRST_NAMES),
        "" if is_single or draw.random() < 0.6 else draw.choice(LAST_NAMES),
        situation,
        children,
        has_sibling=children > 1 and draw.random() < 0.25,
        quotient=draw.randint(*QUOTIENTS[earning]) * 100 if draw.random() < 0.67 else None,
        care=weighted(draw, CURRENT),
    )


@dataclass(frozen=True)
class Family:
    """One invented family, before it is written."""

    given: str
    family: str
    child: str
    phone: str
    street: str
    home: Home
    birth: date
    start: date
    sent: datetime
    heard: datetime
    called: bool
    state: str
    area: str
    week: int

    @property
    def is_expected(self) -> bool:
        """Tell whether the child was still to be born when the commune was made."""
        return not self.child

    def is_called(self, now: datetime) -> bool:
        """Tell whether the crèches it names have called it: most of those they had time to."""
        return self.called and self.state in PROVED and self.sent < now - timedelta(days=6)


def invented(draw: random.Random, areas: Sequence[str], now: datetime) -> Family:
    """Invent one family."""
    today = now.date()
    birth = today + timedelta(days=draw.randint(-900, 190))
    earliest = max(today + timedelta(days=20), birth + timedelta(weeks=10))
    month = (earliest.replace(day=1) + timedelta(days=draw.choice((31, 62, 120, 220)))).replace(
        day=1
    )
    state = weighted(draw, STATES)
    sent = now - timedelta(minutes=draw.randint(60, AGES[state] * 24 * 60))
    return Family(
        given=draw.choice(FIRST_NAMES),
        family=draw.choice(LAST_NAMES),
        child=draw.choice(FIRST_NAMES) if birth <= today else "",
        phone=f"06 39 98 {draw.randrange(100):02} {draw.randrange(100):02}",
        street=f"{draw.randint(1, 90)} rue {draw.choice(LAST_NAMES)}",
        home=_home(draw),
        birth=birth,
        start=month + timedelta(days=(7 - month.weekday()) % 7),
        sent=sent,
        heard=max(sent, now - timedelta(days=95 if state == "to_confirm" else draw.randint(1, 85))),
        called=draw.random() < 0.97,
        state=state,
        area=draw.choice(areas),
        week=weighted(draw, WEEKS),
    )


def told(one: Family, wished: Sequence[int], quartier: int) -> dossier.Dossier:
    """Return what an invented family answered."""
    tenant, home = tenants.current().settings, one.home
    postcode = next(iter(tenant.postcodes), "")
    return dossier.Dossier(
        child=dossier.Child(
            is_expected=one.is_expected,
            given_name=one.child,
            family_name=one.family,
            born_on=None if one.is_expected else one.birth,
            due_on=one.birth if one.is_expected else None,
        ),
        family=dossier.Family(
            one.given,
            one.family,
            one.phone,
            is_single=home.is_single,
            other_given_name=home.other_given,
            other_family_name=home.other_family or (one.family if home.other_given else ""),
        ),
        address=dossier.Address(one.street, postcode, tenant.name, quartier),
        situation=home.situation,
        home=dossier.Home(home.children, has_sibling_in_creche=home.has_sibling),
        resources=dossier.Resources(quotient_familial_cents=home.quotient),
        care=dossier.Care("regular", current=home.care),
        entry=dossier.Entry(one.start),
        week=dossier.Week(one.week),
        wishes=dossier.Wishes(tuple(wished)),
    )
