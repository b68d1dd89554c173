"""What is kept of an answer: the figures a service needs, their month, and nothing of the rest.

Names, addresses and the children's dates of birth come along: they are read by nobody here.
"""

from typing import Any

import msgspec

from ribambelle.particulier.kinds import QUOTIENT, RESOURCES
from ribambelle.web.formats import MONTHS, nombre

Facts = dict[str, Any]
FUNDS = {"CNAF": "CAF", "MSA": "MSA"}


class _Quotient(msgspec.Struct, frozen=True):
    valeur: float
    annee: int
    mois: int
    fournisseur: str = ""
    annee_calcul: int | None = None
    mois_calcul: int | None = None


class _QuotientData(msgspec.Struct, frozen=True):
    quotient_familial: _Quotient
    enfants: tuple[Any, ...] = ()


class _Base(msgspec.Struct, frozen=True):
    valeur: float
    annee_calcul: int | None = None


class _Parameters(msgspec.Struct, frozen=True):
    nombre_enfants_a_charge: int
    base_ressources_annuelles: _Base
    nombre_enfants_beneficiaire_aeeh: int = 0


class _ResourcesData(msgspec.Struct, frozen=True):
    parametres_calcul_participation_familiale: _Parameters


class _Establishment(msgspec.Struct, frozen=True):
    code_uai: str = ""


class _SchoolingData(msgspec.Struct, frozen=True):
    est_scolarise: bool
    etablissement: _Establishment | None = None


def facts(kind: str, body: bytes) -> Facts:
    """Return what is kept of an answer; raises msgspec.MsgspecError when it cannot be read.

    >>> told = {"fournisseur": "CNAF", "valeur": 640.5, "annee": 2026, "mois": 11,
    ...         "annee_calcul": 2026, "mois_calcul": 12}
    >>> whole = {"data": {"quotient_familial": told, "enfants": [{"sexe": "F"}]}}
    >>> facts(QUOTIENT, msgspec.json.encode(whole))  # doctest: +NORMALIZE_WHITESPACE
    {'value': 640, 'month': '2026-11', 'computed': '2026-12', 'fund': 'CNAF', 'children': 1}
    >>> facts(QUOTIENT, b'{"data":{"quotient_familial":null}}')
    Traceback (most recent call last):
    ...
    msgspec.ValidationError: Expected `object`, got `null` - at `$.data.quotient_familial`
    """
    if kind == QUOTIENT:
        return _quotient(_data(body, _QuotientData))
    if kind == RESOURCES:
        told = _data(body, _ResourcesData).parametres_calcul_participation_familiale
        base = told.base_ressources_annuelles
        return {
            "base": int(base.valeur),
            "year": base.annee_calcul,
            "children": told.nombre_enfants_a_charge,
            "aeeh": told.nombre_enfants_beneficiaire_aeeh,
        }
    school = _data(body, _SchoolingData)
    uai = school.etablissement.code_uai if school.etablissement else ""
    return {"enrolled": school.est_scolarise, "uai": uai[:10]}


def _quotient(told: _QuotientData) -> Facts:
    one = told.quotient_familial
    if not (0 <= one.valeur < 1_000_000 and 1 <= one.mois <= 12):
        raise msgspec.ValidationError("a quotient out of bounds")
    month = f"{one.annee}-{one.mois:02}"
    known = one.annee_calcul and one.mois_calcul
    return {
        "value": int(one.valeur),
        "month": month,
        "computed": f"{one.annee_calcul}-{one.mois_calcul:02}" if known else month,
        "fund": one.fournisseur[:10],
        "children": len(told.enfants),
    }


def _data(body: bytes, kind: type[Any]) -> Any:
    whole = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    if "data" not in whole:
        raise msgspec.ValidationError("an answer without data")
    try:
        return msgspec.json.decode(whole["data"], type=kind)
    except msgspec.ValidationError as error:
        raise msgspec.ValidationError(str(error).replace("`$.", "`$.data.")) from None


def rows(kind: str, told: Facts) -> list[tuple[str, str]]:
    """Return what was read, as a family and an agent see it.

    >>> told = {"value": 1640, "month": "2026-11", "computed": "2026-12", "fund": "CNAF"}
    >>> rows(QUOTIENT, told)
    [('Quotient familial', '1\u202f640'), ('Mois', 'novembre 2026'), \
('Calculé en', 'décembre 2026'), ('Par', 'la CAF')]
    >>> rows(RESOURCES, {"base": 36000, "year": 2024, "children": 2, "aeeh": 0})
    [('Ressources de l’année', '36\u202f000 €'), ('Année', '2024'), ('Enfants à charge', '2')]
    >>> rows("schooling", {"enrolled": True, "uai": "0440123A"})
    [('Inscrit à l’école', 'Oui'), ('Établissement', '0440123A')]
    """
    if kind == QUOTIENT:
        found = [("Quotient familial", nombre(told["value"])), ("Mois", _month(told["month"]))]
        if told["computed"] != told["month"]:
            found.append(("Calculé en", _month(told["computed"])))
        fund = FUNDS.get(told["fund"])
        return [*found, ("Par", f"la {fund}")] if fund else found
    if kind == RESOURCES:
        found = [("Ressources de l’année", f"{nombre(told['base'])} €")]
        if told["year"]:
            found.append(("Année", str(told["year"])))
        found.append(("Enfants à charge", str(told["children"])))
        return [*found, ("Dont avec AEEH", str(told["aeeh"]))] if told["aeeh"] else found
    found = [("Inscrit à l’école", "Oui" if told["enrolled"] else "Non")]
    return [*found, ("Établissement", told["uai"])] if told["uai"] else found


def _month(text: str) -> str:
    year, month = text.split("-")
    return f"{MONTHS[int(month) - 1]} {year}"
