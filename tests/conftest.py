"""Every test may use the harness; what was not run, and what was not called, is said last."""

from collections import Counter
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog

from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform
from ribambelle.testing import coverage
from ribambelle.testing.missing import NAMES
from ribambelle.web.portal import portal

pytest_plugins = [
    "ribambelle.testing.fixtures",
    "ribambelle.testing.browser",
    "ribambelle_paiement_tresor.testing.fixtures",
]
WHOLE = 500
"""A run of fewer tests was asked for by name: it says nothing of the routes it leaves out."""


def pytest_configure(config: pytest.Config) -> None:
    coverage.watch()
    # a machine that does other work is slow: that says nothing of the code
    hypothesis.settings.register_profile(
        "ours", suppress_health_check=[hypothesis.HealthCheck.too_slow], deadline=None
    )
    hypothesis.settings.load_profile("ours")
    # drawn with the variables of each frame, a fault that a test makes on purpose took half a second
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    )


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Where tests are shared between processes, each tells what it called as it ends."""
    coverage.join(getattr(node, "workeroutput", {}).get("called", []))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["called"] = coverage.told()
        return
    if session.testscollected < WHOLE or session.testsfailed:
        return
    nowhere = Path("nowhere")
    left = coverage.uncalled(portal(Platform(nowhere, nowhere, plugins=Plugins())))
    session.config.stash[LEFT] = left
    if left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


LEFT = pytest.StashKey[list[str]]()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for route in config.stash.get(LEFT, []):
        terminalreporter.write_line(f"no test calls {route}", red=True)
    skipped = Counter(
        str(report.longrepr).partition("missing ")[2].partition(":")[0]
        for report in terminalreporter.stats.get("skipped", [])
    )
    for what, number in sorted(skipped.items()):
        terminalreporter.write_line(f"not run: {number} tests without {NAMES.get(what, what)}")
