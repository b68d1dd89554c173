"""A family from its first link to its shared weeks; an agent who helps it; the keyboard alone."""

from datetime import date
from typing import Any

import pytest
from tests.core.documents.papers import a_photo
from tests.creche.builders import a_facility, an_application
from tests.journeys.mailbox import follow, sign_in_by_mail

from ribambelle.identity import accounts, households
from ribambelle.identity.tables import Adult
from ribambelle.testing.browser import Stage, barriers
from ribambelle_creche.domain.dossier import Child

pytestmark = pytest.mark.browser
LEA_BORN_ON = date(2024, 3, 14)
PHOTO = {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}


class Visitor:
    """Somebody on the portal, on a telephone or at a desk, and the barriers met on the way."""

    def __init__(self, stage: Stage, width: int = 390, javascript: bool = True) -> None:
        self.stage, self.width, self.javascript = stage, width, javascript
        self.page = stage.visitor(width=width, javascript=javascript)
        self.found: dict[str, list[str]] = {}

    def go(self, path: str) -> None:
        self.page.goto(self.stage.served.url("alpha", path))

    def look(self) -> str:
        """Return what the page says; where there is a script, a machine looks for barriers."""
        if self.javascript and (told := barriers(self.page, widths=(self.width,))):
            self.found[self.page.url] = told
        return self.page.inner_text("main")

    def press(self, label: str) -> None:
        """Press what says this in the page itself: a button, or a link."""
        with self.page.expect_navigation():
            self.page.click(f"main :is(a, button):has-text('{label}') >> nth=0")

    def dated(self, name: str, day: date) -> None:
        for part in ("day", "month", "year"):
            self.page.fill(f"input[name={name}_{part}]", str(getattr(day, part)))


def registered(one: Visitor, email: str) -> None:
    """Sign in by link, and say who one is, where one lives, and which child one has."""
    page = one.page
    one.go("/connexion")
    one.look()
    sign_in_by_mail(one.stage, page, email)
    one.go("/famille")
    one.look()
    one.press("Commencer")
    page.fill("#f-given-name", "Anne")
    page.fill("#f-family-name", "Hoarau")
    page.fill("#f-phone", "06 99 00 00 01")
    one.look()
    one.press("Enregistrer")
    page.fill("#f-line", "2 rue des Lilas")
    page.fill("#f-postcode", "97400")
    one.look()
    one.press("Enregistrer")
    one.press("Ajouter un enfant")
    page.fill("#f-given-name", "Léa")
    page.fill("#f-family-name", "Payet")
    one.dated("born_on", LEA_BORN_ON)
    one.look()
    one.press("Ajouter cet enfant")


def joined_by(one: Visitor, other: Visitor, email: str) -> None:
    """Invite the second parent, who lives elsewhere; they follow the link in their own browser."""
    page = one.page
    one.press("Ajouter un parent")
    page.fill("#f-given-name", "Alex")
    page.fill("#f-family-name", "Payet")
    page.fill("#f-email", email)
    page.check("input[name=lives_here][value=non]")
    page.check("input[name=has_authority][value=oui]")
    one.look()
    one.press("Ajouter et inviter")
    assert "Alex Payet" in one.look()
    follow(other.stage, other.page, email, "/famille/invitation/")
    assert "Léa" in other.look()
    other.press("Accepter et entrer")


@pytest.fixture(scope="module")
def creche(stage: Stage) -> int:
    """The one crèche of the commune."""

    async def write() -> int:
        with stage.communes.alpha.here():
            return await a_facility("Les Lilas")

    made: int = stage.served.run(write())
    return made


