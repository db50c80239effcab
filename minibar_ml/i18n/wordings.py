"""The sentences of each reason, in English; alerts.po has them in Turkish.

An alert about a person gives figures, names what else could explain them and says what to check. It never accuses.
"""

from collections.abc import Mapping
from dataclasses import dataclass

NONE = "normally none"
NONE_FOR_STAY = "normally none for {guests} and {nights}"
AT_MOST = "normally at most {upper}"
RANGE = "{lower} to {upper} is normal"
RANGE_FOR_STAY = "{lower} to {upper} is normal for {guests} and {nights}"
RANGE_MINUTES = "{lower_minutes} to {upper_minutes} minutes is normal"
ABOUT = "normally about {expected_units}"
NONES = frozenset({NONE, NONE_FOR_STAY})
"""Said where the normal range ends below one unit, and only there."""
NORMALS = (NONE, NONE_FOR_STAY, AT_MOST, RANGE, RANGE_FOR_STAY, RANGE_MINUTES, ABOUT)


@dataclass(frozen=True, slots=True)
class Wording:
    """One reason's sentences.

    `later` is what to do when the figures are more than two days old: nobody counts again what others have counted.
    A detail is left out where something that it names is not known. Of `normal`, which `{normal}` in the message
    stands for, the first is taken of which all is known. `since` says of what lasts when it began; there is none where
    the message says for how long.
    """

    message: str
    action: str
    details: tuple[str, ...] = ()
    normal: tuple[str, ...] = ()
    later: str | None = None
    since: str | None = None


SINCE, LOW_SINCE, BELOW_SINCE = "Since {began_on}.", "Low since {began_on}.", "Below zero since {began_on}."
HOLIDAY = "Public holiday: {holiday}."
EVENT = "Event: {event}."
MISSING = "Missing: {products}."
SKIPPED = "May include earlier consumption: {skipped} since {previous_on} found nothing and may be incomplete."
"""Said where checks before were not believed; see `attendants.entries`. It names nobody, for nothing is proven."""
MISTYPED = (
    "Recorded stock fell below zero too ({below_zero}): a loss, or a quantity entered wrong. Check the issues of "
    "{measured_on} first."
)
PUT_BACK = (
    "By the counts entered since (the last on {counted_on}), {put_back} came back: most likely a quantity entered "
    "wrong. If they are right, nothing is missing."
)
"""Said where counts have put back all that was missing; of several, some may have taken units off again."""
PARTLY_BACK = (
    "By the counts entered since (the last on {counted_on}), {partly_back} came back; still missing: {still_missing}."
)
ASK_COUNTER = "Ask whoever entered the count what was on the shelf. If nobody counted, treat the units as missing."
"""What to do where counts have put back all that was missing: a count that was never made hides a loss."""
COUNT_FLOOR = "Count the floor store: the units may be there. Then compare issues with refills of these days."
EARLIER = "Missing before that: {earlier}."
"""Ends the message where the same room lost something on other days too."""
NOT_COUNTED = "These rooms are not evaluated until their next check."
ENTRIES = (
    "{name}: an entry at {entries} of {visits} of rooms with guests since {compared_since}; about {expected_entries} "
    "is normal for similar rooms."
)
UNBELIEVED = "Meanwhile, checks without an entry prove nothing."
REQUESTED = "Requested at {requested_time}."
STOCK = (
    "Likely range: {p10} to {p90} days.",
    "In stock: {level}; daily use: {daily_units}.",
    "In stock: {both_stores} ({depot_units} in the depot, {floor_units} in the floor store); daily use: {daily_units}.",
    "On order: {ordered_units}, due {due_on}.",
    "On order: {undated_units}.",
    "Order {order_quantity} by {order_by}.",
    "Delivery takes {lead}.",
)
ORDER_NOW = "Order now. If the delivery would come too late, borrow from another store."
AWAIT = "Check with the supplier that the delivery comes in time. If not, borrow from another store."
ON_DAY = "{units} on {day}"
"""One of those days."""
OVER_SETUP = "More than the minibar holds ({over_setup}): check the entry first."
"""Follows the message of a room where that is so."""
OVER_PRODUCT = "{units} × {name}, holds {holds}"
"""One of those products."""
OVER_ROOMS = "More than the minibar holds ({over_rooms}): check the entry first."
"""Follows the message of a product of which that is so in rooms."""
OVER_ROOM = "{name}: {units}, holds {holds}"
"""One of those rooms."""
CORRECT_ENTRY = "If the entry is wrong, correct it."
"""Comes before what else to do about such a room."""
PROVISIONAL = "Provisional: based on only {history} of history."
"""Ends the message of what was found while the hotel was new."""
FIGURES = "Figures are from {measured_on}."
"""Ends the message where the fault was found again, and worse than on the day that it began."""
FOUND_LATE = "Found on {found_late_on}, from records that came in or were changed after that day."
FOUND_AFTER_PAUSE = "Found on {found_after_pause_on}: this day was not checked before."
CORRECTED = "Corrected on {corrected_on}, after records were changed or added."
WITHDRAWN = "The records were changed and no longer show this."
"""Ends the message where that is so."""
NOTHING_TO_DO = "Nothing needs to be done."
"""What to do about an alert that the records no longer show."""

