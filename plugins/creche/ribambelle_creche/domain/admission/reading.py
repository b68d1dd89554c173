"""Snapshots and proposals as JSON: what is wrong is said with its path and its cure, in French."""

import json
import re
from typing import Any, TypeVar

import msgspec

from ribambelle.errors import Refused
from ribambelle_creche.domain.admission import slips
from ribambelle_creche.domain.admission import snapshot as snapshots
from ribambelle_creche.domain.admission.outcome import Proposal
from ribambelle_creche.domain.admission.snapshot import Snapshot

T = TypeVar("T", Snapshot, Proposal)
KINDS = {
    "int": "un nombre entier",
    "float": "un nombre à virgule",
    "str": "un texte",
    "bool": "vrai ou faux",
    "null": "null",
    "object": "un objet { }",
    "array": "une liste [ ]",
}
SAID = (
    (
        r"Expected `(?P<wanted>.+)`, got `(?P<got>.+)`",
        "attendu {wanted}, trouvé {got}",
        "corrigez cette valeur",
    ),
    (
        r"Object missing required field `(?P<name>.+)`",
        "il manque « {name} »",
        "ajoutez ce champ",
    ),
    (
        r"Object contains unknown field `(?P<name>.+)`",
        "le champ « {name} » est inconnu",
        "retirez-le, ou corrigez son nom",
    ),
    (r"Invalid enum value (?P<value>.+)", "{value} n’est pas permis", "lisez docs/admission.md"),
    (
        r"JSON is malformed: .*byte (?P<byte>\d+).*|Input data was truncated",
        "ce n’est pas du JSON lisible",
        "vérifiez les virgules et les guillemets, et que le fichier est en UTF-8",
    ),
)
ROOT = "$"


def read_snapshot(text: bytes) -> Snapshot:
    """Return a snapshot that may be decided on.

    Raises Refused("snapshot_wrong", path, fault, cure, words).

    >>> read_snapshot(b'{"resources": {"r": "5"}, "applications": []}')
    ... # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ribambelle.errors.Refused: snapshot_wrong (path=$.resources[...], fault=attendu un nombre entier, ...
    """
    found = _read(text, Snapshot)
    snapshots.check(found)
    return found


def read_lot(text: bytes) -> Snapshot:
    """Return a snapshot that people, or another program, wrote to have it decided on.

    Raises Refused("snapshot_wrong", path, fault, cure, words).
    """
    found = read_snapshot(text)
    slips.check(found)
    return found


def read_proposal(text: bytes) -> Proposal:
    """Return a proposal, whatever it claims."""
    return _read(text, Proposal)


def written(what: Snapshot | Proposal) -> bytes:
    """Return a snapshot or a proposal as a file people may read, always the same bytes."""
    return msgspec.json.format(msgspec.json.encode(what, order="deterministic"), indent=1) + b"\n"


def _read(text: bytes, form: type[T]) -> T:
    try:
        json.loads(text, object_pairs_hook=_each_once)
        return msgspec.json.decode(text, type=form)
    except msgspec.DecodeError as error:
        raise _in_french(str(error)) from error
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _in_french("Input data was truncated") from error


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name written twice in one object: only one of the two would have been heard."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        snapshots.wrong(ROOT, f"le nom « {twice} » est écrit deux fois", "gardez-en un seul")
    return found


def _in_french(said: str) -> Refused:
    """Return what the decoder said, in words a town hall or an integrator may act on."""
    told, _, path = said.partition(" - at `")
    for pattern, fault, cure in SAID:
        if found := re.fullmatch(pattern, told):
            words = {
                name: " ou ".join(KINDS.get(kind, kind) for kind in (value or "").split(" | "))
                for name, value in found.groupdict().items()
            }
            return snapshots.refusal(path.rstrip("`") or ROOT, fault.format(**words), cure)
    return snapshots.refusal(path.rstrip("`") or ROOT, "cette valeur est impossible", "corrigez-la")
