"""What a run of detect has found in hotels that it checked together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from minibar_ml.domain.alerting.alerts import Finding, MovedGround
from minibar_ml.jobs import by_hotel
from minibar_ml.jobs.detection.detection_input import DetectionInput
from minibar_ml.jobs.detection.detection_run import can_judge, detect_days, still_found
from minibar_ml.jobs.detection.scope import Found
from minibar_ml.ml.frames import Frames

MUCH_THE_SAME = 0.2
"""A share of its value by which an alert's own records may change without leaving it to present thresholds alone."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in hotels that were checked together; `gone`: days that others' records contradict."""

    given: DetectionInput
    found: Found
    gone: Sequence[MovedGround]

    def of(self, part: by_hotel.Hotels) -> "Checked":
        """The same of some of its hotels."""
        if part == self.given.part or part is None:
            return self
        found = [(day, [one for one in findings if one.hotel_id in part]) for day, findings in self.found]
        given = replace(self.given, part=part, scope=self.given.scope.of_hotels(part))
        return Checked(given, found, [one for one in self.gone if one.hotel_id in part])

    @property
    def refused(self) -> dict[tuple[int, str], str]:
        """Why stored models could not be trusted, by hotel and metric."""
        return {key: why for key, why in self.given.models.refused.items() if self.has(key[0])}

    @property
    def frames(self) -> dict[int, Frames]:
        """What was read, by hotel."""
        return {hotel_id: frames for hotel_id, frames in self.given.hotels.frames.items() if self.has(hotel_id)}

    def has(self, hotel_id: int) -> bool:
        """Whether the hotel was checked here."""
        return self.given.part is None or hotel_id in self.given.part


def check(given: DetectionInput, progress: Callable[[date], None], jobs: int) -> Checked:
    """Find what is to be found, and which alerts' days nothing bears out any longer."""
    plan, hotels = given.plan, given.hotels
    scope = given.scope.judged(lambda ground: can_judge(hotels, given.models, ground))
    given = replace(given, scope=scope)
    found = detect_days(plan, scope.days, hotels, given.models, progress, scope.hotels, jobs)
    found = scope.own(found, plan.today())
    own, others = scope.lost(found), scope.doubtful(found)
    still = still_found(plan, hotels, given.models, [*own, *others])
    kept = [(ground.judged_on, one) for ground in own if (one := still.get(ground)) and _is_much_the_same(one, ground)]
    found = [(day, [*findings, *(one for on, one in kept if on == day)]) for day, findings in found]
    return Checked(given, found, [ground for ground in others if ground not in still])


def _is_much_the_same(finding: Finding, ground: MovedGround) -> bool:
    """Whether an alert's own records have hardly changed: thresholds that have moved since do not end it then.

    A room that was certainly vacant and of which that is no longer known is another matter, however much was missing.
    """
    is_as_large = ground.value is not None and abs(finding.value - ground.value) <= MUCH_THE_SAME * abs(ground.value)
    return is_as_large and finding.reason == ground.reason
