"""A paper is read back: by a screen reader, by a search, by whoever doubts what was typed."""

import io
from pathlib import Path

import pypdf
import pytest
import typst

import ribambelle_creche
from ribambelle.documents.pdf import render

RECEIPT = Path(ribambelle_creche.__file__).parent / "templates/creche/pdf/receipt.typ"
CREST = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 4"><path d="M0 0h3v4H0z"/></svg>'


def a_receipt(**changed: object) -> dict[str, object]:
    return {
        "title": "Reçu de votre demande de place en crèche",
        "commune": "Ville de Saint-Denis",
        "number": "C-2041",
        "crest": CREST,
        "sent_at": "mercredi 25 novembre 2026 à 9 h 05",
        "changed_at": "",
        "parent": "Anne Hoarau",
        "care": "Régulier",
        "child": "Zoé Payet, née le 14 mars 2026",
        "start": "lundi 4 janvier 2027",
        "week": "lundi, mardi matin",
        "fallbacks": ["lundi"],
        "wishes": ["Les Lilas", "Les Roses"],
        "others": ["Une autre crèche de la ville convient aussi."],
        "code": "04HM-ASW9-NF6Y",
        "blocks": [{"lines": ["Ce reçu prouve votre demande."]}, {"items": ["Gardez-le."]}],
        "verify_at": "https://exemple.fr/creche/recu",
        "verify": "https://exemple.fr/creche/recu?numero=C-2041&code=04HM-ASW9-NF6Y",
    } | changed


def read_back(paper: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(paper))


def words(paper: bytes) -> str:
    text = " ".join(page.extract_text() for page in read_back(paper).pages)
    return " ".join(text.split())


async def test_a_screen_reader_finds_its_marks():
    paper = read_back(await render(RECEIPT, a_receipt()))

    root = paper.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("fr")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "/StructTreeRoot" in root
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert paper.metadata.title == "Reçu de votre demande de place en crèche"


async def test_everything_asked_is_on_the_paper():
    printed = words(await render(RECEIPT, a_receipt()))

    for told in ("C-2041", "Zoé Payet", "lundi, mardi matin", "1. Les Lilas", "2. Les Roses"):
        assert told in printed
    assert "04HM-ASW9-NF6Y" in printed


@pytest.mark.asvs("1.3.2")
@pytest.mark.parametrize(
    "name", ['#panic("x")', "*Zoé* _Payet_", "$x$ = @a <b>", "\\u{41} // reste", "#sys.inputs"]
)
async def test_a_name_is_never_code(name):
    printed = words(await render(RECEIPT, a_receipt(child=name, wishes=[name])))

    assert printed.count(name) == 2


async def test_a_letter_that_no_font_draws_costs_nobody_a_receipt():
    printed = words(await render(RECEIPT, a_receipt(child="Zoé 🎈 李 \0 Payet")))

    assert "Zoé □ □ □ Payet" in printed


async def test_a_name_written_from_right_to_left_is_printed():
    paper = await render(RECEIPT, a_receipt(child="محمد"))

    assert "□" not in words(paper)


async def test_a_paper_stays_light():
    names = [f"Crèche {'très ' * 40}longue {number}" for number in range(10)]

    assert len(await render(RECEIPT, a_receipt())) <= 60_000
    assert len(await render(RECEIPT, a_receipt(wishes=names, child="Ž" * 200))) <= 60_000


async def test_a_template_at_fault_is_told(tmp_path):
    template = tmp_path / "wrong.typ"
    template.write_text("#nothing")

    with pytest.raises(typst.TypstError):
        await render(template, {"child": "Zoé"})


@pytest.mark.asvs("1.3.3")
async def test_a_template_reads_nothing_outside_its_folder(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "templates"
    folder.mkdir()
    template = folder / "curious.typ"
    template.write_text('#set document(title: "x")\n#read("../secret.txt")')

    with pytest.raises(typst.TypstError):
        await render(template, {})
