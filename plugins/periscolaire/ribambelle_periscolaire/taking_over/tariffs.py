"""What things cost: a line for each band of quotients, written in the commune's file."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import tomlkit

from ribambelle.errors import Misconfigured
from ribambelle.families.columns import Field
from ribambelle.families.planning import Done, Outcome
from ribambelle.search import fold
from ribambelle.takeover import Line, Matter, Taking, Trace, Unread
from ribambelle.tenants.creation import put
from ribambelle.tenants.settings import convert
from ribambelle_periscolaire.domain.tariff import Tariff, require_sound
from ribambelle_periscolaire.domain.tariff.grid import Band
from ribambelle_periscolaire.settings import Settings
from ribambelle_periscolaire.tables import Activity, Unit
from ribambelle_periscolaire.taking_over.activities import owner

FIELDS = (
    Field("activity", "Activité", ("activite", "nom activite", "accueil"), is_needed=True),
    Field("unit", "Ce qui se réserve", ("unite", "prestation", "unite de consommation")),
    Field("quotient_first", "Quotient, depuis", ("qf min", "qf mini", "quotient min", "tranche min")),
    Field("quotient_last", "Quotient, jusqu’à", ("qf max", "qf maxi", "quotient max", "tranche max")),
    Field("price", "Prix", ("prix", "tarif", "montant", "prix unitaire"), is_needed=True),
    Field("first", "Valable depuis le", ("debut", "date debut", "depuis", "date effet")),
    Field("last", "Jusqu’au", ("fin", "date fin", "jusqu au")),
)  # fmt: skip
Key = tuple[str, str, date, date | None]


async def bring(lines: Sequence[Line], taking: Taking) -> list[Outcome]:
    """Write the tariffs that are sound and not there yet, at the end of the commune's file."""
    units = await _units()
    gathered: dict[Key, list[tuple[int, Band]]] = {}
    refused = []
    for line in lines:
        try:
            key, band = _read(line, units, taking.now.date())
        except Unread as unread:
            refused.append(Outcome(line.rank, "refused", str(unread)))
        else:
            gathered.setdefault(key, []).append((line.rank, band))
    standing = list(taking.tenant.of(Settings).tariffs)
    fresh: list[Tariff] = []
    found = refused
    for key, banded in gathered.items():
        tariff = _tariff(key, [band for _, band in banded])
        done, told = _judged(tariff, [*standing, *fresh])
        if done == "created":
            fresh.append(tariff)
        found += [Outcome(rank, done, told) for rank, _ in banded]
    if fresh:
        _write(fresh, await _called(), taking)
    return sorted(found, key=lambda one: one.rank)


def _judged(tariff: Tariff, others: Sequence[Tariff]) -> tuple[Done, str]:
    same = msgspec.structs.replace(tariff, name="")
    if any(msgspec.structs.replace(one, name="") == same for one in others):
        return "same", ""
    try:
        require_sound([*others, tariff])
    except Misconfigured as error:
        return "refused", error.what
    return "created", ""


async def _called() -> dict[str, str]:
    """Return what activities are called, by code."""
    rows = await Activity.select(Activity.code, Activity.name)
    return {row["code"]: row["name"] for row in rows}


