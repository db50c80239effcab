"""docs/quality.md: what was judged and how, what came out, and whether the promises hold."""

import subprocess
from datetime import datetime
from zoneinfo import ZoneInfo

from minibar_ml import __version__
from quality import tables
from quality.cache import ROOT
from quality.hotels import ZONE
from quality.results import Results

FILE = ROOT / "docs" / "quality.md"
HOW = """\
How well the detectors tell faults from ordinary days, measured on simulated hotels that nothing was tuned on. This page
is written by `make quality`; nobody edits it.

## How it was judged

Each hotel of the set `{part}` ([quality/hotels.toml](../quality/hotels.toml)) is simulated, written into a PostgreSQL
database in one of the source layouts, collected by the program's own code, and walked through day by day as
`minibar-ml detect --since` does: each of the last {days} days is judged with what that night's training would have
learnt, with the settings' defaults. Findings become alerts by the store's rules: what repeats is the same alert while
it is live. Nobody gives a verdict.

**Faults** are those that the simulator plants: also in the history that is learnt from, at about a seventh of the
rate. A *room spike* is {low} to {high} units beyond what the guests took; a *product shift* is a product's demand in
a hotel times 2.5 to 4.5 for some nights; a *vacant room* loses 2 to 8 units without a guest; a *silent room* was
slept in for 6 to 20 nights, by more than one party, and nothing was taken: it counts as a fault from the sixth night
on (the simulator's default is 6 to 10; when silent rooms were seen to be missed on the tune set, longer silences were
put into all sets before held-out was judged); a
*slow attendant* needs 1.7 to 2.5 times as long for every room of a day; an *unanswered request* waits for
hours; a *custody loss* is 4 to 10 units of a product, or more, missing when custody closes; a *leak* is stock that is
issued and that no attendant was handed; *below zero* is an issue that never was; a *write-off* is a cold room's
break-down; *running out* is a product whose delivery does not come.

**Matching.** An alert tells of a fault if it is about the same room, product or attendant, is of the fault's kind, and
found something on a day from the fault's first to the day after its last. A leak and a write-off may each be told as
the other: more left the warehouse than usual, and the storekeeper looks. The first alert that tells of a fault is a
hit; another on the same fault is neither hit nor false. An alert that no fault explains is false. (A below-zero entry
also explains that its product seems to leak or run out; units taken from a vacant room also explain that they seem too
many.) `data_stale` and `model_fallback` tell of the program and are counted apart. Faults of the last judged day don't
count, because a verdict may use the next day.

FA/d is false alerts a day and 1,000 rooms. Intervals are Wilson's 95 % for shares, the exact 95 % of a Poisson mean
(Garwood) for counts.
"""
VERDICTS = """\
Self-estimates are held against what came true on these hotels, which for most kinds is a handful of faults and of false
alerts: **met** is within the promised margins; **met within chance** is not, but the estimate lies within the 95 %
interval of what was counted, so that the count does not contradict it (nor prove it: see the intervals under "What the
product thinks of itself"); **not met** is contradicted by it. Nothing else on this page is softened so.
"""
UNREACHABLE = """\
The rates promised for rooms came from a study whose guests differed by one Gamma ("gamma" here). Most hotels here have
guests that are harder to tell from faults ("mixed": many take nothing, some have a party), so each such promise is
shown for all hotels, as it was made, and for either sort. The bound is what a test finds that knows all parameters of
the simulated guests (below). Where it lies below the promise itself, no detector that sees only checks can be expected
to keep it on these hotels; the row says "not met" all the same.
"""


def text(results: Results) -> str:
    """The whole page."""
    days = max(walk.hotel.judged_days for walk in results.walks)
    low, high = results.walks[0].hotel.plan.spike_units
    how = HOW.format(part=results.part, days=days, low=low, high=high)
    return "\n\n".join(["# Quality", how.strip(), *_sections(results), _made(results)]) + "\n"


def _sections(results: Results) -> list[str]:
    found = [
        "## What was promised",
        tables.promises(results),
        VERDICTS.strip(),
        UNREACHABLE.strip(),
        "## What was found",
        tables.summary(results),
        "By size, at the default budget (a class ends where the next begins; a silent room's size is nights slept):",
        tables.sizes(results),
        "Recall over the false-alert rate: the detector by itself, at budgets of 1/8 to 32 times the default.",
        tables.curves(results),
    ]
    if results.beside:
        found += [
            "A test that knew all parameters of the simulated guests, and only not who of them is who, finds this much:"
            " a spike at the first look (quality/bound.py; the detector may look again at the next check), a silent"
            " room by the probability that ordinary guests leave all its checks empty, however short the run"
            " (quality/silent_bound.py). Guests are `gamma` where their appetites differ by one Gamma, `mixed` where"
            " many take nothing and some have a party.",
            tables.bounds(results),
            "## Naive rules and Isolation Forest alone",
            "On the same hotels and faults. These have no memory: each row that they mark is an alert of its own. The"
            " forests are those of the second opinion, at the threshold that gives one false alert a day and 1,000"
            " rooms.",
            tables.naive_rules(results),
            "## What the product thinks of itself",
            "`train` judges detectors on faults that it injects into held-out history; here four trainings a hotel,"
            " pooled, beside the truth. False alerts are counts over the judged days: the estimated rate times the"
            " same days and rooms, and those that came, with the interval in which their mean may lie.",
            tables.self_estimates(results),
            "## Days left",
            "At the end of judged days, every product is taken to have what lasts 1 to 12 days at its pace of late;"
            " what was used on the 20 days that followed says how long it would have lasted.",
            tables.days_left(results),
        ]
    return [*found, "## Hotel by hotel", tables.hotels(results), "## The hotels", tables.plans(results)]


def _made(results: Results) -> str:
    took = sum(walk.seconds for walk in results.walks)
    nights = sum(walk.hotel.rooms * walk.hotel.judged_days for walk in results.walks) / 1000
    today = datetime.now(ZoneInfo(ZONE)).date().isoformat()
    return (
        f"Made on {today} from version {__version__}, {_commit()}, in {results.seconds / 60:.0f} minutes (results of"
        f" equal code are kept). Learning and judging took {took / nights:.1f} CPU seconds a night and 1,000 rooms."
    )


def _commit() -> str:
    """The checkout's commit, and whether files differ from it."""
    asked = ["git", "describe", "--always", "--dirty=, changed since", "--exclude=*"]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return f"commit {told.stdout.strip()}" if told.returncode == 0 else "no commit known"
