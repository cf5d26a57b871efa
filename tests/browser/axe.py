"""axe-core in a page: what it finds wrong, in words. All its rules for WCAG 2.0 to 2.2 A and AA, and its best practices."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.browsing import give_up

SCRIPT = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
MOST_NODES = 3
_RUN = """async ({tags, without}) => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    const rules = Object.fromEntries(without.map(rule => [rule, {enabled: false}]));
    const found = await axe.run(document, {
        runOnly: {type: "tag", values: tags}, rules, resultTypes: ["violations", "incomplete"],
    });
    const told = results => results.map(result => ({
        rule: result.id,
        nodes: result.nodes.map(node => `${node.target.join(" ")}: ${node.failureSummary || ""}`),
    }));
    return {violations: told(found.violations), incomplete: told(found.incomplete), passes: found.passes.length};
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one run found. `violations` and `undecided` are sentences, one a rule."""

    violations: tuple[str, ...]
    undecided: tuple[str, ...]


def judged(page: Page, *, without: Sequence[str] = ()) -> Judgement:
    """Run axe-core in an open page, whose policy must be bypassed; `without` are rules that mean nothing in this view."""
    page.evaluate(_script())
    found = page.evaluate(_RUN, {"tags": TAGS, "without": list(without)})
    assert found["passes"], "axe-core looked at nothing"
    return Judgement(
        violations=tuple(_sentence(rule) for rule in found["violations"]),
        undecided=tuple(_sentence(rule) for rule in found["incomplete"]),
    )


def _sentence(rule: dict[str, list[str]]) -> str:
    nodes = rule["nodes"]
    shown = "\n  ".join(" ".join(node.split()) for node in nodes[:MOST_NODES])
    return f"{rule['rule']} ({len(nodes)}):\n  {shown}"


@lru_cache(maxsize=1)
def _script() -> str:
    if not SCRIPT.is_file():
        give_up("not installed: axe-core (make test-browser installs it)")
    return SCRIPT.read_text(encoding="utf-8")
