"""What would a list of families change, knowing the families the commune already has?

A family is found again by its number in the program the list comes from; else by an adult's name
and the birth of one of the children; else by an adult's name and e-mail. A second reading of the
same list therefore changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ribambelle.families.rows import AdultSaid, ChildSaid, FamilySaid, HomeSaid, Row
from ribambelle.search import fold, phone_of

Done = Literal["created", "updated", "same", "refused"]
DONE: dict[Done, str] = {
    "created": "Créée",
    "updated": "Mise à jour",
    "same": "Inchangée",
    "refused": "Refusée",
}
ROWS_DONE: dict[Done, str] = {
    "created": "Créées",
    "updated": "Mises à jour",
    "same": "Inchangées",
    "refused": "Refusées",
}
"""What becomes of rows, counted."""
MOST_ADULTS = 2
NOWHERE = HomeSaid()


@dataclass(frozen=True, slots=True)
class KnownAdult:
    """An adult the commune has."""

    id: int
    said: AdultSaid
    has_account: bool = False


@dataclass(frozen=True, slots=True)
class KnownHousehold:
    """A family the commune has."""

    id: int
    adults: tuple[KnownAdult, ...]
    children: tuple[tuple[int, ChildSaid], ...] = ()
    home: HomeSaid = NOWHERE
    number: str = ""

    @property
    def has_account(self) -> bool:
        """Tell whether somebody of the family signs in: what it said of itself is then its own."""
        return any(adult.has_account for adult in self.adults)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one row, and what a person should know of it."""

    rank: int
    done: Done
    told: str = ""


