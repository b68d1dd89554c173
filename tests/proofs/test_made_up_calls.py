"""No call a stranger may make up from the API's own description is answered by a fault of ours."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from litestar.handlers import HTTPRouteHandler
from schemathesis import GenerationMode
from tests.proofs.planting import planted

from ribambelle.api import description
from ribambelle.api.addresses import ROOT
from ribambelle.api.routes import token as token_route
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.testing.tokens import a_program

FAULT = 500
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
PLANTED = 3
"""Rows of each table: a call asks for one of them more often than for one that is not there."""
A_MINUTE = 150
"""Calls after which the clock moves: the pace a token may ask at is proved elsewhere."""
METHODS_THAT_READ = {"GET"}


@dataclass(frozen=True)
class Call:
    """One call, as it travels."""

    method: str
    url: str
    headers: dict[str, bytes]
    body: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.url} {self.headers} {self.body[:300]!r}"


def made_up(document: dict[str, Any], base: str, each: int) -> Iterator[Call]:
    """Yield so many calls of each operation that follow the document, and as many that do not."""
    known = schemathesis.openapi.from_dict(document)
    for found in known.get_all_operations():
        operation = found.ok()
        for mode in MODES:
            for rank, case in enumerate(_cases(operation, mode, each)):
                if rank % 2:
                    _aim(case)
                if call := _as_sent(case, base):
                    yield call


def _cases(operation: Any, mode: GenerationMode, each: int) -> list[Any]:
    cases: list[Any] = []

    @settings(
        max_examples=each,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def collect(case: Any) -> None:
        cases.append(case)

    with suppress(Unsatisfiable):  # an address alone can be asked in no wrong way
        collect()
    return cases


def _aim(case: Any) -> None:
    """Have the numbers of an address name rows that are there."""
    for name, value in case.path_parameters.items():
        if isinstance(value, int) and not isinstance(value, bool):
            case.path_parameters[name] = value % PLANTED + 1


def _as_sent(case: Any, base: str) -> Call | None:
    """Return a call as a client would send it; None for what no client can write."""
    told = case.as_transport_kwargs(base_url=base)
    try:
        sent = requests.Request(**told).prepare()
    except (requests.RequestException, UnicodeError):
        return None
    headers = {
        str(name): value if isinstance(value, bytes) else value.encode("latin-1", "replace")
        for name, value in sent.headers.items()
        if name.lower() not in {"authorization", "host", "content-length"} and name.isascii()
    }
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
    return Call(str(sent.method), str(sent.url), headers, bytes(body))


async def programs(town: Town, document: dict[str, Any]) -> dict[str, httpx.AsyncClient]:
    """Return a program that may only read, and one that may do all."""
    scopes: dict[str, set[str]] = {"reads": set(), "writes": set()}
    for methods in document["paths"].values():
        for method, one in methods.items():
            for each in one["security"]:
                scopes["writes"] |= {*each["token"]}
                if method.upper() in METHODS_THAT_READ:
                    scopes["reads"] |= {*each["token"]}
    return {
        role: _unbroken(town, await a_program(town, *found, name=role))
        for role, found in scopes.items()
    }


def _unbroken(town: Town, program: httpx.AsyncClient) -> httpx.AsyncClient:
    """Return the same program, that sees a fault as its answer."""
    transport = httpx.ASGITransport(app=town.app, raise_app_exceptions=False)
    return httpx.AsyncClient(
        transport=transport, base_url=program.base_url, headers=program.headers
    )


async def asked(
    communes: Communes, clock: FrozenClock, each: int
) -> tuple[Counter[int], list[str]]:
    """Ask all of them by each program: how often each answer came, and the faults."""
    town = communes.alpha
    await planted(town, "Zyxowvut", PLANTED)
    with town.here() as tenant:
        document = description.document(communes.app, tenant.hooks, "Alpha", tenant.url(""))
    by_role = await programs(town, document)
    answers, faults = Counter[int](), list[str]()
    for call in made_up(document, str(town.visitor().base_url).rstrip("/"), each):
        for role, program in by_role.items():
            if answers.total() % A_MINUTE == A_MINUTE - 1:
                clock.move(minutes=1)
            answer = await program.request(
                call.method, call.url, headers=call.headers, content=call.body
            )
            answers[answer.status_code] += 1
            if answer.status_code >= FAULT:
                faults.append(f"{role} {call} -> {answer.status_code} {answer.text[:200]}")
    return answers, faults


@pytest.mark.parametrize(
    ("database_server", "each", "least"),
    [
        *(("sqlite", 2, 200), ("postgresql", 2, 200)),
        pytest.param("sqlite", 40, 5_000, marks=pytest.mark.slow),
        pytest.param("postgresql", 40, 5_000, marks=pytest.mark.slow),
    ],
    indirect=["database_server"],
)
async def test_no_call_made_up_from_the_description_is_a_fault(
    communes: Communes, clock: FrozenClock, each: int, least: int
) -> None:
    answers, faults = await asked(communes, clock, each)

    assert faults == []
    assert answers.total() >= least
    assert {200, 403, 404, 422} <= answers.keys()
    # a call that is put off proves nothing: few are, by the limits of letters and searches
    assert answers[429] * 20 < answers.total()


@pytest.mark.parametrize("database_server", [""])
async def test_twin_a_route_that_falls_is_found(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(token_route, HTTPRouteHandler) and token_route.paths == {f"{ROOT}/token"}

    def falls(*_: Any) -> None:
        raise RuntimeError("not a word of this travels")

    monkeypatch.setattr("ribambelle.api.routes.TokenSheet", falls)
    _, faults = await asked(communes, clock, 1)

    assert faults and all(f"{ROOT}/token" in one for one in faults)
    assert not any("not a word" in one for one in faults)
