"""A grid that is tried, as typed: read and checked like the commune’s own, its dates left aside."""

import datetime
import tomllib

import msgspec

from ribambelle.errors import Misconfigured
from ribambelle.tenants.settings import convert
from ribambelle_periscolaire.domain.tariff import Tariff, Tariffs, indexed, require_sound


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A grid as it is typed to be tried."""

    tariffs: tuple[Tariff, ...]


def read(text: str) -> Tariffs:
    """Read a grid that is tried; raises Misconfigured with the key and the cure.

    >>> found = read('''
    ... [[tariffs]]
    ... name = "Repas"
    ... activity = ["cantine"]
    ... unit = ["repas"]
    ... flat = 300
    ... ''')
    >>> found.on("cantine", "repas", datetime.date(2020, 1, 1)).flat
    300
    """
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # not only what TOML says is wrong: brackets without end, numbers too long to be read
        said = f" ({error})" if isinstance(error, tomllib.TOMLDecodeError) else ""
        raise Misconfigured(
            f"ce texte n’est pas du TOML{said}",
            cure="chaque tarif commence par [[tariffs]], chaque clé par son nom et « = »",
        ) from error
    told = raw.get("periscolaire", raw)
    tariffs = told.get("tariffs", []) if isinstance(told, dict) else []
    for one in tariffs if isinstance(tariffs, list) else []:
        if isinstance(one, dict):
            one["first"] = datetime.date.min
            one.pop("last", None)
    kept = {"tariffs": tariffs} if isinstance(told, dict) else told
    written = convert(kept, Written, "grille essayée")
    if not written.tariffs:
        raise Misconfigured("aucun tarif", cure="écrivez au moins un [[tariffs]]")
    require_sound(written.tariffs)
    return indexed(written.tariffs)