@dataclass(slots=True)
class Step:
    """What to write for one family; `household` is nothing for a new one."""

    household: int | None
    number: str = ""
    adults: list[AdultSaid] = field(default_factory=list)
    adults_changed: dict[int, dict[str, str]] = field(default_factory=dict)
    children: list[ChildSaid] = field(default_factory=list)
    children_changed: dict[int, ChildSaid] = field(default_factory=dict)
    home: HomeSaid | None = None

    @property
    def only_adds_children(self) -> bool:
        """Tell whether a known family gets children and nothing else: thousands do at once."""
        more = self.number or self.adults or self.adults_changed or self.children_changed
        return bool(self.children) and not (more or self.home)

    @property
    def told_children(self) -> list[ChildSaid]:
        """The children the list adds or knows more of."""
        return [*self.children, *self.children_changed.values()]

    @property
    def writes(self) -> bool:
        """Tell whether there is something to write."""
        changed = self.adults_changed or self.children_changed
        return bool(self.number or self.adults or self.children or changed or self.home)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a list would change: steps to take, and what becomes of each row, in its order."""

    steps: list[Step]
    outcomes: list[Outcome]

    def count(self, done: Done) -> int:
        """Return how many rows end so."""
        return sum(one.done == done for one in self.outcomes)


class Doubt(Exception):
    """A family of the list cannot be told from several; the message says it to an agent."""


class Register:
    """The families the commune has, found by what a list says of them."""

    def __init__(self, households: Iterable[KnownHousehold]) -> None:
        self.by_id: dict[int, KnownHousehold] = {}
        self.by_number: dict[str, int] = {}
        self.by_birth: dict[tuple[str, object], set[int]] = {}
        self.by_email: dict[tuple[str, str], set[int]] = {}
        self.by_line: dict[tuple[str, str], set[int]] = {}
        for one in households:
            self._enter(one)

    def _enter(self, one: KnownHousehold) -> None:
        self.by_id[one.id] = one
        if one.number:
            self.by_number[one.number] = one.id
        for adult in one.adults:
            name = adult.said.folded
            for _, child in one.children:
                if child.born_on:
                    self.by_birth.setdefault((name, child.born_on), set()).add(one.id)
            if adult.said.email:
                self.by_email.setdefault((name, adult.said.email.lower()), set()).add(one.id)
            if one.home.line:
                self.by_line.setdefault((name, fold(one.home.line)), set()).add(one.id)

    def find(self, family: FamilySaid) -> KnownHousehold | None:
        """Return the family a list speaks of; raises Doubt when it may be several."""
        first = family.first
        if first.number in self.by_number:
            return self.by_id[self.by_number[first.number]]
        found = self._named(family)
        if len(found) > 1:
            raise Doubt("plusieurs familles connues lui ressemblent : réunissez-les d’abord")
        if not found:
            return None
        known = self.by_id[found.pop()]
        if known.number and first.number:
            raise Doubt(f"cette famille porte déjà le numéro {known.number}")
        return known

    def _named(self, family: FamilySaid) -> set[int]:
        name = family.first.adult.folded
        children = [row.child for row in family.rows if row.child]
        born = {child.born_on for child in children if child.born_on}
        for found in (
            {one for day in born for one in self.by_birth.get((name, day), ())},
            {
                one
                for row in family.rows
                if row.adult.email
                for one in self.by_email.get((name, row.adult.email), ())
            },
        ):
            if found:
                return found
        line = fold(family.first.home.line)
        return set(self.by_line.get((name, line), ())) if line and not children else set()


def plan(
    rows: Iterable[Row],
    families: Iterable[FamilySaid],
    register: Register,
    quartiers: Mapping[str, int],
) -> Plan:
    """Return what a list would change, and what becomes of each row.

    >>> from ribambelle.families.rows import families as grouped
    >>> anne = AdultSaid("Anne", "Payet", "anne@b.fr")
    >>> rows = [Row(2, "F1", anne, None, ChildSaid("Zoé", "Payet"), HomeSaid())]
    >>> new = plan(rows, grouped(rows), Register([]), {})
    >>> [(one.rank, one.done) for one in new.outcomes]
    [(2, 'created')]
    >>> home = KnownHousehold(7, (KnownAdult(1, anne),), ((1, rows[0].child),), number="F1")
    >>> again = plan(rows, grouped(rows), Register([home]), {})
    >>> [(one.rank, one.done) for one in again.outcomes], again.steps
    ([(2, 'same')], [])
    """
    steps: list[Step] = []
    outcomes = [
        Outcome(row.rank, "refused", " ; ".join(row.refusals)) for row in rows if row.refusals
    ]
    written: dict[tuple[str, object], int] = {}
    changes: dict[int, Step] = {}
    for family in families:
        try:
            _require_once(family, written)
            known = register.find(family)
        except Doubt as doubt:
            outcomes += [Outcome(row.rank, "refused", str(doubt)) for row in family.rows]
            continue
        if known is None:
            step, told = _created(family)
            steps.append(step)
        else:
            # a list may write one family in two ways: what it says is gathered
            step = changes.setdefault(known.id, Step(known.id))
            told = _updated(family, known, step)
        outcomes += [
            _remarked(one, row, quartiers) for one, row in zip(told, family.rows, strict=True)
        ]
    steps += [step for step in changes.values() if step.writes]
    return Plan(steps, sorted(outcomes, key=lambda one: one.rank))


def _require_once(family: FamilySaid, written: dict[tuple[str, object], int]) -> None:
    """Refuse a family that stands twice in a list under two numbers."""
    keys = [
        (row.adult.folded, row.child.born_on)
        for row in family.rows
        if row.child and row.child.born_on
    ]
    for key in keys:
        if key in written:
            raise Doubt(f"même adulte et même enfant qu’à la ligne {written[key]} de cette liste")
    written.update(dict.fromkeys(keys, family.first.line))


def _remarked(outcome: Outcome, row: Row, quartiers: Mapping[str, int]) -> Outcome:
    name = row.home.quartier
    if not name or fold(name) in quartiers:
        return outcome
    remark = f"quartier « {name} » inconnu : laissé vide"
    told = f"{outcome.told} ; {remark}" if outcome.told else remark
    return Outcome(outcome.rank, outcome.done, told)


def _created(family: FamilySaid) -> tuple[Step, list[Outcome]]:
    first = family.first
    step = Step(None, first.number, [first.adult], home=first.home)
    outcomes = []
    for row in family.rows:
        if row.other and len(step.adults) < MOST_ADULTS and row.other.folded != first.adult.folded:
            step.adults.append(row.other)
        if row.child and _same(row.child, step.children) is None:
            step.children.append(row.child)
            outcomes.append(Outcome(row.rank, "created"))
        elif row is first:
            outcomes.append(Outcome(row.rank, "created"))
        else:
            outcomes.append(Outcome(row.rank, "same", "déjà plus haut dans la liste"))
    return step, outcomes


def _same(child: ChildSaid, others: Iterable[ChildSaid]) -> ChildSaid | None:
    """Return the same child among others: twins have one birth and two names.

    >>> from datetime import date
    >>> day = date(2024, 3, 14)
    >>> zoe = ChildSaid("Zoé", "Payet", day)
    >>> _same(ChildSaid("ZOE", "Hoarau", day), [zoe]) == zoe
    True
    >>> _same(ChildSaid("Léo", "Payet", day), [zoe]) is None
    True
    """
    for one in others:
        agree = child.born_on is None or one.born_on is None or child.born_on == one.born_on
        if agree and child.folded == one.folded:
            return one
        if not (child.folded and one.folded) and child.born_on and child.born_on == one.born_on:
            return one
    return None


def _updated(family: FamilySaid, known: KnownHousehold, step: Step) -> list[Outcome]:
    first = family.first
    is_numbered = bool(first.number and not known.number and not step.number)
    if is_numbered:
        step.number = first.number
    told = {row.rank: list[str]() for row in family.rows}
    for row in family.rows:
        said = told[row.rank]
        if not known.has_account:
            for adult in filter(None, (row.adult, row.other)):
                _adult(adult, known, step, said)
        if row.child:
            _child(row.child, known, step, said)
    if not known.has_account and _moved(first.home, known.home):
        step.home = first.home
        told[first.rank].append("adresse")
    if is_numbered:
        told[first.rank].append("numéro")
    return [
        Outcome(rank, "updated" if said else "same", ", ".join(dict.fromkeys(said)))
        for rank, said in told.items()
    ]


def _adult(adult: AdultSaid, known: KnownHousehold, step: Step, said: list[str]) -> None:
    same = next((one for one in known.adults if one.said.folded == adult.folded), None)
    if same is None:
        fresh = [one.folded for one in step.adults]
        if adult.folded not in fresh and len(known.adults) + len(fresh) < MOST_ADULTS:
            step.adults.append(adult)
            said.append("adulte ajouté")
        return
    changed = step.adults_changed.get(same.id, {})
    # a blank never erases what is known
    if adult.email and adult.email != same.said.email.lower() and "email" not in changed:
        changed["email"] = adult.email
        said.append("e-mail")
    if (
        adult.phone
        and phone_of(adult.phone) != phone_of(same.said.phone)
        and "phone" not in changed
    ):
        changed["phone"] = adult.phone
        said.append("téléphone")
    if changed:
        step.adults_changed[same.id] = changed


def _child(child: ChildSaid, known: KnownHousehold, step: Step, said: list[str]) -> None:
    same = _same(child, (one for _, one in known.children))
    if same is None:
        if _same(child, step.children) is None:
            step.children.append(child)
            said.append("enfant ajouté")
        return
    number = next(id for id, one in known.children if one is same)
    learnt = ChildSaid(
        same.given_name or child.given_name,
        same.family_name,
        same.born_on or child.born_on,
        # a school changes every September: the list knows, whatever its spelling
        same.school if fold(child.school) in ("", fold(same.school)) else child.school,
        child.class_name or same.class_name,
    )
    if learnt != same and number not in step.children_changed:
        step.children_changed[number] = learnt
        said.append("enfant complété")


def _moved(said: HomeSaid, known: HomeSaid) -> bool:
    return bool(said.line) and (fold(said.line), said.postcode) != (
        fold(known.line),
        known.postcode,
    )
