"""`python -m quality [tune|validate|held-out|all|public]`: measure on simulated hotels; held-out writes the page.

`public`: only the forecast, on public sales; that becomes the page's section.
"""

import argparse
from collections.abc import Sequence

from quality import attendants, rounds
from quality.hotels import PARTS, Hotel, Part, load
from quality.page import attendants as attendants_page
from quality.page import public as public_page
from quality.page import report, tables, vacancy
from quality.page import rounds as round_page
from quality.public import forecasts, sales
from quality.results import Results, measure


def main() -> int:
    """Measure the sets that are asked for and print the results; all of held-out becomes docs/quality.md."""
    parser = argparse.ArgumentParser(prog="python -m quality", description=__doc__)
    parser.add_argument("part", nargs="?", default="held-out", choices=[*map(_word, PARTS), "all", "public"])
    parser.add_argument("--hotels", type=int, metavar="N", help="only the first N of each set; the page is not written")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="hotels side by side (default: 2)")
    parser.add_argument("--alerts", action="store_true", help="only alerts and their curves, none of the yardsticks")
    parser.add_argument(
        "--application", action="store_true",
        help="only the alerts of hotels written as the application writes; of held-out they become the page's section",
    )  # fmt: skip
    parser.add_argument("--rounds", action="store_true", help="only rounds; of held-out they become the page's section")
    parser.add_argument(
        "--attendants", action="store_true", help="only attendants; of held-out they become the page's section"
    )
    asked = parser.parse_args()
    if asked.part == "public":
        made = public_page.section(forecasts.measure(sales.fetch()))
        _put_into_page(f"{made}\n\n{report.made_on()}", public_page.HEADING)
        return 0
    for part in PARTS:
        if asked.part in (_word(part), "all"):
            if asked.attendants:
                _measure_attendants(part, asked.jobs)
                continue
            hotels = load(part)[: asked.hotels]
            if asked.application:
                _measure_application(part, hotels, asked.jobs)
                continue
            if asked.rounds:
                _measure_rounds(part, hotels)
                continue
            results = measure(part, hotels, asked.jobs, only_alerts=asked.alerts)
            _show(results)
            if part == "held_out" and results.yardsticks and asked.hotels is None:
                report.FILE.write_text(report.with_public_sales(report.text(results)), encoding="utf-8")
                print(f"\nwritten to {report.FILE}")
                _measure_attendants(part, asked.jobs)
    return 0


def _measure_application(part: Part, hotels: Sequence[Hotel], jobs: int) -> None:
    written = [hotel for hotel in hotels if hotel.plan.manner is not None]
    results = measure(part, written, jobs, only_alerts=True)
    made = f"{vacancy.section(results)}\n\n{report.made(results)}"
    print(f"\n{tables.summary(results)}\n\n{tables.hotels(results)}")
    _show_section(part, hotels, made, vacancy.HEADING)


def _measure_rounds(part: Part, hotels: Sequence[Hotel]) -> None:
    measured = {one.name: rounds.fetch(one) for one in hotels if rounds.can_measure(one)}
    _show_section(part, hotels, f"{round_page.section(measured)}\n\n{report.made_on()}", round_page.HEADING)


def _measure_attendants(part: Part, jobs: int) -> None:
    asked = attendants.cases(part)
    named, seconds = attendants.measure(asked, jobs)
    measured = list(zip(asked, named, strict=True))
    made = f"{attendants_page.section(measured)}\n\n{report.made_on()[:-1]}, in {seconds / 60:.0f} minutes."
    if part == "held_out":
        _put_into_page(made, attendants_page.HEADING)
    else:
        print(f"\n{made}")


def _show_section(part: Part, hotels: Sequence[Hotel], made: str, heading: str) -> None:
    """Print it; of all of held-out put it into the page too."""
    if part == "held_out" and len(hotels) == len(load(part)):
        _put_into_page(made, heading)
    else:
        print(f"\n{made}")


def _put_into_page(made: str, heading: str) -> None:
    print(f"\n{made}")
    page = report.FILE.read_text(encoding="utf-8")
    report.FILE.write_text(report.put_into(page, made, heading), encoding="utf-8")
    print(f"\nwritten into {report.FILE}")


def _show(results: Results) -> None:
    print(f"\n{results.part}: {len(results.walks)} hotels in {results.seconds:.0f} s")
    found = [tables.promises, tables.summary, tables.sizes, tables.curves]
    if results.yardsticks:
        found += [tables.bounds, tables.naive_rules, tables.self_estimates, tables.days_left]
    for table in [*found, tables.hotels]:
        print(f"\n{table(results)}")


def _word(part: str) -> str:
    return part.replace("_", "-")


if __name__ == "__main__":
    raise SystemExit(main())
