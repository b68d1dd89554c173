"""The code a tobacconist scans, drawn on an invoice when the commune may be paid there."""

from functools import lru_cache

from ppf.datamatrix import DataMatrix

from ribambelle_paiement_tresor.domain import datamatrix
from ribambelle_paiement_tresor.domain.datamatrix import Bill
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.settings import Settings


def bill(settings: Settings, one: Document) -> Bill | None:
    """Return what the code of an invoice says; None when it bears none."""
    shop, titres = settings.buraliste, settings.titres
    if not (shop.open and titres.codique and titres.product) or one.kind != "invoice":
        return None
    if not datamatrix.is_payable(one.cents) or not titres.codique[:6].isdecimal():
        return None
    return Bill(
        establishment=shop.establishment,
        period=str((one.first or one.issued_on).month)[0],
        product=titres.product[:2],
        exercise=one.year,
        issuer=shop.issuer,
        debt=one.id,
        codique=titres.codique,
        cents=one.cents,
    )


@lru_cache(maxsize=64)
def drawing(one: Bill) -> str:
    """Return the Data Matrix of a bill, as a drawing."""
    return str(DataMatrix(datamatrix.mark(one)).svg())
