"""What a commission decides on: places, files in order of preference, pins and reserves.

Integers only: a float would not give the same answer on every machine. The form is the one of
``docs/admission.md``, read by :mod:`.reading` and written as it is in the database.
"""

from datetime import UTC, datetime
from typing import Literal

import msgspec

from ribambelle.errors import Refused

PREFERRED, ONE = "preferred", "one"
MOST = 1 << 53
SHOWN = 20
"""Characters of a number that cannot be which are said back."""


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One way of being served: a crèche and what a child takes there, resource by resource."""

    id: str
    facility: str
    demand: dict[str, int]
    bonus: int = 0
    """Points that this crèche alone adds."""


class Application(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One file: its rank, and its options, the preferred first."""

    id: str
    points: int
    """Without what a crèche adds."""
    complete_at: str
    """ISO 8601; without an offset, UTC is meant. The earlier passes among equals."""
    draw: int
    """Passes after the date; the higher first."""
    options: tuple[Option, ...]
    count: int = 1
    """Children who enter together, or not at all; each takes the whole demand."""
    current: str | None = None
    """An option already held by right: the file never ends below it."""
    flags: tuple[str, ...] = ()
    group: str | None = None
    """Files of one birth; `preferred` tries one crèche for all first, `one` asks nothing."""
    group_mode: Literal["preferred", "one"] | None = None

    @property
    def completed(self) -> datetime:
        """When the file was complete, in UTC, without saying so: such times compare quickest.

        >>> Application("A", 0, "2026-03-01T09:00+04:00", 0, ()).completed.isoformat()
        '2026-03-01T05:00:00'
        """
        at = datetime.fromisoformat(self.complete_at)
        return at if at.tzinfo is None else at.astimezone(UTC).replace(tzinfo=None)

    def option(self, identifier: str | None) -> Option | None:
        """Return one of its options, or None."""
        return next((one for one in self.options if one.id == identifier), None)


class Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What people decided against the order: this option, or none at all."""

    application: str
    reason_code: str
    option: str | None = None


class Reserve(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """At least so many children with a flag in these crèches, as long as enough of them ask."""

    code: str
    facilities: tuple[str, ...]
    quota: int
    flag: str


class Snapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Everything a proposal is made from."""

    resources: dict[str, int]
    applications: tuple[Application, ...]
    pins: tuple[Pin, ...] = ()
    reserves: tuple[Reserve, ...] = ()
    version: Literal[1] = 1


def check(snapshot: Snapshot) -> None:
    """Refuse a snapshot that contradicts itself, with the path of the fault.

    Raises Refused("snapshot_wrong", path, fault, cure).

    >>> check(Snapshot({}, (Application("A", 0, "2026-03-01", 0, (Option("X", "f", {"r": 1}),)),)))
    ... # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ribambelle.errors.Refused: snapshot_wrong (path=$.applications[0].options[0].demand['r'], ...
    """
    for name, capacity in snapshot.resources.items():
        _whole(capacity, f"$.resources[{name!r}]", "la capacité est négative")
    seen: dict[str, Application] = {}
    for index, one in enumerate(snapshot.applications):
        path = f"$.applications[{index}]"
        if one.id in seen:
            wrong(f"{path}.id", f"« {one.id} » y est deux fois", "donnez un numéro par dossier")
        seen[one.id] = one
        _application(one, path, snapshot)
    for index, pin in enumerate(snapshot.pins):
        _pin(pin, f"$.pins[{index}]", seen)
    _once([pin.application for pin in snapshot.pins], "$.pins", "application")
    _once([reserve.code for reserve in snapshot.reserves], "$.reserves", "code")
    for index, reserve in enumerate(snapshot.reserves):
        _whole(reserve.quota, f"$.reserves[{index}].quota", "le nombre réservé est négatif")
    _rights(snapshot, seen)


