"""A letter is written, printed and noted; what it says reaches the paper as it was typed."""

import io
from pathlib import Path

import httpx
import pypdf
import pytest
import typst

from ribambelle.documents.pdf import render
from ribambelle.identity import Grant, households
from ribambelle.identity.households import AddressEntry, AdultEntry
from ribambelle.messages import catalogue, outbox, printing
from ribambelle.messages.printing import Addressed
from ribambelle.messages.wording import Wording
from ribambelle.plugins import Plugins
from ribambelle.testing import Communes, Town
from ribambelle.workflow.tables import JournalLine

MODEL = "/bureau/modeles/paper.free"
MM = 72 / 25.4
WRITTEN = {"subject": "Votre rendez-vous", "text": "Venez mardi.\n\nÀ 9 h.", "act": "print"}
HOSTILE = (
    '#panic("x")',
    "*gras* _penché_ = titre",
    "@renvoi <cible> $x$",
    "\\u{41} \\ // `brut`",
    "{objet} #sys.inputs",
)


def read_back(paper: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(paper))


def words(paper: bytes) -> str:
    text = " ".join(page.extract_text() for page in read_back(paper).pages)
    return " ".join(text.split())


async def a_household(town: Town, *names: str) -> int:
    with town.here() as tenant:
        entries = [AdultEntry(name, "Hoarau") for name in names or ("Anne",)]
        home = AddressEntry("2 rue des Lilas", "97400", "Alpha", None)
        return await households.create(entries, home, tenant.now())


async def printed(browser: httpx.AsyncClient, household: int, **changed: str) -> httpx.Response:
    return await browser.post(f"/bureau/familles/{household}/courrier", data=WRITTEN | changed)


async def test_a_screen_reader_finds_the_marks_of_a_letter(communes: Communes) -> None:
    with communes.alpha.here():
        told = Wording("Votre demande", "Bonjour,\n\nIl manque :\n- un acte\n- un bail")
        paper = read_back(await printing.drawn(told, Addressed("Anne Hoarau", ("Alpha",)), "Léa"))

    root = paper.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("fr")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "/StructTreeRoot" in root
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert paper.metadata and paper.metadata.title == "Votre demande"


async def test_the_address_is_in_the_window_of_the_envelope(communes: Communes) -> None:
    """107 mm from the left, 45 from the top, however long the commune's own lines are."""
    found: dict[str, tuple[float, float]] = {}
    with communes.alpha.here():
        told = Wording("Objet", "Texte")
        paper = read_back(await printing.drawn(told, Addressed("Anne Hoarau", ("97400 Alpha",))))

    page = paper.pages[0]
    page.extract_text(
        visitor_text=lambda text, cm, tm, *_: found.setdefault(
            text.strip()[:4], (cm[4] + tm[4] * cm[0], cm[5] + tm[5] * cm[3])
        )
    )
    left, bottom = found["Anne"]
    from_top = (float(page.mediabox.height) - bottom) / MM
    assert 105 <= left / MM <= 110
    assert 45 <= from_top <= 55


@pytest.mark.asvs("1.3.3")
@pytest.mark.parametrize("typed", HOSTILE)
async def test_what_an_agent_types_is_printed_as_it_is(communes: Communes, typed: str) -> None:
    town = communes.alpha
    household = await a_household(town, typed)

    answer = await printed(await town.staff(), household, subject=typed, text=f"a\n{typed}\nb")

    assert answer.status_code == 200, answer.text
    said = words(answer.content)
    assert said.count(typed) == 4, "the address, the title, the greeting and the text"


@pytest.mark.asvs("1.3.7")
async def test_a_template_that_read_words_as_code_would_run_them(tmp_path: Path) -> None:
    """The twin of the test before."""
    template = tmp_path / "wrong.typ"
    template.write_text(
        '#set document(title: "x")\n#eval(json(bytes(sys.inputs.data)).text, mode: "markup")'
    )

    with pytest.raises(typst.TypstError, match="panicked"):
        await render(template, {"text": HOSTILE[0]})


async def test_a_letter_is_looked_at_then_printed_and_noted(communes: Communes) -> None:
    town = communes.alpha
    household = await a_household(town)
    agent = await town.staff()

    preview = await printed(agent, household, act="preview")
    with town.here():
        before = await JournalLine.count().where(JournalLine.act == printing.PRINTED)
    answer = await printed(agent, household)

    assert "Bonjour Anne Hoarau," in preview.text
    assert before == 0
    assert answer.headers["content-type"] == "application/pdf"
    said = words(answer.content)
    for told in ("Anne Hoarau 2 rue des Lilas 97400 Alpha", "Venez mardi.", "Sophie Laurent"):
        assert told in said
    assert "salutations distinguées" in said
    with town.here():
        (line,) = await JournalLine.objects().where(JournalLine.act == printing.PRINTED)
    assert (line.object, line.side) == (f"household:{household}", "office")
    assert line.facts == '{"code":"paper.free"}', "what was written is not in the journal"
    assert "Courrier libre" in (await agent.get(f"/bureau/familles/{household}")).text


async def test_a_letter_goes_to_one_adult_of_this_family(communes: Communes) -> None:
    town = communes.alpha
    household, other = await a_household(town, "Anne", "Luc"), await a_household(town, "Rose")
    agent = await town.staff()
    with town.here():
        luc = (await households.adults_of(household))[1].id
        (rose,) = await households.adults_of(other)

    good = await printed(agent, household, adult=str(luc))
    wrong = await printed(agent, household, adult=str(rose.id))
    empty = await printed(agent, household, adult=str(luc), text=" ")

    assert "Bonjour Luc Hoarau" in words(good.content)
    assert (wrong.status_code, empty.status_code) == (422, 422)
    assert "Choisissez à qui vous écrivez." in wrong.text
    assert "Venez mardi." in wrong.text, "nothing typed is lost"