def filed(stage: Stage, creche: int, email: str) -> None:
    """Have the family's request for a crèche reach the town hall."""

    async def file() -> None:
        with stage.communes.alpha.here():
            account = await accounts.by_email(email)
            assert account
            child = Child(given_name="Léa", family_name="Payet", born_on=LEA_BORN_ON)
            await an_application(creche, account=account.id, child=child)

    stage.served.run(file())


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_two_parents_from_the_first_link_to_shared_weeks(
    stage: Stage, creche: int, javascript: bool
) -> None:
    anne, alex = Visitor(stage, javascript=javascript), Visitor(stage, javascript=javascript)
    script = "script" if javascript else "bare"
    email, other = f"anne.{script}@example.test", f"alex.{script}@example.test"

    registered(anne, email)
    told = anne.look()
    assert all(word in told for word in ("Anne Hoarau", "2 rue des Lilas", "Léa Payet"))
    joined_by(anne, alex, other)
    told = alex.look()
    assert "Léa Payet" in told
    assert "Lilas" not in told
    assert "06 99" not in told

    filed(stage, creche, email)
    photographed(anne)
    shared(anne)
    answered(alex)

    for one in (anne, alex):
        one.go("/")
        told = one.look()
        assert "Cette semaine" in told
        assert "Léa est chez" in told
        assert one.found == {}
        one.page.context.close()
    assert stage.problems == []


def photographed(one: Visitor) -> None:
    """Follow the request for a crèche, and give the paper it waits for from the camera."""
    one.go("/creche/demandes")
    one.look()
    one.press("Suivre")
    assert "Les Lilas" in one.look()
    with one.page.expect_navigation():
        one.page.click("main a[href$='/justificatifs/birth']")
    one.look()
    one.page.set_input_files("#f-photo", PHOTO)  # type: ignore[arg-type]
    one.press("Envoyer")
    one.go("/documents")
    assert "Acte de naissance" in one.look()


def shared(one: Visitor) -> None:
    """Propose to share the weeks, from today."""
    page = one.page
    one.go("/famille")
    one.press("Partager les semaines avec l’autre parent")
    page.check("input[name=even][value=me]")
    page.select_option("#f-changes-on", "0")
    page.check("input[name=changes][value=morning]")
    if page.locator("input[name=holidays][type=radio]").count():
        page.check("input[name=holidays][value=weeks]")
    one.dated("starts_on", one.stage.communes.alpha.tenant.now().date())
    one.look()
    one.press("Envoyer ma proposition")
    assert "Retirer ma proposition" in one.look()


def answered(one: Visitor) -> None:
    """Find the proposal on the home page, and accept it."""
    one.go("/")
    one.look()
    one.press("Répondre")
    one.look()
    one.press("Accepter ce partage")
    one.look()


# -- at the counter --------------------------------------------------------------------------


def a_family(stage: Stage, email: str, family_name: str) -> Any:
    """Return the session of a family written down: a parent and a child."""

    async def write() -> Any:
        browser = await stage.communes.alpha.family(email)
        me = {"given_name": "Rose", "family_name": family_name, "phone": "06 99 00 00 02"}
        home = {"line": "1 rue du Port", "postcode": "97400", "city": "Alpha"}
        tom = {"given_name": "Tom", "family_name": family_name, "born_on": "2023-05-04"}
        for path, form in (("moi", me), ("adresse", home), ("enfants/ajouter", tom)):
            answer = await browser.post(f"/famille/{path}", data=form)
            assert answer.status_code == 303, answer.text
        return browser

    return stage.served.run(write())


@pytest.mark.parametrize("javascript", [True, False])
def test_an_agent_changes_an_address_at_the_counter_and_the_family_reads_it(
    stage: Stage, javascript: bool
) -> None:
    name = "Grondin" if javascript else "Fontaine"
    client = a_family(stage, f"rose.{name}@example.test".lower(), name)
    agent = Visitor(stage, width=1280, javascript=javascript)
    staff = stage.communes.alpha.staff(email="comptoir@mairie.test", name="Sophie Laurent")
    stage.sign_in(agent.page, "alpha", stage.served.run(staff))

    agent.go("/bureau/familles")
    agent.page.fill("#f-q", name.lower())
    agent.press("Chercher")
    agent.look()
    agent.press(f"Rose {name}")
    agent.look()
    agent.page.select_option("main select[name=reason]", "counter")
    agent.press("Ouvrir ses pages")
    assert f"Vous agissez pour Rose {name}" in agent.page.inner_text("body")
    agent.look()
    agent.press("Ma famille")
    with agent.page.expect_navigation():
        agent.page.click("main a[href='/famille/adresse']")
    agent.page.fill("#f-line", "8 chemin des Bancouliers")
    agent.look()
    agent.press("Enregistrer")
    with agent.page.expect_navigation():
        agent.page.click("aside.bandeau button:has-text('Terminer')")
    told = agent.look()
    assert "La famille reçoit la liste de ce que vous avez fait" in told
    assert "8 chemin des Bancouliers" in told

    rose = Visitor(stage, javascript=javascript)
    stage.sign_in(rose.page, "alpha", client)
    rose.go("/famille")
    rose.press("Ce que la mairie a fait en votre nom")
    told = rose.look()
    assert "Sophie Laurent, au guichet" in told
    assert "Adresse changée" in told
    assert (agent.found, rose.found, stage.problems) == ({}, {}, [])
    for one in (agent, rose):
        one.page.context.close()


