"""What whoever writes a lot surely did not mean, though the engine would decide on it all the same.

A commission of the portal may keep a reserve for crèches that nobody asks for, and a twin whose
sibling left stands in a group of one; in a file that people or another program wrote, the same is
a name misspelt or a line lost.
"""

from collections import Counter
from collections.abc import Iterator

from ribambelle_creche.domain.admission.snapshot import Application, Reserve, Snapshot, wrong


def check(written: Snapshot) -> None:
    """Refuse a lot in which something was surely misspelt or forgotten, with the path of the fault.

    Raises Refused("snapshot_wrong", path, fault, cure).

    >>> check(Snapshot({}, (), (), (Reserve("insertion", ("lilas",), 1, "insertion"),)))
    ... # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ribambelle.errors.Refused: snapshot_wrong (path=$.reserves[0].facilities[0], ...
    """
    for path, name in _names(written):
        if not name.strip():
            wrong(path, "le nom est vide", "donnez-lui un nom, le même partout où il est cité")
    _groups(written)
    asked = {option.facility for one in written.applications for option in one.options}
    for index, reserve in enumerate(written.reserves):
        _reserve(reserve, f"$.reserves[{index}].facilities", asked)


def _names(written: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield everything that others are told apart or found again by, with its path."""
    for name in written.resources:
        yield f"$.resources[{name!r}]", name
    for index, one in enumerate(written.applications):
        path = f"$.applications[{index}]"
        yield f"{path}.id", one.id
        for place, option in enumerate(one.options):
            yield f"{path}.options[{place}].id", option.id
            yield f"{path}.options[{place}].facility", option.facility
        if one.group is not None:
            yield f"{path}.group", one.group
    for index, reserve in enumerate(written.reserves):
        yield f"$.reserves[{index}].code", reserve.code


def _groups(written: Snapshot) -> None:
    first: dict[str, Application] = {}
    many = Counter(one.group for one in written.applications if one.group is not None)
    for index, one in enumerate(written.applications):
        if one.group is None:
            continue
        path, told = f"$.applications[{index}]", first.setdefault(one.group, one)
        if many[one.group] == 1:
            wrong(
                f"{path}.group",
                f"« {one.id} » est seul dans « {one.group} »",
                "ajoutez les autres dossiers de cette naissance, ou retirez group et group_mode",
            )
        if one.group_mode != told.group_mode:
            wrong(
                f"{path}.group_mode",
                f"« {one.group_mode} », mais « {told.id} », du même groupe, dit "
                f"« {told.group_mode} »",
                "donnez le même group_mode à tous les dossiers du groupe",
            )
        if one.count > 1:
            wrong(
                f"{path}.count",
                f"{one.count} enfants dans un dossier de groupe",
                "donnez un dossier par enfant, ou retirez group et group_mode",
            )


def _reserve(reserve: Reserve, path: str, asked: set[str]) -> None:
    if not reserve.facilities:
        wrong(path, "aucune crèche", "nommez les crèches de cette réserve, ou retirez-la")
    for place, facility in enumerate(reserve.facilities):
        if facility not in asked:
            wrong(
                f"{path}[{place}]",
                f"aucun dossier ne demande « {facility} »",
                "corrigez son nom, ou retirez-la de la réserve",
            )
