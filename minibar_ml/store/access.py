"""Bindings of login roles to hotels: what row-level security goes by."""

from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import ProgrammingError

from minibar_ml.domain.access import GROUPS, AccessRole, Binding
from minibar_ml.domain.errors import NotFound, PreconditionFailed
from minibar_ml.store import audit
from minibar_ml.store.failures import sqlstate
from minibar_ml.store.queries import query

NO_RIGHT = "42501"

ROLES_MISSING = "The group roles are not in the database: a superuser runs `minibar-ml db roles --apply` first."


def require(connection: Connection) -> None:
    """Raise PreconditionFailed where this session's role would see nothing: an empty list would look like good news."""
    try:
        row = connection.execute(query("access.sees_nothing")).one()
    except ProgrammingError as error:
        if sqlstate(error) != NO_RIGHT:
            raise
        connection.rollback()
        role = connection.execute(query("access.current_role")).scalar_one()
        raise PreconditionFailed(
            f"Database role {role} has no rights in the store: it is in none of the store's groups. For people: "
            f"`minibar-ml access add {role}`; for jobs: GRANT minibar_ml_collector TO {role}; "
            "see `minibar-ml docs security`."
        ) from error
    if row.sees_nothing:
        raise PreconditionFailed(
            f"Database role {row.role} sees nothing: it is bound to no hotel (`minibar-ml access add {row.role}`) and "
            f"runs no jobs (GRANT minibar_ml_collector TO {row.role}); see `minibar-ml docs security`."
        )


def sees_everything(connection: Connection) -> bool:
    """Whether this session's role sees and may change all hotels' rows, so that what it counts is all there is."""
    return bool(connection.execute(query("access.sees_everything")).scalar_one())


def fetch(connection: Connection) -> list[Binding]:
    """The bindings that this role may see, by login."""
    found = []
    for row in connection.execute(query("access.fetch")):
        hotel_ids = None if row.hotel_ids is None else tuple(row.hotel_ids)
        found.append(Binding(**{**row._asdict(), "hotel_ids": hotel_ids}))
    return found


def upsert(
    connection: Connection,
    login: str,
    role: AccessRole,
    hotel_ids: Sequence[int] | None,
    user_id: int | None,
    operator: str | None,
) -> None:
    """Bind a login role to a role in some hotels (None: all), put it into that role's group, with an audit entry.

    Raises NotFound where there is no such login, PreconditionFailed where roles.sql was not run.
    """
    there = connection.execute(query("access.find_groups"), {"database_role": login}).one()
    if GROUPS[role] not in there.groups:
        raise PreconditionFailed(ROLES_MISSING)
    if not there.can_log_in:
        raise NotFound(f"There is no login role {login!r} in the database: CREATE ROLE ... LOGIN makes one.")
    after = {"role": role, "hotel_ids": None if hotel_ids is None else list(hotel_ids), "user_id": user_id}
    before = connection.execute(query("access.upsert"), {"database_role": login, **after}).scalar_one()
    connection.execute(query("access.join_group"), {"database_role": login, "group": GROUPS[role]})
    audit.insert(connection, "access.add", f"role {login}", before=before, after=after, operator=operator)


def delete(connection: Connection, login: str, operator: str | None) -> None:
    """Unbind a login role and take it out of the groups, with an audit entry; raises NotFound naming it."""
    row = connection.execute(query("access.delete"), {"database_role": login}).one_or_none()
    if row is None:
        raise NotFound(f"Database role {login!r} has no access; `minibar-ml access list` shows who is.")
    there = connection.execute(query("access.find_groups"), {"database_role": login}).one()
    if there.can_log_in:
        connection.execute(query("access.join_group"), {"database_role": login, "group": None})
    audit.insert(connection, "access.remove", f"role {login}", before=row.before, operator=operator)


def find_user(connection: Connection, user_id: int) -> tuple[str, int | None]:
    """Role and hotel that a user has in the hotel's application; raises NotFound for none or a retired one."""
    row = connection.execute(query("access.find_user"), {"user_id": user_id}).one_or_none()
    if row is None or not row.is_active:
        raise NotFound(f"The hotel's application has no active user {user_id}.")
    return row.role, row.hotel_id
