"""Who sees what: what a login role of the database can be in the hotels."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from minibar_ml.domain.metrics import MetricType

AccessRole = Literal["administrator", "viewer", "storekeeper"]
ACCESS_ROLES: tuple[AccessRole, ...] = ("administrator", "viewer", "storekeeper")
GROUPS: dict[AccessRole, str] = {
    "administrator": "minibar_ml_operator",
    "viewer": "minibar_ml_viewer",
    "storekeeper": "minibar_ml_viewer",
}
"""The group role of the database, made by sql/roles.sql, that each gets its rights from."""
ROLE_OF_SOURCE: dict[str, AccessRole] = {
    "sistem_yoneticisi": "administrator",
    "admin": "administrator",
    "depo_sorumlusu": "storekeeper",
}
"""What the hotel application's users are here by their role there; attendants are nothing."""
STOCK_METRICS: frozenset[MetricType] = frozenset(
    {"stock_level", "stock_outflow", "floor_stock", "product_consumption", "stock_days_left"}
)
"""What storekeepers see of metrics: what leads to alerts about stock."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What one login role is, and in which hotels; `hotel_ids` is None where it is that in all of them."""

    database_role: str
    role: AccessRole
    hotel_ids: tuple[int, ...] | None
    user_id: int | None
    added_at: datetime
    added_by: str
    exists: bool
    """Whether the database still has that role."""
