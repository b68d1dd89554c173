"""A family photographs a paper on its telephone; an agent checks it with the keyboard alone."""

import pytest
from tests.core.documents.papers import a_pdf, a_photo

from ribambelle.testing.browser import Stage, scrolls_sideways, violations

pytestmark = pytest.mark.browser
PHOTO = {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
SHEET = {"name": "attestation.pdf", "mimeType": "application/pdf", "buffer": a_pdf()}


def look(stage: Stage, page: object, *paths: str) -> list[str]:
    """Return what is wrong with some pages at this width."""
    found = []
    for path in paths:
        page.goto(stage.served.url("alpha", path))  # type: ignore[attr-defined]
        found += [f"{path} {one}" for one in violations(page)]  # type: ignore[arg-type]
        if scrolls_sideways(page):  # type: ignore[arg-type]
            found.append(f"{path} scrolls sideways")
    return found


@pytest.mark.parametrize("javascript", [True, False])
def test_a_paper_from_the_telephone_to_the_desk(stage: Stage, javascript: bool) -> None:
    alpha = stage.communes.alpha
    email = f"papers-{javascript}@example.test".lower()
    page = stage.visitor(javascript=javascript)
    stage.sign_in(page, "alpha", stage.served.run(alpha.family(email)))

    for sent, kind in ((PHOTO, "address"), (SHEET, "caf")):
        page.goto(stage.served.url("alpha", "/documents/ajouter"))
        page.select_option("#f-kind", kind)
        page.set_input_files("#f-file", sent)  # type: ignore[arg-type]
        page.click("text=Envoyer ce document")
        assert "bien reçu" in page.inner_text("main")
    page.click("main .taches a.bouton >> nth=0")
    page.wait_for_load_state("networkidle")
    if javascript:
        assert page.evaluate("document.querySelector('.papier img').naturalWidth") > 500

    desk = stage.visitor(width=1280, javascript=javascript)
    stage.sign_in(desk, "alpha", stage.served.run(alpha.staff(email=f"a{email}")))
    desk.goto(stage.served.url("alpha", "/bureau/documents/suivant"))
    if javascript:
        desk.keyboard.press("r")
        desk.keyboard.press("Space")
        desk.keyboard.press("Enter")
        desk.wait_for_url("**/bureau/documents/2")
        desk.keyboard.press("a")
        desk.wait_for_url("**/bureau/documents")
    else:
        desk.check("input[name=why] >> nth=0")
        desk.click("text=Refuser et prévenir la famille")
        desk.click("main button:has-text('Accepter')")

    page.goto(stage.served.url("alpha", "/documents"))
    told = page.inner_text("main")
    assert "Refusé" in told
    assert "Accepté" in told
    assert stage.problems == []


@pytest.mark.parametrize("width", [390, 1280])
def test_papers_are_for_everybody(stage: Stage, width: int) -> None:
    alpha = stage.communes.alpha
    page, desk = stage.visitor(width=width), stage.visitor(width=width)
    stage.sign_in(page, "alpha", stage.served.run(alpha.family(f"p{width}@example.test")))
    stage.sign_in(desk, "alpha", stage.served.run(alpha.staff(email=f"d{width}@example.test")))
    page.goto(stage.served.url("alpha", "/documents/ajouter"))
    page.click("text=Envoyer ce document")
    assert violations(page) == []
    page.select_option("#f-kind", "birth")
    page.set_input_files("#f-file", SHEET)  # type: ignore[arg-type]
    page.click("text=Envoyer ce document")
    mine = page.get_attribute("main .taches a.bouton >> nth=0", "href") or ""

    assert look(stage, page, "/documents", mine) == []
    assert look(stage, desk, "/bureau/documents", f"/bureau{mine}") == []
