"""What the town opened: a line for each thing that is booked, in each place where it is."""

from collections.abc import Sequence
from typing import Any

from ribambelle.families.columns import Field
from ribambelle.families.planning import Done, Outcome
from ribambelle.identity import schools
from ribambelle.search import fold
from ribambelle.takeover import Line, Matter, Taking, Trace, Unread, one_by_one
from ribambelle_periscolaire.domain.activities import KINDS
from ribambelle_periscolaire.queries import catalogue
from ribambelle_periscolaire.settings import Settings
from ribambelle_periscolaire.tables import Activity, Group, Unit

RUNS = {"wednesday": "wednesday", "holidays": "holidays", "workshop": "always"}
"""When each kind runs; the others, on school days."""
PARTS = {"canteen": 2, "morning": 1, "evening": 8, "wednesday": 7, "holidays": 7, "workshop": 4}
"""The parts of a day each kind fills, as bits of domain.activities.PARTS."""
OLDEST = 17
FIELDS = (
    Field("name", "Nom de l’activité", ("activite", "nom activite", "accueil"), is_needed=True),
    Field("kind", "Genre de l’activité", ("genre", "type", "type activite"), is_needed=True),
    Field("code", "Code de l’activité", ("code", "code activite", "abrege", "abrege activite")),
    Field("unit", "Ce qui se réserve", ("unite", "prestation", "nom unite", "unite de consommation")),
    Field("begins", "Heure de début", ("debut", "heure debut", "heure de debut")),
    Field("ends", "Heure de fin", ("fin", "heure fin", "heure de fin")),
    Field("is_meal", "C’est un repas", ("repas", "est un repas")),
    Field("school", "École", ("ecole", "lieu", "site", "etablissement")),
    Field("from_age", "Âge le plus jeune", ("age min", "age minimum", "age mini")),
    Field("to_age", "Âge le plus grand", ("age max", "age maximum", "age maxi")),
    Field("room", "Places", ("places", "capacite", "nombre de places", "effectif max")),
    Field("cut_off", "Délai de réservation", ("delai", "delai de reservation")),
)  # fmt: skip


