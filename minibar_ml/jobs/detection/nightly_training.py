"""Models learned in memory: what the training of the night before a day would have made; nothing is stored."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from minibar_ml.domain.alerting.verdicts import LabelledAlert
from minibar_ml.jobs.plans import DetectionPlan
from minibar_ml.ml import feedback, training
from minibar_ml.ml.detectors import LEARNING
from minibar_ml.ml.frames import Frames
from minibar_ml.ml.training import FittedModels

EVERY_DETECTOR = frozenset(detector.spec.name for detector in LEARNING)


class NightlyTraining:
    """Learns each hotel's models for each day that is asked for."""

    def __init__(
        self,
        plan: DetectionPlan,
        hotels: Mapping[int, Frames],
        verdicts: Callable[[date], Sequence[LabelledAlert]] = lambda _day: (),
    ) -> None:
        """Nothing is learned yet; `verdicts` gives those that were known on a day."""
        self._plan, self._hotels, self._verdicts = plan, hotels, verdicts

    @property
    def refused(self) -> dict[tuple[int, str], str]:
        """No model can be refused, as none is stored."""
        return {}

    def of_hotel(self, hotel_id: int, days: Collection[date]) -> "NightlyTraining":
        """The same of one hotel for some days, without a connection."""
        given = {day: self._verdicts(day) for day in days}
        return NightlyTraining(self._plan, {hotel_id: self._hotels[hotel_id]}, given.__getitem__)

    def refuse(self, why: Mapping[tuple[int, str], str]) -> None:
        """Nothing is ever refused."""

    def fitted(self, hotel_id: int, day: date) -> FittedModels:
        """The models to check a day by."""
        return self.learn(hotel_id, day, with_forests=True)

    def learn(self, hotel_id: int, day: date, *, with_forests: bool, known: Collection[str] = ()) -> FittedModels:
        """The same, with or without forests; detectors named in `known` are left out."""
        window = training.training_days(day.toordinal(), self._plan.training_days, self._plan.lookback_days)
        # Where nothing is learned no verdict is needed.
        given = self._verdicts(day) if EVERY_DETECTOR - set(known) else ()
        past = feedback.without_confirmed(self._hotels[hotel_id].between(*window), given, hotel_id)
        fitted = training.learn(past, self._plan.min_points, with_forests=with_forests, known=known)
        return replace(fitted, threshold_multiplier=feedback.threshold_multiplier(given))
