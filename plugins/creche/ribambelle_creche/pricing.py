"""The dated tables of the tariff as shipped, and what a crèche would cost a family."""

from functools import cache
from importlib import resources

from ribambelle.childcare import Cost, Situation
from ribambelle_creche.domain.tariff import Asked, Scale, price, scale


@cache
def shipped() -> Scale:
    """Return the dated tables that come with the plugin."""
    return scale(resources.files("ribambelle_creche").joinpath("data/psu.toml").read_text("utf-8"))


async def costs(situation: Situation) -> list[Cost]:
    """Return what each kind of crèche would cost a family, by the national scale.

    Raises Refused("tariff_unknown") for a day before the first table.
    """
    known = shipped()
    return [
        Cost("creche", label, found.hourly_cents, found.monthly_cents)
        for kind, label in known.kinds()
        for found in [
            price(
                known,
                Asked(
                    day=situation.day,
                    children=situation.children,
                    annual_cents=situation.monthly_income * 12,
                    # so many hours in each of twelve months
                    minutes_a_week=situation.hours * 60,
                    weeks_a_year=12,
                    aeeh=situation.disabled,
                    kind=kind,
                ),
            )
        ]
    ]