class Offer:
    """What the town opens, as it stands while a file is read."""

    def __init__(self, taking: Taking) -> None:
        self.taking = taking
        self.cut_offs = {one.name for one in taking.tenant.of(Settings).cut_offs}
        self.activities: dict[str, dict[str, Any]] = {}
        self.units: dict[tuple[int, str], int] = {}
        self.groups: dict[tuple[int, int | None, str], int] = {}
        self.schools: dict[str, int] = {}

    async def read(self) -> None:
        """Read what is already open."""
        rows = await Activity.select().order_by(Activity.position, Activity.id)
        self.activities = {row["code"]: row for row in rows}
        for row in await Unit.select(Unit.id, Unit.activity, Unit.code):
            self.units[row["activity"], row["code"]] = row["id"]
        for row in await Group.select(Group.id, Group.activity, Group.school, Group.name):
            self.groups[row["activity"], row["school"], fold(row["name"])] = row["id"]
        self.schools = {one.folded: int(one.id) for one in await schools.every()}

    async def bring(self, line: Line) -> tuple[Done, str]:
        """Write what a line opens and is not open yet."""
        name = line.text("name", "le nom de l’activité", 80)
        code = slug(line.text("code") or name)
        kind = kind_of(line.text("kind", "le genre de l’activité"))
        # everything a line says is read before anything is written: a refused line leaves nothing
        unit, group = self._unit(line, kind, name), self._group(line)
        cut_off = line.text("cut_off")
        if cut_off and cut_off not in self.cut_offs:
            known = ", ".join(sorted(self.cut_offs)) or "aucun"
            raise Unread(f"délai inconnu « {cut_off} ». Délais du fichier de la commune : {known}")
        before = len(self.taking.traces)
        number, told = await self._activity(code, name, kind, cut_off)
        theirs = owner(self.activities[code]["name"])
        if (number, unit["code"]) not in self.units:
            row = Unit(activity=number, position=len(self.units), **unit)
            made = int((await Unit.insert(row).returning(Unit.id))[0]["id"])
            self.units[number, unit["code"]] = made
            self.taking.traces.append(Trace(theirs, Unit, made))
        at = number, group["school"], fold(group["name"])
        if at not in self.groups:
            made = int(
                (await Group.insert(Group(activity=number, **group)).returning(Group.id))[0]["id"]
            )
            self.groups[at] = made
            self.taking.traces.append(Trace(theirs, Group, made))
        return ("created" if len(self.taking.traces) > before else "same"), told

    async def _activity(self, code: str, name: str, kind: str, cut_off: str) -> tuple[int, str]:
        known = self.activities.get(code)
        if known is not None:
            if known["kind"] != kind:
                raise Unread(
                    f"le code {code} est déjà celui de « {known['name']} », d’un autre genre"
                )
            return int(known["id"]), ""
        is_open = bool(cut_off)
        row = Activity(
            code=code,
            name=name,
            kind=kind,
            position=len(self.activities),
            runs=RUNS.get(kind, "school"),
            cut_off=cut_off,
            is_open=is_open,
        )
        number = int((await Activity.insert(row).returning(Activity.id))[0]["id"])
        self.activities[code] = {"id": number, "kind": kind, "name": name}
        self.taking.traces.append(Trace(owner(name), Activity, number))
        told = "" if is_open else "reste fermée : choisissez son délai, puis ouvrez-la"
        return number, told

    def _unit(self, line: Line, kind: str, name: str) -> dict[str, Any]:
        unit = line.text("unit", longest=80) or name
        begins, ends = line.minutes("begins") or 0, line.minutes("ends") or 0
        if ends < begins:
            raise Unread("la fin vient avant le début")
        return {
            "code": slug(unit),
            "name": unit,
            "begins": begins,
            "ends": ends,
            "parts": PARTS[kind],
            "is_meal": line.says_yes("is_meal") or kind == "canteen",
            "choice": "jour" if PARTS[kind] == 7 else "",
        }

    def _group(self, line: Line) -> dict[str, Any]:
        school = line.text("school", longest=80)
        number = self.schools.get(fold(school)) if school else None
        from_age, to_age = line.number("from_age"), line.number("to_age")
        youngest = 2 if from_age is None else from_age
        oldest = OLDEST if to_age is None else to_age
        if not 0 <= youngest <= oldest <= OLDEST:
            raise Unread(f"les âges {youngest} à {oldest} ne sont pas possibles : de 0 à 17 ans")
        room = line.number("room")
        if room is not None and not 0 <= room <= 2000:
            raise Unread(f"{room} places ne sont pas possibles")
        return {
            "name": school or f"{youngest} à {oldest} ans",
            "school": number,
            "from_age": youngest,
            "to_age": oldest,
            "room": room,
        }


def owner(name: str) -> str:
    """Return what an activity, its units, groups and tariffs stay or go with."""
    return f"Activité « {name} »"


def slug(text: str) -> str:
    """Return a code as tariffs and the API name it.

    >>> slug("Accueil du Mercredi (journée)")
    'accueil-du-mercredi-journee'
    """
    found = fold(text).replace(" ", "-")[:40].strip("-")
    if not found[:1].isalpha():
        raise Unread(
            f"« {text} » ne donne pas de code : écrivez-en un, qui commence par une lettre"
        )
    return found


def kind_of(told: str) -> str:
    """Return the code of a kind, told by its code or its name.

    >>> kind_of("cantine"), kind_of("holidays")
    ('canteen', 'holidays')
    """
    for code, label in KINDS.items():
        if fold(told) in (code, fold(label)):
            return code
    raise Unread(f"genre inconnu « {told} ». Genres possibles : {', '.join(KINDS.values())}")


async def bring(lines: Sequence[Line], taking: Taking) -> list[Outcome]:
    """Open what is not open yet; an activity whose delay is not told stays closed."""
    offer = Offer(taking)
    await offer.read()
    found = await one_by_one(lines, offer.bring)
    await catalogue.touch()
    return found


async def taken_back(traces: Sequence[Trace], taking: Taking) -> None:
    """Say that what is open has changed."""
    if traces:
        await catalogue.touch()


ACTIVITIES = Matter("activities", "Activités", 30, FIELDS, bring, taken_back=taken_back)
