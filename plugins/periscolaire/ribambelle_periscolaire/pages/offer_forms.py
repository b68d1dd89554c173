"""What an agent types of an activity, a unit, a group; each wrong field has its sentence."""

import re
from collections.abc import Collection, Iterable
from typing import Annotated, Any

import msgspec

from ribambelle.appointments.slots import minutes_of
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle_periscolaire.domain import ratios
from ribambelle_periscolaire.domain.activities import BOOKED, KINDS, PARTS, RUNS
from ribambelle_periscolaire.tables import Activity, Group, Unit

Name = Annotated[str, msgspec.Meta(max_length=80)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2000)]
Age = Annotated[int, msgspec.Meta(ge=0, le=17)]
CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")
CHOOSE = "Choisissez une des réponses proposées."
WRITE_CODE = "Écrivez un code en minuscules, sans accent ni espace : cantine, mercredi-matin."


class ActivityForm(msgspec.Struct, frozen=True):
    """An activity as it was typed, over which version."""

    name: Name
    code: str = ""
    kind: str = "canteen"
    runs: str = "school"
    booked: str = "online"
    place: Annotated[str, msgspec.Meta(max_length=600)] = ""
    cut_off: str = ""
    regime: str = ""
    regie: Annotated[str, msgspec.Meta(max_length=40)] = ""
    tax_care: bool = False
    rank: Annotated[int, msgspec.Meta(ge=0, le=999)] = 10
    is_closed: bool = False
    version: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """The columns it changes; a code is given once."""
        return {
            "name": self.name,
            "kind": self.kind,
            "runs": self.runs,
            "booked": self.booked,
            "place": self.place,
            "cut_off": self.cut_off,
            "regime": self.regime,
            "regie": self.regie,
            "tax_care": self.tax_care,
            "position": self.rank,
            "is_open": not self.is_closed,
        }


def checked_activity(
    form: Bound[ActivityForm], cut_offs: Collection[str], row: Activity | None
) -> Bound[ActivityForm]:
    """Return the form with a sentence beside what families could not use."""
    if form.struct is None:
        return form
    told = form.struct
    if row is None and not CODE.fullmatch(told.code):
        form = form.wrong(code=WRITE_CODE)
    for field, known in (("kind", KINDS), ("runs", RUNS), ("booked", BOOKED)):
        if getattr(told, field) not in known:
            form = form.wrong(**{field: CHOOSE})
    if told.regime and told.regime not in ratios.REGIMES:
        form = form.wrong(regime=CHOOSE)
    if told.cut_off and told.cut_off not in cut_offs:
        form = form.wrong(cut_off="Ce délai n’est pas dans le fichier de la commune.")
    elif told.booked == "online" and not told.cut_off:
        form = form.wrong(cut_off="Choisissez un délai : sans lui, personne ne peut réserver.")
    if told.booked == "on_site" and not told.place:
        form = form.wrong(
            place="Dites où, avec qui et à quelles heures : la famille ira sur place."
        )
    return form


class UnitForm(msgspec.Struct, frozen=True):
    """A unit as it was typed."""

    name: Name
    code: str = ""
    begins: str = ""
    ends: str = ""
    weekdays: tuple[int, ...] = ()
    parts: tuple[int, ...] = ()
    is_meal: bool = False
    choice: Annotated[str, msgspec.Meta(max_length=20)] = ""
    needs: int | None = None
    rank: Annotated[int, msgspec.Meta(ge=0, le=999)] = 10
    is_closed: bool = False
    version: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """The columns it changes; a code is given once."""
        return {
            "name": self.name,
            "begins": minutes_of(self.begins),
            "ends": minutes_of(self.ends),
            "weekdays": sum(1 << day for day in set(self.weekdays)),
            "parts": sum(set(self.parts)),
            "is_meal": self.is_meal,
            "choice": self.choice,
            "needs": self.needs,
            "position": self.rank,
            "is_open": not self.is_closed,
        }


def checked_unit(
    form: Bound[UnitForm], row: Unit | None, others: Iterable[Unit]
) -> Bound[UnitForm]:
    """Return the form with a sentence beside what nobody could book.

    :param others: every other unit of the commune, which one may need.
    """
    if form.struct is None:
        return form
    told, hours = form.struct, dict[str, int]()
    if row is None and not CODE.fullmatch(told.code):
        form = form.wrong(code=WRITE_CODE)
    for field, words in (("begins", told.begins), ("ends", told.ends)):
        try:
            hours[field] = minutes_of(words)
        except Refused:
            form = form.wrong(**{field: "Écrivez une heure, par exemple 16:30."})
    if len(hours) == 2 and hours["ends"] <= hours["begins"]:
        form = form.wrong(ends="La fin vient après le début.")
    if not told.weekdays or not set(told.weekdays) <= set(range(7)):
        form = form.wrong(weekdays="Cochez au moins un jour.")
    if not told.parts or not set(told.parts) <= set(PARTS):
        form = form.wrong(parts="Cochez au moins un moment : c’est là que les places se comptent.")
    return _checked_needs(form, row, others)


def _checked_needs(
    form: Bound[UnitForm], row: Unit | None, others: Iterable[Unit]
) -> Bound[UnitForm]:
    """Refuse a unit that would need itself, however long the way round."""
    needs = {one.id: one.needs for one in others}
    if form.told.needs is None:
        return form
    if form.told.needs not in needs:
        return form.wrong(needs=CHOOSE)
    seen, at = set[int](), form.told.needs
    while at in needs and at not in seen:
        seen.add(at)
        at = needs[at] or 0
    if row is not None and row.id in seen | {at}:
        return form.wrong(
            needs="Les deux se demanderaient l’une l’autre : choisissez-en une autre."
        )
    return form


class GroupForm(msgspec.Struct, frozen=True):
    """A group as it was typed."""

    name: Name
    school: int | None = None
    from_age: Age = 2
    to_age: Age = 17
    licence: Count | None = None
    room: Count | None = None
    staff: Annotated[int, msgspec.Meta(ge=0, le=99)] | None = None
    is_closed: bool = False
    version: str = ""
    confirme: bool = False

    @property
    def values(self) -> dict[str, Any]:
        """The columns it changes."""
        return {
            "name": self.name,
            "school": self.school,
            "from_age": self.from_age,
            "to_age": self.to_age,
            "licence": self.licence,
            "room": self.room,
            "staff": self.staff,
            "is_open": not self.is_closed,
        }


def checked_group(
    form: Bound[GroupForm], schools: Collection[int], others: Iterable[Group]
) -> Bound[GroupForm]:
    """Return the form with a sentence beside what no child could be in, or two groups would want.

    :param others: the other open groups of the activity.
    """
    if form.struct is None:
        return form
    told = form.struct
    if told.school is not None and told.school not in schools:
        form = form.wrong(school="Choisissez une école de la liste.")
    if told.to_age < told.from_age:
        return form.wrong(to_age="Le dernier âge vient après le premier.")
    if told.is_closed:
        return form
    for one in others:
        if (
            one.school == told.school
            and one.from_age <= told.to_age
            and told.from_age <= one.to_age
        ):
            words = f"Le groupe « {one.name} » reçoit déjà une partie de ces âges."
            form = form.wrong(from_age=words)
    return form
