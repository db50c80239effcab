"""What there is of each part of the source, as `db check` shows it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from minibar_ml.domain.source_parts import PARTS, Part
from minibar_ml.store.source.contract import Contract
from minibar_ml.store.source.gaps import Gap


@dataclass(frozen=True, slots=True)
class SeenPart:
    """What is there of one part: rows, the newest one's time, and words that nobody knows with their rows."""

    part: Part
    rows: int | None
    newest: datetime | None
    unknown: dict[str, int]
    gaps: tuple[Gap, ...]


def fetch_seen(connection: Connection, contract: Contract) -> list[SeenPart]:
    """Every part of the source as it stands now; one statement a part, rows None where it can't be read."""
    found = []
    for part in PARTS:
        gaps = contract.optional_gaps.get(part.name, ())
        if part.seen not in contract.usable:
            if contract.has(part) or part.is_optional or part.name in contract.absent:
                found.append(SeenPart(part, None, None, {}, gaps))
            continue
        counted = getattr(func.minibar_ml, part.seen)().table_valued("rows", "newest", "unknown")
        row = connection.execute(select(counted)).one()
        found.append(SeenPart(part, row.rows, row.newest, row.unknown or {}, gaps))
    return found
