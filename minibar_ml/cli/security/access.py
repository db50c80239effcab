"""`minibar-ml access`: which database logins have access to which hotels' alerts."""

from typing import TYPE_CHECKING, Annotated, get_args

import typer

from minibar_ml.cli import session
from minibar_ml.cli.arguments.options import Json, Quiet, Verbose, examples
from minibar_ml.cli.terminal import console
from minibar_ml.domain.access import ACCESS_ROLES, ROLE_OF_SOURCE, AccessRole, Binding
from minibar_ml.domain.errors import UsageError
from minibar_ml.store import access
from minibar_ml.store.source import hotels

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(no_args_is_help=True, epilog=examples("access list", "access add ayse --as viewer --hotel 2"))
Login = Annotated[str, typer.Argument(metavar="ROLE", help="A login role of the database.")]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who decided this, for the audit log.")]
As = Annotated[str | None, typer.Option("--as", metavar="R", help=f"{', '.join(ACCESS_ROLES)}.")]
Hotels = Annotated[
    list[str] | None, typer.Option("--hotel", metavar="H", help="This hotel (name or id); may be repeated.")
]
User = Annotated[
    int | None,
    typer.Option("--user", metavar="ID", help="Take role and hotel from this user of the hotel application (id)."),
]


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="access")


@app.command(epilog=examples("access add ayse --as viewer --hotel 2", "access add mehmet --user 14"))
def add(
    role: Login,
    as_: As = None,
    hotel: Hotels = None,
    all_hotels: Annotated[bool, typer.Option("--all-hotels", help="All hotels, future ones included.")] = False,
    user: User = None,
    by: By = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Give a login role access to hotels' alerts.

    Administrators see and handle all alerts, viewers see all, storekeepers see stock alerts.
    """
    with session.store(session.settings(), "access add") as connection:
        granted, hotel_ids = _resolve(connection, as_, hotels.find_ids(connection, hotel), all_hotels, user)
        access.upsert(connection, role, granted, hotel_ids, user, by)
        connection.commit()
    console.note(f"{role}: {granted}, {_describe(hotel_ids)}")


def _resolve(
    connection: "Connection", as_: str | None, hotel_ids: list[int] | None, everywhere: bool, user: int | None
) -> tuple[AccessRole, tuple[int, ...] | None]:
    """Role and hotels, from the options or from the user of the hotel application."""
    if everywhere and hotel_ids:
        raise UsageError("--all-hotels and --hotel cannot be combined.")
    source_role, source_hotel = access.find_user(connection, user) if user is not None else ("", None)
    if as_ is None and user is not None and source_role not in ROLE_OF_SOURCE:
        raise UsageError(
            f"User {user} has the role {source_role!r} in the hotel application, which has no access to alerts."
        )
    named = as_ or ROLE_OF_SOURCE.get(source_role)
    granted = next((role for role in ACCESS_ROLES if role == named), None)
    if granted is None:
        raise UsageError(f"--as {named!r} is not one of {', '.join(get_args(AccessRole))}.")
    if hotel_ids is None and source_hotel is not None:
        hotel_ids = [source_hotel]
    if not everywhere and not hotel_ids:
        raise UsageError("Name the hotels: --hotel H (may be repeated) or --all-hotels.")
    return granted, None if everywhere or hotel_ids is None else tuple(sorted(set(hotel_ids)))


def _describe(hotel_ids: tuple[int, ...] | None) -> str:
    return "all hotels" if hotel_ids is None else f"hotel {', '.join(map(str, hotel_ids))}"


@app.command("list", epilog=examples("access list"))
def list_(json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """List logins and their access.

    Administrators, the jobs and the owner see all logins, others only their own.
    """
    with session.store(session.settings(), "access list") as connection:
        found = access.fetch(connection)
    if json:
        console.print_json([_as_json(binding) for binding in found])
        return
    for binding in found:
        gone = "" if binding.exists else "  (role no longer exists)"
        console.say(f"{binding.database_role:<24} {binding.role:<14} {_describe(binding.hotel_ids)}{gone}")
    if not found:
        console.note("No login has access: only the store's owner and the jobs see alerts.")


def _as_json(binding: Binding) -> dict[str, object]:
    return {
        "database_role": binding.database_role,
        "role": binding.role,
        "hotel_ids": binding.hotel_ids,
        "user_id": binding.user_id,
        "added_at": binding.added_at,
        "added_by": binding.added_by,
        "exists": binding.exists,
    }


@app.command(epilog=examples("access remove ayse"))
def remove(role: Login, by: By = None, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Take a login role's access away."""
    with session.store(session.settings(), "access remove") as connection:
        access.delete(connection, role, by)
        connection.commit()
    console.note(f"{role}: access removed")
