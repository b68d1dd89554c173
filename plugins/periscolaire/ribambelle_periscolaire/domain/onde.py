"""What do the lists of the Éducation nationale (ONDE) say, and which child of the register is it?

Two lists: the pupils, then the adults who answer for them, linked by names alone. Headings change
from one version to another, and some bear the same name several times.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from ribambelle.search import fold

OLDEST = 20
PUPIL: dict[str, tuple[str, ...]] = {
    "family_name": (
        *("nom eleve", "nom de famille eleve", "nom de naissance eleve", "nom de famille"),
        *("nom de naissance", "nom"),
    ),
    "used_name": ("nom d usage eleve", "nom usage eleve", "nom d usage", "nom usage"),
    "given_name": ("prenom eleve", "prenom 1 eleve", "premier prenom", "prenom"),
    "born_on": ("date naissance", "date de naissance", "date naissance eleve", "ne le", "nee le"),
    "line": ("adresse1", "adresse 1", "adresse eleve", "adresse"),
    "postcode": ("cp1", "cp 1", "code postal 1", "code postal", "cp"),
    "city": ("commune1", "commune 1", "commune", "ville"),
    "class_name": ("libelle classe", "classe", "classe eleve", "division", "niveau"),
    "school": ("ecole", "nom ecole", "libelle ecole", "etablissement"),
}
PARENT: dict[str, tuple[str, ...]] = {
    "family_name": (
        *("nom responsable", "nom de famille responsable", "nom de naissance responsable"),
        "nom usage responsable",
    ),
    "given_name": ("prenom responsable",),
    "email": ("courriel", "courriel responsable", "e mail", "email", "mail"),
    "phone": ("telephone portable", "portable", "telephone domicile", "telephone travail"),
    "line": ("adresse responsable", "adresse"),
    "postcode": ("cp responsable", "code postal responsable", "code postal", "cp"),
    "city": ("commune responsable", "ville responsable", "commune", "ville"),
}
CHILD: dict[str, tuple[str, ...]] = {
    "family_name": ("nom de famille enfant", "nom enfant", "nom de naissance enfant"),
    "used_name": ("nom d usage enfant", "nom usage enfant"),
    "given_name": ("prenom enfant",),
}
LABELS = {
    "family_name": "le nom",
    "given_name": "le prénom",
    "born_on": "la date de naissance",
    "class_name": "la classe",
}
NEEDED = {
    "pupils": ("family_name", "given_name", "born_on"),
    "parents": ("family_name", "given_name"),
}
Kind = Literal["pupils", "parents"]
Columns = Mapping[str, Sequence[int]]


def columns(headings: Sequence[str], named: Mapping[str, tuple[str, ...]]) -> dict[str, list[int]]:
    """Return the columns that hold each thing, the surest heading first; one name may come twice.

    >>> columns([" Nom élève", "Prénom élève", "Nom élève"], PUPIL)
    {'family_name': [0, 2], 'given_name': [1]}
    """
    folded: dict[str, list[int]] = {}
    for at, heading in enumerate(headings):
        folded.setdefault(fold(heading), []).append(at)
    found: dict[str, list[int]] = {}
    for code, synonyms in named.items():
        if at_ := [at for one in synonyms for at in folded.get(one, ())]:
            found[code] = at_
    return found


def kind_of(headings: Sequence[str]) -> Kind:
    """Tell which of the two lists these headings are of.

    >>> kind_of(["Civilité Responsable", "Nom responsable", "Prénom responsable"])
    'parents'
    """
    return "parents" if "given_name" in columns(headings, PARENT) else "pupils"


def missing(headings: Sequence[str], kind: Kind) -> list[str]:
    """Return what a list must say and does not, in words.

    >>> missing(["Nom élève", "Prénom élève"], "pupils")
    ['la date de naissance']
    """
    found = columns(headings, PUPIL if kind == "pupils" else PARENT)
    return [LABELS[code] for code in NEEDED[kind] if code not in found]


def first(cells: Sequence[str], at: Sequence[int]) -> str:
    """Return the first of some columns that says something.

    >>> first(["", " 06 99 ", "01"], [0, 1, 2])
    '06 99'
    """
    return next((cells[one].strip() for one in at if cells[one].strip()), "")


@dataclass(frozen=True, slots=True)
class Pupil:
    """One pupil as the list says; `refusals` says in words why the line cannot be kept."""

    rank: int
    family_name: str
    used_name: str
    given_name: str
    born_on: date | None
    school: str
    class_name: str
    line: str = ""
    postcode: str = ""
    city: str = ""
    refusals: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The names the child may be known by, folded."""
        told = (self.family_name, self.used_name)
        return frozenset(fold(f"{self.given_name} {name}") for name in told if name)

    @property
    def whole(self) -> str:
        """The names as they are shown."""
        return f"{self.given_name} {self.used_name or self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class Parent:
    """One adult as the list says, and the names of the children they answer for."""

    family_name: str
    given_name: str
    email: str
    phone: str
    line: str
    postcode: str
    city: str
    children: frozenset[str]


