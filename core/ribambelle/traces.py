"""Where time goes, for whoever follows the service: a request, its statements, a job, a service asked.

Off unless ``OTEL_EXPORTER_OTLP_ENDPOINT``, the standard variable, says which collector is told; the
other variables of OpenTelemetry (sampling, headers, service name) keep their meaning. A span says what
was done, never by whom nor with what: the route as it is declared, a table, a module's job. The ready
made instruments write the address, the query, the caller and the statement, and so names of families:
that alone is why these are ours. No trace is continued from what a visitor sends, nor told to the
services that are asked.
"""

import importlib.util
import logging
import os
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache, wraps
from importlib.metadata import version
from threading import Thread
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import structlog

from ribambelle.errors import Misconfigured

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, SpanKind, Tracer

P = ParamSpec("P")
T = TypeVar("T")

ADDRESSES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
SPOKEN = "http/protobuf"
PATIENCE = 3.0
"""Seconds a stop waits for the last spans to leave: a restart waits for no collector."""
PARTS = "opentelemetry.exporter.otlp.proto.http", "opentelemetry.sdk"
TABLE = re.compile(r'\b(?:FROM|INTO|UPDATE|JOIN)\s+"?(\w+)"?', re.I)

log = structlog.get_logger(__name__)
_nothing: AbstractContextManager[Any] = nullcontext()


class _Followed:
    """What this process tells its spans to; nothing until `start`."""

    provider: "TracerProvider | None" = None
    tracer: "Tracer | None" = None


def wanted() -> bool:
    """Tell whether the environment names a collector; refuse one that cannot be told."""
    if not any(os.environ.get(name) for name in ADDRESSES):
        return False
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    if os.environ.get("OTEL_TRACES_EXPORTER", "otlp") == "none":
        return False
    for name in PROTOCOLS:
        if os.environ.get(name, SPOKEN) != SPOKEN:
            raise Misconfigured(
                f"{name} : seul {SPOKEN} est parlé ici",
                cure="retirez cette variable, et donnez l’adresse HTTP du collecteur"
                " (le port 4318 d’ordinaire)",
            )
    if not _installed():
        raise Misconfigured(
            "un collecteur OpenTelemetry est nommé, mais sa bibliothèque n’est pas installée",
            cure="installez deploy/traces.lock à la place de deploy/requirements.lock,"
            " ou retirez OTEL_EXPORTER_OTLP_ENDPOINT",
        )
    return True


def start(exporter: "SpanExporter | None" = None) -> bool:
    """Begin to follow, if the environment asks for it or an exporter is given; tell whether."""
    if exporter is None and not wanted():
        return False
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    if exporter is None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        _into_our_log()
        keeping: Any = BatchSpanProcessor(OTLPSpanExporter())
    else:
        keeping = SimpleSpanProcessor(exporter)
    known = {"service.version": version("ribambelle-core")}
    if "OTEL_SERVICE_NAME" not in os.environ:
        known["service.name"] = "ribambelle"
    # not the one of the whole process: nothing else writes there what it pleases
    provider = TracerProvider(resource=Resource.create(known), shutdown_on_exit=False)
    provider.add_span_processor(keeping)
    _Followed.provider = provider
    _Followed.tracer = provider.get_tracer("ribambelle", known["service.version"])
    return True


def stop() -> None:
    """Let the last spans leave, and follow nothing more."""
    provider, _Followed.provider, _Followed.tracer = _Followed.provider, None, None
    if provider is not None:
        # the library's own delay is not kept while it tries a collector that is away again and again
        leaving = Thread(target=provider.shutdown, daemon=True)
        leaving.start()
        leaving.join(PATIENCE)


def visit(method: str, tenant: str, number: str) -> AbstractContextManager[Any]:
    """Follow the answer to one request; `answered` says which route it was.

    :param number: what the answer, the logs and the page of a fault call this request.
    """
    if _Followed.tracer is None:
        return _nothing
    from opentelemetry.trace import SpanKind

    told = {
        "http.request.method": method,
        "ribambelle.tenant": tenant,
        "ribambelle.request": number,
    }
    return _step(_Followed.tracer, method, SpanKind.SERVER, told)


def answered(method: str, route: str, status: int) -> None:
    """Say of the current request its declared route and how it was answered."""
    span = _current()
    if span is None:
        return
    from opentelemetry.trace import StatusCode

    if route:
        span.update_name(f"{method} {route}")
        span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(StatusCode.ERROR)


