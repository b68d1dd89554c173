"""What may one criterion say, according to its type?"""

from collections.abc import Mapping
from typing import Any

from ribambelle_creche.domain.dossier import REFERRALS
from ribambelle_creche.domain.evidence import KINDS
from ribambelle_creche.domain.grid.conditions import Condition, condition
from ribambelle_creche.domain.grid.criteria import TYPES, UNITS, Band, Criterion
from ribambelle_creche.domain.grid.facts import FACTS, TOWN_HALL, Fact
from ribambelle_creche.domain.grid.forbidden import ground, note, schedule
from ribambelle_creche.domain.grid.lines import Block
from ribambelle_creche.domain.grid.notes import OF_SCHEDULE, Notes

COMMON = ("code", "label", "type", "fact", "proof", "valid_from", "valid_to")
KEYS = {
    "choice": ("values",),
    "flag": ("points",),
    "per_unit": ("unit", "points", "max"),
    "band": ("bands",),
    "malus": ("points",),
    "discretionary": ("min", "max", "bodies"),
    "facility_bonus": ("points", "requires"),
}
READS = {"choice": "choice", "flag": "flag", "band": "number", "per_unit": "number"}


def criterion(told: Mapping[str, Any], block: Block, notes: Notes) -> Criterion | None:
    """Return a criterion, or None after noting what is wrong with it."""
    before = len(notes.faults)
    code, label = notes.code(told, block), notes.label(told, block)
    kind = notes.among(told, "type", TYPES, block)
    if kind is None:
        return None
    notes.known(told, (*COMMON, *KEYS[kind]), block)
    fact = _fact(told, kind, code, block, notes)
    given = _given(told, kind, fact, block, notes) if fact else {}
    first, last = (notes.day(told, key, block) for key in ("valid_from", "valid_to"))
    if first and last and last < first:
        notes.add(block.at("valid_to"), "valid_to : cette date vient avant valid_from")
    if len(notes.faults) > before or fact is None:
        return None
    made = Criterion(
        code,
        label,
        kind,
        fact.name,
        told.get("proof", ""),
        valid_from=first,
        valid_to=last,
        **given,
    )
    _proof(made, told, block, notes)
    return made


def _fact(told: Mapping[str, Any], kind: str, code: str, block: Block, notes: Notes) -> Fact | None:
    """Return the fact a criterion reads: by its name, its unit, or its own code."""
    if kind == "discretionary":
        return FACTS["referral"]
    if kind == "per_unit":
        words = str(told.get("unit"))
        if schedule(words):
            notes.add(block.at("unit"), f"unit « {words} » {OF_SCHEDULE}")
            return None
        unit = notes.among(told, "unit", UNITS, block)
        return FACTS[UNITS[unit]] if unit else None
    key = "fact" if "fact" in told else "code"
    name = str(told.get(key, code))
    fact = FACTS.get(name)
    if fact is None:
        if not (ground(name) or note(name)):
            known = ", ".join(FACTS)
            why = f"« {name} » {OF_SCHEDULE}" if schedule(name) else ""
            notes.add(block.at(key), why or f"fait inconnu « {name} ». Faits connus : {known}")
        elif key == "fact":
            notes.add(block.at(key), f"« {name} » : la loi ou l’équité l’interdit")
        return None
    return _fitting(fact, kind, block.at(key), notes)


def _fitting(fact: Fact, kind: str, line: int, notes: Notes) -> Fact | None:
    """Return the fact, unless this type of criterion cannot read it."""
    wanted = READS.get(kind)
    if wanted and fact.kind != wanted:
        notes.add(line, f"« {fact.name} » ne se lit pas avec le type « {kind} »")
        return None
    if kind == "facility_bonus" and not (fact.of_facility and fact.kind == "flag"):
        named = ", ".join(f.name for f in FACTS.values() if f.of_facility and f.kind == "flag")
        notes.add(line, f"« {fact.name} » ne dépend pas d’une crèche : {named}")
        return None
    if kind in ("flag", "malus") and fact.of_facility:
        notes.add(line, f'« {fact.name} » dépend d’une crèche : écrivez type = "facility_bonus"')
        return None
    return fact


def _given(
    told: Mapping[str, Any], kind: str, fact: Fact, block: Block, notes: Notes
) -> dict[str, Any]:
    """Return what this type of criterion gives, as the fields of Criterion."""
    match kind:
        case "choice":
            return {"values": _values(told, fact, block, notes)}
        case "band":
            return {"bands": _bands(told, block, notes)}
        case "per_unit":
            return _per_unit(told, block, notes)
        case "discretionary":
            return _discretionary(told, block, notes)
    points = notes.integer(told, "points", block)
    if points is not None and (points == 0 or (points < 0) != (kind == "malus")):
        sign = "moins que zéro" if kind == "malus" else 'plus que zéro (sinon, type = "malus")'
        notes.add(block.at("points"), f"points : {sign}")
    given: dict[str, Any] = {"points": points or 0}
    if "requires" in told:
        given["requires"] = eligible(told, "requires", block, notes) or Condition()
    return given


