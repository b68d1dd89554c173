"""What a family pays: the grid a council voted, its price for one child and day, line by line."""

from ribambelle_periscolaire.domain.tariff.absences import Missed, absence, late
from ribambelle_periscolaire.domain.tariff.check import require_sound
from ribambelle_periscolaire.domain.tariff.grid import Tariff
from ribambelle_periscolaire.domain.tariff.pricing import (
    Price,
    Situation,
    Tariffs,
    fee,
    indexed,
    price,
)

__all__ = (
    "Missed",
    "Price",
    "Situation",
    "Tariff",
    "Tariffs",
    "absence",
    "fee",
    "indexed",
    "late",
    "price",
    "require_sound",
)
