"""Every page of a family's file in a real browser: no barrier, no sideways scroll, keyboard only."""

from typing import Any

import httpx
import pytest
from tests.creche.builders import BORN_ON, a_facility, a_quartier, an_application

from ribambelle.identity.tables import Account
from ribambelle.testing.browser import Stage, barriers
from ribambelle_creche import renewing
from ribambelle_creche.domain.dossier import STEPS, Arrival, Child, Custody, Family, Situation, Week
from ribambelle_creche.tables import Application

pytestmark = pytest.mark.browser
EMAIL = "screens@example.test"
STATES = ("draft", "submitted", "incomplete", "complete", "to_confirm", "withdrawn", "expired")
LONG = Child(
    together=2,
    given_name="Maximilienne-Alexandrine Marie-Josèphe",
    family_name="de La Rochefoucauld-Montmorency-Laval",
    born_on=BORN_ON,
)


EVERYTHING = {
    "child": LONG,
    "arrival": Arrival("one_is_fine"),
    "family": Family("Anne", "Hoarau", "06 99 00 00 00", EMAIL, is_separated=True),
    "custody": Custody("shared"),
    "situation": Situation("employed", works_in_town=True, other_work="student"),
    "week": Week(wished=1023, odd=1),
}
"""A file that every step concerns."""


@pytest.fixture(scope="module")
def files(stage: Stage) -> dict[str, int]:
    """One file in each state, of one family, and the link that confirms one of them."""
    alpha = stage.communes.alpha

    async def written() -> dict[str, int]:
        await alpha.family(EMAIL, "Anne Hoarau")
        with alpha.here():
            account = await Account.select(Account.id).where(Account.email == EMAIL).first()
            assert account is not None
            await a_quartier("Gare")
            names = ("Les Lilas", "Les Roses", "Les Tulipes", "Les Capucines")
            four = [await a_facility(name) for name in names]
            return {
                state: await an_application(
                    *four[:3], account=account["id"], state=state, **EVERYTHING
                )
                for state in STATES
            }

    found: dict[str, int] = stage.served.run(written())
    return found


def paths(files: dict[str, int]) -> list[str]:
    draft = f"/creche/demandes/{files['draft']}"
    sent = f"/creche/demandes/{files['submitted']}"
    return [
        "/creche/demandes",
        "/creche/demandes/nouvelle",
        f"{draft}/etapes",
        *(f"{draft}/etape/{step.code}" for step in STEPS),
        f"{draft}/etape/enfant?attendu=oui",
        f"{draft}/verification",
        f"{sent}/recu",
        f"{sent}/retirer",
        f"{sent}/etapes",
        *(f"/creche/demandes/{files[state]}" for state in STATES[1:]),
        "/creche/recu",
    ]


def signed_in(stage: Stage, **options: Any) -> Any:
    page = stage.visitor(**options)
    client = stage.served.run(stage.communes.alpha.family(EMAIL))
    stage.sign_in(page, "alpha", client)
    return page


def test_no_page_of_a_file_has_a_barrier_that_a_machine_can_see(
    stage: Stage, files: dict[str, int]
) -> None:
    page = signed_in(stage)
    link = stage.served.run(link_of(stage, files["to_confirm"]))
    found: dict[str, list[str]] = {}
    # the steps are looked at with every other page; here, what depends on where a file stands
    standing = [path for path in paths(files) if "/etape/" not in path]

    for path in [*standing, link, f"{link}?reponse=non"]:
        answer = page.goto(stage.served.url("alpha", path))
        told = barriers(page)
        if told or answer.status != 200:
            found[path] = [*told, str(answer.status)]
    page.context.close()

    assert found == {}
    assert stage.problems == []


async def link_of(stage: Stage, number: int) -> str:
    with stage.communes.alpha.here() as tenant:
        file = await Application.objects().get(Application.id == number)
        assert file is not None
        asked = await renewing.last_asked(file.demande)
        assert asked is not None
        return httpx.URL(renewing.link_of(tenant, file, asked)).path


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_step_is_answered_with_the_keyboard_alone(
    stage: Stage, files: dict[str, int], javascript: bool
) -> None:
    page = signed_in(stage, javascript=javascript)
    draft = f"/creche/demandes/{files['draft']}"

    page.goto(stage.served.url("alpha", f"{draft}/etape/semaine"))
    page.focus("input[name=souhait][value=wed-pm]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/verification")
    page.goto(stage.served.url("alpha", f"{draft}/etape/semaine"))

    wished = page.locator("input[name=souhait]:checked").count()
    assert wished == (9 if javascript else 10), "Enter went on, and filled nothing in"
    page.context.close()


def test_a_wish_keeps_its_place_on_the_screen_when_it_moves(
    stage: Stage, files: dict[str, int]
) -> None:
    page = signed_in(stage)
    step = f"/creche/demandes/{files['draft']}/etape/voeux"

    page.goto(stage.served.url("alpha", step))
    page.click("button:has-text('Monter Les Tulipes')")
    page.wait_for_url("**#v*")

    names = page.locator("ol.voeux h3").all_inner_texts()
    assert names == ["Les Lilas", "Les Tulipes", "Les Roses"]
    page.context.close()


def test_going_back_past_a_refused_form_sends_nothing_again(
    stage: Stage, files: dict[str, int]
) -> None:
    page = signed_in(stage)
    step = stage.served.url("alpha", f"/creche/demandes/{files['draft']}/etape/adresse")

    page.goto(step)
    page.fill("#f-postcode", "ABCDE")
    page.click(".barre-bas button")
    page.wait_for_selector("#f-postcode-faute")
    page.fill("#f-postcode", "97400")
    page.click(".barre-bas button")
    page.wait_for_url("**/verification")
    page.go_back()

    assert page.url == step
    assert page.input_value("#f-postcode") == "97400"
    page.context.close()