def _values(told: Mapping[str, Any], fact: Fact, block: Block, notes: Notes) -> dict[str, int]:
    values, line = told.get("values"), block.at("values")
    if not isinstance(values, Mapping) or not values:
        notes.add(line, "values : écrivez {réponse = points}")
        return {}
    for answer, points in values.items():
        if answer not in fact.answers:
            notes.add(line, f"réponse inconnue « {answer} » : {', '.join(fact.answers)}")
        notes.whole(points, f"values, {answer}", line)
    return dict(values)


def _bands(told: Mapping[str, Any], block: Block, notes: Notes) -> tuple[Band, ...]:
    """Return the bands of a number; a band without its start begins where the one before ends."""
    written, line = told.get("bands"), block.at("bands")
    if not isinstance(written, list) or not written:
        notes.add(line, "bands : écrivez [{up_to = 700, points = 50}, …]")
        return ()
    found: list[Band] = []
    for number, one in enumerate(written, start=1):
        name = f"bands, tranche {number}"
        if not isinstance(one, Mapping) or set(one) - {"from", "up_to", "points"}:
            notes.add(line, f"{name} : écrivez from, up_to et points, et rien d’autre")
            return ()
        ends = {key: notes.whole(one[key], f"{name}, {key}", line) for key in one}
        if "points" not in one:
            notes.add(line, f"{name} : points : écrivez un nombre entier")
        first = ends.get("from")
        if first is None and found and found[-1].up_to is not None:
            first = found[-1].up_to + 1
        band = Band(ends.get("points") or 0, first, ends.get("up_to"))
        if _overlaps(found, band):
            notes.add(line, f"{name} : elle en recouvre une autre, ou finit avant de commencer")
        found.append(band)
    return tuple(found)


def _overlaps(before: list[Band], band: Band) -> bool:
    if band.first is not None and band.up_to is not None and band.up_to < band.first:
        return True
    last = before[-1] if before else None
    if last is None:
        return False
    return last.up_to is None or band.first is None or band.first <= last.up_to


def _per_unit(told: Mapping[str, Any], block: Block, notes: Notes) -> dict[str, Any]:
    points, most = (notes.integer(told, key, block) for key in ("points", "max"))
    if points is None or most is None:
        return {}
    if points == 0 or (points > 0) != (most > 0) or abs(most) < abs(points):
        notes.add(block.at("max"), "max : du même signe que points, et au moins aussi grand")
    return {"points": points, "most": most}


def _discretionary(told: Mapping[str, Any], block: Block, notes: Notes) -> dict[str, Any]:
    least, most = (notes.integer(told, key, block) for key in ("min", "max"))
    if least is not None and most is not None and not 0 <= least <= most:
        notes.add(block.at("max"), "min et max : de zéro ou plus, le plus petit d’abord")
    bodies = told.get("bodies")
    if (
        not isinstance(bodies, list)
        or not bodies
        or not all(one in tuple(REFERRALS) for one in bodies)
    ):
        notes.add(block.at("bodies"), f"bodies : qui peut demander, parmi {', '.join(REFERRALS)}")
        bodies = []
    return {"least": least or 0, "most": most or 0, "bodies": tuple(bodies)}


def eligible(
    told: Mapping[str, Any], key: str, block: Block, notes: Notes, *, required: bool = False
) -> Condition | None:
    """Return a condition, or None after noting what is wrong with it."""
    text = told.get(key)
    if not isinstance(text, str):
        if required or text is not None:
            notes.add(block.at(key), f'{key} : écrivez des faits, par exemple "insertion"')
        return None
    try:
        return condition(text)
    except ValueError as error:
        words = text.replace("or", " ").replace("and", " ")
        why = f"« {text} » {OF_SCHEDULE}" if schedule(words) else str(error)
        notes.add(block.at(key), f"{key} : {why}")
        return None


def _proof(made: Criterion, told: Mapping[str, Any], block: Block, notes: Notes) -> None:
    """Note a proof that is missing, unknown, or that nobody could show."""
    proof, line = told.get("proof", ""), block.at("proof")
    of_town = made.reads.is_of_town_hall
    if proof and proof not in (*KINDS, TOWN_HALL):
        notes.add(line, f"pièce inconnue « {proof} » : {', '.join((*KINDS, TOWN_HALL))}")
    elif of_town and proof not in ("", TOWN_HALL):
        notes.add(line, f'« {made.fact} » est tenu par la mairie : écrivez proof = "{TOWN_HALL}"')
    elif not of_town and proof == TOWN_HALL:
        notes.add(
            line, f"« {made.fact} » est déclaré par la famille : nommez la pièce qui le montre"
        )
    elif not proof and made.range[1] > 0:
        notes.add(line, "proof : un critère qui donne des points a besoin d’une pièce")
