"""What a run of detect goes by: one state of the store, read in a transaction of its own before it computes."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING

from minibar_ml.artifacts.keys import Keys
from minibar_ml.domain.alerting.alerts import MovedGround
from minibar_ml.domain.alerting.verdicts import LabelledAlert
from minibar_ml.jobs.detection import stored_models
from minibar_ml.jobs.detection.detection_run import Hotels, Models, read_hotels
from minibar_ml.jobs.detection.nightly_training import NightlyTraining
from minibar_ml.jobs.detection.scope import Scope, changed_days, own_changes
from minibar_ml.jobs.detection.stored_models import StoredModels
from minibar_ml.jobs.forecasts.forecasting import with_names
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.store import models as stored
from minibar_ml.store.alerting import grounds, verdicts
from minibar_ml.store.jobs import marks, runs
from minibar_ml.store.jobs.runs import Since
from minibar_ml.store.snapshots import snapshot
from minibar_ml.store.source import contract as source

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class DetectionInput:
    """What was read of some hotels (None: of all), with the plan that goes with it.

    `version`: which runs were the last to write points. `reading`: what of it others may change, where the next run is
    to compare."""

    part: frozenset[int] | None
    plan: DetectionPlan
    since: Since
    scope: Scope
    usable: frozenset[str]
    hotels: Hotels
    models: Models
    version: tuple[int | None, int | None]
    reading: marks.Reading | None = None


def read(
    connection: "Connection",
    plan: DetectionPlan,
    keys: Keys | None,
    oldest: date,
    part: frozenset[int] | None = None,
    undone_since: date | None = None,
) -> DetectionInput:
    """Read all that detection of some hotels (None: of all) needs; when it returns, no transaction is open.

    `oldest`: the first day that live alerts rest on. `undone_since`: the first day that earlier runs could not check
    of them.
    """
    with snapshot(connection):
        version = runs.find_version(connection)
        since = _since(connection, plan)
        moved = _moved(connection, plan, since, oldest, is_undone=undone_since is not None)
        scope = Scope.of(plan, since, moved, undone_since).of_hotels(part)
        if looked_at := set().union(*scope.entities.values()):
            scope = replace(scope, held=tuple(grounds.fetch_days(connection, looked_at)))
        usable = source.read(connection).usable
        reading = _reading(connection, plan, scope, usable)
        plan = with_names(connection, plan, usable)
        loaded = {} if plan.walks else _load(connection, keys, plan.as_of, part)
        hotels = Hotels.of(plan, read_hotels(connection, plan, scope.first, usable, loaded, part))
    nightly = NightlyTraining(plan, hotels.frames, _verdicts(connection, plan))
    models: Models = nightly if plan.walks else StoredModels(loaded, keys, nightly, plan.today())
    return DetectionInput(part, plan, since, scope, frozenset(usable), hotels, models, version, reading)


def find_first_day(connection: "Connection", plan: DetectionPlan, undone_since: date | None) -> date:
    """The first day that a run has to look at."""
    with snapshot(connection):
        return Scope.of(plan, _since(connection, plan), (), undone_since).first


def _reading(
    connection: "Connection", plan: DetectionPlan, scope: Scope, usable: Collection[str]
) -> marks.Reading | None:
    if plan.outside is None or not scope.is_of_today(plan.today()):
        return None
    since = plan.oldest(scope.first).astimezone(plan.zone).date()
    return marks.begin(connection, "detect", plan.as_of, usable, since)


def _since(connection: "Connection", plan: DetectionPlan) -> Since:
    """What has happened since the last run; a walk asks for nothing."""
    if plan.walks:
        return Since()
    return runs.find_last_with_changes(connection, "detect", plan.as_of, is_live=plan.is_live)


def _moved(
    connection: "Connection", plan: DetectionPlan, since: Since, oldest: date, *, is_undone: bool
) -> list[MovedGround]:
    """Days of live alerts whose points have changed; none where nothing was collected since the last run looked.

    `is_undone`: the last run could not look.
    """
    is_known = since.last is not None and since.collected_as_of is None and not is_undone
    if plan.walks or is_known:
        return []
    own = None if is_undone else own_changes(plan, since)
    return grounds.fetch_moved(connection, plan.today(), oldest, changed_days(plan, since), own)


def _verdicts(connection: "Connection", plan: DetectionPlan) -> Callable[[date], list[LabelledAlert]]:
    """The verdicts known on a day; fetched when first asked for, which is only where something is learned."""

    @cache
    def fetched() -> list[LabelledAlert]:
        with snapshot(connection):
            return verdicts.fetch(connection)

    def known_on(day: date) -> list[LabelledAlert]:
        # A walk raises what that day's run would have raised: it knew no verdict that came later.
        return [one for one in fetched() if not plan.walks or one.at <= plan.seen_at(day)]

    return known_on


def _load(
    connection: "Connection", keys: Keys | None, as_of: datetime, part: frozenset[int] | None
) -> dict[int, stored_models.LoadedModels]:
    """The hotels' active models; one that was trained after the as-of instant would be a look ahead."""
    active = [model for model in stored.fetch_active(connection) if model.trained_at <= as_of]
    return stored_models.load([one for one in active if part is None or one.header.hotel_id in part], keys)