# -- the keyboard alone ----------------------------------------------------------------------

FOCUSED = """() => {
  const at = document.activeElement
  const shown = at.closest('.case, .choix') || at
  const seen = [at, shown].some(one => {
    const style = getComputedStyle(one)
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
  })
  const box = shown.getBoundingClientRect()
  const within = box.width > 0 && box.bottom > 0 && box.top < innerHeight
  const label = at.labels?.[0]?.innerText || at.innerText || at.getAttribute('aria-label') || ''
  return {label: label.replace(/\\s+/g, ' '), tag: at.tagName, visible: seen && within}
}"""


class Keyboard:
    """Hands that only have keys: Tab, Shift+Tab, Space, Enter and letters."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.hidden: list[str] = []

    def reach(
        self, label: str, back: bool = False, *, field: bool = False, pressed: bool = False
    ) -> None:
        """Press Tab until what says this has the focus, which shows at every step.

        :param field: what is typed in, and not a list that holds its name.
        :param pressed: what leads elsewhere, and not a table that holds its name.
        """
        met = []
        for _ in range(60):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            at = self.page.evaluate(FOCUSED)
            if at["tag"] != "BODY" and not at["visible"]:
                self.hidden.append(f"{self.page.url} {at['tag']} {at['label']}")
            met.append(at["label"])
            wanted = ("INPUT",) if field else ("A", "BUTTON") if pressed else (at["tag"],)
            if label in at["label"] and at["tag"] in wanted:
                return
        raise AssertionError(f"« {label} » is never reached: {met}")

    def write(self, label: str, text: str) -> None:
        """Reach a field, and type in it."""
        self.reach(label, field=True)
        self.page.keyboard.type(text)

    def enter(self, label: str, back: bool = False) -> None:
        """Reach a link or a button, and go where it leads."""
        self.reach(label, back, pressed=True)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


def test_a_relative_is_added_with_the_keyboard_alone(stage: Stage) -> None:
    client = a_family(stage, "touches@example.test", "Lebon")
    page = Visitor(stage, width=1280).page
    stage.sign_in(page, "alpha", client)
    page.goto(stage.served.url("alpha", "/"))
    keys = Keyboard(page)

    keys.enter("Ma famille")
    keys.enter("Ajouter un proche")
    keys.enter("Ajouter et inviter")
    told = page.inner_text("main [role=alert]")
    assert all(field in told for field in ("Son prénom", "Son nom")), "each field is named"
    keys.write("Son prénom", "Ines")
    keys.write("Son nom", "Boyer")
    keys.reach("Son prénom", back=True, field=True)
    page.keyboard.type("Inès")
    keys.reach("Venir")
    page.keyboard.press("Space")
    for label, typed in (("Jour", "2"), ("Mois", "7"), ("Année", "2027")):
        keys.write(label, typed)
    keys.enter("Ajouter et inviter")

    told = page.inner_text("main")
    assert "Inès Boyer" in told
    assert "2 juillet 2027" in told.replace("\u00a0", " ")
    assert keys.hidden == []
    assert stage.problems == []
    page.context.close()


def proposed(stage: Stage) -> Any:
    """Return the session of a parent to whom the other one proposes to share the weeks."""
    anne = a_family(stage, "marie@example.test", "Técher")

    async def propose() -> Any:
        town = stage.communes.alpha
        invited = {
            **{"kind": "parent", "given_name": "Paul", "family_name": "Técher"},
            **{"email": "paul@example.test", "lives_here": "non", "has_authority": "oui"},
        }
        await anne.post("/famille/adultes/ajouter", data=invited)
        paul = town.visitor()
        await paul.post(await town.link("paul@example.test"))
        with town.here() as tenant:
            account = await accounts.by_email("marie@example.test")
            assert account
            adult = await Adult.objects().get(Adult.account == account.id)
            assert adult
            (child,) = await households.children_of(int(adult.household))
            weeks = {
                **{"even": "me", "changes_on": "0", "changes": "morning", "holidays": "weeks"},
                **{"starts_on": tenant.now().date().isoformat()},
            }
        answer = await anne.post(f"/famille/enfants/{child.id}/garde", data=weeks)
        assert answer.status_code == 303, answer.text
        return paul

    return stage.served.run(propose())


def test_a_proposal_is_answered_with_the_keyboard_alone(stage: Stage) -> None:
    client = proposed(stage)
    page = Visitor(stage, width=1280).page
    stage.sign_in(page, "alpha", client)
    page.goto(stage.served.url("alpha", "/"))
    keys = Keyboard(page)

    keys.enter("Répondre L’autre parent propose de partager les semaines")
    keys.reach("Refuser")
    keys.enter("Accepter ce partage", back=True)

    assert "En vigueur" in page.inner_text("main")
    assert keys.hidden == []
    assert stage.problems == []
    page.context.close()


def test_a_key_made_by_the_browser_opens_the_account_again(stage: Stage) -> None:
    one = Visitor(stage)
    page = one.page
    client = stage.served.run(stage.communes.alpha.family("key@example.test", "Anne Hoarau"))
    stage.sign_in(page, "alpha", client)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    held = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    knows = dict.fromkeys(("hasResidentKey", "hasUserVerification", "isUserVerified"), True)
    device.send("WebAuthn.addVirtualAuthenticator", {"options": held | knows})

    one.go("/compte/connexion")
    page.fill("#f-name", "Mon téléphone")
    one.press("Ajouter une clé d’accès")
    added = page.inner_text("main")
    one.go("/compte")
    one.press("Me déconnecter")
    one.go("/connexion")
    one.press("Me connecter avec une clé d’accès")
    one.go("/compte")

    assert "La clé « Mon téléphone » ouvre maintenant votre compte." in added
    assert "key@example.test" in page.inner_text("main")
    assert stage.problems == []


def test_a_family_registers_and_follows_its_request_with_the_keyboard_alone(stage: Stage) -> None:
    page = Visitor(stage, width=1280).page
    keys, email = Keyboard(page), "clavier@example.test"
    page.goto(stage.served.url("alpha", "/connexion"))
    keys.write("Adresse e-mail", email)
    keys.enter("Recevoir mon lien")
    follow(stage, page, email, "/connexion/lien/")
    keys.enter("Continuer")

    page.goto(stage.served.url("alpha", "/famille"))
    keys.enter("Commencer")
    keys.write("Votre prénom", "Lise")
    keys.write("Votre nom", "Clain")
    keys.enter("Enregistrer")
    keys.write("Numéro et rue", "2 rue des Lilas")
    keys.write("Code postal", "97400")
    keys.enter("Enregistrer")
    keys.enter("Ajouter un enfant")
    keys.write("Prénom de l’enfant", "Zoé")
    for label, typed in (("Jour", "14"), ("Mois", "3"), ("Année", "2026")):
        keys.write(label, typed)
    keys.enter("Ajouter cet enfant")
    assert "Zoé" in page.inner_text("main")

    number = stage.served.run(asked_by(stage, email))
    page.goto(stage.served.url("alpha", "/"))
    keys.enter("Suivre")
    assert page.url.endswith(f"/creche/demandes/{number}")
    keys.reach("reçu")
    assert "Zoé" in page.inner_text("main")
    assert keys.hidden == []
    assert stage.problems == []
    page.context.close()


async def asked_by(stage: Stage, email: str) -> int:
    """Send a request of this family, as the journey of a request does with the keyboard."""
    with stage.communes.alpha.here():
        account = await accounts.by_email(email)
        assert account
        child = Child(given_name="Zoé", family_name="Clain", born_on=LEA_BORN_ON)
        return await an_application(
            await a_facility("Les Bruyères"), account=account.id, child=child
        )
