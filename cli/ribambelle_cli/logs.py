"""Where logs go: structured lines on the error output, and only what matters for a command."""

import logging
import sys

import structlog
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer


def quiet() -> None:
    """Keep a command's own words readable: only warnings are logged."""
    structured(logging.WARNING)


def structured(level: int = logging.INFO) -> None:
    """Write one JSON line per event, in UTC, with its tenant and request."""
    structlog.configure(
        processors=[
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
