"""The share of false alerts among those that people judged, before and with new thresholds."""

from minibar_ml.ml.feedback import FalseShare, Judged, false_shares


def room(score: float | None, *, false: bool, detector: str = "room_consumption") -> Judged:
    return Judged("consumption_anomaly", 1, detector, score, false)


def test_a_stricter_threshold_drops_the_weak_false_ones() -> None:
    judged = [room(7.5, false=True), room(7.6, false=True), room(9.0, false=True), room(12.0, false=False)]
    assert false_shares(judged, {(1, "room_consumption"): 8.0}) == {
        "consumption_anomaly": FalseShare(4, 3, 2, 1, before=0.75, after=0.5)
    }


def test_an_alert_that_a_forest_agreed_with_has_its_detectors_threshold() -> None:
    share = false_shares([room(7.5, false=True, detector="room_consumption+isolation_forest")],
                         {(1, "room_consumption"): 8.0})["consumption_anomaly"]  # fmt: skip
    assert (share.still_raised, share.after) == (0, None)


def test_a_rule_has_no_after() -> None:
    judged = [Judged("vacant_consumption", 1, "vacant_room", None, True)]
    share = false_shares(judged, {})["vacant_consumption"]
    assert (share.before, share.still_raised, share.after) == (1.0, None, None)


def test_another_hotels_threshold_says_nothing() -> None:
    share = false_shares([room(7.5, false=True)], {(2, "room_consumption"): 8.0})["consumption_anomaly"]
    assert share.after is None and share.still_raised is None
