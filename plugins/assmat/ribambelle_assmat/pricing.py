"""What a childminder would cost a family, by the figures shipped with the plugin, step by step."""

from functools import cache
from importlib import resources

from markupsafe import Markup

from ribambelle.childcare import Cost, Situation
from ribambelle.errors import Refused
from ribambelle.web.formats import euros, jour_du_mois, pluriel
from ribambelle_assmat.domain.cost import TOLD, Care, Price, Scale, on, price, scales


@cache
def shipped() -> tuple[Scale, ...]:
    """Return the dated figures that come with the plugin."""
    return scales(resources.files("ribambelle_assmat").joinpath("data/cmg.toml").read_text("utf-8"))


async def costs(situation: Situation) -> list[Cost]:
    """Return what a childminder employed by the family would cost it; nothing before the reform."""
    try:
        scale = on(shipped(), situation.day)
    except Refused:
        return []
    asked = Care(
        situation.monthly_income,
        situation.children,
        situation.hours,
        situation.hourly_pay,
        situation.disabled,
    )
    found = price(scale, asked)
    return [
        Cost(
            "assmat",
            "Assistante maternelle",
            round(found.pays / situation.hours) if situation.hours else 0,
            found.pays,
            _steps(found, situation),
            f"Chiffres du {jour_du_mois(scale.valid_from, year=True)}",
            tuple(TOLD[code] for code in scale.to_verify if code != "floor" or _floored(found)),
            ("/assmat", "Chercher une assistante maternelle"),
        )
    ]


def _floored(found: Price) -> bool:
    return found.resources == found.scale.floor


def _steps(found: Price, situation: Situation) -> tuple[tuple[str, str], ...]:
    scale, hours, rate = found.scale, situation.hours, percent(found.rate / 10_000, 4)
    # what the CMG leaves of the price of reference, for the hours it counts
    reference, counted = euros(scale.reference), euros(found.resources)
    above = (
        Markup("Compté par la CAF : {} × {} h au plus").format(euros(scale.hourly_ceiling), hours),
        euros(found.counted),
    )
    bound = " (plancher)" if _floored(found) else " (plafond)"
    return (
        (
            Markup("Ce qu’elle reçoit : {} × {} h").format(euros(found.hourly), hours),
            euros(found.cost),
        ),
        *([above] if found.is_above else []),
        (
            f"Ressources du mois{bound if found.resources != situation.monthly_income else ''}",
            counted,
        ),
        (f"Taux d’effort, {children(situation)}", rate),
        (Markup("Votre part : {} × {} ÷ {}").format(counted, rate, reference), _share(found)),
        ("Payé par la CAF", euros(found.cmg)),
        ("Reste à votre charge", euros(found.pays)),
    )


def _share(found: Price) -> str:
    return percent(min(100.0, found.resources * found.rate / 10_000 / found.scale.reference), 2)


def percent(value: float, decimals: int) -> str:
    """Write a percentage with so many decimals.

    >>> percent(0.0619, 4)
    '0,0619\xa0%'
    """
    return f"{value:.{decimals}f}\u00a0%".replace(".", ",")


def children(situation: Situation) -> str:
    """Say how many children count, and that one has the AEEH."""
    told = pluriel(situation.children, "enfant")
    return f"{told} à charge, avec l’AEEH" if situation.disabled else f"{told} à charge"
