"""Every test may use the harness; what was not run is counted last."""

from collections import Counter

import pytest

from ribambelle.testing.missing import NAMES

pytest_plugins = ["ribambelle.testing.fixtures", "ribambelle.testing.browser"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = Counter(
        str(report.longrepr).partition("missing ")[2].partition(":")[0]
        for report in terminalreporter.stats.get("skipped", [])
    )
    for what, number in sorted(skipped.items()):
        terminalreporter.write_line(f"not run: {number} tests without {NAMES.get(what, what)}")
