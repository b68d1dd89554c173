"""An agent writes pages without code; everybody reads what is published, and takes its files."""

import io
from typing import Any

import httpx
import pypdf
import pytest
from tests.core.documents.papers import a_pdf, a_photo

from ribambelle.documents import receiving
from ribambelle.information import words
from ribambelle.information.tables import Download, InformationPage
from ribambelle.testing import Communes, Town
from ribambelle.workflow.tables import JournalLine

DESK = "/bureau/informations"
TOLD = {"title": "Règlement des crèches", "text": "## Horaires\n- **lundi**", "rank": "1"}
ONLINE = "/informations/reglement-des-creches"


async def kept(agent: httpx.AsyncClient, **changed: Any) -> str:
    answer = await agent.post(DESK, data={**TOLD, "is_published": "oui", **changed})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def given(agent: httpx.AsyncClient, page: str, content: bytes) -> httpx.Response:
    return await agent.post(
        f"{page}/fichiers",
        data={"label": "Règlement 2026"},
        files={"file": ("reglement.pdf", content)},
    )


async def test_a_page_is_everybody_s_once_published(communes: Communes) -> None:
    town = communes.alpha
    agent, visitor = await town.staff(), town.visitor()
    page = await kept(agent, is_published="")

    before = await visitor.get(ONLINE)
    await agent.post(page, data={**TOLD, "is_published": "oui", "version": "1"})
    after = await visitor.get(ONLINE)

    assert before.status_code == 404
    assert "<h2>Horaires</h2>" in after.text
    assert "<li><b>lundi</b></li>" in after.text
    for browser in (visitor, await town.family()):
        assert ONLINE in (await browser.get("/")).text
        assert ONLINE in (await browser.get("/informations")).text
    assert 'href="/informations"' in (await visitor.get("/mentions")).text
    assert (await communes.beta.visitor().get(ONLINE)).status_code == 404


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"title": " "}, "Donnez un titre"),
        ({"text": ""}, "Écrivez un texte"),
        ({"text": "[x](javascript:alert)"}, "ne peut pas être suivi"),
        ({"text": "[x](//evil.test)"}, "ne peut pas être suivi"),
        ({"rank": "1000"}, "entre 0 et 999"),
    ],
)
async def test_what_nobody_could_read_is_refused_and_nothing_typed_is_lost(
    communes: Communes, changed: dict[str, str], told: str
) -> None:
    agent = await communes.alpha.staff()

    answer = await agent.post(DESK, data={**TOLD, **changed})

    assert answer.status_code == 422
    assert told in answer.text
    assert ({**TOLD, **changed}["text"] or "Règlement") in answer.text
    with communes.alpha.here():
        assert await InformationPage.count() == 0


@pytest.mark.asvs("1.2.1", "1.1.2", "1.3.1")
async def test_what_is_typed_is_never_a_tag(communes: Communes) -> None:
    agent = await communes.alpha.staff()
    await kept(agent, text="<script>alert(1)</script> [<img>](https://a.fr/x)")

    page = (await communes.alpha.visitor().get(ONLINE)).text

    assert "<script>alert" not in page
    assert '<a href="https://a.fr/x">&lt;img&gt;</a>' in page


async def test_a_preview_keeps_nothing(communes: Communes) -> None:
    agent = await communes.alpha.staff()

    shown = await agent.post(DESK, data={**TOLD, "act": "preview"})

    assert "<h2>Horaires</h2>" in shown.text
    with communes.alpha.here():
        assert await InformationPage.count() == 0


async def test_two_pages_of_the_same_title_have_two_addresses_that_keep(
    communes: Communes,
) -> None:
    agent = await communes.alpha.staff()
    first, _ = await kept(agent), await kept(agent, text="Autre")

    await agent.post(first, data={**TOLD, "title": "Nouveau", "is_published": "1", "version": "1"})

    visitor = communes.alpha.visitor()
    assert "<h1>Nouveau</h1>" in (await visitor.get(ONLINE)).text
    assert "Autre" in (await visitor.get(f"{ONLINE}-2")).text


