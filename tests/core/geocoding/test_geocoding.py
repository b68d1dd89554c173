"""An address is found by the public service, else in the commune's streets, else by nobody."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from ribambelle.geocoding import find, finding, service
from ribambelle.geocoding.pace import Pace
from ribambelle.testing import Communes
from ribambelle.testing.address_service import AddressService, simulated_addresses
from ribambelle.testing.communes import Town

STREETS = "voie;latitude;longitude\nRue des Écoles;46,8002;4,8502\n"


@pytest.fixture(scope="module")
def running() -> Iterator[AddressService]:
    with simulated_addresses() as found:
        yield found


@pytest.fixture
def addresses(running: AddressService, monkeypatch: pytest.MonkeyPatch) -> AddressService:
    running.will()
    running.asked()
    monkeypatch.setattr(finding, "_known", type(finding._known)())
    return running


def looks_in(town: Town, address: str, streets: str = "") -> None:
    folder = town.app.platform.folder
    file = folder / f"{town.slug}.toml"
    told = f'\n[geocoding]\nservice = "{address}"\nstreets = "{"rues.csv" if streets else ""}"\n'
    file.write_text(file.read_text() + told)
    if streets:
        (folder / town.slug).mkdir(exist_ok=True)
        (folder / town.slug / "rues.csv").write_text(streets, encoding="utf-8")
    town.app.platform.scan()


async def test_an_address_is_asked_once_and_elsewhere_when_the_commune_has_none(
    communes: Communes, addresses: AddressService
) -> None:
    town = communes.alpha
    looks_in(town, addresses.address)
    with town.here():
        found = [await find(text) for text in ("4, rue des Écoles", "4 RUE DES ECOLES ", "?")]
        elsewhere = await find("12 quai de l’autre ville")
        nobody = await find("99 rue de Nulle Part")

    assert found[0] == found[1] and found[0] is not None and found[2] is nobody is None
    assert found[0].spot == (46.8, 4.85) and found[0].label.startswith("4 Rue des Écoles")
    assert elsewhere is not None and elsewhere.spot.latitude == 46.85
    asked = addresses.asked()
    assert [one["q"] for one in asked].count("4, rue des Écoles") == 1
    assert not any("RUE DES ECOLES" in one["q"] for one in asked)
    with communes.beta.here():
        assert (
            await find("4 rue des Écoles") is None
        )  # another commune asks nobody, and has no list


@pytest.mark.parametrize("fault", ["500", "429", "drop", "garbage"])
async def test_without_the_service_the_streets_of_the_commune_answer(
    communes: Communes, addresses: AddressService, fault: str
) -> None:
    town = communes.alpha
    looks_in(town, addresses.address, STREETS)
    addresses.will(fault)
    with town.here():
        found = await find("4 bis, rue des Écoles, 71380 Exemple")
        assert found is not None and not found.is_exact and found.label == "Rue des Écoles"
        again = await find("1 place de la Gare")

    # told to wait, it is left alone; any other fault is that of one question
    assert (again is None) == (fault == "429")
    assert len(addresses.asked()) == (1 if fault == "429" else 2)


async def test_a_slow_service_makes_nobody_wait(
    communes: Communes, addresses: AddressService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PATIENCE", 0.05)
    looks_in(communes.alpha, addresses.address, STREETS)
    addresses.will("slow")
    with communes.alpha.here():
        found = await asyncio.wait_for(find("4 rue des Écoles"), 2)
        await find("1 place de la Gare")
    assert found is not None and not found.is_exact
    assert len(addresses.asked()) == 1  # the next family does not wait in its turn


def test_all_processes_of_a_machine_share_one_pace(tmp_path: Path) -> None:
    """Fifty questions a second from one machine, whatever the commune (Géoplateforme's terms)."""
    now = [1000.0]
    file = tmp_path / "pace"
    ours = [Pace(file, now=lambda: now[0]) for _ in range(3)]

    taken = []
    for _ in range(300):
        now[0] += 0.01
        taken.append(sum(one.take() for one in ours))

    seconds = [sum(taken[start : start + 100]) for start in range(200)]
    assert 45 <= max(seconds) <= 50 and min(seconds) >= 29
    ours[0].rest(5)
    now[0] += 4.9
    assert not ours[1].take()
    now[0] += 0.2
    assert ours[2].take()
    file.write_bytes(b"x")
    assert ours[0].take()