async def test_only_agents_of_the_commune_print_letters(communes: Communes) -> None:
    household = await a_household(communes.alpha)
    family = await communes.alpha.family()
    manager = await communes.alpha.staff(Grant("creche_manager", "creche.facility:1"))
    elsewhere = await communes.beta.staff()

    codes = [(await printed(one, household)).status_code for one in (family, manager, elsewhere)]

    assert codes == [403, 403, 404]


async def test_a_paper_is_in_the_words_of_the_commune(communes: Communes) -> None:
    town = communes.alpha
    household = await a_household(town)
    agent, other = await town.staff(), await town.staff(email="b@mairie.test")
    own = {"version": "0", "subject": "Réf. {objet}", "body": "Madame, Monsieur,\n\n{texte}"}

    preview = await agent.post(MODEL, data={**own, "act": "preview"})
    essay = await agent.post(MODEL, data={**own, "act": "test"})
    kept = await agent.post(MODEL, data={**own, "act": "save"})
    late = await other.post(MODEL, data={**own, "subject": "{objet}", "act": "save"})
    said = words((await printed(agent, household)).content)
    back = await agent.post(MODEL, data={"version": "1", "act": "restore"})

    assert "Réf. Votre rendez-vous" in preview.text.replace("\u00a0", " ")
    assert "Camille Martin" in words(essay.content)
    assert [one.status_code for one in (kept, late, back)] == [303, 409, 303]
    assert "Réf. Votre rendez-vous" in said
    assert "Madame, Monsieur" in said and "salutations" not in said
    assert "salutations" in words((await printed(agent, household)).content)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("Bonjour", "Remettez le repère « {texte} »"),
        ("{texte} {secret}", "« {secret} » n’existe pas ici"),
        ("{texte} {", "Une accolade est seule"),
    ],
)
async def test_a_paper_that_could_not_be_printed_is_refused(
    communes: Communes, body: str, told: str
) -> None:
    form = {"version": "0", "subject": "{objet}", "body": body, "act": "save"}

    answer = await (await communes.alpha.staff()).post(MODEL, data=form)

    assert answer.status_code == 422
    assert told in answer.text.replace("\u00a0", " ")


async def test_the_commune_says_who_signs(communes: Communes) -> None:
    town = communes.alpha
    file = town.app.platform.folder / "alpha.toml"
    file.write_text(file.read_text("utf-8") + SIGNATURE, "utf-8")
    town.app.platform.scan()

    said = words((await printed(await town.staff(), await a_household(town))).content)

    assert "L’adjointe à la petite enfance Rose Boyer" in said
    assert "Sophie Laurent" not in said


SIGNATURE = '\n[signature]\nname = "Rose Boyer"\ntitle = "L’adjointe à la petite enfance"\n'


async def test_nobody_prints_without_end(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "MOST", 1)
    household, agent = await a_household(communes.alpha), await communes.alpha.staff()

    codes = [(await printed(agent, household)).status_code for _ in range(2)]

    assert codes == [200, 429]


async def test_every_paper_is_declared_and_may_be_printed(
    communes: Communes, installed: Plugins
) -> None:
    """A new file without a declaration, or a declaration its file does not follow, stops here."""
    with communes.alpha.here() as tenant:
        declared = {one.path: one for one in catalogue.papers().values()}
        files = set()
        for name in [*installed.names, "core"]:
            folder = installed.folder(name, "templates") or Path()
            for file in folder.rglob("papers/*.txt"):
                files.add(str(file.relative_to(folder).with_suffix("")))
        for one in declared.values():
            told = catalogue.original(one, tenant)
            catalogue.require(one, told)
            shown = outbox.shown(one, told)
            assert "{" not in f"{shown.subject}{shown.body}", one.code
            assert words(await printing.drawn(shown, printing.SAMPLE)), one.code
    assert files == declared.keys()


@pytest.mark.parametrize(
    ("code", "text", "asked"),
    [
        (
            "paper.activation",
            "#panic {code} *ou* {activation}, avant le {jusqu_au}",
            ("POST", "/bureau/activations", {"everybody": "oui", "paper": "pdf"}),
        ),
        ("paper.leaflet", "#panic *gras*\n\nVenez.", ("GET", "/bureau/informations/affiche", {})),
    ],
)
async def test_letters_and_leaflets_are_in_the_commune_s_words(
    communes: Communes, code: str, text: str, asked: tuple[str, str, dict[str, str]]
) -> None:
    """What it wrote is words, whatever it looks like; what a text must hold is asked again."""
    town, (method, path, data) = communes.alpha, asked
    await a_household(town)
    agent = await town.staff()
    model = f"/bureau/modeles/{code}"
    own = {"version": "0", "subject": "Bienvenue {de_commune}", "body": text, "act": "save"}

    kept = await agent.post(model, data=own)
    page = (await agent.get(model)).text
    made = await agent.request(method, path, data=data)

    assert kept.status_code == 303
    assert "Bienvenue {de_commune}" in page
    said = words(made.content)
    assert "Bienvenue d’Alpha" in said
    assert "#panic" in said
    assert "*" in said
    if "{code}" in text:
        without = await agent.post(model, data=own | {"version": "1", "body": "Bonjour"})
        assert without.status_code == 422
