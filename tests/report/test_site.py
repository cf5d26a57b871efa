import json
from pathlib import Path

from jsonschema import Draft202012Validator

from checker.report.export_json import schema_text
from checker.report.publish import MARKER, publish
from checker.report.render import SiteSettings
from checker.report.site import write_site
from checker.report.spool import Spool
from tests.report.rows import SWEEP, hostile_result, table_6


def test_a_spool_becomes_a_whole_published_directory(tmp_path: Path) -> None:
    target = tmp_path / "output" / "site"
    with Spool() as spool:
        for index, result in enumerate((*table_6(), hostile_result())):
            spool.put(index, result)

        def build(directory: Path) -> None:
            write_site(directory, spool.results, sweep=SWEEP, settings=SiteSettings())

        publish(target, build)
    assert {path.name for path in target.iterdir()} == {
        MARKER,
        "index.html",
        "style.css",
        "icon.svg",
        "results.csv",
        "results.json",
        "results.schema.json",
    }
    schema = (target / "results.schema.json").read_text(encoding="utf-8")
    assert schema == schema_text()
    document = json.loads((target / "results.json").read_text(encoding="utf-8"))
    Draft202012Validator(json.loads(schema)).validate(document)
    assert (document["summary"]["rows"], len(document["results"])) == (22, 22)
    table = (target / "results.csv").read_bytes()
    assert table.startswith(b"code,region,")
    assert "Östergötland".encode() in table
