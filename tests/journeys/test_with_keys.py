"""With keys alone: a second parent is added and enters, a photograph is sent, an agent helps."""

from typing import Any

import pytest
from tests.journeys.mailbox import follow
from tests.journeys.test_a_family import PHOTO, Keyboard, Visitor, a_family

from ribambelle.testing.browser import Stage, barriers

pytestmark = pytest.mark.browser
SCREEN = {"width": 1280, "height": 900}
BAR = """() => {
  const box = document.querySelector('.menu').getBoundingClientRect()
  return [Math.round(box.bottom), innerHeight, Math.round(box.top)]
}"""
LAST = """() => {
  const last = document.querySelector('.pied .cadre').lastElementChild
  return Math.round(last.getBoundingClientRect().bottom)
}"""


def at_the_keyboard(stage: Stage, client: Any, path: str) -> tuple[Any, Keyboard]:
    """Open a page of somebody signed in, or of a visitor, with keys alone."""
    page = Visitor(stage, width=1280).page
    if client is not None:
        stage.sign_in(page, "alpha", client)
    page.goto(stage.served.url("alpha", path))
    return page, Keyboard(page)


def look(page: Any) -> str:
    """Return what a page says; a machine finds no barrier in it."""
    assert barriers(page, widths=(1280,)) == [], page.url
    page.set_viewport_size(SCREEN)
    return str(page.inner_text("main"))


def test_a_second_parent_is_added_and_enters(stage: Stage) -> None:
    client = a_family(stage, "deux@example.test", "Maillot")
    page, keys = at_the_keyboard(stage, client, "/famille")

    keys.enter("Ajouter un parent")
    look(page)
    for label, typed in (
        ("Son prénom", "Alex"),
        ("Son nom", "Maillot"),
        ("Son adresse e-mail", "alex.deux@example.test"),
    ):
        keys.write(label, typed)
    keys.reach("Oui, nous avons la même adresse")
    page.keyboard.press("ArrowDown")
    keys.reach("Oui, comme moi")
    page.keyboard.press("Space")
    keys.enter("Ajouter et inviter")
    assert "Alex Maillot" in look(page)

    other, theirs = at_the_keyboard(stage, None, "/")
    follow(stage, other, "alex.deux@example.test", "/famille/invitation/")
    assert "vous invite" in look(other)
    theirs.enter("Accepter et entrer")
    told = look(other)

    assert "Tom" in told and "rue du Port" not in told
    assert (keys.hidden, theirs.hidden, stage.problems) == ([], [], [])
    for one in (page, other):
        one.context.close()


def test_a_photograph_is_sent(stage: Stage) -> None:
    client = a_family(stage, "photo@example.test", "Boyer")
    page, keys = at_the_keyboard(stage, client, "/documents")

    keys.enter("Ajouter un document")
    look(page)
    keys.reach("Ce document est")
    page.keyboard.type("Justif")
    keys.reach("Le fichier ou la photo", field=True)
    with page.expect_file_chooser() as asked:
        page.keyboard.press("Space")
    asked.value.set_files(PHOTO)
    keys.enter("Envoyer ce document")

    told = look(page)
    assert "bien reçu" in told and "Justificatif de domicile" in told
    assert (keys.hidden, stage.problems) == ([], [])
    page.context.close()


def test_an_agent_helps_at_the_counter(stage: Stage) -> None:
    client = a_family(stage, "guichet@example.test", "Robert")
    staff = stage.communes.alpha.staff(email="touches@mairie.test", name="Sophie Laurent")
    page, keys = at_the_keyboard(stage, stage.served.run(staff), "/bureau/familles")

    keys.write("Nom, prénom, téléphone ou e-mail", "guichet@example.test")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    keys.enter("Rose Robert")
    look(page)
    keys.reach("Agir pour cette personne")
    page.keyboard.type("La")
    keys.enter("Ouvrir ses pages")
    page.goto(stage.served.url("alpha", "/famille/adresse"))
    keys.reach("Numéro et rue", field=True)
    page.keyboard.press("Control+A")
    page.keyboard.type("8 chemin des Bancouliers")
    keys.enter("Enregistrer")
    look(page)
    keys.enter("Terminer")

    told = look(page)
    assert "La famille reçoit la liste de ce que vous avez fait" in told
    assert "8 chemin des Bancouliers" in told
    assert (keys.hidden, stage.problems) == ([], [])
    page.context.close()
    rose, _ = at_the_keyboard(stage, client, "/famille/actes")
    assert "Adresse changée" in rose.inner_text("main")
    rose.context.close()


def test_the_bar_of_a_phone_stays_at_the_bottom_and_covers_nothing(stage: Stage) -> None:
    family = a_family(stage, "barre@example.test", "Payet")
    staff = stage.served.run(stage.communes.alpha.staff(email="barre@mairie.test"))
    mine = ("/", "/famille", "/creche", "/documents/ajouter", "/agenda", "/compte")
    office = ("/bureau", "/bureau/familles", "/bureau/partages", "/bureau/creche/demandes")
    page = Visitor(stage).page
    for path in (*mine, *office):
        stage.sign_in(page, "alpha", staff if path in office else family)
        page.goto(stage.served.url("alpha", path))
        page.set_viewport_size({"width": 390, "height": 500})
        for where in ("0", "document.body.scrollHeight / 2", "document.body.scrollHeight"):
            page.evaluate(f"scrollTo(0, {where})")
            bottom, height, top = page.evaluate(BAR)
            assert bottom == height, (path, where)
        assert page.evaluate(LAST) <= top, path
    page.context.close()
