"""What a collector is told: where time goes, of which commune, and nothing of anybody."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import httpx
import pytest
import structlog
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Span
from tests.core.test_metrics import CANARY, visited
from tests.proofs.planting import planted

from ribambelle import traces
from ribambelle.errors import Misconfigured
from ribambelle.identity.accounts import Account
from ribambelle.jobs import later
from ribambelle.messages import ovh
from ribambelle.tenants.settings import Sms
from ribambelle.testing import Communes
from ribambelle.web import asgi
from ribambelle_cli.main import run

PLACE = traces.ADDRESSES[1]


@pytest.fixture
def told() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    traces.start(exporter)
    yield exporter
    traces.stop()


def spans(told: InMemorySpanExporter, *, under: ReadableSpan | None = None) -> list[ReadableSpan]:
    """Return the spans that have no parent, or those under one."""
    number = under.context.span_id if under and under.context else None
    return [
        one
        for one in told.get_finished_spans()
        if (one.parent.span_id if one.parent else None) == number
    ]


def everything(told: InMemorySpanExporter) -> str:
    return "\n".join(one.to_json() for one in told.get_finished_spans())


async def test_a_request_tells_its_route_its_commune_and_each_statement(
    communes: Communes, told: InMemorySpanExporter
) -> None:
    answer = await communes.alpha.visitor().post("/connexion", data={"email": "a@example.test"})

    (asked,) = spans(told)
    assert asked.name == "POST /connexion"
    assert asked.attributes == {
        "http.request.method": "POST",
        "http.route": "/connexion",
        "http.response.status_code": answer.status_code,
        "ribambelle.tenant": "alpha",
        "ribambelle.request": answer.headers["x-request-id"],
    }
    under = spans(told, under=asked)
    names = [one.name for one in under]
    assert "INSERT core_job" in names
    assert names.count("BEGIN") == names.count("COMMIT") > 0
    systems = {one.attributes["db.system.name"] for one in under if one.name == "INSERT core_job"}  # type: ignore[index]  # a span of ours has some
    assert systems == {communes.alpha.tenant.engine.engine_type.replace("gres", "gresql")}
    assert {one.context.trace_id for one in told.get_finished_spans() if one.context} == {
        asked.context.trace_id if asked.context else 0
    }


async def test_the_line_of_log_names_the_trace(
    communes: Communes, told: InMemorySpanExporter
) -> None:
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        await communes.alpha.visitor().get("/connexion")
        await communes.beta.visitor().get("/connexion")

    traced = [one.context.trace_id for one in spans(told) if one.context]
    found = [line["trace"] for line in lines if line["event"] == "request"]
    assert found == [f"{trace:032x}" for trace in traced]
    assert len(set(found)) == 2
    assert "trace" not in structlog.contextvars.get_contextvars()


async def test_nothing_is_followed_unless_asked(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PLACE, raising=False)

    assert traces.start() is False
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        await communes.alpha.visitor().get("/connexion")
    assert [line for line in lines if "trace" in line] == []


async def test_a_request_that_is_not_kept_tells_no_statement(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    exporter = InMemorySpanExporter()
    traces.start(exporter)
    try:
        await communes.alpha.visitor().post("/connexion", data={"email": "a@example.test"})
        await communes.alpha.work()
    finally:
        traces.stop()

    assert exporter.get_finished_spans() == ()


async def failing(communes: Communes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a job fail in words that name somebody."""

    async def broken(message: int) -> None:
        await Account.count()
        raise ValueError(f"no room for {CANARY}")

    jobs = dict(communes.alpha.tenant.hooks.jobs)
    monkeypatch.setattr(communes.alpha.tenant.hooks, "jobs", jobs)
    jobs["core", "send_message"] = broken
    with communes.alpha.here():
        await later("core", "send_message", message=1)
    await communes.alpha.work()


