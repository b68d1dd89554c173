"""A client that a generator writes from the served OpenAPI document reads a list of the portal."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from anyio import to_thread
from tests.periscolaire.builders import a_canteen

from ribambelle.api.addresses import ROOT
from ribambelle.testing import Communes
from ribambelle.testing.missing import miss
from ribambelle.testing.tokens import a_program

GENERATOR = Path(__file__).parents[2] / ".venv-clients" / "bin" / "openapi-python-client"
NAME = "portail_client"


def generated(document: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    """Write a client in a folder, and return what the generator said."""
    if not GENERATOR.exists():
        miss("client_generator", "`make proofs` installs it")
    (folder / "openapi.json").write_text(json.dumps(document), "utf-8")
    (folder / "options.yml").write_text("post_hooks: []\n", "utf-8")
    told = [str(GENERATOR), "generate", "--path", "openapi.json", "--config", "options.yml"]
    told += ["--meta", "none", "--output-path", NAME]
    return subprocess.run(told, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("database_server", [""])
async def test_a_generated_client_reads_a_list_and_a_refusal(
    communes: Communes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    with town.here():
        canteen = await a_canteen()
    document = (await town.visitor().get(f"{ROOT}/openapi.json")).json()

    said = await to_thread.run_sync(generated, document, tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    client = importlib.import_module(NAME).AuthenticatedClient("http://alpha.localhost", token="")
    asked = importlib.import_module(f"{NAME}.api.periscolaire.api_periscolaire_activities")
    client.set_async_httpx_client(await a_program(town, "periscolaire:read"))
    found = await asked.asyncio(client=client, limit=10)
    client.set_async_httpx_client(await a_program(town, "core:requests"))
    refused = await asked.asyncio(client=client)

    assert (said.returncode, said.stderr) == (0, "")
    assert "Unable" not in said.stdout and "WARNING" not in said.stdout
    operations = [one for methods in document["paths"].values() for one in methods]
    written = [one for one in (tmp_path / NAME / "api").rglob("*.py") if one.stem != "__init__"]
    assert len(written) == len(operations) > 30
    assert [one.id for one in found.data] == [canteen.activity] and found.next_ is None
    assert (refused.code, refused.status) == ("scope_missing", 403)


@pytest.mark.slow
@pytest.mark.parametrize("database_server", [""])
async def test_twin_a_shape_that_generators_do_not_read_is_seen(
    communes: Communes, tmp_path: Path
) -> None:
    document = (await communes.alpha.visitor().get(f"{ROOT}/openapi.json")).json()
    row = {"type": "array", "prefixItems": [{"type": "string"}], "items": False}
    document["components"]["schemas"]["Row"] = row

    said = await to_thread.run_sync(generated, document, tmp_path)

    assert said.returncode != 0