def job(tenant: str, plugin: str, name: str) -> AbstractContextManager[Any]:
    """Follow one job of a commune."""
    if _Followed.tracer is None:
        return _nothing
    from opentelemetry.trace import SpanKind

    told = {"ribambelle.tenant": tenant, "ribambelle.job": f"{plugin}.{name}"}
    return _step(_Followed.tracer, f"job {plugin}.{name}", SpanKind.CONSUMER, told)


def statement(sql: str, system: str = "") -> AbstractContextManager[Any]:
    """Follow one statement of a request or of a job that is followed; of nothing else."""
    if _Followed.tracer is None or _current() is None:
        return _nothing
    from opentelemetry.trace import SpanKind

    name, told = _of_statement(sql, system)
    return _step(_Followed.tracer, name, SpanKind.CLIENT, told)


def asks(service: str) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Awaitable[T]]]:
    """Follow a function that asks another service, called by what it is: never by its address."""

    def of(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        @wraps(function)
        async def followed(*given: P.args, **named: P.kwargs) -> T:
            with _asking(service):
                return await function(*given, **named)

        return followed

    return of


def failed(error: BaseException) -> None:
    """Say of what is followed that it failed, and the kind of the error: its words may name a person."""
    span = _current()
    if span is not None:
        _fail(span, error)


def named() -> dict[str, str]:
    """Return the trace that is followed, for a line of log; nothing when none is."""
    span = _current()
    return {"trace": f"{span.get_span_context().trace_id:032x}"} if span is not None else {}


def _asking(service: str) -> AbstractContextManager[Any]:
    if _Followed.tracer is None:
        return _nothing
    from opentelemetry.trace import SpanKind

    return _step(_Followed.tracer, f"ask {service}", SpanKind.CLIENT, {"peer.service": service})


@contextmanager
def _step(
    tracer: "Tracer", name: str, kind: "SpanKind", told: Mapping[str, str]
) -> Iterator["Span"]:
    following = tracer.start_as_current_span(
        name, kind=kind, attributes=told, record_exception=False, set_status_on_exception=False
    )
    with following as span:
        try:
            yield span
        except Exception as error:  # whatever it is, its kind is told and it goes on
            _fail(span, error)
            raise


def _fail(span: "Span", error: BaseException) -> None:
    from opentelemetry.trace import StatusCode

    span.set_status(StatusCode.ERROR)
    span.set_attribute("error.type", type(error).__qualname__)


def _current() -> "Span | None":
    """Return the span under way, if it is to be told at all."""
    if _Followed.tracer is None:
        return None
    from opentelemetry.trace import get_current_span

    span = get_current_span()
    return span if span.is_recording() else None


@lru_cache(maxsize=2048)
def _of_statement(sql: str, system: str) -> tuple[str, Mapping[str, str]]:
    """Return what a statement is called and what is told of it: its verb and its table.

    >>> _of_statement('SELECT "adult"."name" FROM "adult" WHERE "id" = ?', "sqlite")[0]
    'SELECT adult'
    >>> _of_statement("SELECT\\n  name\\nFROM school", "sqlite")[0]
    'SELECT school'
    >>> _of_statement("COMMIT", "")
    ('COMMIT', {'db.operation.name': 'COMMIT'})
    """
    verb = "".join(sql.split(maxsplit=1)[:1]).upper()
    told = {"db.operation.name": verb}
    if system:
        told["db.system.name"] = {"postgres": "postgresql"}.get(system, system)
    if found := TABLE.search(sql):
        told["db.collection.name"] = found[1]
        return f"{verb} {found[1]}", told
    return verb, told


def _installed() -> bool:
    try:
        return all(importlib.util.find_spec(part) for part in PARTS)
    except ModuleNotFoundError:  # of a package whose parent is absent
        return False


class _OneLine(logging.Handler):
    """Says in our log what the library says in its own, without the traces of its code."""

    def emit(self, record: logging.LogRecord) -> None:
        log.warning("traces_not_told", reason=record.getMessage().partition("\n")[0])


def _into_our_log() -> None:
    theirs = logging.getLogger("opentelemetry")
    theirs.handlers, theirs.propagate = [_OneLine(logging.WARNING)], False
