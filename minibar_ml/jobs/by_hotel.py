"""Hotels apart: a job works on all of them at once, and where that fails on ever fewer, until it knows for which.

One statement for all hotels costs what one for a single hotel does, so that is how a job begins. What one hotel's rows
make fail is done again for either half of the hotels, and so on, in savepoints: with one hotel that fails among n it
takes log2(n) times as long. The next run does that hotel by itself from the start, and the others at once.
"""

import traceback
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from minibar_ml.domain.errors import MinibarError
from minibar_ml.domain.hotels.failed import FailedHotel
from minibar_ml.domain.metrics import COMMON_STORE
from minibar_ml.log import logger
from minibar_ml.store.failures import explain, is_transient
from minibar_ml.store.jobs import runs
from minibar_ml.store.source import hotels

if TYPE_CHECKING:
    from sqlalchemy import Connection

Hotels = frozenset[int] | None
"""Hotels that are worked on together; None: all that there are."""
Result = TypeVar("Result")
Guard = Callable[[], AbstractContextManager[object]]


class Units:
    """The hotels of a run as it works on them; what could not be done is noted in the run."""

    def __init__(self, connection: "Connection", job: runs.Run, *, have_failed: bool) -> None:
        """`have_failed`: it did not work for all of them at once."""
        self._connection, self.job, self._have_failed = connection, job, have_failed
        self._undone = set(job.undone) if job.hotels is None else job.hotels & set(job.undone)
        self._known = known(connection, job.hotels) if self.is_apart else frozenset()

    @property
    def is_apart(self) -> bool:
        """Whether hotels are worked on in parts: where all at once have failed, or one had failed before."""
        return self._have_failed or bool(self._undone)

    def parts(self) -> list[Hotels]:
        """What to work on together, in this order; a hotel that the run before could not do is by itself.

        A chain's common store comes last: what it has to say of the other hotels is known by then.
        """
        if not self.is_apart:
            return [self.job.hotels]
        rest = sorted(self._known - self._undone, reverse=True)
        together = _halves(rest) if self._have_failed else [rest]
        again = sorted(self._undone, reverse=True)
        found = [frozenset(one) for one in [*([one] for one in again), *together] if one]
        return [*sorted(found, key=lambda part: COMMON_STORE in part)]

    def each(
        self,
        parts: Collection[Hotels],
        work: Callable[[Hotels], Result],
        since: Callable[[Hotels], date | None] = lambda _part: None,
        guard: Guard | None = None,
    ) -> list[Result]:
        """The results of `work` for the parts, or for as much of them as can be done; raises where no hotel can.

        `since`: from which business day on work is left to be done for a part that failed. `guard` undoes what failed
        of a part; default: a savepoint.
        """
        if not self.is_apart:
            return [work(part) for part in parts]
        errors: list[Exception] = []
        within = guard or self._connection.begin_nested
        found = [one for part in parts for one in self._apart(part, work, since, within, errors)]
        if errors and _hotels_of(self._known) <= set(self.job.failed):
            raise errors[0]
        return found

    def _apart(
        self,
        part: Hotels,
        work: Callable[[Hotels], Result],
        since: Callable[[Hotels], date | None],
        within: Guard,
        errors: list[Exception],
    ) -> Iterator[Result]:
        try:
            with within():
                result = work(part)
        except Exception as error:
            if not may_be_one_hotels(error):
                raise
            members = sorted(self._known if part is None else part, reverse=True)
            if len(members) > 1:
                for half in _halves(members):
                    yield from self._apart(frozenset(half), work, since, within, errors)
                return
            self.fail(members[0], error, since(part))
            errors.append(error)
        else:
            yield result

    def fail(self, hotel_id: int, error: Exception, since: date | None = None) -> None:
        """Note that a hotel could not be done."""
        self.note(hotel_id, runs.describe(error), "".join(traceback.format_exception(error)), since)

    def note(self, hotel_id: int, why: str, trace: str, since: date | None = None) -> None:
        """The same where another process has met the error; `trace`: as Python formats it."""
        logger.error("hotel %d was not %s: %s", hotel_id, runs.DONE[self.job.job], trace.rstrip())
        self.job.failed[hotel_id] = FailedHotel(why, since)

    def leave(self, hotel_id: int, why: str, since: date | None) -> None:
        """Note that part of a hotel is left to the next run, which does it by itself from `since` on."""
        logger.warning("hotel %d: %s", hotel_id, why)
        self.job.failed[hotel_id] = FailedHotel(why, since)


def apart(connection: "Connection", job: runs.Run, work: Callable[[Units], Result]) -> Result:
    """The result of `work` on all hotels at once, or, where that fails for what may be one hotel's sake, apart.

    `work` is done in a transaction that is rolled back before it is done again.
    """
    try:
        return work(Units(connection, job, have_failed=False))
    except Exception as error:
        if not may_be_one_hotels(error):
            raise
        connection.rollback()
        if len(_hotels_of(known(connection, job.hotels))) < 2:
            raise
        logger.warning("%s; looking for the hotel that it is about", runs.describe(error))
        job.failed.clear()
        return work(Units(connection, job, have_failed=True))


def may_be_one_hotels(error: Exception) -> bool:
    """Whether an error may be about one hotel's rows: it is none of the installation, and none that passes."""
    return not (isinstance(error, MinibarError) or is_transient(error) or explain(error))


def known(connection: "Connection", asked: Hotels) -> frozenset[int]:
    """The hotels that are meant, one by one; in a transaction of its own."""
    if asked is not None:
        return asked
    found = frozenset(hotels.fetch_known(connection))
    connection.rollback()
    return found


@contextmanager
def rolled_back(connection: "Connection") -> Iterator[None]:
    """End the transaction in which something fails: a guard of work that only reads."""
    try:
        yield
    except Exception:
        connection.rollback()
        raise


def since_of(undone: Mapping[int, FailedHotel], part: Hotels) -> date | None:
    """From which business day on a part is left to be done, where one of its hotels could not be done before."""
    return min((one.since for hotel, one in undone.items() if one.since and part and hotel in part), default=None)


def _hotels_of(members: frozenset[int]) -> frozenset[int]:
    """Without a chain's common store, which is no hotel: where nothing else can be done, nothing is."""
    return members - {COMMON_STORE}


def _halves(members: list[int]) -> list[list[int]]:
    middle = (len(members) + 1) // 2
    return [members[:middle], members[middle:]]