WORDINGS: Mapping[str, Wording] = {
    "room_high": Wording(
        "Room {name}: {units} consumed{normal}.",
        "Compare with the guest's bill. If they differ, count the minibar again.",
        ("Room type: {room_type}.", HOLIDAY, EVENT, SKIPPED, "Consumed: {products}."),
        (NONE_FOR_STAY, NONE, RANGE_FOR_STAY, RANGE, ABOUT),
        later="Compare with the guest's bill of that stay and with the checks that followed.",
    ),
    "over_setup": Wording(
        "Room {name}: {units} entered as consumed.",
        "Ask who made the entry, and compare it with the guest's bill and with the stock.",
        ("Entered: {products}.",),
    ),
    "product_high": Wording(
        "{name}: {units} consumed{normal}.",
        "Look for rooms with high consumption and for duplicate entries, then count the stock.",
        (HOLIDAY, EVENT),
        (NONE, RANGE, ABOUT),
    ),
    "product_low": Wording(
        "{name}: only {units} consumed{normal}.",
        "Check that the product is in the minibars and that its consumption is recorded.",
        (HOLIDAY, EVENT),
        (RANGE, ABOUT),
    ),
    "product_none": Wording(
        "{name}: no consumption{normal}.",
        "Check that the product is in the minibars and that its consumption is recorded.",
        (HOLIDAY, EVENT),
        (RANGE, ABOUT),
    ),
    "vacant": Wording(
        "Room {name}: {units} missing while the room was vacant.",
        "Find out why the room was entered since the last check (late check-out, maintenance, cleaning) and count the "
        "minibar again.",
        ("Last check: {previous_on}.", MISSING, EARLIER),
        later="Find out from the records of that day why the room was entered (late check-out, maintenance, cleaning).",
    ),
    "after_departure": Wording(
        "Room {name}: {units} missing after the departure check; the hour of departure is not on record.",
        "Ask at the front desk when the guest left. If it was before the last check, find out who entered the room.",
        ("Last check: {previous_on}.", MISSING, EARLIER),
    ),
    "around_departure": Wording(
        "Room {name}: {units} missing after the departure check; the hour of departure on record was only planned, or "
        "less than two hours before that check.",
        "Ask at the front desk when the guest left. If it was before the last check, find out who entered the room.",
        ("Last check: {previous_on}.", MISSING, EARLIER),
    ),
    "between_guests": Wording(
        "Room {name}: {units} missing though no guest is on record since the last check{normal}.",
        "Ask at the front desk whether somebody had the room between the two checks, and when the guest before left "
        "and the next one came. If nobody did, find out who entered it.",
        (
            "Last check: {previous_on}.",
            "A guest may have left after it, come before this check, or be on no list.",
            MISSING,
            EARLIER,
        ),
        (NONE, RANGE, ABOUT),
    ),
    "after_first_check": Wording(
        "Room {name}: {units} missing at the second check after a departure; the first may have missed something.",
        "Ask who did the first check whether everything was refilled. If so, find out who entered the room since then.",
        ("Last check: {previous_on}.", MISSING, EARLIER),
    ),
    "rejected_rows": Wording(
        "Room {name}: {units} missing while no guest was listed; rows were rejected from the guest lists of these "
        "days, so a guest may be missing from them.",
        "Ask at the front desk whether somebody had the room, also for the day only. If not, find out who entered it.",
        ("Last check: {previous_on}.", MISSING, EARLIER),
    ),
    "missing_list": Wording(
        "Room {name}: {units} missing while no guest was listed; one guest list of these days was never loaded, so a "
        "guest of that night alone may be missing.",
        "Ask at the front desk whether somebody had the room for that night. If not, find out who entered it.",
        ("Last check: {previous_on}.", MISSING, EARLIER),
    ),
    "before_arrival": Wording(
        "Room {name}: {units} missing before check-in time on the arrival day; the hour of arrival is not on record.",
        "Ask at the front desk when the guest came. If it was after the check, find out who entered the room.",
        ("Last check: {previous_on}.", MISSING, EARLIER),
    ),
    "silent": Wording(
        "Room {name}: no consumption recorded in {nights} with guests{normal}.",
        "Check the minibar: is it locked, empty or broken? Are checks being recorded?",
        ("In that time: {stays}.",),
        (ABOUT,),
        later="Look at the checks since: if they found nothing either, check the minibar and how checks are recorded.",
    ),
    "slow_in_rooms": Wording(
        "{name}: {minutes} in each room{normal}.",
        "Ask what slowed the work in the rooms down: missing stock, the cart, guests or the tablet.",
        ("Based on {visits}.",),
        (RANGE_MINUTES,),
    ),
    "slow": Wording(
        "{name}: {minutes} per room{normal}.",
        "Ask what slowed the round down: missing stock, the cart, the lifts or too many rooms.",
        ("Based on {visits}.",),
        (RANGE_MINUTES,),
    ),
    "unseen": Wording(
        "{name}: {visits} entered within {span}; a room normally takes {usual}.",
        "Look into these rooms, and ask how the round was entered: it may have been walked first and typed in "
        "afterwards, or by another person.",
        ("First entry: {began_time}.", "Without consumption: {empty_rooms}.", "Rooms: {rooms}.", NOT_COUNTED),
        later="Ask how the round was entered: it may have been walked first and typed in afterwards, or by another "
        "person. See what the next checks of these rooms found.",
    ),
    "few_entries": Wording(
        ENTRIES,
        "Before you talk to anybody: count a few minibars just after such checks. A floor of guests who take little, "
        "or another way of entering, looks the same.",
        (UNBELIEVED,),
    ),
    "many_entries": Wording(
        ENTRIES,
        "Before you talk to anybody: compare a few entries with guests' bills and with the stock. A floor of guests "
        "who take much, or a more careful eye, looks the same.",
    ),
    "waiting": Wording(
        "Room {name}: a guest has been waiting {minutes} for a refill.",
        "Send someone now and let the guest know when to expect them.",
        (REQUESTED,),
    ),
    "waiting_long": Wording(
        "Room {name}: a refill request has been open for {minutes}.",
        "Ask whether the refill is still wanted, then complete or cancel the request in the application.",
        (REQUESTED,),
    ),
    "waiting_unlisted": Wording(
        "Room {name}: a refill request has been open for {minutes}; no guest of the room is on record.",
        "Ask at the front desk whether the room is taken. If it is, send someone; if not, cancel the request.",
        (REQUESTED,),
    ),
    "waited": Wording(
        "Room {name}: a guest waited {minutes} for a refill.",
        "The request is completed. Find out what caused the delay.",
        (REQUESTED,),
    ),
    "left_waiting": Wording(
        "Room {name}: a refill was requested and never recorded; the guest left after {minutes}.",
        "Find out why nobody came. Cancel the request in the application.",
        (REQUESTED,),
    ),
    "refilled": Wording(
        "Room {name}: a refill was recorded {minutes} after it was requested; the request itself is still open.",
        "Complete the request in the application.",
        (REQUESTED,),
    ),
    "served_later": Wording(
        "Room {name}: a refill request stayed open for {minutes}, until a later one of the room was completed.",
        "Complete the request in the application.",
        (REQUESTED,),
    ),
    "waiting_checked": Wording(
        "Room {name}: a refill request has been open for {minutes}; the room was checked {checked} after it and "
        "nothing was put in.",
        "Ask who checked the room whether the guest got what was asked for. If so, complete the request in the "
        "application.",
        (REQUESTED,),
    ),
    "checked_later": Wording(
        "Room {name}: a refill was requested while no guest of the room was on record; the room was checked {minutes} "
        "later and nothing was put in.",
        "Nothing to do but to cancel the request in the application.",
        (REQUESTED,),
    ),
    "never_answered": Wording(
        "Room {name}: a refill was requested while no guest of the room was on record, and never recorded.",
        "Nothing to do but to cancel the request in the application.",
        (REQUESTED,),
    ),
    "custody": Wording(
        "{name}: {units} handed out and not accounted for{normal}.",
        "Count the cart with the attendant. Look for refills, returns and breakage that were not recorded.",
        ("Handed out: {handed_out}.", MISSING),
        (NONE, AT_MOST),
        later="Look for refills, returns and breakage of that day that were not recorded.",
    ),
    "stock_negative": Wording(
        "{name}: recorded stock is below zero ({units}).",
        "Count the shelf and enter the count. Look for an unrecorded delivery or a duplicate issue.",
        since=BELOW_SINCE,
    ),
    "outflow_high": Wording(
        "{name}: {units} left the warehouse in one day{normal}.",
        "Compare the issues with the refills of the rooms. Look for a wrong quantity or a duplicate entry.",
        (PUT_BACK, PARTLY_BACK),
        (NONE, AT_MOST),
    ),
    "write_off_high": Wording(
        "{name}: {units} written off in one day{normal}.",
        "Check the reason given for the write-off and inspect the items: broken, expired or not there?",
        (PUT_BACK, PARTLY_BACK),
        (NONE, AT_MOST),
        later="Check the reason given for the write-off, and who recorded it.",
    ),
    "leak": Wording(
        "{name}: {units} left the warehouse on {measured_on} without reaching a room{normal}.",
        "Compare issues with refills of these days. Count the store room and the carts.",
        (MISTYPED, PUT_BACK, PARTLY_BACK),
        (NONE, AT_MOST),
    ),
    "leak_of_days": Wording(
        "{name}: {units} left the warehouse between {since} and {measured_on} without reaching a room{normal}.",
        "Compare issues with refills of these days. Count the store room and the carts.",
        (MISTYPED, PUT_BACK, PARTLY_BACK),
        (NONE, AT_MOST),
    ),
    "leak_restocked": Wording(
        "{name}: {units} more than rooms use left the warehouse on {measured_on}{normal}. "
        "The floor store had run low and was restocked.",
        COUNT_FLOOR,
        (MISTYPED, PUT_BACK, PARTLY_BACK),
        (NONE, AT_MOST),
    ),
    "leak_restocked_of_days": Wording(
        "{name}: {units} more than rooms use left the warehouse between {since} and {measured_on}{normal}. "
        "The floor store had run low and was restocked.",
        COUNT_FLOOR,
        (MISTYPED, PUT_BACK, PARTLY_BACK),
        (NONE, AT_MOST),
    ),
    "depletion": Wording("{name}: stock lasts {days}.", ORDER_NOW, STOCK, since=LOW_SINCE),
    "depletion_ordered": Wording("{name}: stock lasts {days}.", AWAIT, STOCK, since=LOW_SINCE),
    "sold_out": Wording("{name}: out of stock.", ORDER_NOW, STOCK[1:], since=LOW_SINCE),
    "sold_out_ordered": Wording("{name}: out of stock.", AWAIT, STOCK[1:], since=LOW_SINCE),
    "model_refused": Wording(
        "{name}: a stored model cannot be opened. Detection uses simple statistics instead.",
        "Check the encryption key, then run `minibar-ml train`.",
        ("Affected: {metric}.",),
        since=SINCE,
    ),
    "models_off": Wording(
        "{name}: trained models were switched off or deleted. Detection uses simple statistics instead.",
        "`minibar-ml audit list --action models` shows by whom. `minibar-ml train` puts new ones to use.",
        ("Affected: {metric}.",),
        since=SINCE,
    ),
    "stale": Wording(
        "{name}: no new data from the hotel application for {hours}.",
        "Check that the application is running and in use, and that cron runs `minibar-ml collect`.",
        ("Last record: {last_at}.",),
    ),
    "list_missing": Wording(
        "{name}: no list of guests in house for {hours}; who is in the rooms is not known.",
        "Export the missing lists from the hotel's system and import them; is the export still running?",
        ("Last list: {last_at}.",),
    ),
    "refused": Wording(
        "{records} of the hotel application are impossible or of an unknown type and are left out: {problems}.",
        "Correct them in the hotel application. `minibar-ml status` lists them with an example of each.",
        since=SINCE,
    ),
    "jobs_late": Wording(
        "Overdue jobs: {jobs}.",
        "Run `minibar-ml status`: it says why and what to do. Is cron running?",
        since=SINCE,
    ),
    "hotel_undone": Wording(
        "{name}: jobs that failed for this hotel: {jobs}.",
        "`minibar-ml status` shows the errors. Once the cause is gone, the next run does what is left.",
        since=SINCE,
    ),
}
UNKNOWN_REASON = Wording("{name}: unusual figures.", "Look into it.")
