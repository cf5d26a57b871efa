import pytest

from tests.network.interpreters import MISSING


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which Pythons the chain adapter could not be tried with, also when nobody asked for skips."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = [report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple)]
    for reason in dict.fromkeys(reason for reason in reasons if MISSING in reason):
        terminalreporter.write_line(reason.removeprefix("Skipped: "), yellow=True)