async def _units() -> dict[str, dict[str, tuple[str, str]]]:
    """Return the codes of units, by the folded code or name of their activity, then their own."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    rows = await Unit.select(
        *(Unit.code, Unit.name, Unit.activity.code.as_alias("activity")),
        Unit.activity.name.as_alias("activity_name"),
    ).order_by(Unit.position, Unit.id)
    for row in rows:
        for activity in {fold(row["activity"]), fold(row["activity_name"])}:
            for unit in (fold(row["code"]), fold(row["name"])):
                found.setdefault(activity, {}).setdefault(unit, (row["activity"], row["code"]))
    return found


def _read(
    line: Line, units: dict[str, dict[str, tuple[str, str]]], today: date
) -> tuple[Key, Band]:
    told, unit = line.text("activity", "l’activité"), line.text("unit")
    if fold(told) not in units:
        raise Unread(f"activité inconnue « {told} » : ouvrez-la, ou nommez-la dans values")
    known = units[fold(told)]
    if not unit and len(set(known.values())) > 1:
        raise Unread(f"« {told} » se réserve de plusieurs façons : dites laquelle dans unit")
    codes = next(iter(known.values())) if not unit else known.get(fold(unit))
    if codes is None:
        raise Unread(f"« {told} » n’a rien qui s’appelle « {unit} »")
    cents = line.cents("price")
    if cents is None or cents < 0:
        raise Unread("il manque le prix" if cents is None else "un prix n’est pas négatif")
    first = line.day("first") or today
    band = Band(line.number("quotient_first") or 0, cents, line.number("quotient_last"))
    return (*codes, first, line.day("last")), band


def _tariff(key: Key, bands: Iterable[Band]) -> Tariff:
    activity, unit, first, last = key
    ordered = tuple(sorted(bands, key=lambda one: one.first))
    name = f"{activity}, {unit}, depuis le {first:%d/%m/%Y}"
    if len(ordered) == 1 and ordered[0].first == 0 and ordered[0].last is None:
        return Tariff(name, (activity,), (unit,), first, last, flat=ordered[0].cents)
    return Tariff(name, (activity,), (unit,), first, last, bands=ordered)


def _write(fresh: Sequence[Tariff], called: Mapping[str, str], taking: Taking) -> None:
    names = [one.name for one in fresh]
    # a tariff stays as long as what it prices: both have one owner
    taking.traces += [
        Trace(owner(called[one.activity[0]]), None, 0, {}, {"name": one.name}) for one in fresh
    ]
    taking.told.append(f"tarifs ajoutés au fichier {taking.tenant.slug}.toml : {', '.join(names)}")
    file = _file(taking)
    taking.at_the_end.append(lambda: _put(file, with_tariffs(file.read_text("utf-8"), fresh)))


def _put(file: Path, text: str) -> None:
    """Write the commune's file, unless two files of one takeover contradict each other."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(
            "les tarifs de ce fichier ne sont pas en tables [[periscolaire.tariffs]]",
            file=file.name,
            key="periscolaire.tariffs",
            cure="écrivez-les ainsi, puis recommencez : rien n’a été repris",
        ) from error
    convert(said["periscolaire"], Settings, file.name, "periscolaire")
    put(file, text)


def _file(taking: Taking) -> Path:
    return taking.tenant.platform.folder / f"{taking.tenant.slug}.toml"


def with_tariffs(text: str, fresh: Iterable[Tariff]) -> str:
    """Return a commune's file with some tariffs more; the rest of it as it was.

    >>> meal = Tariff("Repas", ("cantine",), ("repas",), date(2026, 9, 1), flat=320)
    >>> print(with_tariffs('name = "Alpha"', [meal]))
    name = "Alpha"
    <BLANKLINE>
    [[periscolaire.tariffs]]
    name = "Repas"
    activity = ["cantine"]
    unit = ["repas"]
    first = 2026-09-01
    flat = 320
    <BLANKLINE>
    """
    written = tomlkit.document()
    written["periscolaire"] = {"tariffs": tomlkit.aot()}
    for one in fresh:
        written["periscolaire"]["tariffs"].append(_table(one))
    return f"{text.rstrip()}\n\n{tomlkit.dumps(written).lstrip()}"


def _table(tariff: Tariff) -> Any:
    told: dict[str, Any] = {
        "name": tariff.name,
        "activity": list(tariff.activity),
        "unit": list(tariff.unit),
        "first": tariff.first,
    }
    if tariff.last is not None:
        told["last"] = tariff.last
    if tariff.flat is not None:
        told["flat"] = tariff.flat
    table = tomlkit.item(told)
    if tariff.bands:
        bands = tomlkit.array().multiline(multiline=True)
        for band in tariff.bands:
            one = tomlkit.inline_table()
            one.update({"first": band.first})
            if band.last is not None:
                one.update({"last": band.last})
            one.update({"cents": band.cents})
            bands.append(one)
        table["bands"] = bands
    return table


def without_tariffs(text: str, names: Iterable[str]) -> str:
    """Return a commune's file without the tariffs of these names."""
    document, gone = tomlkit.parse(text), set(names)
    tables = document.get("periscolaire", {}).get("tariffs", [])
    for place in reversed(range(len(tables))):
        if tables[place].get("name") in gone:
            del tables[place]
    if not tables:
        document.get("periscolaire", {}).pop("tariffs", None)
    return tomlkit.dumps(document)


async def taken_back(traces: Sequence[Trace], taking: Taking) -> None:
    """Take the tariffs out of the commune's file, once everything else is back."""
    names = [one.after["name"] for one in traces if one.after]
    if names:
        file = _file(taking)
        taking.at_the_end.append(lambda: put(file, without_tariffs(file.read_text("utf-8"), names)))


TARIFFS = Matter("tariffs", "Tarifs", 40, FIELDS, bring, taken_back=taken_back, is_whole=True)
