"""Rotating keys: add a new one, seal everything again by it, remove old ones that are no longer needed.

Each step leaves a state that works: all keys of the list open, so a run that is killed loses nothing, and the next
one goes on where it stopped.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minibar_ml.artifacts.envelope import reseal
from minibar_ml.artifacts.key_file import changeable, put_new_key_first, take_out
from minibar_ml.artifacts.keys import Keys, load_keys
from minibar_ml.artifacts.tokens import address_of, place_of, seal_token
from minibar_ml.config.settings import Settings
from minibar_ml.domain.errors import ConfigurationError, ModelRefused, PreconditionFailed
from minibar_ml.log import logger
from minibar_ml.store import access, audit, models
from minibar_ml.store.jobs.locks import exclusive
from minibar_ml.store.notifications import people

if TYPE_CHECKING:
    from sqlalchemy import Connection

BATCH = 20
"""Models sealed again in one transaction: a few seconds of work at most are lost when a run is killed."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did: whether it made a key or continued an earlier one; models and addresses sealed again, and
    what it could not open."""

    keys: Keys
    is_new: bool
    resealed: int
    readdressed: int
    refused: tuple[str, ...]


@contextmanager
def _alone(connection: "Connection") -> Iterator[None]:
    """No other rotation, and no training that would seal by the keys as they were.

    Raises PreconditionFailed for a role that does not see what all hotels' models need: it would count too few.
    """
    if not access.sees_everything(connection):
        raise PreconditionFailed(
            "This database role does not see every hotel's models: run this as the role of the jobs or as an "
            "administrator of all hotels; nothing was changed."
        )
    with exclusive(connection, "keys"), exclusive(connection, "train"):
        yield


def run(connection: "Connection", settings: Settings, batch: int = BATCH) -> Rotated:
    """Finish the rotation that an earlier run began, or begin one and finish it."""
    with _alone(connection):
        keys = load_keys(settings)
        resealed, refused = _reseal_all(connection, keys, batch)
        readdressed, unopened = _reseal_addresses(connection, keys)
        if resealed or readdressed or settings.encryption_keys:
            return Rotated(keys, False, resealed, readdressed, refused + unopened)
        before, keys = keys, put_new_key_first(changeable(settings))
        audit.insert(connection, "keys.rotate", keys.source, before=_hex(before), after=_hex(keys))
        connection.commit()
        logger.debug("the new key stands first in %s", keys.source)
        resealed, refused = _reseal_all(connection, keys, batch)
        readdressed, unopened = _reseal_addresses(connection, keys)
        return Rotated(keys, True, resealed, readdressed, refused + unopened)


def prune(connection: "Connection", settings: Settings) -> list[str]:
    """Take the old keys out of the file that no stored model or address needs; returns their fingerprints.

    Raises PreconditionFailed where one is still needed.
    """
    with _alone(connection):
        path, keys = changeable(settings), load_keys(settings)
        seals = {"model": models.fetch_seals(connection), "address": people.fetch_seals(connection)}
        old = _hex(keys)[1:]
        if needed := [key for key in old if any(key in counts for counts in seals.values())]:
            totals = {what: sum(counts.get(key, 0) for key in old) for what, counts in seals.items()}
            who = " and ".join(_counted(total, f"stored {what}") for what, total in totals.items() if total)
            raise PreconditionFailed(
                f"{who} still sealed with {', '.join(needed)}: run `minibar-ml keys rotate` first; nothing was changed."
            )
        if old:
            left = take_out(path, [bytes.fromhex(key) for key in old])
            audit.insert(connection, "keys.prune", keys.source, before=_hex(keys), after=_hex(left))
            connection.commit()
        return old


def _reseal_all(connection: "Connection", keys: Keys, batch: int) -> tuple[int, tuple[str, ...]]:
    """Seal by the newest key what an older one has sealed, a batch a transaction; how many, and why others not."""
    newest, *older = _hex(keys)
    done, after, refused = 0, 0, []
    while found := models.claim_sealed_by(connection, older, after, batch):
        sealed = []
        for model in found:
            try:
                sealed.append((model.id, reseal(model.model_data, model.header, keys)))
            except ModelRefused as error:
                refused.append(str(error))
        models.mark_resealed(connection, sealed)
        if sealed:
            audit.insert(connection, "keys.reseal", _counted(len(sealed), "model"), before=older, after=[newest])
        connection.commit()
        after, done = found[-1].id, done + len(sealed)
        logger.debug("sealed %d models again", done)
    connection.rollback()
    return done, tuple(refused)


def _reseal_addresses(connection: "Connection", keys: Keys) -> tuple[int, tuple[str, ...]]:
    """The same for people's addresses, all in one transaction."""
    newest, *older = _hex(keys)
    sealed, refused = [], []
    for one in people.claim_sealed_by(connection, older):
        try:
            again = seal_token(address_of(one, keys), place_of(one.person_id, one.channel), keys)
            sealed.append((one.channel_id, again))
        except ConfigurationError as error:
            refused.append(str(error))
    if sealed:
        people.mark_resealed(connection, sealed)
        audit.insert(connection, "keys.reseal", _counted(len(sealed), "address"), before=older, after=[newest])
    connection.commit()
    return len(sealed), tuple(refused)


def _counted(number: int, noun: str) -> str:
    ending = "" if number == 1 else "es" if noun.endswith("s") else "s"
    return f"{number} {noun}{ending}"


def _hex(keys: Keys) -> list[str]:
    return [one.hex() for one in keys.fingerprints]
