"""docs/quality.md: what was measured and how, what came out, and whether the promises hold."""

import subprocess
from datetime import datetime
from zoneinfo import ZoneInfo

from minibar_ml import __version__
from quality.cache import ROOT
from quality.hotels import ZONE
from quality.page import public, rounds, tables, vacancy
from quality.results import Results
from quality.rounds import HotelRounds

FILE = ROOT / "docs" / "quality.md"
HOW = """\
How well the detectors distinguish faults from normal days, measured on simulated hotels on which nothing was tuned.
`make quality` writes this page; do not edit it.

## How it was measured

Each hotel of the set `{part}` ([quality/hotels.toml](../quality/hotels.toml)) is simulated, written into a PostgreSQL
database in one of the source layouts, collected by the program's own code, and walked through day by day as
`minibar-ml detect --since` does: each of the last {days} days is evaluated with what that night's training would have
learned, with default settings. Findings become alerts by the store's rules: a repeat belongs to the same alert while
that is live. Nobody decides on alerts.

**Faults** are those that the simulator plants, also in the history used for training, at about a seventh of the rate.
A *room spike* is {low} to {high} units beyond what the guests took; a *product shift* is a product's demand in a
hotel times 2.5 to 4.5 for some nights; a *vacant room* loses 2 to 8 units without a guest; a *silent room* was slept
in for 6 to 20 nights, by more than one party, and nothing was taken: it counts as a fault from the sixth night on
(the simulator's default is 6 to 10; when silent rooms were missed on the tune set, longer silences were added to all
sets before held-out was evaluated); a *slow attendant* needs 1.7 to 2.5 times as long for every room of a day; an
*unseen round* is 8 to 15 rooms of a shift entered seconds apart while nobody was there; an
*unanswered request* waits for hours; a *custody loss* is 4 to 10 units of a product, or more, missing when custody
closes; a *leak* is stock that is issued without being handed to an attendant; *below zero* is an issue that never
happened; a *write-off* is a cold room's breakdown; *running out* is a product whose delivery does not come.

**Matching.** An alert matches a fault if it is about the same room, product or attendant, is of the fault's kind, and
found something on a day from the fault's first to the day after its last. A leak and a write-off may each be reported
as the other: in both, more left the warehouse than normal, and the storekeeper looks. The first matching alert is a
hit; another on the same fault is neither hit nor false. An alert that no fault explains is false. (A below-zero entry
also explains that its product seems to leak or run out; units taken from a vacant room also explain that they seem
too many.) `data_stale` and `model_fallback` are about the program and are counted separately. Faults of the last day
do not count, because the next day may be needed to find them.

FA/d is false alerts per day per 1,000 rooms. Intervals are Wilson's 95 % for shares, the exact 95 % of a Poisson mean
(Garwood) for counts.
"""
VERDICTS = """\
Self-estimates are compared with what happened on these hotels, which for most kinds is a handful of faults and of false
alerts: **met** is within the promised margins; **met within chance** is not, but the estimate lies within the 95 %
interval of what was counted, so the count does not contradict it (nor prove it: see the intervals under "Self-estimates
of `train`"); **not met** is contradicted by it. No other result on this page is qualified this way.
"""
UNREACHABLE = """\
The promised rates for rooms came from a study whose guests differed by one Gamma ("gamma" here). Most hotels here have
guests that are harder to distinguish from faults ("mixed": many take nothing, some have a party), so each such promise
is shown for all hotels, as it was made, and for each sort. The bound is what a test finds that knows all parameters of
the simulated guests (below). Where it is below the promise itself, no detector that sees only checks can be expected to
keep it on these hotels; the row says "not met" all the same.
"""


def text(results: Results) -> str:
    """The whole page."""
    days = max(walk.hotel.scored_days for walk in results.walks)
    low, high = results.walks[0].hotel.plan.spike_units
    how = HOW.format(part=results.part, days=days, low=low, high=high)
    return "\n\n".join(["# Quality", how.strip(), *_sections(results), made(results)]) + "\n"


