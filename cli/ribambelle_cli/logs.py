"""Where logs go: structured lines on the error output, and only what matters for a command."""

import logging
import sys

import structlog
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor


def quiet() -> None:
    """Keep a command's own words readable: only warnings are logged, each in one short line."""
    structured(logging.WARNING, _no_traceback)


def _no_traceback(logger: object, method: str, event: EventDict) -> EventDict:
    """Leave out where in the code it was: whoever types a command is told what to do instead."""
    event.pop("exc_info", None)
    return event


def structured(level: int = logging.INFO, *first: Processor) -> None:
    """Write one JSON line per event, in UTC, with its tenant and request."""
    structlog.configure(
        processors=[
            *first,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # without locals: they hold what families typed
            ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
