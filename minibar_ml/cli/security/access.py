"""`minibar-ml access`: which login role of the database sees and judges what, in which hotels."""

from typing import TYPE_CHECKING, Annotated, get_args

import typer

from minibar_ml.cli import console, session
from minibar_ml.cli.options import Json, Quiet, Verbose
from minibar_ml.domain.access import ACCESS_ROLES, ROLE_OF_SOURCE, AccessRole
from minibar_ml.domain.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from minibar_ml.domain.access import Binding

app = typer.Typer(no_args_is_help=True, help="Which database role sees and judges what, in which hotels.")
Login = Annotated[str, typer.Argument(metavar="ROLE", help="A login role of the database.")]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who decides this, for the audit log.")]
As = Annotated[str | None, typer.Option("--as", metavar="R", help=f"{', '.join(ACCESS_ROLES)}.")]
Hotels = Annotated[list[int] | None, typer.Option("--hotel", metavar="H", help="In this hotel; may be repeated.")]
User = Annotated[
    int | None,
    typer.Option("--user", metavar="ID", help="The person's id in the hotel's application; gives role and hotel."),
]


def register(root: typer.Typer) -> None:
    """Add this noun to the app."""
    root.add_typer(app, name="access")


@app.command()
def add(
    role: Login,
    as_: As = None,
    hotel: Hotels = None,
    all_hotels: Annotated[bool, typer.Option("--all-hotels", help="In every hotel, later ones too.")] = False,
    user: User = None,
    by: By = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Bind a login role: administrators see and judge all, viewers see all, storekeepers see stock alerts."""
    from minibar_ml.store import access

    with session.store(session.settings(), "access add") as connection:
        meant, hotel_ids = _meant(connection, as_, hotel, all_hotels, user)
        for hotel_id in hotel_ids or ():
            _require_hotel(connection, hotel_id)
        access.upsert(connection, role, meant, hotel_ids, user, by)
        connection.commit()
    console.note(f"{role}: {meant} in {_where(hotel_ids)}")


def _meant(
    connection: "Connection", as_: str | None, hotels: list[int] | None, everywhere: bool, user: int | None
) -> tuple[AccessRole, tuple[int, ...] | None]:
    """Role and hotels, from the options or from the user of the hotel's application."""
    from minibar_ml.store import access

    if everywhere and hotels:
        raise UsageError("--all-hotels and --hotel exclude each other.")
    source_role, source_hotel = access.find_user(connection, user) if user is not None else ("", None)
    if as_ is None and user is not None and source_role not in ROLE_OF_SOURCE:
        raise UsageError(f"User {user} is {source_role!r} in the hotel's application, which sees no alerts here.")
    named = as_ or ROLE_OF_SOURCE.get(source_role)
    meant = next((role for role in ACCESS_ROLES if role == named), None)
    if meant is None:
        raise UsageError(f"--as {named!r} is not one of {', '.join(get_args(AccessRole))}.")
    if hotels is None and source_hotel is not None:
        hotels = [source_hotel]
    if not everywhere and not hotels:
        raise UsageError("Say where: --hotel H (may be repeated) or --all-hotels.")
    return meant, None if everywhere or hotels is None else tuple(sorted(set(hotels)))


def _require_hotel(connection: "Connection", hotel_id: int) -> None:
    from minibar_ml.store.source import hotels

    hotels.require(connection, hotel_id)


def _where(hotel_ids: tuple[int, ...] | None) -> str:
    return "all hotels" if hotel_ids is None else f"hotel {', '.join(map(str, hotel_ids))}"


@app.command("list")
def list_(json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Who is bound to what; administrators and the owner see everybody, others themselves."""
    from minibar_ml.store import access

    with session.store(session.settings(), "access list") as connection:
        found = access.fetch(connection)
    if json:
        console.print_json([_as_json(binding) for binding in found])
        return
    for binding in found:
        gone = "" if binding.exists else "  (the database has no such role any more)"
        console.say(f"{binding.database_role:<24} {binding.role:<14} {_where(binding.hotel_ids)}{gone}")
    if not found:
        console.note("Nobody is bound: only the store's owner and the jobs see alerts.")


def _as_json(binding: "Binding") -> dict[str, object]:
    return {
        "database_role": binding.database_role,
        "role": binding.role,
        "hotel_ids": binding.hotel_ids,
        "user_id": binding.user_id,
        "added_at": binding.added_at,
        "added_by": binding.added_by,
        "exists": binding.exists,
    }


@app.command()
def remove(role: Login, by: By = None, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Unbind a login role: it sees nothing any more."""
    from minibar_ml.store import access

    with session.store(session.settings(), "access remove") as connection:
        access.delete(connection, role, by)
        connection.commit()
    console.note(f"{role}: sees nothing any more")