def pupil(
    cells: Sequence[str], at: Columns, rank: int, school: str, born_on: date | None, refusal: str
) -> Pupil:
    """Return one pupil of a list.

    :param born_on: as its cell was read; `refusal` says when it was not.
    """
    told = {code: first(cells, some) for code, some in at.items()}
    refusals = [
        f"il manque {LABELS[code]}" for code in ("family_name", "given_name") if not told.get(code)
    ]
    if refusal:
        refusals.append(refusal)
    elif born_on is None:
        refusals.append(f"il manque {LABELS['born_on']}")
    if any(len(told.get(code, "")) > most for code, most in LONGEST.items()):
        refusals.append("une case est trop longue")
    return Pupil(
        rank,
        told.get("family_name", ""),
        told.get("used_name", ""),
        told.get("given_name", ""),
        born_on,
        told.get("school", "") or school,
        told.get("class_name", ""),
        told.get("line", ""),
        told.get("postcode", ""),
        told.get("city", ""),
        tuple(refusals),
    )


LONGEST = {
    **{"family_name": 100, "given_name": 100, "school": 120, "class_name": 40},
    **{"line": 200, "postcode": 10, "city": 100},
}


def parent(cells: Sequence[str], at: Columns, children: Columns) -> Parent:
    """Return one adult of a list, with the children of its repeated columns.

    >>> at = {"family_name": [0], "given_name": [1]}
    >>> both = {"family_name": [2, 4], "given_name": [3, 5]}
    >>> sorted(parent(["Payet", "Luc", "Payet", "Zoé", "Hoarau", "Léo"], at, both).children)
    ['leo hoarau', 'zoe payet']
    """
    told = {code: first(cells, some) for code, some in at.items()}
    found = set()
    for place, given_at in enumerate(children.get("given_name", ())):
        given = cells[given_at].strip()
        for code in ("family_name", "used_name"):
            some = children.get(code, ())
            name = cells[some[place]].strip() if place < len(some) else ""
            if given and name:
                found.add(fold(f"{given} {name}"))
    return Parent(
        told.get("family_name", ""),
        told.get("given_name", ""),
        told.get("email", ""),
        told.get("phone", ""),
        told.get("line", ""),
        told.get("postcode", ""),
        told.get("city", ""),
        frozenset(found),
    )


@dataclass(frozen=True, slots=True)
class Known:
    """A child of the register, as a list may speak of it."""

    id: int
    given_name: str
    family_name: str
    born_on: date | None
    school: str
    class_name: str
    parents: str = ""

    @property
    def folded(self) -> str:
        """Its names, folded."""
        return fold(f"{self.given_name} {self.family_name}")


Becomes = Literal["new", "same", "changed", "homonym", "skipped", "refused"]
BECOMES: dict[Becomes, str] = {
    "new": "Nouveaux",
    "same": "Inchangés",
    "changed": "École ou classe changée",
    "homonym": "Homonymes à décider",
    "skipped": "Laissés de côté",
    "refused": "Refusés",
}


@dataclass(frozen=True, slots=True)
class Matched:
    """One pupil of the list, what becomes of it, and which child of the register it is."""

    pupil: Pupil
    becomes: Becomes
    child: Known | None = None
    candidates: tuple[Known, ...] = ()
    parents: tuple[Parent, ...] = ()
    told: str = ""
    is_chosen: bool = False
    """Somebody said which child it is."""