async def test_two_agents_who_change_the_same_page_see_each_other(communes: Communes) -> None:
    town = communes.alpha
    first, second = await town.staff(), await town.staff(email="b@b.test")
    page = await kept(first)

    await first.post(page, data={**TOLD, "text": "Premier", "version": "1"})
    late = await second.post(page, data={**TOLD, "text": "Second", "version": "1"})

    assert late.status_code == 409
    assert "Premier" in late.text
    assert "Second" in late.text
    with town.here():
        lines = (
            await JournalLine.select()
            .where(JournalLine.act.like("information.%"))
            .order_by(JournalLine.number)
        )
    assert [line["act"] for line in lines] == ["information.written", "information.changed"]
    assert "Premier" not in str(lines)


@pytest.mark.asvs("5.4.1", "5.4.2")
async def test_a_file_is_examined_and_is_taken_never_opened(communes: Communes) -> None:
    town = communes.alpha
    agent = await town.staff()
    page = await kept(agent)

    added = await given(agent, page, a_pdf())
    with town.here():
        number = (await Download.select(Download.id))[0]["id"]
    taken = await town.visitor().get(f"{ONLINE}/fichiers/{number}")

    assert added.status_code == 303
    assert "Règlement 2026" in (await town.visitor().get(ONLINE)).text
    assert taken.content.startswith(b"%PDF")
    assert taken.headers["content-type"] == "application/pdf"
    assert taken.headers["content-disposition"] == 'attachment; filename="reglement-2026.pdf"'
    assert taken.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in taken.headers["content-security-policy"]
    assert (await communes.beta.visitor().get(f"{ONLINE}/fichiers/{number}")).status_code == 404
    await agent.post(page, data={**TOLD, "version": "1"})
    assert (await town.visitor().get(f"{ONLINE}/fichiers/{number}")).status_code == 404


async def test_a_file_that_is_no_harmless_pdf_is_refused(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    agent = await town.staff()
    page = await kept(agent)

    picture = await given(agent, page, a_photo())
    other = await given(agent, page, b"<html><script>1</script>")

    async def silent(*_: Any) -> bool:
        return True

    monkeypatch.setattr(receiving, "_is_doubtful", silent)
    held = await given(agent, page, a_pdf())

    assert [one.status_code for one in (picture, other, held)] == [422] * 3
    assert "Enregistrez-le en PDF" in picture.text
    assert "antivirus ne répond pas" in held.text
    with town.here():
        assert await Download.count() == 0


async def test_a_file_is_withdrawn_and_a_page_goes_with_its_files(communes: Communes) -> None:
    town = communes.alpha
    agent = await town.staff()
    page = await kept(agent)
    await given(agent, page, a_pdf())
    await given(agent, page, a_pdf())
    with town.here():
        first = (await Download.select(Download.id).order_by(Download.id))[0]["id"]

    await agent.post(f"{page}/fichiers/{first}/retirer")
    twice = await agent.post(f"{page}/fichiers/{first}/retirer")
    with town.here():
        left = await Download.count()
    await agent.post(page, data={"act": "drop"})

    assert (twice.status_code, left) == (404, 1)
    with town.here():
        assert await Download.count() == 0
    assert (await agent.get(DESK)).status_code == 200
    assert (await agent.get(f"{DESK}/nouvelle")).status_code == 200
    assert (await agent.get(page)).status_code == 404


async def test_the_leaflet_is_a_paper_that_leads_to_the_portal(communes: Communes) -> None:
    agent = await communes.alpha.staff()

    made = await agent.get(f"{DESK}/affiche")

    (sheet,) = pypdf.PdfReader(io.BytesIO(made.content)).pages
    assert "http://alpha.localhost:8000/" in sheet.extract_text()


def test_a_long_text_is_read_quickly() -> None:
    assert words.rendered("[" * 20_000 + "**" * 5_000)


async def test_only_agents_write_pages(communes: Communes) -> None:
    town: Town = communes.alpha
    page = await kept(await town.staff())

    for path in (DESK, page, f"{DESK}/nouvelle", f"{DESK}/affiche"):
        assert (await (await town.family()).get(path)).status_code == 403