def put_into(page: str, made: str, heading: str) -> str:
    """The page with this section in place of its former one, or before the section on simple rules."""
    start = page.find(heading)
    if start < 0:
        before, rest = page.split("## Simple rules", 1)
        return f"{before}{made}\n\n## Simple rules{rest}"
    end = page.index("\n## ", start)
    return f"{page[:start]}{made}\n{page[end:]}"


def with_public_sales(page: str) -> str:
    """The page with the section on public sales of the one before, which no simulated hotel has a part in."""
    former = FILE.read_text(encoding="utf-8")
    start = former.find(public.HEADING)
    return page if start < 0 else put_into(page, former[start : former.index("\n## ", start)].strip(), public.HEADING)


def _sections(results: Results) -> list[str]:
    found = [
        "## Targets",
        tables.promises(results),
        VERDICTS.strip(),
        UNREACHABLE.strip(),
        "## What was found",
        tables.summary(results),
        "By size, at the default budget (a class ends where the next begins; a silent room's size is nights slept):",
        tables.sizes(results),
        "Recall by false-alert rate: each detector alone, at budgets of 1/8 to 32 times the default.",
        tables.curves(results),
        vacancy.section(results),
    ]
    if results.yardsticks:
        found += [
            # A heading of its own: what is put in place of the section before it ends here.
            "## The bound",
            "What a test finds that knows all parameters of the simulated guests, but not which guest is which: a"
            " spike at the first evaluation (quality/yardsticks/bound.py; the detector may evaluate again at the next"
            " check), a silent room by the probability that normal guests leave all its checks empty, however short"
            " the run"
            " (quality/yardsticks/silent_bound.py). Guests are `gamma` where they differ by one Gamma, `mixed` where"
            " many take nothing and some have a party.",
            tables.bounds(results),
            rounds.section(_rounds(results)),
            "## Simple rules and Isolation Forest alone",
            "On the same hotels and faults. These have no memory: each row that they mark is an alert of its own."
            " The forests are those of `train`, at the threshold that gives one false alert per day per 1,000"
            " rooms.",
            tables.naive_rules(results),
            "## Self-estimates of `train`",
            "`train` evaluates detectors on faults that it injects into held-out history; here four trainings per"
            " hotel, pooled, compared with the truth. False alerts are counts over the evaluated days: the"
            " estimated rate times the same days and rooms, and those that were raised, with the interval in which"
            " their mean may lie.",
            tables.self_estimates(results),
            "## Days left",
            "At the end of evaluated days, every product is assumed to have stock for 1 to 12 days at its recent"
            " rate; the use on the 20 days that followed shows how long it would have lasted.",
            tables.days_left(results),
        ]
    return [*found, "## Hotel by hotel", tables.hotels(results), "## The hotels", tables.plans(results)]


def _rounds(results: Results) -> dict[str, HotelRounds]:
    measured = zip(results.walks, results.yardsticks, strict=True)
    return {walk.hotel.name: one.rounds for walk, one in measured if one.rounds is not None}


def made(results: Results) -> str:
    """When, from which commit, and how long it took."""
    took = sum(walk.seconds for walk in results.walks)
    nights = sum(walk.hotel.rooms * walk.hotel.scored_days for walk in results.walks) / 1000
    return (
        f"{made_on()[:-1]}, in {results.seconds / 60:.0f} minutes (results of equal code are kept). Training and"
        f" detection took {took / nights:.1f} CPU seconds per night per 1,000 rooms."
    )


def made_on() -> str:
    """When, and from which commit."""
    today = datetime.now(ZoneInfo(ZONE)).date().isoformat()
    return f"Made on {today} from version {__version__}, {_commit()}."


def _commit() -> str:
    """The checkout's commit, and whether files differ from it: others than the page, of which one section is made."""
    ran = _git("rev-parse", "--short=8", "HEAD")
    if ran.returncode != 0:
        return "no commit known"
    changed = _git("diff", "--name-only", "HEAD", "--", ".", f":!{FILE.relative_to(ROOT)}").stdout.strip()
    return f"commit {ran.stdout.strip()}{', changed since' if changed else ''}"


def _git(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
