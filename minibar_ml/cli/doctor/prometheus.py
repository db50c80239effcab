"""Health as metrics in Prometheus' text format, in a file that node_exporter's textfile collector reads.

https://prometheus.io/docs/instrumenting/exposition_formats/; `job` is a label of Prometheus' own, so ours is `task`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from minibar_ml.domain.errors import UsageError
from minibar_ml.domain.health import Health
from minibar_ml.files import write_whole

MODE = 0o644
"""node_exporter runs as a user of its own."""
Labels = Mapping[str, object]
Samples = list[tuple[Labels, float]]


def write(path: Path, health: Health | None) -> None:
    """Write the metrics atomically; None: the store could not be read.

    Raises UsageError for a name that node_exporter ignores, ConfigurationError where FILE can't be written.
    """
    if path.suffix != ".prom":
        raise UsageError(f"--prometheus {path}: node_exporter reads only files whose name ends in .prom.")
    write_whole(
        path, text(health).encode(), MODE, hint="make that folder writable, or choose another with --prometheus"
    )


def text(health: Health | None) -> str:
    """The metrics, each with its HELP and TYPE line."""
    return "".join(_family(*family) for family in _families(health))


def _families(health: Health | None) -> Iterator[tuple[str, str, Samples]]:
    yield "up", "Whether the store could be read.", [({}, float(health is not None))]
    if health is None:
        return
    yield "healthy", "Whether nothing is late or broken.", [({}, float(health.is_well))]
    yield from _job_families(health)
    alerts: Samples = [({"severity": severity}, float(count)) for severity, count in health.open_alerts.items()]
    yield "open_alerts", "Alerts that are open or acknowledged.", alerts
    days: Samples = [({"hotel": hotel}, float(history.days)) for hotel, history in sorted(health.phases.items())]
    yield "history_days", "Days of history of a hotel; its phase is normal from 14 on.", days
    yield from _outbox_families(health)
    silent: Samples = [({"hotel": hotel}, float(known.silent_days)) for hotel, known in sorted(health.phases.items())]
    yield "silent_days", "Whole days without data of a hotel.", silent
    rows = sum(one.affected for one in health.problems)
    yield "refused_rows", "Rows of the source refused or not understood in the last week.", [({}, float(rows))]
    yield "refused_models", "Models that the last detect refused or could not open.", [({}, float(len(health.refused)))]


def _outbox_families(health: Health) -> Iterator[tuple[str, str, Samples]]:
    outbox = health.outbox
    if outbox is None:
        return
    yield "outbox_waiting", "Messages waiting for delivery.", [({}, float(outbox.waiting))]
    yield "outbox_failed", "Messages that were given up.", [({}, float(outbox.failed))]
    oldest: Samples = [({}, outbox.oldest_at.timestamp())] if outbox.oldest_at else []
    yield "outbox_oldest_timestamp_seconds", "When the oldest waiting message was created.", oldest


def _job_families(health: Health) -> Iterator[tuple[str, str, Samples]]:
    jobs = [({"task": one.runs.job}, one) for one in health.jobs]
    ran: Samples = [(task, one.runs.last_as_of.timestamp()) for task, one in jobs if one.runs.last_as_of]
    done: Samples = [(task, one.runs.success_as_of.timestamp()) for task, one in jobs if one.runs.success_as_of]
    yield "last_run_timestamp_seconds", "When a job last ran, however it ended.", ran
    yield "last_success_timestamp_seconds", "When a job last succeeded.", done
    wanted: Samples = [(task, one.schedule.since.timestamp()) for task, one in jobs]
    yield "success_wanted_since_timestamp_seconds", "A success older than this is late.", wanted
    broken: Samples = [(task, float(one.is_broken)) for task, one in jobs]
    yield "broken", "Whether a job is late, failed or was only partly done.", broken


def _family(name: str, words: str, samples: Samples) -> str:
    name = f"minibar_ml_{name}"
    lines = [f"# HELP {name} {words}", f"# TYPE {name} gauge"]
    lines += [f"{name}{_labels(labels)} {value!r}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Labels) -> str:
    # Only words and numbers of minibar-ml itself: nothing to escape.
    inside = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{{{inside}}}" if inside else ""
