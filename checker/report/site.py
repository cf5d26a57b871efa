"""All files of the published directory, from judged rows on disk. Never measures, judges or replaces a directory."""

from pathlib import Path

from checker.observations.row import Row
from checker.report.export_csv import CsvResults
from checker.report.export_json import SCHEMA_NAME, JsonResults, schema_text
from checker.report.feeds import FeedSource, feed_path, write_feeds
from checker.report.model import Results, SummaryCounter, SweepInfo
from checker.report.render import SiteSettings, copy_assets, write_page
from checker.report.words import LANGS, Lang


def write_site(
    directory: Path,
    results: Results,
    *,
    sweep: SweepInfo,
    settings: SiteSettings,
    lang: Lang = "sv",
    feeds: FeedSource | None = None,
) -> None:
    """Write results.csv, results.json, its schema and the page into an existing directory.

    `lang` is the language of the messages in results.json; the page is Swedish. With `feeds` the Atom feeds come too,
    in every language. For `publish`: hand it over as `build` in a function of one argument.
    """
    counter = SummaryCounter()
    rows: list[Row] = []
    with (
        (directory / "results.csv").open("w", encoding="utf-8", newline="") as csv_out,
        (directory / "results.json").open("w", encoding="utf-8") as json_out,
    ):
        csv_file, json_file = CsvResults(csv_out), JsonResults(json_out, sweep, lang)
        for result in results():
            counter.add(result)
            rows.append(result.row)
            csv_file.add(result)
            json_file.add(result)
        summary = counter.summary()
        json_file.finish(summary)
    (directory / SCHEMA_NAME).write_text(schema_text(), encoding="utf-8")
    with (directory / "index.html").open("w", encoding="utf-8") as page_out:
        feed = feed_path("sv") if feeds is not None else ""
        write_page(results, page_out, sweep=sweep, summary=summary, settings=settings, feed=feed)
    copy_assets(directory)
    if feeds is not None:
        for feed_lang in LANGS:
            write_feeds(
                directory,
                feeds.announcements(),
                organisations=rows,
                site=settings,
                updated=feeds.begun,
                lang=feed_lang,
                series=feeds.series,
            )