async def test_a_job_tells_what_it_is_and_the_kind_of_its_failure(
    communes: Communes, told: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await failing(communes, monkeypatch)

    (ran,) = [one for one in spans(told) if "send_message" in one.name]
    assert ran.attributes == {
        "ribambelle.tenant": "alpha",
        "ribambelle.job": "core.send_message",
        "error.type": "ValueError",
    }
    assert not ran.status.is_ok
    assert "SELECT core_account" in [one.name for one in spans(told, under=ran)]


async def all_that_names_somebody(communes: Communes, monkeypatch: pytest.MonkeyPatch) -> None:
    await planted(communes.alpha, CANARY)
    await visited(communes)
    parent = await communes.alpha.family(f"{CANARY}@example.test", CANARY)
    for path in ("/", "/compte", "/messages", "/documents", "/semaine"):
        await parent.get(path, params={"q": CANARY}, headers={"traceparent": CANARY})
    await failing(communes, monkeypatch)


async def test_nothing_of_anybody_is_ever_told(
    communes: Communes, told: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await all_that_names_somebody(communes, monkeypatch)

    text = everything(told)
    assert CANARY not in text.lower()
    assert communes.alpha.tenant.key.hex() not in text
    assert {event for one in told.get_finished_spans() for event in one.events} == set()
    assert '"http.route": "/connexion/lien/{secret}"' in text
    assert '"http.request.method": "other"' in text
    assert len({one.name for one in told.get_finished_spans()}) > 30


def by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    real = traces.answered

    def told(method: str, route: str, status: int) -> None:
        real(method, f"/{CANARY}", status)

    monkeypatch.setattr(traces, "answered", told)


def in_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(span: Span, error: BaseException) -> None:
        span.record_exception(error)

    monkeypatch.setattr(traces, "_fail", told)


@pytest.mark.parametrize("sabotage", [by_address, in_its_words])
async def test_twin_an_address_or_the_words_of_an_error_would_tell(
    communes: Communes, told: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch, sabotage: Any
) -> None:
    sabotage(monkeypatch)
    await communes.alpha.visitor().get("/connexion")
    await failing(communes, monkeypatch)

    assert CANARY in everything(told).lower()


async def test_a_service_that_is_asked_is_named_never_what_it_was_asked(
    told: InMemorySpanExporter,
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500, text=CANARY)

    settings = Sms(
        "ovh", service=CANARY, application_key="a", application_secret="b", consumer_key="c"
    )
    with pytest.raises(ovh.SmsNotTaken):
        await ovh.send(
            settings,
            "+33612345678",
            CANARY,
            tag=CANARY,
            at=1,
            is_again=False,
            transport=httpx.MockTransport(answer),
        )

    (asked,) = told.get_finished_spans()
    assert asked.name == "ask sms"
    assert asked.attributes == {"peer.service": "sms", "error.type": "SmsNotTaken"}


@contextmanager
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """Listen as a collector does; yield its address and what it was told."""
    taken: list[ExportTraceServiceRequest] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/v1/traces":
                taken.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *told: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", taken
    finally:
        server.shutdown()
        server.server_close()


async def test_a_collector_is_told_by_the_process_that_serves(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collector() as (address, taken):
        monkeypatch.setenv(PLACE, address)
        served = asgi.served()
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=communes.app), base_url="http://alpha.localhost:8000"
        ) as visitor:
            await visitor.get("/connexion")
        async with served.lifespan():
            pass

    (told,) = taken
    (resource,) = told.resource_spans
    known = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert known["service.name"] == "ribambelle"
    assert known["service.version"]
    names = [one.name for scope in resource.scope_spans for one in scope.spans]
    assert "GET /connexion" in names


async def test_a_collector_that_is_away_stops_nobody_and_is_said_in_one_line(
    communes: Communes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PLACE, "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    with structlog.testing.capture_logs() as lines:
        traces.start()
        answer = await communes.alpha.visitor().get("/connexion")
        traces.stop()

    assert answer.status_code == 200
    said = [line for line in lines if line["event"] == "traces_not_told"]
    assert said
    assert capsys.readouterr().err == ""
    assert all("\n" not in line["reason"] for line in said)


def test_a_stop_does_not_wait_for_a_collector_that_never_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(traces, "PATIENCE", 0.01)
    ended = Event()

    class Endless(InMemorySpanExporter):
        def shutdown(self) -> None:
            ended.wait()

    traces.start(Endless())
    traces.stop()

    assert not ended.is_set()
    ended.set()


WRONG = {
    "another protocol": ({traces.PROTOCOLS[1]: "grpc"}, "seul http/protobuf est parlé"),
    "no library": ({}, "deploy/traces.lock"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_told_is_refused_before_serving(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keys, words = WRONG[name]
    monkeypatch.setenv(PLACE, "http://127.0.0.1:9")
    for key, value in keys.items():
        monkeypatch.setenv(key, value)
    if not keys:
        monkeypatch.setattr(traces, "PARTS", ("opentelemetry.absent.here",))

    with pytest.raises(Misconfigured, match=words.split()[0]):
        traces.start()
    assert run(["serve", "--port", "1"]) == 1
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "keys", [{"OTEL_SDK_DISABLED": "true"}, {"OTEL_TRACES_EXPORTER": "none"}, {PLACE: ""}]
)
def test_the_standard_ways_to_close_it_close_it(
    keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in {PLACE: "http://127.0.0.1:9", **keys}.items():
        monkeypatch.setenv(key, value)

    assert traces.wanted() is False


def test_the_name_of_the_service_may_be_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "portail-nantes")
    exporter = InMemorySpanExporter()
    traces.start(exporter)
    with traces.job("nantes", "core", "x"):
        pass
    traces.stop()

    (span,) = exporter.get_finished_spans()
    assert json.loads(span.resource.to_json())["attributes"]["service.name"] == "portail-nantes"
