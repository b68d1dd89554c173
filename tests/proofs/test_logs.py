"""What is logged of a request says which one, in which commune, at which route; never of whom."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio import to_thread
from tests.creche.builders import an_application
from tests.proofs.serving import serving

from ribambelle.errors import Refused
from ribambelle.identity import Grant, links
from ribambelle.testing import Communes, FrozenClock
from ribambelle.testing.browser import free_port
from ribambelle_cli.logs import without_people

PEOPLE = {
    "e-mail": "zelie.quidam@example.test",
    "phone": "06 98 76 54 32",
    "parent": "Zélie",
    "family": "Quidam",
    "child": "Barnabé",
    "address": "sentier des Zouzous",
    "password": "un mot de passe de trop",
}
LINK = "/connexion/lien/"


def visit(folder: Path, port: int, log: Path, secrets: dict[str, str], number: int) -> list[int]:
    """Do in one commune what puts a person's data in a request, and break what can be broken."""

    def signed_in(who: str) -> httpx.Client:
        cookies, headers = {"session": secrets[who]}, {"host": "alpha.localhost"}
        return httpx.Client(base_url=f"http://127.0.0.1:{port}", cookies=cookies, headers=headers)

    with serving(folder, port, log), signed_in("family") as family, signed_in("agent") as agent:
        steps = f"/creche/demandes/{number}/etape"
        name = {"given_name": PEOPLE["parent"], "family_name": PEOPLE["family"]}
        child = {"given_name": PEOPLE["child"], "family_name": PEOPLE["family"]}
        phone = {"phone": PEOPLE["phone"], "email": PEOPLE["e-mail"], "is_single": "on"}
        where = {"line": PEOPLE["address"], "postcode": "97400", "city": "Alpha"}
        secret = {"email": PEOPLE["e-mail"], "password": PEOPLE["password"]}
        desk = {"name": PEOPLE["family"], "phone": PEOPLE["phone"]}
        answers = [
            family.post("/connexion", data={"email": PEOPLE["e-mail"]}),
            family.post("/connexion/mot-de-passe", data=secret),
            family.get(f"/connexion/lien/{secrets['link']}"),
            family.post(f"{steps}/enfant", data={"is_expected": "non", **child}),
            family.post(f"{steps}/famille", data={**name, **phone}),
            family.post(f"{steps}/adresse", data=where),
            agent.get("/bureau/recherche", params={"q": PEOPLE["family"]}),
            agent.get("/bureau/creche/demandes", params={"vue": "toutes", "q": PEOPLE["child"]}),
            agent.post("/bureau/creche/guichets", data=desk),
            agent.post("/bureau/creche/guichets", data=desk),
            agent.get(f"/{PEOPLE['family']}/{PEOPLE['child']}"),
            agent.get("/mentions"),
            family.get("/bureau"),
            family.post("/deconnexion", headers={"origin": "http://evil.test"}),
        ]
        # a line is written once the answer has left: the last one may still be on its way
        for _ in range(100):
            if log.read_text("utf-8").count('"event": "request"') >= len(answers):
                break
            time.sleep(0.05)
        return [answer.status_code for answer in answers]


@pytest.mark.asvs("16.2.1", "16.2.2", "16.2.4", "16.2.5", "16.3.3")
async def test_lines_say_which_request_and_never_of_whom(
    communes: Communes, clock: FrozenClock, tmp_path: Path
) -> None:
    clock.set(datetime.now(UTC))  # the server reads the machine's clock
    folder, town, log = communes.app.platform.folder, communes.alpha, tmp_path / "log"
    page = folder / "alpha" / "templates" / "legal" / "mentions.html"
    page.parent.mkdir(parents=True)
    page.write_text("{{ of_a_thing_nobody_declared }}")
    family = await town.family(PEOPLE["e-mail"], f"{PEOPLE['parent']} {PEOPLE['family']}")
    agent = await town.staff(Grant("agent"), Grant("admin"))
    with town.here() as tenant:
        number = await an_application(account=1, state="draft")
        link = await links.make("sign_in", PEOPLE["e-mail"], tenant.now())
    secrets = {
        **{who: one.cookies["session"] for who, one in (("family", family), ("agent", agent))},
        "link": link.rpartition("/")[2],
    }

    statuses = await to_thread.run_sync(visit, folder, free_port(), log, secrets, number)

    written = log.read_text("utf-8")
    lines = [json.loads(line) for line in written.splitlines()]
    requests = [line for line in lines if line["event"] == "request" and line["tenant"] == "alpha"]
    assert [line["status"] for line in requests] == statuses
    assert 500 in statuses, "nothing was broken: no error was logged either"
    assert all({"tenant", "request", "route"} <= line.keys() for line in lines)
    assert all(line["route"] for line in lines if line.get("status") not in (403, 404))
    assert {line["event"] for line in lines} >= {"request", "fault"}
    everything = [*PEOPLE.values(), *secrets.values(), PEOPLE["phone"].replace(" ", "")]
    assert [told for told in everything if told.lower() in written.lower()] == []


@pytest.mark.asvs("16.3.4")
@pytest.mark.parametrize(
    "error",
    [
        Refused("email_taken_by_family", email="zelie@example.test"),
        ValueError("invalid literal for int(): 'Zélie'"),
        LookupError("Zélie"),
    ],
)
def test_an_error_is_logged_without_what_it_quotes(error: Exception) -> None:
    told = without_people((type(error), error, None))

    assert told[0]["exc_type"] == type(error).__name__
    assert "lie" not in json.dumps(told, ensure_ascii=False)


def test_an_error_of_the_code_keeps_its_sentence() -> None:
    error: Any = AttributeError("'Page' object has no attribute 'titre'")

    assert without_people((type(error), error, None))[0]["exc_value"] == str(error)
