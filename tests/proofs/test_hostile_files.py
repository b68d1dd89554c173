"""Every file somebody hands us, mangled at random: it is read, or refused in words; never a crash."""

import random
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ribambelle.errors import Misconfigured, Refused
from ribambelle.families import rows, table_files
from ribambelle.tenants import settings
from ribambelle_assmat.domain import register
from ribambelle_creche.domain import import_list, present_children, streets
from ribambelle_creche.domain.admission import reading
from ribambelle_creche.domain.grid import reading as grids
from ribambelle_paiement_tresor.domain import bank_returns, debits, report
from ribambelle_paiement_tresor.payfip import envelope

BANK = """<Document><CstmrPmtStsRpt><GrpHdr><CreDtTm>2026-12-14T08:00:00</CreDtTm></GrpHdr>
<OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>1D0270000</OrgnlEndToEndId>
<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>
<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">48.20</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"""
REPORT = """EN-TETE;SIM;090909;25/11/2026
LIGNE;DATE;REFDET;MONTANT;MOYEN
LIGNE;25/11/2026;F20260000034501;4820;CB
PIED-DE-PAGE;1;4820
"""
RETURNS = "DATE;ENDTOEND;RUM;MONTANT;MOTIF\n14/12/2026;1D0270000;R1;4820;AM04\n"
ANSWER = """<?xml version="1.0"?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/">
<S:Body><ns2:creerPaiementSecuriseResponse xmlns:ns2="x"><return><idOp>abc</idOp></return>
</ns2:creerPaiementSecuriseResponse></S:Body></S:Envelope>"""
LOT = """{"version": 1, "resources": {"r": 5}, "applications": [{"id": "a", "points": 10,
"complete_at": "2026-01-05T09:00:00Z", "draw": 1, "count": 1, "current": null, "flags": [],
"options": [{"id": "o", "facility": "f", "bonus": 0, "demand": {"r": 1}}]}], "pins": [],
"reserves": []}"""
GRID = """[creche.grid]
version = "2026-1"
valid_from = 2026-01-01
tie_break = ["complete_at", "draw"]
[[creche.grid.criterion]]
code = "works"
label = "Travail"
type = "flag"
points = 10
proof = "work"
"""
PRESENT = "Enfant;Né le;Demi-journées;Premier jour;Dernier jour\nZoé;14/03/2026;lundi;01/09/2026;\n"
PLACES = "nom;type;places;quartier;latitude;longitude\nLes Lilas;crèche;30;Centre;47.2;-1.5\n"
STREETS = "rue;quartier;du;au;côté\nRue A;Nord;1;9;pair\n"
FAMILIES = "a;b;c;d;e;f\nAnne;Roy;Zoé;14/03/2024;a@b.fr;44000\n"
CHILDMINDERS = "4420217;Benali;Nadia;01/05/2024;30/04/2029;44000;Nantes;4;Agréée"
REGISTER = ("number", "family_name", "given_name", "first", "last", "postcode", "city", "children")


def each_line(found: Iterator[Any]) -> list[Any]:
    return list(found)


def of_register(content: bytes) -> Any:
    cells = content.decode("utf-8", "replace").split(";")
    return register.read(2, dict(zip((*REGISTER, "status"), cells, strict=False)))


def of_family(content: bytes) -> Any:
    table = table_files.read(content)
    names = ("given_name", "family_name", "child_given_name", "child_born_on", "email", "postcode")
    return [
        rows.read(cells, {name: place for place, name in enumerate(names)}, 2, TODAY)
        for cells in table.rows
        if len(cells) == len(names)
    ]


def of_tenant(folder: Path) -> Callable[[bytes], Any]:
    def read(content: bytes) -> Any:
        (folder / "ville.toml").write_bytes(content)
        return settings.parse(folder / "ville.toml")

    return read


READERS: dict[str, tuple[str, Callable[[bytes], Any]]] = {
    "a bank's message": (BANK, bank_returns.read),
    "the treasury's report": (REPORT, report.read),
    "returned debits": (RETURNS, debits.read_returns),
    "the treasury's answer": (ANSWER, lambda got: envelope.answer("creerPaiementSecurise", got)),
    "a lot to decide on": (LOT, reading.read_lot),
    "a grid": (GRID, lambda got: grids.read(got.decode("utf-8", "replace"))),
    "a list of families": (PRESENT, table_files.read),
    "children present": (PRESENT, lambda got: each_line(present_children.read(got))),
    "a list of crèches": (PLACES, lambda got: each_line(import_list.read(got))),
    "a list of streets": (STREETS, streets.read),
    "a row of families": (FAMILIES, of_family),
    "a line of the register": (CHILDMINDERS, of_register),
}
SAID = (Refused, Misconfigured, envelope.Malformed)
TODAY = date(2026, 11, 25)
BITS = (b"\x00", b"\xff", b"\xef\xbb\xbf", b"\r", b"\n", b'"', b";", b"<", b"&", b"-", b"9" * 400)
TIMES = [400, pytest.param(90_000, marks=pytest.mark.slow)]


def mangled(whole: bytes, draw: random.Random) -> bytes:
    """Return a file with a few bytes changed, taken away, doubled or put in."""
    content = bytearray(whole)
    for _ in range(draw.choice((1, 1, 2, 3, 8))):
        place, far = draw.randrange(len(content) + 1), draw.randrange(1, 40)
        match draw.randrange(5):
            case 0:
                content[place : place + far] = b""
            case 1:
                content[place:place] = draw.choice(BITS)
            case 2:
                content[place : place + 1] = bytes([draw.randrange(256)])
            case 3:
                content[place:place] = content[place : place + far]
            case _:
                del content[place:]
    return bytes(content)


def tried(what: str, whole: str, read: Callable[[bytes], Any], times: int) -> int:
    """Give a reader so many mangled files; return how many it refused in words."""
    draw, refused = random.Random(18), 0
    read(whole.encode())
    for _ in range(times):
        content = mangled(whole.encode(), draw)
        try:
            read(content)
        except SAID:
            refused += 1
        except Exception as error:  # whatever it is goes on, saying on which file
            error.add_note(f"{what}: {content!r}")
            raise
    return refused


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("what", [*READERS, "a commune's file"])
def test_a_mangled_file_is_read_or_refused_in_words(what: str, times: int, tmp_path: Path) -> None:
    toml = f'name = "V"\nhosts = ["v.fr"]\n{GRID}'
    whole, read = READERS.get(what, (toml, of_tenant(tmp_path)))

    assert tried(what, whole, read, times) < times


def test_twin_a_reader_that_crashes_is_seen() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        tried("a number", "12", int, 400)
