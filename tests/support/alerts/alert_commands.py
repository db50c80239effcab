"""Alerts as the commands print them, and a few to print."""

import json
from typing import Any

import pytest
from sqlalchemy import Connection

from minibar_ml.cli.app import main
from minibar_ml.domain.alerting.alerts import Finding
from minibar_ml.i18n.messages import sentences
from minibar_ml.store.alerting import alerts
from support.alerts.findings import evening

FIELDS = [
    "id", "type", "severity", "status", "hotel_id", "entity_type", "entity_id", "entity_name", "metric", "value",
    "expected", "lower", "upper", "deviation_percent", "score", "detector", "impact", "message", "suggested_action",
    "occurred_on", "raised_at", "last_seen", "occurrences", "read_at", "read_by", "resolved_at",
]  # fmt: skip
NAMES: dict[Any, str] = {("room", 1126): "1126", ("product", 146): "Efes", ("room", 66): "9\x1b[31m[bold]\u202ex\x9b"}


def raise_alerts(connection: Connection, *findings: Finding) -> None:
    """One alert a finding, in their order."""

    def texts(finding: Finding, name: str) -> tuple[str, str]:
        return sentences(finding, name, "en")

    for finding in findings:
        alerts.upsert(connection, [finding], NAMES, evening(finding.occurred_on), texts, ())
    connection.commit()


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """What a command prints as JSON."""
    assert main(["alerts", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[int]:
    """The numbers of the alerts that `alerts list` prints."""
    return [alert["id"] for alert in printed(capsys, "list", *arguments)]