def _application(one: Application, path: str, snapshot: Snapshot) -> None:
    try:
        _ = one.completed
    except (ValueError, OverflowError):  # the first and the last day of all have no hour in UTC
        wrong(
            f"{path}.complete_at",
            f"« {one.complete_at} » n’est pas une date ISO 8601",
            "écrivez par exemple 2026-03-01T09:30:00+01:00",
        )
    if one.count < 1:
        wrong(f"{path}.count", f"{one.count} enfant", "écrivez 1 ou plus")
    if (one.group is None) != (one.group_mode is None):
        wrong(f"{path}.group", "group et group_mode vont ensemble", "donnez les deux, ou aucun")
    _integer(one.points, f"{path}.points")
    _integer(one.draw, f"{path}.draw")
    named = [option.id for option in one.options]
    _once(named, f"{path}.options", "id")
    if one.current is not None and one.current not in named:
        wrong(
            f"{path}.current",
            f"l’option « {one.current} » n’est pas une des siennes",
            "ajoutez-la à options, ou écrivez null",
        )
    known = snapshot.resources.keys()
    for index, option in enumerate(one.options):
        asked = option.demand.values()
        if not (
            option.demand.keys() <= known
            and 0 <= min(asked, default=0) <= max(asked, default=0) < MOST
        ):
            _demand(option, f"{path}.options[{index}]", snapshot)
        _integer(option.bonus, f"{path}.options[{index}].bonus")


def _demand(option: Option, path: str, snapshot: Snapshot) -> None:
    for name, taken in option.demand.items():
        where = f"{path}.demand[{name!r}]"
        if name not in snapshot.resources:
            wrong(
                where,
                "cette ressource n’est pas dans resources",
                "ajoutez-la avec sa capacité, ou corrigez son nom",
            )
        _whole(taken, where, "la demande est négative")


def _pin(pin: Pin, path: str, seen: dict[str, Application]) -> None:
    if pin.application not in seen:
        wrong(
            f"{path}.application", f"« {pin.application} » est inconnu", "nommez un dossier du lot"
        )
    if not pin.reason_code.strip():
        wrong(f"{path}.reason_code", "aucun motif", "donnez le code du motif de la commission")
    if pin.option is not None and seen[pin.application].option(pin.option) is None:
        wrong(
            f"{path}.option",
            f"l’option « {pin.option} » n’est pas une de celles de « {pin.application} »",
            "choisissez une de ses options, ou null pour aucune place",
        )


def _rights(snapshot: Snapshot, seen: dict[str, Application]) -> None:
    """Refuse pins and places held by right that do not fit together: no order could give them."""
    taken = dict.fromkeys(snapshot.resources, 0)
    pinned = {pin.application: pin.option for pin in snapshot.pins}
    for one in snapshot.applications:
        option = one.option(pinned.get(one.id, one.current))
        for name, demand in option.demand.items() if option else ():
            taken[name] += demand * one.count
    for name, capacity in snapshot.resources.items():
        if taken[name] > capacity:
            wrong(
                f"$.resources[{name!r}]",
                f"{_places(taken[name])}, pour {capacity} à donner",
                "levez une épingle, ou augmentez la capacité",
            )


def _places(held: int) -> str:
    return f"{held} places épinglées ou déjà tenues" if held > 1 else "1 place épinglée"


def _once(names: list[str], path: str, field: str) -> None:
    if len(set(names)) == len(names):
        return
    for index, name in enumerate(names):
        if name in names[:index]:
            wrong(f"{path}[{index}].{field}", f"« {name} » y est deux fois", "gardez-en un seul")


def _whole(number: int, path: str, below: str) -> None:
    if number < 0:
        wrong(path, f"{below} : {_short(number)}", "écrivez 0 ou plus")
    _integer(number, path)


def _integer(number: int, path: str) -> None:
    """RFC 8785 writes numbers as IEEE 754 doubles do: beyond 2⁵³ two readers may differ."""
    if abs(number) >= MOST:
        wrong(path, f"{_short(number)} est trop grand", "restez en dessous de 2 puissance 53")


def _short(number: int) -> str:
    """Return a number as it is told: of one as long as a page, its beginning.

    >>> _short(-3), _short(10**400)
    ('-3', '1000000000000000000…')
    """
    told = str(number)
    return told if len(told) <= SHOWN else f"{told[: SHOWN - 1]}…"


def wrong(path: str, fault: str, cure: str) -> None:
    """Refuse, saying where, what, and what to do."""
    raise refusal(path, fault, cure)


def refusal(path: str, fault: str, cure: str) -> Refused:
    """Return a refusal with its sentence."""
    words = f"{path} : {fault}. {cure[:1].upper()}{cure[1:]}."
    return Refused("snapshot_wrong", path=path, fault=fault, cure=cure, words=words)
