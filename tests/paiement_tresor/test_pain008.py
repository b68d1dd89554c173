"""The file of a batch is what the schemas of the banks allow, in both versions."""

from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files

import pytest
import xmlschema

from ribambelle_paiement_tresor.domain import pain008
from ribambelle_paiement_tresor.domain.pain008 import Creditor, Debit, Place

SCHEMAS = {"2019": "pain.008.001.08.xsd", "2009": "pain.008.001.02.xsd"}
IBAN = "FR7630006000011234567890189"
HOME = Place("12 bis, rue de l’Église", "71880", "Châtenoy-le-Royal")
US = Creditor(
    *("Régie enfance", "21710118500017", "FR12ZZZ123456", "SGC Chalon", HOME),
    *(IBAN, "BDFEFRPPCCT", "Régie enfance Châtenoy", IBAN),
)


@cache
def schema(version: str) -> xmlschema.XMLSchema:
    """Return a schema of the banks, as PyPI sepaxml ships it."""
    return xmlschema.XMLSchema(str(files("sepaxml") / "schemas" / SCHEMAS[version]))


def a_debit(sequence: str, rank: int, place: Place = HOME, bic: str = "AGRIFRPP") -> Debit:
    """Return one debit."""
    return Debit(
        *(sequence, f"1D0710000{rank:013}", 4820 + rank, f"RIB-F-{rank:08}-001"),
        *(date(2026, 11, 2), "Zoé Œuvrard & Cie <" + "x" * 80, place, IBAN, bic),
        "Facture F2026-000123, " * 20,
    )


@pytest.mark.parametrize("version", SCHEMAS)
@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-15"])
def test_a_batch_of_every_sequence_is_what_banks_read(version: str, encoding: str) -> None:
    debits = [
        *(a_debit("RCUR", 1), a_debit("FRST", 2, Place(), ""), a_debit("OOFF", 3)),
        *(a_debit("FNAL", 4, Place("Lieu-dit Les Écots", "71880", "Alpha")), a_debit("RCUR", 5)),
    ]
    name = "TGDFT027-DFT-SDD-26330-001"

    file = pain008.written(
        name, datetime(2026, 11, 26, tzinfo=UTC), date(2026, 12, 10), US, debits, version, encoding
    )

    schema(version).validate(file.decode(encoding))
    pain008.require_same(file, name, debits)
    told = file.decode(encoding)
    order = [told.index(f"<SeqTp>{one}") for one in ("FRST", "RCUR", "OOFF", "FNAL")]
    assert order == sorted(order)
    assert told.count("<PmtInf>") == 4
    assert f"<UltmtCdtr><Nm>Regie enfance Chatenoy</Nm><Id><OrgId><Othr><Id>{IBAN}" in told
    assert "<Othr><Id>21710118500017</Id><SchmeNm><Prtry>SIRET" in told


def test_the_schema_would_see_what_we_do_not_write() -> None:
    """The twin: a sequence banks do not know."""
    file = pain008.written(
        "N1", datetime(2026, 11, 26, tzinfo=UTC), date(2026, 12, 10), US, [a_debit("RCUR", 1)]
    )

    with pytest.raises(xmlschema.XMLSchemaValidationError):
        schema("2019").validate(file.decode().replace("RCUR</SeqTp>", "SOON</SeqTp>"))
