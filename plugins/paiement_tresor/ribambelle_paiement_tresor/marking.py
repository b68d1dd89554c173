"""The code a tobacconist scans, drawn on a bill when the commune may be paid there."""

from functools import lru_cache

from ppf.datamatrix import DataMatrix

from ribambelle_paiement_tresor.domain import datamatrix
from ribambelle_paiement_tresor.domain.datamatrix import Bill
from ribambelle_paiement_tresor.queries import titres
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_paiement_tresor.tables import Bordereau, Titre


def bill(settings: Settings, one: Document) -> Bill | None:
    """Return what the code of an invoice says; None when it bears none."""
    shop, told = settings.buraliste, settings.titres
    if not (shop.open and told.codique and told.product) or one.kind != "invoice":
        return None
    if not datamatrix.is_payable(one.cents) or not told.codique[:6].isdecimal():
        return None
    return Bill(
        establishment=shop.establishment,
        period=str((one.first or one.issued_on).month)[0],
        product=told.product[:2],
        exercise=one.year,
        issuer=shop.issuer,
        debt=one.id,
        codique=told.codique,
        cents=one.cents,
    )


def titre(settings: Settings, row: Bordereau, one: Titre, first: Document) -> Bill | None:
    """Return what the code of a titre says; None when its notice bears none.

    :param first: the invoice its debt is numbered after.
    """
    shop, told = settings.buraliste, titres.issuer_of(row)
    if not (shop.open and told.codique and told.product and datamatrix.is_payable(one.cents)):
        return None
    if not told.codique[:6].isdecimal():
        return None
    return Bill(
        establishment=shop.establishment,
        period=str((first.first or first.issued_on).month)[0],
        product=told.product[:2],
        exercise=row.exercise,
        issuer=shop.issuer,
        debt=int(one.debt),
        codique=told.codique,
        cents=one.cents,
    )


@lru_cache(maxsize=64)
def drawing(one: Bill) -> str:
    """Return the Data Matrix of a bill, as a drawing."""
    return str(DataMatrix(datamatrix.mark(one)).svg())
