"""The document that `status --json` prints."""

from dataclasses import asdict
from typing import Any

from minibar_ml.domain.health import Health
from minibar_ml.domain.hotels.phases import History


def as_json(health: Health) -> dict[str, Any]:
    """The document that `status --json` prints."""
    return {
        "as_of": health.as_of,
        "ok": health.is_well,
        "jobs": [
            {
                "job": one.runs.job,
                "state": one.state,
                "schedule": one.schedule.text,
                "success_wanted_since": one.schedule.since,
                "last_run": one.runs.last_as_of,
                "started_at": one.runs.started_at,
                "ended_at": one.runs.ended_at,
                "outcome": one.ended,
                "last_success": one.runs.success_as_of,
                "age_seconds": one.age.total_seconds() if one.age is not None else None,
                "last_error": one.runs.error,
                "last_error_at": one.runs.error_as_of,
            }
            for one in health.jobs
        ],
        "open_alerts": dict(health.open_alerts),
        "hotels": [_hotel_json(hotel, known) for hotel, known in sorted(health.phases.items())],
        "idle": [asdict(one) for one in health.idle],
        "undone": [asdict(one) for one in health.undone],
        "refused_models": dict(health.refused),
        "runs_ahead": asdict(health.ahead) if health.ahead else None,
        "audit_entries_waiting": asdict(health.waiting) if health.waiting else None,
        "outbox": {**asdict(health.outbox), "ok": health.outbox.is_well(health.as_of)} if health.outbox else None,
        "source_problems": [{**asdict(one), "has_grown": one.has_grown} for one in health.problems],
        "lists": [{**asdict(one), "is_late": one in health.late_lists} for one in health.lists],
        "mutes": [{"id": one.id, "hotel_id": one.hotel_id, "until": one.until, "reason": one.reason,
                   "findings": one.findings} for one in health.mutes],
    }  # fmt: skip


def _hotel_json(hotel_id: int, known: History) -> dict[str, Any]:
    """A hotel's history; where nothing comes in, no phase says anything."""
    return {"hotel_id": hotel_id, **asdict(known), "phase": "no data" if known.is_silent else known.phase}
