"""The dated tables of the tariff as shipped, and what a crèche would cost a family."""

from datetime import date
from functools import cache
from importlib import resources

from markupsafe import Markup

from ribambelle.childcare import Cost, Situation
from ribambelle.web.formats import euros, jour_du_mois, pluriel
from ribambelle_creche.domain.tariff import Asked, Price, Scale, cents, price, scale


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
        Cost(
            "creche",
            label,
            found.hourly_cents,
            found.monthly_cents,
            _steps(found, situation),
            f"Chiffres du {jour_du_mois(_since(found), year=True)}",
            tuple(found.to_verify),
            ("/creche/tarif", "Le prix d’une place, pas à pas"),
        )
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


def _steps(found: Price, situation: Situation) -> tuple[tuple[str, str], ...]:
    rate = f"{found.rate / 10_000:.4f}\u00a0%".replace(".", ",")
    bound = " (plancher)" if found.is_floored else " (plafond)" if found.is_capped else ""
    counted, hourly = euros(cents(found.counted)), euros(found.hourly_cents)
    aeeh = ", avec l’AEEH" if situation.disabled else ""
    return (
        (f"Ressources du mois{bound}", counted),
        (f"Taux d’effort, {pluriel(situation.children, 'enfant')} à charge{aeeh}", rate),
        (Markup("Une heure : {} × {}").format(counted, rate), hourly),
        (
            Markup("Reste à votre charge : {} × {} h").format(hourly, situation.hours),
            euros(found.monthly_cents),
        ),
    )


def _since(found: Price) -> date:
    """Return the day the latest of the figures used has stood since."""
    return max(found.rates.valid_from, found.floor.valid_from, found.ceiling.valid_from)