@dataclass(slots=True)
class Matching:
    """The register, asked which child each pupil is."""

    known: Iterable[Known]
    parents: Sequence[Parent] = ()
    choices: Mapping[int, str] = field(default_factory=dict)
    """By line: ``child:8``, ``new`` or ``skip``."""
    _by_child: dict[str, list[Parent]] = field(default_factory=dict)

    def match(self, pupils: Sequence[Pupil]) -> list[Matched]:
        """Return what becomes of each pupil, in the order of the list.

        >>> lea = Known(8, "Léa", "Payet", date(2018, 5, 3), "Jaurès", "CP")
        >>> told = Pupil(2, "Payet", "", "LEA", date(2018, 5, 3), "Jaurès", "CE1")
        >>> twin = Pupil(3, "Payet", "", "Léa", date(2019, 1, 1), "Jaurès", "CP")
        >>> new = Pupil(4, "Hoarau", "", "Noé", date(2020, 1, 1), "Jaurès", "CP")
        >>> mother = Parent("Hoarau", "Anne", "", "", "", "", "", frozenset({"noe hoarau"}))
        >>> [one.becomes for one in Matching([lea], [mother]).match([told, twin, new])]
        ['changed', 'homonym', 'new']
        >>> [one.becomes for one in Matching([lea], [mother], {3: "skip"}).match([twin])]
        ['skipped']
        >>> Matching([], []).match([new])[0].told
        'aucun responsable : ajoutez la liste des responsables'
        """
        register = list(self.known)
        by_id = {one.id: one for one in register}
        by_name: dict[str, list[Known]] = {}
        by_birth: dict[tuple[str, date], list[Known]] = {}
        for one in register:
            by_name.setdefault(one.folded, []).append(one)
            if one.born_on:
                by_birth.setdefault((fold(one.given_name), one.born_on), []).append(one)
        counted: dict[str, int] = {}
        for each in pupils:
            for name in each.names:
                counted[name] = counted.get(name, 0) + 1
        taken: dict[int, int] = {}
        seen: dict[tuple[frozenset[str], date | None], int] = {}
        found: list[Matched] = []
        for each in pupils:
            made = self._one(each, by_id, by_name, by_birth, counted)
            same = (each.names, each.born_on)
            if made.becomes != "refused" and same in seen and each.rank not in self.choices:
                made = Matched(each, "refused", told=f"déjà à la ligne {seen[same]} de cette liste")
            elif made.child and made.child.id in taken:
                told = f"même enfant qu’à la ligne {taken[made.child.id]} de cette liste"
                made = Matched(each, "refused", told=told)
            seen.setdefault(same, each.rank)
            if made.child:
                taken.setdefault(made.child.id, each.rank)
            found.append(made)
        return found

    def _parents_of(self, name: str) -> list[Parent]:
        if not self._by_child:
            for one in self.parents:
                for child in one.children:
                    self._by_child.setdefault(child, []).append(one)
        return self._by_child.get(name, [])

    def _one(
        self,
        each: Pupil,
        by_id: Mapping[int, Known],
        by_name: Mapping[str, list[Known]],
        by_birth: Mapping[tuple[str, date], list[Known]],
        counted: Mapping[str, int],
    ) -> Matched:
        if each.refusals:
            return Matched(each, "refused", told=" ; ".join(each.refusals))
        assert each.born_on is not None  # a line without a birth is refused
        choice = self.choices.get(each.rank, "")
        named = [one for name in sorted(each.names) for one in by_name.get(name, ())]
        exact = [one for one in named if one.born_on == each.born_on]
        near = {one.id: one for one in named}
        near |= {one.id: one for one in by_birth.get((fold(each.given_name), each.born_on), ())}
        candidates = tuple(near[number] for number in sorted(near))
        if choice == "skip":
            return Matched(each, "skipped", candidates=candidates)
        if choice.startswith("child:") and int(choice[6:]) in near:
            return self._known(each, by_id[int(choice[6:])], candidates, is_chosen=True)
        if choice != "new":
            if len({one.id for one in exact}) == 1:
                return self._known(each, exact[0], candidates)
            if candidates:
                return Matched(each, "homonym", candidates=candidates)
        return self._new(each, candidates, counted, is_chosen=choice == "new")

    @staticmethod
    def _known(
        each: Pupil, child: Known, candidates: tuple[Known, ...], *, is_chosen: bool = False
    ) -> Matched:
        moved = fold(each.school) not in ("", fold(child.school))
        changed = moved or each.class_name not in ("", child.class_name) or child.born_on is None
        becomes: Becomes = "changed" if changed else "same"
        return Matched(each, becomes, child, candidates, is_chosen=is_chosen)

    def _new(
        self,
        each: Pupil,
        candidates: tuple[Known, ...],
        counted: Mapping[str, int],
        *,
        is_chosen: bool,
    ) -> Matched:
        theirs = list(
            dict.fromkeys(one for name in sorted(each.names) for one in self._parents_of(name))
        )
        if any(counted.get(name, 0) > 1 for name in each.names):
            # two pupils bear this name: only the address tells whose parents these are
            home = fold(each.line), each.postcode
            theirs = [one for one in theirs if each.line and (fold(one.line), one.postcode) == home]
        if not theirs:
            told = "aucun responsable : ajoutez la liste des responsables"
            if self.parents:
                told = "aucun responsable sûr dans la liste des responsables"
            return Matched(each, "refused", candidates=candidates, told=told)
        return Matched(
            each, "new", candidates=candidates, parents=tuple(theirs), is_chosen=is_chosen
        )
