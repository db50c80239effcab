-- Collecting: from source rows to metric points, wholly inside PostgreSQL.
--
-- The scratch tables live for one transaction. `:since_on` is the first business day to recompute, `:since_at` its
-- midnight, `:until` the as-of instant, `:until_on` its business day. Exposure looks back 60 days at most. `:hotels` are
the hotels that are worked on, NULL where all are: rows of others are left out where they are read, so that they can do no
harm.

-- name: create_scratch
-- The scratch tables of one run. A tenth of the usual sample shows the planner their sizes just as well, and each query
-- is run once: compiling it takes longer than it saves. The nights of a thousand rooms are sorted and joined in memory:
-- in the server's 4 MB they would go through files at every step.
SET LOCAL default_statistics_target = 10;
SET LOCAL jit = off;
SET LOCAL work_mem = '32MB';
CREATE TEMP TABLE computed_metrics (
    metric_type text, hotel_id integer, entity_type text, entity_id integer, metric_value double precision,
    observed_at timestamptz, business_date date, context jsonb) ON COMMIT DROP;
CREATE TEMP TABLE refused_rows (source text, reason text, day date, rows bigint, example_id bigint) ON COMMIT DROP;
CREATE TEMP TABLE scratch_rooms (
    room_id integer, hotel_id integer, room_type text, is_active boolean) ON COMMIT DROP;
CREATE TEMP TABLE scratch_stays (
    stay_id bigint, room_id integer, hotel_id integer, guests integer, arrives_on date, arrives_at timestamptz,
    departs_on date, departs_at timestamptz, leaves_at timestamptz, seen_until date, is_expected boolean,
    is_in_house boolean, is_seen_once boolean) ON COMMIT DROP;
CREATE TEMP TABLE scratch_nights (
    room_id integer, night date, guests integer, stay_on date, stay_id bigint, arrives_at timestamptz, departs_on date,
    departs_at timestamptz, is_expected boolean) ON COMMIT DROP;
CREATE TEMP TABLE scratch_unknown (room_id integer, night date) ON COMMIT DROP;
CREATE TEMP TABLE scratch_record (
    room_id integer, night date, hotel_id integer, state text, guests integer, stay_id bigint, arrives_on date,
    arrives_at timestamptz, departs_on date, departs_at timestamptz, is_expected boolean, known_at timestamptz,
    is_last boolean) ON COMMIT DROP;
CREATE TEMP TABLE scratch_uploads (
    hotel_id integer, day date, is_loaded boolean, loaded_at timestamptz, names_leavers boolean) ON COMMIT DROP;
CREATE TEMP TABLE scratch_rejects (hotel_id integer, day date, rows bigint) ON COMMIT DROP;
CREATE TEMP TABLE scratch_unlisted (visit_id bigint, is_tonight boolean, hidden double precision) ON COMMIT DROP;
CREATE TEMP TABLE scratch_dnd (
    room_id integer, day date, last_at timestamptz, PRIMARY KEY (room_id, day)) ON COMMIT DROP;
CREATE TEMP TABLE scratch_days (
    hotel_id integer, day date, is_known boolean, unknown_days bigint, occupancy double precision,
    free_rooms bigint) ON COMMIT DROP;
CREATE TEMP TABLE scratch_custody (
    hotel_id integer, attendant_id integer, day date, product_id integer, handed_out bigint, returned bigint,
    lost bigint) ON COMMIT DROP;
CREATE TEMP TABLE scratch_openings (hotel_id integer, product_id integer, units numeric) ON COMMIT DROP;
CREATE TEMP TABLE scratch_ledgers (
    hotel_id integer, product_id integer, now numeric, lowest numeric) ON COMMIT DROP;
CREATE TEMP TABLE scratch_movements (
    movement_id bigint, hotel_id integer, product_id integer, kind text, flow text, units numeric,
    signed_units numeric, moved_at timestamptz, holder text, open_units numeric) ON COMMIT DROP;
CREATE TEMP TABLE scratch_row_lines (row_id bigint, product_id integer, consumed numeric, refilled numeric) ON COMMIT DROP;
CREATE TEMP TABLE scratch_doubtful (row_id bigint) ON COMMIT DROP;
CREATE TEMP TABLE scratch_prices (row_id bigint, product_id integer, price numeric) ON COMMIT DROP;
CREATE TEMP TABLE scratch_ceilings (
    hotel_id integer, room_type text, product_id integer, units numeric, former_units numeric,
    lowered_at timestamptz) ON COMMIT DROP;
CREATE TEMP TABLE scratch_copies (row_id bigint) ON COMMIT DROP;
CREATE TEMP TABLE scratch_overs (visit_id bigint, product_id integer, holds numeric) ON COMMIT DROP;
CREATE TEMP TABLE scratch_rows (
    row_id bigint, hotel_id integer, room_id integer, room_type text, attendant_id integer, at timestamptz, kind text,
    is_check boolean, is_note boolean) ON COMMIT DROP;
CREATE TEMP TABLE scratch_knocks (attendant_id integer, at timestamptz) ON COMMIT DROP;
CREATE TEMP TABLE scratch_minutes (
    control_id bigint, room_id integer, attendant_id integer, began_at timestamptz, ended_at timestamptz) ON COMMIT DROP;
CREATE TEMP TABLE scratch_previous (room_id integer, at timestamptz) ON COMMIT DROP;
CREATE TEMP TABLE scratch_lines (
    visit_id bigint, product_id integer, consumed numeric, refilled numeric, noted numeric, priced_units numeric,
    charged numeric) ON COMMIT DROP;
CREATE TEMP TABLE scratch_refills (room_id integer, at timestamptz, is_refill boolean) ON COMMIT DROP;
CREATE TEMP TABLE scratch_visits (
    visit_id bigint, hotel_id integer, room_id integer, room_type text, attendant_id integer, visited_at timestamptz,
    business_date date, previous_at timestamptz, is_check boolean, consumed numeric, refilled numeric) ON COMMIT DROP;
CREATE TEMP TABLE scratch_gaps (
    hotel_id integer, attendant_id integer, business_date date, visited_at timestamptz, minutes numeric,
    items numeric) ON COMMIT DROP;
CREATE TEMP TABLE scratch_runs (
    hotel_id integer, attendant_id integer, business_date date, run bigint, checks bigint, empty bigint, minutes numeric,
    is_mostly_empty boolean, visit_id bigint, is_empty boolean) ON COMMIT DROP;
CREATE TEMP TABLE scratch_unseen (
    visit_id bigint, hotel_id integer, attendant_id integer, business_date date, run bigint, is_empty boolean,
    minutes numeric, usual_minutes double precision) ON COMMIT DROP

-- name: drop_scratch
-- Removes the scratch tables, so that the same transaction can fill them for other hotels.
DISCARD TEMP

-- name: stage_rooms
-- The rooms that are worked on.
INSERT INTO scratch_rooms SELECT room_id, hotel_id, room_type, is_active FROM source_rooms()
WHERE CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[]));
ANALYZE scratch_rooms

-- name: stage_uploads
-- On which days each hotel has loaded its in-house list, and when last; and on which its list of departures.
INSERT INTO scratch_uploads
SELECT hotel_id, day, coalesce(bool_or(l.is_there AND list = 'in_house'), false),
       max(coalesce(loaded_at, (day + 1)::timestamptz)) FILTER (WHERE l.is_there AND list = 'in_house'),
       coalesce(bool_or(l.is_there AND list = 'departures'), false)
FROM source_uploads(CAST(:since_on AS date) - 61, CAST(:until_on AS date) + 2)
CROSS JOIN LATERAL (SELECT is_loaded AND coalesce(loaded_at <= :until, true)) l (is_there)
WHERE CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[]))
GROUP BY hotel_id, day

-- name: stage_files
-- Days of which a guest may be on no list, since rows of them were rejected. A guest who comes and leaves on one date
-- stands on the lists of arrivals and of departures, and both reject it; the list of guests in house names who slept
-- there the night before, and rejects unknown rooms every other day: more than a tenth of its rows may be guests of
-- ours. Each of these rows may be one guest in one room. Of several files of one list the one with most good rows counts: a
-- list of another day is loaded as one of guests in house. Of which most rows were rejected says nothing: the list was not
-- loaded; and one of departures of which a tenth was rejected does not name who leaves.
WITH files AS MATERIALIZED (
    SELECT DISTINCT ON (hotel_id, list, loaded_at::date) file_id, hotel_id, list, loaded_at::date AS day,
           CAST(lines AS bigint) AS lines, CAST(rejected AS bigint) AS rejected
    FROM source_list_files(CAST(:since_on AS date) - 61, CAST(:until_on AS date) + 1)
    WHERE loaded_at <= :until AND rejected >= 0
      AND (CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[])))
    ORDER BY hotel_id, list, loaded_at::date, CAST(lines AS bigint) - rejected DESC, rejected, file_id
), empty AS (
    UPDATE scratch_uploads u
    SET is_loaded = u.is_loaded AND f.is_good, names_leavers = u.names_leavers AND f.names_leavers
    FROM (SELECT hotel_id, day, bool_and(list <> 'in_house' OR 2 * rejected <= lines) AS is_good,
                 bool_and(list <> 'departures' OR 10 * rejected <= lines) AS names_leavers
          FROM files GROUP BY hotel_id, day) f
    WHERE f.hotel_id = u.hotel_id AND f.day = u.day
), refused AS (
    INSERT INTO refused_rows
    SELECT 'guest lists', 'most of their rows rejected by the application', day, count(*), min(file_id)
    FROM files WHERE list = 'in_house' AND 2 * rejected > lines AND day >= CAST(:since_on AS date) GROUP BY day
)
INSERT INTO scratch_rejects
SELECT hotel_id, day - back, rejected FROM files CROSS JOIN (VALUES (0), (1)) AS b (back)
WHERE list = 'in_house' AND 10 * rejected > lines
UNION ALL
SELECT hotel_id, day, min(rejected) FROM files WHERE list IN ('arrivals', 'departures') AND rejected > 0
GROUP BY 1, 2 HAVING count(*) = 2

-- name: stage_record
-- The record of nights: its last word of each, and the last that called it occupied.
INSERT INTO scratch_record
SELECT DISTINCT ON (room_id, night, state) room_id, night, hotel_id, state, guests, stay_id, arrives_on, arrives_at,
       departs_on, departs_at, is_expected, known_at, id = max(id) OVER (PARTITION BY room_id, night, state = 'day_use')
FROM ml_nights
WHERE night BETWEEN CAST(:since_on AS date) - 60 AND CAST(:until_on AS date)
  AND (CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[])))
ORDER BY room_id, night, state, id DESC

-- name: stage_stays
-- Stays that touch the span. One that can't be right makes its nights unknown: nobody is not what it says. So do:
-- a row that a later list has overwritten, for the nights on which it may have named a guest whom no run of ours has read;
-- a guest whom a list of guests in house still names in the afternoon of the departure or later: until that day, unless a
-- later list has the stay right, or the list of that afternoon was printed in the morning, since it names nearly everybody
-- who left; and one whom the lists no longer name, where they name every guest every day: from the last day that they did.
-- A guest who was to arrive and whom two lists of guests in house do not have has not come: the stay ends with the second.
-- Of two stays with one arrival the one that was written on a later day counts: the other is what was planned before. Where
-- both stand on lists of guests in house, these lists add rows and never name one again: sharers may leave on two days, and
-- who was to leave sooner may have stayed after all. Until the later departure, or the next guest, the room is unknown.
ANALYZE scratch_uploads, scratch_record;
WITH runs AS MATERIALIZED (
    SELECT min(as_of) AS as_of FROM ml_job_runs
    WHERE job = 'collect' AND outcome IN ('done', 'partly') AND as_of >= CAST(:since_on AS date) - 61 AND as_of < :until
      AND NOT jsonb_exists(counts, 'only_hotels')
    GROUP BY as_of::date
), found AS MATERIALIZED (
    SELECT s.*, r.hotel_id, s.departs_on > s.arrives_on + 400 OR coalesce(s.guests NOT BETWEEN 1 AND 50, false) AS is_wrong,
           NOT (s.is_in_house OR s.is_arrival OR s.is_departure) AS is_of_unknown_kind,
           coalesce(s.written_at::date < max(s.written_at::date) OVER (
               PARTITION BY s.room_id, s.arrives_on, s.departs_on > s.arrives_on), false) AS is_outdated
    FROM source_stays(CAST(:since_on AS date) - 60, CAST(:until_on AS date) + 1) s
    JOIN scratch_rooms r USING (room_id) WHERE s.departs_on >= s.arrives_on
), wrong AS (
    SELECT stay_id, room_id, arrives_on, arrives_on AS first_night,
           CASE WHEN departs_on > arrives_on + 400 THEN CAST(:until_on AS date) ELSE departs_on END AS last_night,
           CASE WHEN departs_on > arrives_on + 400 THEN 'longer than 400 nights'
                ELSE 'guests not between 1 and 50' END AS reason
    FROM found WHERE is_wrong
    UNION ALL
    -- Either end may be the wrong one: somebody may have been there after the arrival as well as before the departure. A
    -- slip of a few days may also be an arrival that is wrong.
    SELECT stay_id, room_id, arrives_on, first_night, last_night, 'departure before arrival'
    FROM source_impossible_stays(CAST(:since_on AS date) - 90, CAST(:until_on AS date) + 31)
    CROSS JOIN LATERAL (
        VALUES (departs_on - 30, departs_on),
               (CASE WHEN departs_on > arrives_on - 30 THEN departs_on ELSE arrives_on END, arrives_on + 30)
    ) n (first_night, last_night)
), refused AS (
    INSERT INTO refused_rows
    SELECT 'stays', reason, arrives_on, count(DISTINCT stay_id), min(stay_id) FROM wrong GROUP BY reason, arrives_on
), daily AS (
    -- Hotels whose lists name every guest in house every day: guests of three nights and more were named twice.
    SELECT hotel_id FROM found
    WHERE is_in_house AND departs_on - arrives_on >= 3 AND departs_on <= CAST(:until_on AS date)
    GROUP BY hotel_id HAVING 2 * count(*) FILTER (WHERE named_at::date > named_since) > count(*)
), stays AS (
    SELECT f.*, CASE WHEN f.hotel_id IN (SELECT hotel_id FROM daily) AND EXISTS (
                         SELECT FROM scratch_uploads u WHERE u.hotel_id = f.hotel_id AND u.is_loaded
                         AND u.day > f.named_at::date AND u.day < f.departs_on AND u.day <= CAST(:until_on AS date))
                     THEN f.named_at::date END AS seen_until,
           CASE WHEN (f.room_id, f.arrives_on) NOT IN (
                         SELECT room_id, arrives_on FROM found
                         WHERE (is_in_house OR is_departure) AND departs_on > arrives_on)
                THEN (SELECT u.day FROM scratch_uploads u
                      WHERE u.hotel_id = f.hotel_id AND u.is_loaded
                        AND u.day > f.arrives_on AND u.day < f.departs_on AND u.day <= CAST(:until_on AS date)
                      ORDER BY u.day OFFSET 1 LIMIT 1) END AS absent_on
    FROM found f WHERE NOT (is_wrong OR is_of_unknown_kind OR is_outdated)
), late_lists AS (
    -- Lists that were loaded in the afternoon: how many of the day's leavers they name. Those count whom a list of guests in
    -- house had named before, or one of departures names; not where the row may have gone to who came after them.
    SELECT f.hotel_id, f.departs_on AS day, count(*) AS leavers, count(*) FILTER (WHERE a.is_named_late) AS named
    FROM found f
    LEFT JOIN (SELECT DISTINCT room_id, arrives_on FROM found WHERE is_in_house) n
      ON n.room_id = f.room_id AND n.arrives_on = f.departs_on
    CROSS JOIN LATERAL (SELECT coalesce(
        f.named_at >= (f.departs_on + CAST(:check_out AS time))::timestamptz + interval '3 hours'
        AND f.named_at < (f.departs_on + 1)::timestamptz, false)) a (is_named_late)
    WHERE NOT f.is_wrong AND f.departs_on > f.arrives_on
      AND ((f.is_in_house AND f.named_since < f.departs_on) OR (f.is_departure AND (f.is_in_house OR n.room_id IS NULL)))
    GROUP BY f.hotel_id, f.departs_on HAVING bool_or(a.is_named_late)
), printed_early AS MATERIALIZED (
    -- Nearly all: they were printed before anybody left. A list of few leavers is taken for what the hotel's others are.
    SELECT hotel_id, day FROM (
        SELECT *, sum(leavers) OVER hotel AS all_leavers, sum(named) OVER hotel AS all_named
        FROM late_lists WINDOW hotel AS (PARTITION BY hotel_id)) l
    WHERE 5 * named >= 4 * leavers
      AND (leavers >= 4 OR (all_leavers >= 8 AND 5 * all_named >= 4 * all_leavers))
), of_morning AS (
    UPDATE scratch_uploads u SET loaded_at = NULL FROM printed_early p WHERE p.hotel_id = u.hotel_id AND p.day = u.day
), overwritten AS (
    SELECT f.room_id, lower(w)::date - 1 AS first_night, f.arrives_on - 1 AS last_night,
           CASE WHEN l.read_at >= lower(w) THEN l.read_at::date END AS unread_since
    FROM found f CROSS JOIN LATERAL unnest(f.rewritten) w
    CROSS JOIN LATERAL (SELECT max(as_of) FROM runs WHERE as_of < upper(w)) l (read_at)
    WHERE NOT f.is_wrong
), unknown AS (
    INSERT INTO scratch_unknown
    SELECT o.room_id, l.night FROM overwritten o
    JOIN scratch_record l ON l.room_id = o.room_id AND l.night BETWEEN o.first_night AND o.last_night
    WHERE l.is_last AND l.state = 'unknown'
    UNION
    SELECT room_id, night::date FROM (
        SELECT room_id, first_night, last_night FROM wrong
        UNION ALL
        SELECT room_id, greatest(first_night, unread_since), last_night FROM overwritten
        UNION ALL
        SELECT room_id, arrives_on, departs_on FROM found WHERE is_of_unknown_kind AND NOT is_wrong
        UNION ALL
        SELECT room_id, seen_until, departs_on - 1 FROM stays WHERE seen_until IS NOT NULL
        UNION ALL
        SELECT o.room_id, n.departs_on, least(o.departs_on, (
                   SELECT min(x.arrives_on) FROM stays x
                   WHERE x.room_id = o.room_id AND x.arrives_on >= n.departs_on AND x.arrives_on > n.arrives_on)) - 1
        FROM found o JOIN stays n ON n.room_id = o.room_id AND n.arrives_on = o.arrives_on AND n.departs_on < o.departs_on
        WHERE o.is_outdated AND NOT o.is_wrong AND o.is_in_house AND n.is_in_house
        UNION ALL
        SELECT room_id, departs_on, named_at::date FROM found
        WHERE named_at >= (departs_on + CAST(:check_out AS time))::timestamptz + interval '3 hours'
          AND named_at < (departs_on + 8)::timestamptz AND departs_on > arrives_on
          AND NOT (named_at < (departs_on + 1)::timestamptz
                   AND EXISTS (SELECT FROM printed_early p WHERE p.hotel_id = found.hotel_id AND p.day = found.departs_on))
    ) u CROSS JOIN LATERAL generate_series(
        greatest(u.first_night, CAST(:since_on AS date) - 60), least(u.last_night, CAST(:until_on AS date)),
        interval '1 day') night
)
INSERT INTO scratch_stays
SELECT stay_id, room_id, hotel_id, guests, arrives_on, arrives_at, coalesce(absent_on, departs_on), departs_at, leaves_at,
       seen_until, NOT (is_in_house OR is_departure), is_in_house,
       is_in_house AND NOT is_departure AND (departs_on = arrives_on + 1 OR named_at::date <= arrives_on + 1)
FROM stays

-- name: stage_tasks
-- What the room tasks of a day say: hours that no list keeps, and nights that no list knows any longer. They are made in
-- the morning: the hour of a departure is a plan. A leaving room stands among those in house too, and there alone where the
-- list of departures is missing or has lost the guest, who left before. Of these nights nobody knows how many guests there
-- were.
WITH tasks AS MATERIALIZED (
    SELECT room_id, day, bool_or(kind = 'stay') AS stays, bool_or(kind = 'arrival') AS arrives,
           bool_or(kind = 'departure') AS departs, min(arrives_at) AS arrives_at, max(departs_at) AS departs_at
    FROM source_room_tasks(CAST(:since_on AS date) - 60, CAST(:until_on AS date) + 1) GROUP BY room_id, day
), hours AS (
    -- All stays at once: asking the tasks of 60 days for each stay would take longer than all the rest of the run.
    UPDATE scratch_stays s
    SET arrives_at = coalesce(s.arrives_at, t.arrives_at), leaves_at = coalesce(s.leaves_at, t.departs_at)
    FROM (
        SELECT o.ctid AS row, a.arrives_at, d.departs_at
        FROM scratch_stays o
        LEFT JOIN tasks a ON a.room_id = o.room_id AND a.day = o.arrives_on
        LEFT JOIN tasks d ON d.room_id = o.room_id AND d.day = o.departs_on
        WHERE (o.arrives_at IS NULL AND a.arrives_at IS NOT NULL) OR (o.leaves_at IS NULL AND d.departs_at IS NOT NULL)) t
    WHERE t.row = s.ctid
)
INSERT INTO scratch_unknown
SELECT DISTINCT room_id, night FROM (
    SELECT room_id, day - 1 AS night FROM tasks WHERE departs OR (stays AND NOT arrives)
    UNION ALL
    SELECT t.room_id, t.day FROM tasks t
    LEFT JOIN (
        SELECT DISTINCT room_id, departs_on FROM scratch_stays WHERE arrives_on < departs_on AND NOT is_expected) s
      ON s.room_id = t.room_id AND s.departs_on = t.day
    WHERE t.arrives OR (t.stays AND NOT t.departs AND s.room_id IS NULL)) n
WHERE night BETWEEN CAST(:since_on AS date) - 60 AND CAST(:until_on AS date)

-- name: stage_dnd
-- Signs "do not disturb": the last look at each of a day.
INSERT INTO scratch_dnd
SELECT room_id, day, max(coalesce(last_at, first_at))
FROM source_dnd(CAST(:since_on AS date) - 60, CAST(:until_on AS date) + 1) GROUP BY room_id, day

-- name: stage_signs
-- Behind a sign there was a guest, who had slept in the room or was to.
INSERT INTO scratch_unknown
SELECT g.room_id, g.day - back FROM scratch_dnd g CROSS JOIN (VALUES (0), (1)) AS b (back)
WHERE NOT EXISTS (SELECT FROM scratch_stays s WHERE s.room_id = g.room_id AND g.day BETWEEN s.arrives_on AND s.departs_on)

-- name: stage_askers
-- Requests for a refill: who asked had the room, as behind a sign "do not disturb".
INSERT INTO scratch_unknown
SELECT DISTINCT q.room_id, q.requested_at::date - back
FROM source_refill_requests((CAST(:since_on AS date) - 60)::timestamptz, :until) q CROSS JOIN (VALUES (0), (1)) AS b (back)
WHERE NOT EXISTS (
    SELECT FROM scratch_stays s WHERE s.room_id = q.room_id AND q.requested_at::date BETWEEN s.arrives_on AND s.departs_on)

-- name: stage_nights
-- The nights that stays fill; two records of one night count once, the later arrival's. An arrival that no other list
-- confirms, though the hotel's in-house list came while the guest was to be there, may be a no-show: its nights are unknown.
-- A guest who has come to the room on another day confirms nothing: it was let again.
ANALYZE scratch_stays, scratch_uploads;
WITH stays AS (
    SELECT s.*, s.is_expected AND EXISTS (
               SELECT FROM scratch_uploads u WHERE u.hotel_id = s.hotel_id AND u.is_loaded
               AND u.day > s.arrives_on AND u.day <= s.departs_on AND u.day <= CAST(:until_on AS date))
           AND NOT EXISTS (
               SELECT FROM scratch_stays o WHERE o.room_id = s.room_id AND NOT o.is_expected
               AND o.arrives_on = s.arrives_on AND o.departs_on > o.arrives_on) AS is_doubtful
    FROM scratch_stays s WHERE s.departs_on > s.arrives_on
), nights AS MATERIALIZED (
    -- Counted in days: a series of dates would go by the zone, night after night.
    SELECT s.*, f.night + n AS night
    FROM stays s CROSS JOIN LATERAL (SELECT greatest(s.arrives_on, CAST(:since_on AS date) - 60)) f (night)
    CROSS JOIN LATERAL generate_series(0, least(s.departs_on - 1, s.seen_until - 1, CAST(:until_on AS date)) - f.night) n
), unsure AS (
    INSERT INTO scratch_unknown SELECT DISTINCT room_id, night FROM nights WHERE is_doubtful
)
INSERT INTO scratch_nights
SELECT DISTINCT ON (room_id, night) room_id, night, guests, arrives_on, stay_id, arrives_at, departs_on, departs_at,
       is_expected
FROM nights WHERE NOT is_doubtful
ORDER BY room_id, night, arrives_on DESC, is_expected, departs_on DESC, guests DESC, stay_id

-- name: keep_nights
-- What the record of nights knows and no list says any longer. A night stays occupied if its list row was only overwritten
-- and was no mere expectation: it was seen when the night was over, or was the last of its stay. Else it is unknown: also
-- where the stay is still listed and no longer fills the night, and where the room was let for the day. A night that was
-- only known before the day's list was loaded, which has the guest leave sooner, was planned and never was occupied.
ANALYZE scratch_nights;
WITH gone AS MATERIALIZED (
    SELECT r.* FROM scratch_record r
    WHERE r.state = 'occupied'
      AND NOT EXISTS (SELECT FROM scratch_nights s WHERE s.room_id = r.room_id AND s.night = r.night)
), overwritten AS MATERIALIZED (
    SELECT g.* FROM gone g
    WHERE g.is_last AND NOT g.is_expected AND (g.known_at::date > g.night OR g.departs_on = g.night + 1)
      AND g.stay_id IN (SELECT k.stay_id FROM source_kept_stays(ARRAY(SELECT stay_id FROM gone)) k)
      AND NOT EXISTS (SELECT FROM scratch_stays s
                      WHERE s.room_id = g.room_id AND s.arrives_on = g.arrives_on AND NOT s.is_expected)
), stays AS (
    INSERT INTO scratch_stays
    SELECT min(stay_id), room_id, min(hotel_id), max(guests), arrives_on, max(arrives_at), max(night) + 1,
           CASE WHEN max(night) + 1 = departs_on THEN max(departs_at) END, NULL, NULL, false, false, false
    FROM overwritten GROUP BY room_id, arrives_on, departs_on
), doubts AS (
    INSERT INTO scratch_unknown
    SELECT room_id, night FROM gone g
    WHERE NOT EXISTS (
        SELECT FROM scratch_stays s JOIN scratch_uploads u ON u.hotel_id = s.hotel_id AND u.day = g.night
        WHERE s.room_id = g.room_id AND s.arrives_on = g.arrives_on AND NOT s.is_expected
          AND s.departs_on > s.arrives_on AND s.departs_on <= g.night AND u.is_loaded AND g.known_at < u.loaded_at)
    EXCEPT SELECT room_id, night FROM overwritten
    UNION
    SELECT r.room_id, r.night FROM scratch_record r
    WHERE r.state = 'day_use' AND NOT EXISTS (
        SELECT FROM scratch_stays s
        WHERE s.room_id = r.room_id AND s.arrives_on = r.night AND s.departs_on = r.night)
)
INSERT INTO scratch_nights
SELECT room_id, night, guests, arrives_on, stay_id, arrives_at, departs_on, departs_at, false FROM overwritten

-- name: settle_unknown
-- A night that somebody is known to have slept in the room is not unknown, and no night is listed twice.
WITH once AS (
    DELETE FROM scratch_unknown RETURNING *
)
INSERT INTO scratch_unknown
SELECT room_id, night FROM once EXCEPT SELECT room_id, night FROM scratch_nights

-- name: record_nights
-- Writes down what is known by now of the nights up to today, where that is something else than the record's last word,
-- and once more when an occupied night is over. That a room was let for the day is a fact of its own: the night after it
-- may be another guest's, or nobody's.
WITH now_known AS (
    SELECT room_id, night, 'occupied' AS state, guests, stay_id, stay_on AS arrives_on, arrives_at, departs_on,
           departs_at, is_expected FROM scratch_nights
    UNION ALL
    SELECT room_id, night, 'unknown', NULL, NULL, NULL, NULL, NULL, NULL, false FROM scratch_unknown
    UNION ALL
    SELECT room_id, arrives_on, 'day_use', guests, stay_id, arrives_on, arrives_at, departs_on, departs_at, is_expected
    FROM scratch_stays
    WHERE departs_on = arrives_on AND arrives_on BETWEEN CAST(:since_on AS date) - 60 AND CAST(:until_on AS date)
)
INSERT INTO ml_nights (hotel_id, room_id, night, state, guests, stay_id, arrives_on, arrives_at, departs_on,
                                  departs_at, is_expected, known_at)
SELECT r.hotel_id, k.room_id, k.night, k.state, k.guests, k.stay_id, k.arrives_on, k.arrives_at, k.departs_on,
       k.departs_at, k.is_expected, :until
FROM now_known k JOIN scratch_rooms r USING (room_id)
LEFT JOIN scratch_record l ON l.room_id = k.room_id AND l.night = k.night AND l.is_last
 AND CASE WHEN k.state = 'day_use' THEN l.state = 'day_use' ELSE l.state <> 'day_use' END
WHERE (l.state, l.guests, l.arrives_on, l.arrives_at, l.departs_on, l.departs_at, l.is_expected)
      IS DISTINCT FROM
      (k.state, k.guests, k.arrives_on, k.arrives_at, k.departs_on, k.departs_at, k.is_expected)
   OR (k.state = 'occupied' AND l.known_at::date <= l.night AND CAST(:until AS timestamptz)::date > l.night)

-- name: stage_days
-- Which days' occupancy is known, hotel by hotel, and how high it was. Where the hotel keeps a list of what it has loaded
-- that says so: the in-house list of the day, or of the next morning. Elsewhere a day is known from the first departure on
-- record (before it only those who were still there were written down) while arrivals keep coming in: a hotel without one
-- for more than three days has stopped recording, or is closed.
WITH known_from AS (
    SELECT hotel_id, min(day) AS day FROM (
        SELECT r.hotel_id, f.departs_on AS day
        FROM source_first_departures() f JOIN scratch_rooms r USING (room_id)
        UNION ALL
        -- Lists of departures are overwritten; what was known stays known.
        SELECT hotel_id, min(departs_on) FROM scratch_record WHERE departs_on <= CAST(:until_on AS date)
        GROUP BY hotel_id) k
    GROUP BY hotel_id
), arrivals AS MATERIALIZED (
    -- Once, and not once for each of the days below.
    SELECT DISTINCT hotel_id, arrives_on FROM scratch_stays
), tracked AS (
    SELECT hotel_id, min(day) AS first_day, max(day) AS last_day FROM scratch_uploads GROUP BY hotel_id
), active AS (
    SELECT hotel_id, count(*) AS rooms FROM scratch_rooms WHERE is_active GROUP BY hotel_id
), occupied AS (
    SELECT r.hotel_id, n.night, count(*) AS rooms
    FROM scratch_nights n JOIN scratch_rooms r USING (room_id) WHERE r.is_active GROUP BY 1, 2
), days AS (
    SELECT k.hotel_id, d::date AS day,
           d::date >= k.day AND CASE
               WHEN d::date BETWEEN t.first_day AND t.last_day THEN EXISTS (
                   SELECT FROM scratch_uploads u WHERE u.hotel_id = k.hotel_id AND u.is_loaded
                   AND u.day IN (d::date, d::date + 1) AND u.day <= CAST(:until_on AS date))
               ELSE EXISTS (
                   SELECT FROM arrivals a WHERE a.hotel_id = k.hotel_id AND a.arrives_on BETWEEN d::date - 3 AND d::date)
           END AS is_known
    FROM known_from k LEFT JOIN tracked t USING (hotel_id) CROSS JOIN generate_series(
        CAST(:since_on AS date) - 60, CAST(:until_on AS date), interval '1 day') d
)
INSERT INTO scratch_days
SELECT d.hotel_id, d.day, d.is_known,
       count(*) FILTER (WHERE NOT d.is_known) OVER (PARTITION BY d.hotel_id ORDER BY d.day),
       CASE WHEN d.is_known THEN coalesce(o.rooms, 0)::double precision / a.rooms END,
       CASE WHEN d.is_known THEN a.rooms - coalesce(o.rooms, 0) END
FROM days d JOIN active a ON a.hotel_id = d.hotel_id
LEFT JOIN occupied o ON o.hotel_id = d.hotel_id AND o.night = d.day;
ANALYZE scratch_unknown, scratch_days

-- name: stage_custody
-- Units handed out, returned and lost, by attendant, day and product; impossible lines are set aside.
WITH found AS MATERIALIZED (
    SELECT *, least(handed_out, used, remaining, returned) AS least,
           coalesce(least(handed_out, used, remaining, returned) >= 0
                    AND greatest(handed_out, used, remaining, returned) <= 1000000, false) AS possible
    FROM source_custody(:since_at, :until)
    WHERE CAST(:hotels AS integer[]) IS NULL OR coalesce(hotel_id, :ledger_hotel) = ANY(CAST(:hotels AS integer[]))
), refused AS (
    INSERT INTO refused_rows
    SELECT 'custody', CASE WHEN least < 0 THEN 'negative units' ELSE 'more than a million units' END, counted_at::date,
           count(*), min(custody_id)
    FROM found WHERE NOT possible GROUP BY 2, 3
)
INSERT INTO scratch_custody
SELECT coalesce(hotel_id, :ledger_hotel), attendant_id, counted_at::date, product_id, sum(handed_out), sum(returned),
       sum(handed_out - used - returned - remaining)
FROM found WHERE possible GROUP BY 1, 2, 3, 4

-- name: stage_draws
-- Where attendants draw from the hotel's floor store, that is what custody means: units that a person drew and that no room
-- of theirs shows, product by product and day by day. The application writes draw and room one after the other, so a
-- difference is rare, and has other reasons than a person: an administrator deletes a visit, and its units come back as a
-- receipt of the depot; somebody deletes all visits; the room's row of a draw was never written, and the person tried
-- again; the row of an extra was deleted, which gives nothing back. So only draws count next to which (two minutes) no row
-- of as many units stands; those that follow each other are one; those for extras don't count. One that is no larger than
-- what rooms of the hotel are given (six units at least) may be a row that was not written, and so may a second: they
-- count where a person has three of them on a day. What administrators deleted is forgiven everybody, and a day on which
-- half of what was drawn shows in no room says nothing.
-- A draw that is there twice within a minute was sent twice, and counts once.
WITH written AS (
    SELECT *, lag(drawn_at) OVER (
               PARTITION BY hotel_id, attendant_id, product_id, units ORDER BY drawn_at, draw_id) AS same_at
    FROM source_floor_draws(:since_at, :until)
    WHERE units IS NOT NULL AND (CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[])))
), found AS MATERIALIZED (
    SELECT * FROM written WHERE units <= 0 OR coalesce(drawn_at - same_at >= interval '1 minute', true)
), refused AS (
    INSERT INTO refused_rows
    SELECT 'draws', 'more than a million units', drawn_at::date, count(*), min(draw_id) FROM found
    WHERE abs(units) > 1000000 GROUP BY drawn_at::date
), draws AS MATERIALIZED (
    SELECT hotel_id, attendant_id, product_id, drawn_at::date AS day, sum(units) AS drawn
    FROM found WHERE abs(units) <= 1000000 GROUP BY 1, 2, 3, 4
), lines AS MATERIALIZED (
    SELECT v.attendant_id, l.product_id, v.visited_at, l.refilled
    FROM source_visits(:since_at, :until) v JOIN source_visit_lines(:since_at, :until) l USING (visit_id)
    WHERE EXISTS (SELECT FROM draws)
), shown AS MATERIALIZED (
    SELECT attendant_id, product_id, visited_at::date AS day, sum(refilled) AS units FROM lines GROUP BY 1, 2, 3
), undone AS (
    SELECT product_id, moved_at::date AS day, sum(units) AS units
    FROM source_stock_movements(:since_at, :until)
    WHERE flow = 'room_reversal' AND abs(units) <= 1000000 GROUP BY 1, 2
), moments AS (
    SELECT hotel_id, attendant_id, product_id, units, drawn_at AS at, is_extra FROM found
    WHERE units > 0 AND units <= 1000000
    UNION ALL SELECT NULL, attendant_id, product_id, refilled, visited_at, NULL FROM lines WHERE refilled > 0
), begun AS (
    SELECT *, coalesce(at - lag(at) OVER same > interval '2 minutes', true) AS begins FROM moments
    WINDOW same AS (PARTITION BY attendant_id, product_id, units ORDER BY at)
), numbered AS (
    SELECT *, count(*) FILTER (WHERE begins) OVER (
               PARTITION BY attendant_id, product_id, units ORDER BY at ROWS UNBOUNDED PRECEDING) AS number FROM begun
), saves AS MATERIALIZED (
    SELECT min(hotel_id) AS hotel_id, attendant_id, product_id, units, min(at)::date AS day, bool_or(is_extra) AS is_extra,
           bool_or(hotel_id IS NULL) AS is_shown
    FROM numbered GROUP BY attendant_id, product_id, units, number HAVING count(hotel_id) > 0
), usual AS (
    SELECT hotel_id, greatest(max(units) FILTER (WHERE is_shown), 6) AS units FROM saves GROUP BY hotel_id
), compared AS (
    -- Nearly everything drawn shows: what was undone is only looked for where it does not.
    SELECT d.*, CASE WHEN d.drawn > coalesce(s.units, 0) THEN greatest(d.drawn - coalesce(s.units, 0) - coalesce((
               SELECT sum(u.units) FROM undone u
               WHERE u.product_id = d.product_id AND u.day BETWEEN d.day AND d.day + 30), 0), 0) ELSE 0 END AS missing,
           sum(d.drawn) OVER hotel_day AS all_drawn, sum(coalesce(s.units, 0)) OVER hotel_day AS all_shown
    FROM draws d LEFT JOIN shown s USING (attendant_id, product_id, day)
    WINDOW hotel_day AS (PARTITION BY d.hotel_id, d.day)
), orphans AS (
    SELECT a.attendant_id, a.product_id, a.day, a.units, a.units > u.units AS is_large,
           count(*) OVER (PARTITION BY a.attendant_id, a.day) AS number
    FROM saves a JOIN usual u USING (hotel_id) JOIN compared c USING (hotel_id, attendant_id, product_id, day)
    WHERE NOT a.is_shown AND NOT a.is_extra AND c.missing > 0
), evidence AS (
    SELECT attendant_id, product_id, day, sum(units) AS units FROM orphans WHERE is_large OR number >= 3 GROUP BY 1, 2, 3
), former AS (
    DELETE FROM scratch_custody c USING (SELECT hotel_id, min(day) AS day FROM draws GROUP BY hotel_id) f
    WHERE f.hotel_id = c.hotel_id AND c.day >= f.day
)
INSERT INTO scratch_custody
SELECT c.hotel_id, c.attendant_id, c.day, c.product_id, c.drawn, 0, least(c.missing, coalesce(e.units, 0))
FROM compared c LEFT JOIN evidence e USING (attendant_id, product_id, day)
WHERE c.drawn > 0 AND 2 * c.all_shown >= c.all_drawn

-- name: stage_movements
-- Ledger rows of the span and of 60 days before it; rows that can't be true are set aside. Where each hotel keeps a depot
-- of its own (`:ledger_hotel` is NULL) a row that names none is set aside too.
WITH found AS MATERIALIZED (
    SELECT * FROM source_stock_movements(CAST(:since_at AS timestamptz) - interval '60 days', :until)
), refused AS (
    INSERT INTO refused_rows
    SELECT 'stock movements', CASE WHEN signed_units IS NULL THEN 'unknown type ' || kind
                                   WHEN abs(units) > 1000000 THEN 'more than a million units'
                                   ELSE 'negative units' END,
           moved_at::date, count(*), min(movement_id)
    FROM found
    WHERE moved_at >= :since_at
      AND (signed_units IS NULL OR abs(units) > 1000000 OR (units < 0 AND kind <> 'sayim')) GROUP BY 2, 3
)
INSERT INTO scratch_movements
SELECT movement_id, :ledger_hotel, product_id, kind, flow, units, signed_units, moved_at, holder, units
FROM found WHERE signed_units IS NOT NULL AND abs(units) <= 1000000 AND (units >= 0 OR kind = 'sayim')

-- name: stage_openings
-- What the ledger had of each product before the span, and what it has now.
WITH ledger AS (
    SELECT product_id, sum(signed_units) FILTER (WHERE moved_at < :since_at) AS before, sum(signed_units) AS now
    FROM source_stock_movements('1900-01-01', '2200-01-01')
    WHERE signed_units IS NOT NULL AND (units >= 0 OR kind = 'sayim') AND abs(units) <= 1000000 GROUP BY product_id
), ends AS (
    INSERT INTO scratch_ledgers SELECT :ledger_hotel, product_id, now, NULL FROM ledger
)
INSERT INTO scratch_openings SELECT :ledger_hotel, product_id, coalesce(before, 0) FROM ledger

-- name: stage_own_depots
-- Each hotel's own depot, in place of the common store: whose each movement was, and what each depot had before the span.
-- Where rows name no hotel, the ledger of a product is brought to what the depot holds now, so that its level is right.
WITH hotels AS MATERIALIZED (
    SELECT * FROM source_movement_hotels('1900-01-01', '2200-01-01')
), own AS (
    UPDATE scratch_movements m SET hotel_id = h.hotel_id
    FROM hotels h WHERE h.movement_id = m.movement_id AND h.hotel_id IS NOT NULL
), unnamed AS (
    DELETE FROM scratch_movements m
    WHERE NOT EXISTS (SELECT FROM hotels h WHERE h.movement_id = m.movement_id AND h.hotel_id IS NOT NULL)
    RETURNING movement_id, moved_at
), refused AS (
    INSERT INTO refused_rows
    SELECT 'stock movements', 'of a hotel that nothing names', moved_at::date, count(*), min(movement_id)
    FROM unnamed WHERE moved_at >= :since_at GROUP BY moved_at::date
), common AS (
    DELETE FROM scratch_openings
), common_ends AS (
    DELETE FROM scratch_ledgers
), balances AS (
    SELECT h.hotel_id, m.product_id, m.signed_units, m.moved_at, sum(m.signed_units) OVER (
               PARTITION BY h.hotel_id, m.product_id ORDER BY m.moved_at, m.movement_id) AS balance
    FROM source_stock_movements('1900-01-01', '2200-01-01') m JOIN hotels h USING (movement_id)
    WHERE m.signed_units IS NOT NULL AND (m.units >= 0 OR m.kind = 'sayim') AND abs(m.units) <= 1000000
), ledger AS MATERIALIZED (
    SELECT hotel_id, product_id, sum(signed_units) FILTER (WHERE moved_at < :since_at) AS before,
           sum(signed_units) AS now, min(balance) AS lowest
    FROM balances GROUP BY hotel_id, product_id
), ends AS (
    INSERT INTO scratch_ledgers
    SELECT hotel_id, product_id, now, lowest FROM ledger
    WHERE hotel_id IS NOT NULL AND product_id NOT IN (SELECT product_id FROM ledger WHERE hotel_id IS NULL)
)
INSERT INTO scratch_openings
SELECT l.hotel_id, l.product_id, coalesce(l.before, 0)
       + CASE WHEN u.product_id IS NOT NULL THEN coalesce(d.units - l.now, 0) ELSE 0 END
FROM ledger l
LEFT JOIN ledger u ON u.hotel_id IS NULL AND u.product_id = l.product_id
LEFT JOIN source_depot_stock() d ON d.hotel_id = l.hotel_id AND d.product_id = l.product_id
WHERE l.hotel_id IS NOT NULL

-- name: settle_openings
-- Where a product's ledger was below zero at some time, and the application holds more of it than the ledger now says, the
-- ledger's beginning is missing: the application began with stock that no row brought in. Its level is the application's.
-- Whole ledgers are only read of products of which the application holds more.
WITH more AS MATERIALIZED (
    SELECT l.hotel_id, l.product_id, d.units - l.now AS units, l.lowest
    FROM scratch_ledgers l JOIN (
        SELECT coalesce(CAST(:ledger_hotel AS integer), hotel_id) AS hotel_id, product_id, sum(units) AS units
        FROM source_depot_stock()
        WHERE CAST(:ledger_hotel AS integer) IS NULL OR :ledger_hotel IN (0, hotel_id) GROUP BY 1, 2) d
    USING (hotel_id, product_id)
    WHERE d.units > 0 AND d.units > l.now AND d.units <= 1000000
), short AS MATERIALIZED (
    SELECT l.hotel_id, l.product_id, l.units FROM more l WHERE coalesce(l.lowest, (
        SELECT min(balance) FROM (
            SELECT sum(m.signed_units) OVER (ORDER BY m.moved_at, m.movement_id) AS balance
            FROM source_stock_movements('1900-01-01', '2200-01-01') m
            WHERE m.product_id = l.product_id AND m.signed_units IS NOT NULL
              AND (m.units >= 0 OR m.kind = 'sayim') AND abs(m.units) <= 1000000) b)) < 0
), found AS (
    INSERT INTO refused_rows
    SELECT 'ledger beginnings', 'missing', CAST(:since_on AS date), count(*), min(product_id) FROM short HAVING count(*) > 0
)
UPDATE scratch_openings o SET units = o.units + s.units
FROM short s WHERE s.hotel_id = o.hotel_id AND s.product_id = o.product_id

-- name: stage_lines
-- What each row of a visit says was consumed (NULL: unknown) and put in, product by product; impossible lines are set
-- aside: nobody takes half a bottle. Six hours before the span are read too: a visit that began the day before is that
-- day's.
WITH read AS MATERIALIZED (
    SELECT *, coalesce(consumed BETWEEN 0 AND 1000, true) AND refilled BETWEEN 0 AND 1000 AS in_range
    FROM source_visit_lines(CAST(:since_at AS timestamptz) - interval '6 hours', :until)
), found AS MATERIALIZED (
    SELECT *, in_range AND coalesce(consumed, 0) % 1 = 0 AND refilled % 1 = 0 AS possible FROM read
), refused AS (
    INSERT INTO refused_rows
    SELECT 'visit lines', CASE WHEN in_range THEN 'units not whole' ELSE 'units not between 0 and 1000' END,
           visited_at::date, count(*), min(visit_id) FROM found
    WHERE NOT possible AND visited_at >= CAST(:since_at AS timestamptz) GROUP BY 2, visited_at::date
), doubtful AS (
    INSERT INTO scratch_doubtful SELECT DISTINCT visit_id FROM found WHERE NOT possible
)
INSERT INTO scratch_row_lines
SELECT visit_id, product_id, sum(consumed::integer), sum(refilled::integer)
FROM found WHERE possible GROUP BY visit_id, product_id

-- name: stage_rows
-- Rows of visits, and each room's last one before them. A row of which nothing but an impossible line is known is no
-- check: it found we don't know what, which is not nothing.
WITH before AS (
    INSERT INTO scratch_previous
    SELECT room_id, visited_at
    FROM source_previous_visits(CAST(:since_at AS timestamptz) - interval '6 hours')
)
INSERT INTO scratch_rows
SELECT v.visit_id, r.hotel_id, v.room_id, r.room_type, v.attendant_id, v.visited_at, v.kind,
       v.is_check AND v.visit_id NOT IN (SELECT row_id FROM scratch_doubtful), v.kind = 'note'
FROM source_visits(CAST(:since_at AS timestamptz) - interval '6 hours', :until) v
JOIN scratch_rooms r USING (room_id)

-- name: stage_controls
-- Empty checks that only the control records have: rows without lines, whose number is the record's below zero. And knocks
-- at doors that stayed shut, and minutes in rooms.
WITH found AS MATERIALIZED (
    SELECT c.*, r.hotel_id, r.room_type FROM source_controls(CAST(:since_at AS timestamptz) - interval '6 hours', :until) c
    JOIN scratch_rooms r USING (room_id)
), knocks AS (
    INSERT INTO scratch_knocks SELECT attendant_id, ended_at FROM found WHERE is_knock
), minutes AS (
    INSERT INTO scratch_minutes
    SELECT control_id, room_id, attendant_id, began_at, ended_at FROM found
    WHERE NOT is_knock AND ended_at > began_at AND ended_at <= began_at + make_interval(mins => :break_minutes)
), before AS (
    INSERT INTO scratch_previous
    SELECT room_id, ended_at
    FROM source_previous_controls(CAST(:since_at AS timestamptz) - interval '6 hours')
)
INSERT INTO scratch_rows
SELECT -control_id, hotel_id, room_id, room_type, attendant_id, ended_at, 'empty check', true, false
FROM found WHERE is_empty_check

-- name: stage_visits
-- Visits as people make them. The application writes a row a product, seconds apart: rows of one room that follow each
-- other within :visit_minutes are one visit, at the time of the first and of that person. Nobody is sent to a room twice
-- in so short a time, and what is found the second time was there at the first. What only a bulk fill or an unknown kind
-- of row says is not a check: the room was seen, what was missing is unknown. Notes alone are no check either, and nobody
-- need have been in the room: the check after them is not measured from them.
-- Some type what a room lacked over the rest of their round. What the same person enters there on the same day within
-- :round_minutes, and none of it the products of the visit before, may have been found at that one: both are measured from the
-- visit before both.
WITH totals AS (
    SELECT row_id, sum(consumed) AS consumed, sum(refilled) AS refilled,
           string_agg(CAST(product_id AS text), ',') FILTER (WHERE consumed > 0) AS products
    FROM scratch_row_lines GROUP BY row_id
), once AS (
    SELECT r.*, t.consumed, t.refilled, t.products, coalesce(r.at - lag(r.at) OVER (PARTITION BY r.room_id ORDER BY r.at, r.row_id)
           > make_interval(mins => :visit_minutes), true) AS begins
    FROM scratch_rows r LEFT JOIN totals t USING (row_id)
    WHERE NOT EXISTS (SELECT FROM scratch_copies c WHERE c.row_id = r.row_id)
), numbered AS (
    SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY room_id ORDER BY at, row_id) AS number FROM once
), members AS MATERIALIZED (
    SELECT *, first_value(row_id) OVER (PARTITION BY room_id, number ORDER BY at, row_id) AS visit_id FROM numbered
), visits AS (
    SELECT room_id, visit_id, min(hotel_id) AS hotel_id, min(room_type) AS room_type, min(at) AS visited_at,
           max(at) AS ended_at, (array_agg(attendant_id ORDER BY at, row_id))[1] AS attendant_id,
           bool_or(is_check OR (consumed > 0 AND NOT is_note)) AS is_check, bool_and(is_note) AS is_note,
           coalesce(sum(consumed), 0) AS consumed,
           coalesce(sum(refilled), 0) AS refilled, string_agg(products, ',') AS products
    FROM members GROUP BY room_id, visit_id
), in_order AS (
    SELECT v.*, coalesce(max(ended_at) FILTER (WHERE NOT is_note) OVER (
               room ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), p.at) AS previous_at,
           coalesce(attendant_id = lag(attendant_id) OVER room AND visited_at::date = (lag(visited_at) OVER room)::date
                    AND visited_at < lag(ended_at) OVER room + make_interval(mins => :round_minutes)
                    AND NOT string_to_array(products, ',') && string_to_array(lag(products) OVER room, ','), false)
               AS continues
    FROM visits v LEFT JOIN (SELECT room_id, max(at) AS at FROM scratch_previous GROUP BY room_id) p USING (room_id)
    WINDOW room AS (PARTITION BY room_id ORDER BY visited_at, visit_id)
), checks AS (
    SELECT *, count(*) FILTER (WHERE NOT continues) OVER (PARTITION BY room_id ORDER BY visited_at, visit_id) AS number
    FROM in_order
), lines AS (
    INSERT INTO scratch_lines
    SELECT m.visit_id, l.product_id, sum(l.consumed), sum(l.refilled),
           coalesce(sum(l.consumed) FILTER (WHERE m.is_note), 0),
           sum(l.consumed) FILTER (WHERE p.price IS NOT NULL), sum(l.consumed * p.price)
    FROM members m JOIN scratch_row_lines l USING (row_id) JOIN visits v USING (visit_id)
    LEFT JOIN scratch_prices p USING (row_id, product_id)
    WHERE v.visited_at >= CAST(:since_at AS timestamptz) GROUP BY m.visit_id, l.product_id
)
INSERT INTO scratch_visits
SELECT * FROM (
    SELECT visit_id, hotel_id, room_id, room_type, attendant_id, visited_at, visited_at::date AS business_date,
           first_value(previous_at) OVER (PARTITION BY room_id, number ORDER BY visited_at, visit_id) AS previous_at,
           is_check, consumed, refilled
    FROM checks) v
WHERE v.visited_at >= CAST(:since_at AS timestamptz);
CREATE INDEX ON scratch_visits (room_id, business_date);
ANALYZE scratch_visits, scratch_lines

-- name: stage_unlisted
-- Visits that may have had a guest before them of whom the lists do not know yet, or never will: one who came without a
-- booking stands on no list before the next list of guests in house. So each night that the room may have been slept in
-- since the visit before needs the list of the day after it; one that was loaded after the visit will do for its own day.
-- `is_tonight`: only the night after the visit needs a list, and none that could have come before it.
-- One list that is missing between two that both have the room empty hides one kind of guest: who stayed for that night
-- alone and is not on the list of departures either. `hidden` is the probability of such a guest in an empty room: how many
-- arrive for each free room and night, times the share of stays that one list of guests in house named and no other list.
-- Where other nights lack their list, too, it is not known.
-- Where nobody keeps what was loaded this can't be asked.
WITH tracked AS (
    SELECT hotel_id, min(day) - 1 AS first_night, max(day) AS last_day FROM scratch_uploads GROUP BY hotel_id
), nights AS MATERIALIZED (
    SELECT t.hotel_id, n::date AS night, u.loaded_at, coalesce(u.is_loaded, false) AND EXISTS (
               SELECT FROM scratch_uploads x WHERE x.hotel_id = t.hotel_id AND x.day = n::date + 1 AND x.names_leavers)
           AND EXISTS (
               SELECT FROM scratch_uploads x WHERE x.hotel_id = t.hotel_id AND x.day = n::date + 2 AND x.is_loaded
               AND x.day <= CAST(:until_on AS date)) AS is_between
    FROM tracked t CROSS JOIN LATERAL generate_series(
        greatest(t.first_night, CAST(:since_on AS date) - 60), CAST(:until_on AS date), interval '1 day') n
    LEFT JOIN scratch_uploads u ON u.hotel_id = t.hotel_id AND u.day = n::date
    WHERE (n::date < t.last_day OR t.last_day >= CAST(:until_on AS date) - 2)
      AND NOT EXISTS (SELECT FROM scratch_uploads x WHERE x.hotel_id = t.hotel_id AND x.day = n::date + 1 AND x.is_loaded)
), stays AS (
    SELECT hotel_id, count(*) AS listed, count(*) FILTER (WHERE is_seen_once) AS seen_once
    FROM scratch_stays
    WHERE is_in_house AND departs_on > arrives_on AND arrives_on <= CAST(:until_on AS date) - 3 GROUP BY hotel_id
), arrivals AS (
    SELECT r.hotel_id, count(*) AS rooms
    FROM scratch_nights n JOIN scratch_rooms r USING (room_id) WHERE n.night = n.stay_on GROUP BY r.hotel_id
), free AS (
    SELECT hotel_id, sum(free_rooms) AS rooms FROM scratch_days WHERE is_known GROUP BY hotel_id
), unseen AS MATERIALIZED (
    SELECT hotel_id, least((coalesce(s.seen_once, 0) + 1.0) / (coalesce(s.listed, 0) + 20.0)
                           * (coalesce(a.rooms, 0) + 1.0) / greatest(f.rooms, 1.0), 1.0) AS hidden
    FROM free f LEFT JOIN arrivals a USING (hotel_id) LEFT JOIN stays s USING (hotel_id)
)
INSERT INTO scratch_unlisted
SELECT v.visit_id, bool_and(o.is_tonight),
       CASE WHEN bool_and(o.is_tonight OR o.is_between) THEN sum(u.hidden) FILTER (WHERE NOT o.is_tonight) END
FROM scratch_visits v JOIN nights n
  ON n.hotel_id = v.hotel_id AND n.night >= v.previous_at::date - 1 AND n.night <= v.business_date
LEFT JOIN unseen u ON u.hotel_id = v.hotel_id
CROSS JOIN LATERAL (SELECT n.night = v.business_date AND (
    v.visited_at < (v.business_date + CAST(:check_in AS time))::timestamptz
    OR coalesce(n.loaded_at > v.visited_at, false)),
    n.is_between AND NOT EXISTS (SELECT FROM scratch_nights s WHERE s.room_id = v.room_id
                                 AND s.night IN (n.night - 1, n.night + 1))) o (is_tonight, is_between)
WHERE NOT EXISTS (SELECT FROM scratch_nights s WHERE s.room_id = v.room_id AND s.night = n.night)
GROUP BY v.visit_id

-- name: stage_rises
-- Setups that were raised while none could be read, as in all the time before the first reading: within four days at
-- least four rooms in which nobody had slept since the check before were filled by the same units of one product and by
-- no other, far more than in the four weeks before them (Chernoff's bound of the Poisson tail below 1 in 1,000). Thieves
-- take what they like, the hotel puts in the same everywhere. Where the points of earlier days are read they are as
-- their own runs left them.
WITH found AS MATERIALIZED (
    SELECT visit_id, count(*) AS products, min(product_id) AS product_id, min(consumed - noted) AS units
    FROM scratch_lines WHERE consumed > noted GROUP BY visit_id
), quiet AS MATERIALIZED (
    SELECT v.hotel_id, v.room_id, v.business_date AS day, coalesce(l.products, 0) AS products, l.product_id, l.units
    FROM scratch_visits v
    JOIN scratch_days d ON d.hotel_id = v.hotel_id AND d.day = v.business_date
    JOIN scratch_days b ON b.hotel_id = v.hotel_id AND b.day = v.previous_at::date
    LEFT JOIN found l USING (visit_id)
    WHERE v.is_check AND v.business_date >= CAST(:since_on AS date)
      AND NOT EXISTS (SELECT FROM ml_setups s WHERE s.hotel_id = v.hotel_id)
      AND d.is_known AND b.is_known AND d.unknown_days = b.unknown_days
      AND NOT EXISTS (SELECT FROM scratch_nights n WHERE n.room_id = v.room_id
                      AND n.night BETWEEN v.previous_at::date AND v.business_date - 1)
      AND NOT EXISTS (SELECT FROM scratch_unknown u WHERE u.room_id = v.room_id
                      AND u.night BETWEEN v.previous_at::date - 1 AND v.business_date)
    UNION ALL
    SELECT m.hotel_id, m.entity_id, m.business_date, p.products, p.product_id, p.units
    FROM ml_metrics m CROSS JOIN LATERAL (
        SELECT count(*) AS products, min(CAST(key AS integer)) AS product_id, min(CAST(value AS numeric)) AS units
        FROM jsonb_each_text(m.context -> 'products')) p
    WHERE m.metric_type = 'vacant_consumption' AND m.observed_at >= CAST(:since_at AS timestamptz) - interval '35 days'
      AND m.observed_at < CAST(:since_at AS timestamptz)
      AND NOT EXISTS (SELECT FROM ml_setups s WHERE s.hotel_id = m.hotel_id)
), ends AS (
    -- Few pass: only for them is counted what was usual.
    SELECT e.*, count(DISTINCT q.room_id) AS rooms
    FROM (SELECT DISTINCT hotel_id, day, product_id, units FROM quiet
          WHERE products = 1 AND day >= CAST(:since_on AS date)) e
    JOIN quiet q USING (hotel_id, product_id, units)
    WHERE q.products = 1 AND q.day > e.day - 4 AND q.day <= e.day
    GROUP BY e.hotel_id, e.day, e.product_id, e.units HAVING count(DISTINCT q.room_id) >= 4
), all_checks AS (
    SELECT hotel_id, day, count(*) AS checks FROM quiet GROUP BY hotel_id, day
), finds AS (
    SELECT hotel_id, product_id, day, count(*) AS checks FROM quiet GROUP BY hotel_id, product_id, day
), counted AS (
    SELECT e.*, c.*, f.* FROM ends e CROSS JOIN LATERAL (
        SELECT coalesce(sum(a.checks) FILTER (WHERE a.day > e.day - 4), 0) AS checks,
               coalesce(sum(a.checks) FILTER (WHERE a.day <= e.day - 4), 0) AS checks_before
        FROM all_checks a WHERE a.hotel_id = e.hotel_id AND a.day > e.day - 32 AND a.day <= e.day) c
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(b.checks), 0) AS found_before FROM finds b
        WHERE b.hotel_id = e.hotel_id AND b.product_id = e.product_id AND b.day > e.day - 32 AND b.day <= e.day - 4) f
), risen AS (
    SELECT hotel_id, product_id, units, day
    FROM (SELECT *, checks * (found_before + 0.5) / (checks_before + 50.0) AS usual FROM counted) c
    WHERE rooms * (ln(rooms / usual) - 1) + usual > ln(1000.0)
)
INSERT INTO ml_setup_rises (hotel_id, room_type, product_id, units, since_at, until_at, seen_in, rooms)
SELECT q.hotel_id, r.room_type, q.product_id, mode() WITHIN GROUP (ORDER BY q.units), min(q.day)::timestamptz,
       min(q.day)::timestamptz, 'rooms', (
           SELECT count(*) FROM scratch_rooms a
           WHERE a.is_active AND a.hotel_id = q.hotel_id AND a.room_type IS NOT DISTINCT FROM r.room_type)
FROM risen k JOIN quiet q USING (hotel_id, product_id) JOIN scratch_rooms r USING (room_id)
WHERE q.day > k.day - 4 AND q.day <= k.day AND q.products = 1
  AND NOT EXISTS (
    SELECT FROM ml_setup_rises o
    WHERE o.hotel_id = q.hotel_id AND o.room_type IS NOT DISTINCT FROM r.room_type AND o.product_id = q.product_id
      AND o.since_at <= (k.day + 1)::timestamptz AND o.until_at > (k.day - 30)::timestamptz)
GROUP BY q.hotel_id, r.room_type, q.product_id

-- name: stage_setups
-- What setups hold more of than when they were last read, and what they hold now. The first reading shows no rise: what a
-- hotel's rooms of a type had before it is not known.
WITH now AS MATERIALIZED (
    SELECT hotel_id, room_type, product_id, units FROM source_setups()
    WHERE units > 0 AND hotel_id IS NOT NULL AND (CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[])))
), former AS (
    SELECT max(as_of) AS at FROM ml_job_runs
    WHERE job = 'collect' AND outcome IN ('done', 'partly') AND as_of < CAST(:until AS timestamptz)
      AND NOT jsonb_exists(counts, 'only_hotels')
), risen AS (
    INSERT INTO ml_setup_rises (hotel_id, room_type, product_id, units, since_at, until_at, seen_in, rooms)
    SELECT n.hotel_id, n.room_type, n.product_id, n.units - coalesce(s.units, 0),
           coalesce(f.at, CAST(:until AS timestamptz) - interval '1 day'), :until, 'setups', (
               SELECT count(*) FROM scratch_rooms a
               WHERE a.is_active AND a.hotel_id = n.hotel_id AND a.room_type = n.room_type)
    FROM now n CROSS JOIN former f LEFT JOIN ml_setups s USING (hotel_id, room_type, product_id)
    WHERE n.units > coalesce(s.units, 0)
      AND EXISTS (SELECT FROM ml_setups k WHERE k.hotel_id = n.hotel_id AND k.room_type = n.room_type)
), dropped AS (
    DELETE FROM ml_setups s WHERE (CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[]))) AND NOT EXISTS (
        SELECT FROM now n
        WHERE (n.hotel_id, n.room_type, n.product_id) = (s.hotel_id, s.room_type, s.product_id))
)
INSERT INTO ml_setups AS s (hotel_id, room_type, product_id, units)
SELECT hotel_id, room_type, product_id, units FROM now
ON CONFLICT (hotel_id, room_type, product_id) DO UPDATE
SET units = excluded.units,
    lowered_from = CASE WHEN excluded.units < s.units THEN s.units ELSE s.lowered_from END,
    lowered_at = CASE WHEN excluded.units < s.units THEN CAST(:until AS timestamptz) ELSE s.lowered_at END
WHERE s.units <> excluded.units

-- name: settle_rises
-- What a raised setup asked for was put in and not consumed: it is taken off what the first fill of each room seems to
-- have found, of 30 days. Until the rise is known to be there every fill may be it, but of a product that no room had
-- before the first fill is.
WITH rises AS MATERIALIZED (
    SELECT r.*, CASE WHEN s.units <= r.units THEN r.since_at ELSE r.until_at END AS counts_at
    FROM ml_setup_rises r LEFT JOIN ml_setups s USING (hotel_id, room_type, product_id)
    WHERE r.since_at < CAST(:until AS timestamptz) AND r.until_at > CAST(:since_at AS timestamptz) - interval '30 days'
), earlier AS MATERIALIZED (
    SELECT l.room_id, l.product_id, l.visited_at
    FROM source_visit_lines((SELECT min(counts_at) FROM rises), :since_at) l
    WHERE l.refilled > 0 AND l.product_id IN (SELECT product_id FROM rises)
), fills AS MATERIALIZED (
    SELECT v.visit_id, v.hotel_id, v.room_id, v.room_type, v.visited_at, l.product_id, l.consumed - l.noted AS units
    FROM scratch_visits v JOIN scratch_lines l USING (visit_id)
    WHERE l.refilled > 0 AND l.product_id IN (SELECT product_id FROM rises)
), risen AS MATERIALIZED (
    SELECT f.visit_id, f.product_id, least(max(f.units), max(r.units)) AS units
    FROM fills f JOIN rises r ON r.hotel_id = f.hotel_id AND r.room_type IS NOT DISTINCT FROM f.room_type
     AND r.product_id = f.product_id AND f.visited_at >= r.since_at AND f.visited_at < r.until_at + interval '30 days'
    WHERE f.units > 0
      AND NOT EXISTS (SELECT FROM fills e WHERE e.room_id = f.room_id AND e.product_id = f.product_id
                      AND e.visited_at >= r.counts_at AND e.visited_at < f.visited_at)
      AND NOT EXISTS (SELECT FROM earlier e WHERE e.room_id = f.room_id AND e.product_id = f.product_id
                      AND e.visited_at >= r.counts_at)
    GROUP BY f.visit_id, f.product_id
), lines AS (
    UPDATE scratch_lines l SET consumed = l.consumed - r.units
    FROM risen r WHERE (r.visit_id, r.product_id) = (l.visit_id, l.product_id)
)
UPDATE scratch_visits v SET consumed = v.consumed - r.units
FROM (SELECT visit_id, sum(units) AS units FROM risen GROUP BY visit_id) r WHERE r.visit_id = v.visit_id

-- name: analyze_scratch
-- Gives the planner the sizes of the scratch tables that no stage needs to know.
ANALYZE scratch_unlisted, scratch_dnd, scratch_custody, scratch_movements, scratch_openings

-- name: stock_level
-- Ledger balance after each movement: what was there before the span, and the movements since. The difference that a
-- count found is a count, whichever way it was written.
WITH ledger AS (
    SELECT m.*, coalesce(o.units, 0) + sum(m.signed_units) OVER (
               PARTITION BY m.hotel_id, m.product_id ORDER BY m.moved_at, m.movement_id) AS balance
    FROM scratch_movements m LEFT JOIN scratch_openings o USING (hotel_id, product_id) WHERE m.moved_at >= :since_at
)
INSERT INTO computed_metrics
SELECT DISTINCT ON (l.hotel_id, l.product_id, l.moved_at)
       'stock_level', l.hotel_id, 'product', l.product_id, l.balance, l.moved_at, l.moved_at::date,
       jsonb_build_object('kind', CASE l.flow WHEN 'count' THEN 'sayim' ELSE l.kind END, 'units', trim_scale(l.units))
FROM ledger l ORDER BY l.hotel_id, l.product_id, l.moved_at, l.movement_id DESC

-- name: stock_outflow
-- Units issued and written off, by product and day, and what came back. What was issued and came back within 30 days,
-- cancelled or returned, did not leave: it is taken off the issue and is no return either. Units are matched with the
-- latest issue that they can be of, in part where only a part came back, first of as many units to the same holder, then
-- (cancellations, many of which name nobody) of as many units, then of other numbers of units to the same holder, at last
-- to a holder whom one of the two does not name. What is left of a cancellation is a return.
-- What a deleted delivery takes off never was there, what a count takes off is not an issue, and what went straight into
-- a room was not handed to anybody. Returns stand in two tables, of which either may be incomplete: the greater counts.
DO $$
BEGIN
    FOR step IN 1..5 LOOP
        WITH rows AS (
            SELECT movement_id, hotel_id, product_id, moved_at, open_units, flow = 'issue' AS is_issue,
                   concat_ws('|', CASE WHEN step IN (1, 3) THEN coalesce(holder, '-') END,
                             CASE WHEN step IN (1, 2) THEN trim_scale(open_units) END) AS key,
                   floor(extract(epoch FROM moved_at) / 2592000)::integer AS month
            FROM scratch_movements
            WHERE open_units > 0 AND flow IN ('issue', 'return', 'issue_reversal') AND CASE step
                WHEN 2 THEN flow <> 'return'
                WHEN 4 THEN flow <> 'issue' OR holder IS NULL
                WHEN 5 THEN flow = 'issue' OR holder IS NULL
                ELSE true END AND (step < 4 OR holder IS DISTINCT FROM 'floor store')
        ), levels AS (
            -- Most issues have nothing that could match them.
            SELECT *, sum(CASE WHEN is_issue THEN open_units ELSE -open_units END) OVER (
                       PARTITION BY hotel_id, product_id, key ORDER BY moved_at, movement_id) AS level
            FROM rows WHERE (product_id, key) IN (SELECT product_id, key FROM rows WHERE NOT is_issue)
        ), walk AS (
            -- What is open rises and falls between two levels at each row. Units of an issue are still there as far as
            -- it has not fallen below their level since.
            SELECT *, CASE WHEN is_issue THEN level - open_units ELSE level END AS low,
                   CASE WHEN is_issue THEN level ELSE level + open_units END AS high FROM levels
        ), since AS (
            SELECT b.movement_id AS back_id, i.movement_id AS issue_id, i.is_issue,
                   least(b.high, i.high, min(i.level) OVER (
                       PARTITION BY b.movement_id ORDER BY i.moved_at DESC, i.movement_id DESC
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) - greatest(b.low, i.low) AS units
            FROM walk b CROSS JOIN (VALUES (0), (1)) n (months)
            JOIN walk i ON i.hotel_id IS NOT DISTINCT FROM b.hotel_id AND i.product_id = b.product_id AND i.key = b.key
             AND i.month = b.month - n.months AND i.moved_at >= b.moved_at - interval '30 days'
             AND (i.moved_at, i.movement_id) < (b.moved_at, b.movement_id)
            WHERE NOT b.is_issue
        ), pairs AS (
            SELECT * FROM since WHERE is_issue AND units > 0
        )
        UPDATE scratch_movements m SET open_units = m.open_units - p.units
        FROM (SELECT movement_id, sum(units) AS units
              FROM (SELECT back_id AS movement_id, units FROM pairs UNION ALL SELECT issue_id, units FROM pairs) u
              GROUP BY movement_id) p
        WHERE p.movement_id = m.movement_id;
    END LOOP;
END $$;
WITH moved AS (
    SELECT hotel_id, product_id, moved_at::date AS day,
           coalesce(sum(open_units) FILTER (WHERE flow = 'issue'), 0) AS issued,
           coalesce(sum(units) FILTER (WHERE flow IN ('write_off', 'correction')), 0) AS written_off,
           coalesce(sum(open_units) FILTER (WHERE flow IN ('return', 'issue_reversal', 'room_reversal')), 0) AS returned,
           coalesce(sum(units - open_units) FILTER (WHERE flow IN ('return', 'issue_reversal')), 0) AS taken_off,
           bool_or(flow IN ('issue', 'write_off', 'correction', 'return', 'issue_reversal', 'room_reversal')) AS has_flow
    FROM scratch_movements WHERE moved_at >= :since_at GROUP BY 1, 2, 3
), custody AS (
    SELECT CASE WHEN CAST(:ledger_hotel AS integer) IS NULL THEN hotel_id ELSE :ledger_hotel END AS hotel_id, product_id, day,
           sum(returned) AS returned
    FROM scratch_custody WHERE returned > 0 AND day >= CAST(:since_on AS date) GROUP BY 1, 2, 3
)
INSERT INTO computed_metrics
SELECT 'stock_outflow', hotel_id, 'product', product_id, coalesce(m.issued + m.written_off, 0), day::timestamptz,
       day, jsonb_build_object('issued', trim_scale(coalesce(m.issued, 0)),
                               'written_off', trim_scale(coalesce(m.written_off, 0)),
                               'returned', trim_scale(greatest(m.returned, c.returned - coalesce(m.taken_off, 0), 0)))
FROM (SELECT * FROM moved WHERE has_flow) m FULL JOIN custody c USING (hotel_id, product_id, day)

-- name: floor_stock
-- What a hotel's floor store held of a product at the end of each day. The application keeps only what is there now: what
-- was put in, taken back and drawn since is taken off again. A day on which nothing was there and nothing moved has no point.
WITH held AS (
    SELECT hotel_id, product_id, units FROM source_floor_stock() WHERE abs(units) <= 1000000
), flows AS (
    SELECT hotel_id, product_id, used_at AS at, units FROM source_lot_uses(:since_at, '2200-01-01') WHERE kind = 'zimmet_transfer'
    UNION ALL
    SELECT h.hotel_id, m.product_id, m.moved_at, -m.units
    FROM source_stock_movements(:since_at, '2200-01-01') m
    JOIN source_movement_hotels(:since_at, '2200-01-01') h USING (movement_id)
    WHERE m.flow = 'return' AND m.holder = 'floor store' AND h.hotel_id IS NOT NULL
    UNION ALL
    SELECT hotel_id, product_id, drawn_at, -units FROM source_floor_draws(:since_at, '2200-01-01')
), moved AS MATERIALIZED (
    SELECT hotel_id, product_id, CASE WHEN at > :until THEN CAST(:until_on AS date) + 1 ELSE at::date END AS day,
           sum(units) AS units
    FROM flows WHERE abs(units) <= 1000000 GROUP BY 1, 2, 3
), products AS (
    SELECT hotel_id, product_id, coalesce(h.units, 0) AS units,
           greatest(CAST(:since_on AS date), least(m.day, CAST(:until_on AS date) - 60)) AS since_on
    FROM held h FULL JOIN (SELECT hotel_id, product_id, min(day) AS day FROM moved GROUP BY 1, 2) m
    USING (hotel_id, product_id)
), days AS (
    SELECT p.hotel_id, p.product_id, d::date AS day, m.units AS moved, p.units - coalesce(sum(m.units) OVER (
               PARTITION BY p.hotel_id, p.product_id ORDER BY d DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
               AS units
    FROM products p CROSS JOIN LATERAL generate_series(p.since_on, CAST(:until_on AS date) + 1, interval '1 day') d
    LEFT JOIN moved m ON m.hotel_id = p.hotel_id AND m.product_id = p.product_id AND m.day = d::date
)
INSERT INTO computed_metrics
SELECT 'floor_stock', hotel_id, 'product', product_id, greatest(units, 0), day::timestamptz, day, '{}'
FROM days WHERE day <= CAST(:until_on AS date) AND (units > 0 OR moved IS NOT NULL)

-- name: occupancy
-- Occupied rooms / active rooms, for the days whose occupancy is known.
INSERT INTO computed_metrics
SELECT 'occupancy', hotel_id, 'hotel', hotel_id, occupancy, day::timestamptz, day, '{}'
FROM scratch_days WHERE is_known AND day >= CAST(:since_on AS date)

-- name: product_consumption
-- Units found consumed, by hotel, product and day, with their split over room types, and of how many the price is on
-- record and what that comes to.
WITH units AS (
    SELECT v.hotel_id, v.business_date, l.product_id, coalesce(v.room_type, '') AS room_type,
           trim_scale(coalesce(sum(l.consumed), 0)) AS consumed, trim_scale(sum(l.refilled)) AS refilled,
           sum(l.priced_units) AS priced, sum(l.charged) AS charged
    FROM scratch_visits v JOIN scratch_lines l USING (visit_id) GROUP BY 1, 2, 3, 4
)
INSERT INTO computed_metrics
SELECT 'product_consumption', u.hotel_id, 'product', u.product_id, sum(u.consumed), u.business_date::timestamptz,
       u.business_date,
       jsonb_strip_nulls(jsonb_build_object(
           'refilled', sum(u.refilled), 'by_room_type', jsonb_object_agg(u.room_type, u.consumed),
           'charged', CASE WHEN sum(u.priced) > 0
                           THEN jsonb_build_array(trim_scale(sum(u.priced)), trim_scale(round(sum(u.charged), 2))) END))
FROM units u GROUP BY u.hotel_id, u.product_id, u.business_date

-- name: room_consumption
-- Units found consumed, by room and day it was checked, with what the room was exposed to since its last check:
-- occupied nights, guest-nights, who stayed, and whether all of it is known: of guests whom no list has counted the
-- nights are known, and how many they were is not. A room that is let for the day has a night's
-- exposure, once a check lies after it.
WITH checks AS (
    SELECT hotel_id, room_id, room_type, business_date, count(*) AS visits, sum(consumed) AS consumed,
           sum(refilled) AS refilled, min(attendant_id) AS attendant_id, max(visited_at) AS visited_at,
           (array_agg(previous_at ORDER BY visited_at, visit_id))[1] AS previous_at
    FROM scratch_visits WHERE is_check GROUP BY hotel_id, room_id, room_type, business_date
), day_uses AS (
    SELECT room_id, arrives_on AS day, guests, coalesce(arrives_at, arrives_on::timestamptz) AS arrives_at,
           coalesce(departs_at, (arrives_on + 1)::timestamptz) AS departs_at
    FROM scratch_stays WHERE departs_on = arrives_on
), exposed AS (
    SELECT c.room_id, c.business_date, n.night, n.guests, n.stay_on, false AS is_day_use
    FROM checks c JOIN scratch_nights n ON n.room_id = c.room_id
     AND n.night BETWEEN c.previous_at::date AND c.business_date - 1
     AND n.night >= (SELECT min(previous_at)::date FROM checks)
    UNION ALL
    SELECT c.room_id, c.business_date, u.day, u.guests, u.day, true
    FROM checks c JOIN day_uses u ON u.room_id = c.room_id
     AND u.arrives_at < c.visited_at AND u.departs_at > c.previous_at
), exposure AS (
    SELECT e.room_id, e.business_date, count(*) AS nights, sum(e.guests) AS guest_nights,
           count(e.guests) = count(*) AS is_counted,
           count(DISTINCT e.stay_on) AS stays, bool_or(e.is_day_use) AS has_day_use,
           (array_agg(e.guests ORDER BY e.night DESC, e.is_day_use))[1] AS guests,
           (array_agg(e.stay_on ORDER BY e.night DESC, e.is_day_use))[1] AS stay_on
    FROM exposed e JOIN checks c USING (room_id, business_date) WHERE c.previous_at::date >= c.business_date - 60
    GROUP BY e.room_id, e.business_date
), doubts AS (
    SELECT DISTINCT c.room_id, c.business_date
    FROM checks c JOIN scratch_unknown u ON u.room_id = c.room_id
     AND u.night BETWEEN c.previous_at::date AND c.business_date
    UNION
    SELECT v.room_id, v.business_date
    FROM scratch_unlisted l JOIN scratch_visits v USING (visit_id) LEFT JOIN exposure e USING (room_id, business_date)
    WHERE e.room_id IS NULL AND NOT l.is_tonight
), products AS (
    SELECT room_id, business_date, jsonb_object_agg(product_id, trim_scale(units)) AS found,
           jsonb_object_agg(product_id, jsonb_build_array(trim_scale(priced), trim_scale(round(charged, 2))))
               FILTER (WHERE priced > 0) AS charged,
           jsonb_object_agg(product_id, trim_scale(holds)) FILTER (WHERE holds IS NOT NULL) AS holds
    FROM (SELECT v.room_id, v.business_date, l.product_id, sum(l.consumed) AS units, sum(l.priced_units) AS priced,
                 sum(l.charged) AS charged, min(o.holds) AS holds
          FROM scratch_visits v JOIN scratch_lines l USING (visit_id) LEFT JOIN scratch_overs o USING (visit_id, product_id)
          WHERE l.consumed > 0 GROUP BY 1, 2, 3) p
    GROUP BY room_id, business_date
)
INSERT INTO computed_metrics
SELECT 'room_consumption', c.hotel_id, 'room', c.room_id, c.consumed, c.business_date::timestamptz, c.business_date,
       jsonb_strip_nulls(jsonb_build_object(
           'visits', c.visits, 'refilled', trim_scale(c.refilled), 'attendant', c.attendant_id, 'room_type', c.room_type,
           'weekday', extract(isodow FROM c.business_date)::integer, 'occupancy', round(d.occupancy::numeric, 4),
           'previous_on', c.previous_at::date, 'products', p.found, 'charged', p.charged, 'holds', p.holds,
           'known', coalesce(d.is_known AND b.is_known AND d.unknown_days = b.unknown_days AND x.room_id IS NULL
                             AND e.is_counted IS NOT FALSE, false),
           'nights', coalesce(e.nights, z.none),
           'guest_nights', CASE WHEN e.is_counted IS NOT FALSE THEN coalesce(e.guest_nights, z.none) END,
           'guests', e.guests, 'stay_on', e.stay_on,
           'stays', coalesce(e.stays, z.none),
           'day_use', CASE WHEN e.has_day_use THEN true END, 'arriving', a.guests, 'staying', s.guests))
FROM checks c
CROSS JOIN LATERAL (SELECT CASE WHEN c.previous_at::date BETWEEN c.business_date - 60 AND c.business_date - 1 THEN 0 END) z (none)
LEFT JOIN exposure e USING (room_id, business_date)
LEFT JOIN doubts x USING (room_id, business_date)
LEFT JOIN products p USING (room_id, business_date)
LEFT JOIN scratch_days d ON d.hotel_id = c.hotel_id AND d.day = c.business_date
LEFT JOIN scratch_days b ON b.hotel_id = c.hotel_id AND b.day = c.previous_at::date
LEFT JOIN scratch_nights a ON a.room_id = c.room_id AND a.night = c.business_date AND a.stay_on = c.business_date
 AND a.night >= CAST(:since_on AS date)
LEFT JOIN scratch_nights s ON s.room_id = c.room_id AND s.night = c.business_date AND s.stay_on = e.stay_on
 AND s.night >= CAST(:since_on AS date)

-- name: vacant_consumption
-- Units found at checks before which no guest is known to have been in the room: no stay touches the time since the visit
-- before, two hours allowed on either side of arrival and departure, and occupancy is known for all of it. Where an hour is
-- not on record the hotel's check-out time ends a stay, or a sign at the door later than that, with six hours allowed:
-- guests who leave late leave by then. An hour that was only planned is not on record, nor is a departure at check-out time,
-- which is what the hotel expects.
-- Extras noted as used up are left out: the guest who had them has left.
-- Some cases are no certainty but evidence, and the context says which: the visit before was on the day of departure and
-- the guest may have left after it (between two checks of one morning the guest did), by an hour that is not on record
-- (after_departure_check, with its hour, check_hour), or by one that had come and is less than two hours ago or was only planned
-- (around_departure); the visit is on the day of arrival, before check-in time, and the guest may
-- have come early (before_arrival); or rows were rejected from the lists of a day since the visit before, so that a guest may be
-- on no list (rejected_rows); or a list is missing between two that have the room empty (missing_list); or the visit before
-- was the first since the guest left, and may have overlooked something (after_first_check). `hidden` is the probability of
-- a guest whom no list has: each rejected row is one guest in one of the rooms that were free that day. It is rounded up to
-- a quarter of a power of two, so that it does not change with every run. A day has the visits of its best evidence that found something.
-- What is found after a departure check waits for the list of the next morning: a guest who stays on is often entered a day
-- late. Where something is missing again at a second check of that day, a guest has stayed whom no list has, until between the
-- two: the first find says nothing, and the second is no certainty.
-- What the floor store had run out of in the evening of the visit before, or of the day before it, may have been missing
-- then: who checks a room can't put in what is not there, and types nothing. It is left out.
WITH stays AS (
    SELECT s.room_id, s.arrives_on, s.departs_on, h.is_timed, s.arrives_on = s.departs_on AS is_day_use,
           CASE WHEN h.is_timed THEN s.departs_at
                WHEN s.leaves_at::time <> CAST(:check_out AS time) THEN s.leaves_at END AS leaves_at,
           coalesce(s.arrives_at - interval '2 hours', s.arrives_on::timestamptz) AS starts_at,
           s.arrives_at IS NULL AS may_be_early,
           CASE WHEN h.is_timed THEN greatest(s.departs_at, g.last_at) + interval '2 hours'
                WHEN s.arrives_on = s.departs_on THEN (s.departs_on + 1)::timestamptz
                ELSE greatest((s.departs_on + CAST(:check_out AS time))::timestamptz, s.leaves_at, g.last_at)
                     + interval '6 hours'
           END AS ends_at
    FROM scratch_stays s LEFT JOIN scratch_dnd g ON g.room_id = s.room_id AND g.day = s.departs_on
    CROSS JOIN LATERAL (SELECT s.departs_at IS NOT NULL
        AND (s.arrives_on = s.departs_on OR s.departs_at::time <> CAST(:check_out AS time)) AS is_timed) h
), touched AS (
    SELECT v.visit_id, bool_or(NOT (t.is_tail OR t.is_head)) AS is_guests,
           bool_or(t.is_tail AND s.leaves_at IS NULL) AS is_tail,
           bool_or(t.is_tail AND s.leaves_at IS NOT NULL) AS is_timed_tail,
           bool_or(t.is_head) AS is_head
    FROM scratch_visits v JOIN stays s ON s.room_id = v.room_id AND s.starts_at < v.visited_at AND s.ends_at > v.previous_at
    CROSS JOIN LATERAL (SELECT
        NOT s.is_day_use AND v.previous_at::date = s.departs_on
            AND coalesce(v.previous_at >= s.leaves_at, true)
            AND (v.business_date > s.departs_on
                 OR v.previous_at >= (s.departs_on + CAST(:check_out AS time))::timestamptz) AS is_tail,
        NOT s.is_day_use AND s.may_be_early AND v.business_date = s.arrives_on
            AND v.visited_at < (s.arrives_on + CAST(:check_in AS time))::timestamptz AS is_head) t
    GROUP BY v.visit_id
), in_turn AS (
    SELECT visit_id, lead(visit_id) OVER (PARTITION BY room_id ORDER BY visited_at, visit_id) AS next_id
    FROM scratch_visits WHERE is_check
), staying AS MATERIALIZED (
    SELECT v.visit_id, n.visit_id AS next_id
    FROM in_turn o JOIN touched t USING (visit_id) JOIN scratch_visits v USING (visit_id)
    JOIN scratch_visits n ON n.visit_id = o.next_id
    WHERE NOT t.is_guests AND (t.is_tail OR t.is_timed_tail) AND v.consumed > 0 AND n.consumed > 0
      AND n.business_date = v.business_date
      AND NOT EXISTS (SELECT FROM touched x WHERE x.visit_id = n.visit_id)
), departed AS MATERIALIZED (
    SELECT v.visit_id, v.hotel_id, v.room_id, v.previous_at::date AS previous_on, v.previous_at,
           max(s.departs_on) AS departed_on
    FROM scratch_visits v JOIN stays s ON s.room_id = v.room_id AND s.ends_at <= v.previous_at
    WHERE v.is_check AND NOT EXISTS (SELECT FROM touched t WHERE t.visit_id = v.visit_id) GROUP BY 1, 2, 3, 4, 5
), seconds AS MATERIALIZED (
    -- Where the visit before found something, the guest may have taken it after the check of the departure day, which was then
    -- too early: two checks have to have come between.
    SELECT d.visit_id FROM departed d
    CROSS JOIN LATERAL (SELECT CASE WHEN EXISTS (
            SELECT FROM scratch_visits p
            WHERE p.room_id = d.room_id AND p.business_date = d.previous_on AND p.visited_at <= d.previous_at
              AND p.is_check AND p.consumed > 0)
        OR EXISTS (
            SELECT FROM ml_metrics p
            WHERE p.metric_type = 'room_consumption' AND p.hotel_id = d.hotel_id AND p.entity_type = 'room'
              AND p.entity_id = d.room_id AND p.observed_at = d.previous_on::timestamptz
              AND d.previous_on < CAST(:since_on AS date) AND p.metric_value > 0) THEN 2 ELSE 1 END) f (needed)
    WHERE (
        SELECT count(*) FROM scratch_visits c WHERE c.room_id = d.room_id AND c.is_check
        AND c.business_date >= greatest(d.departed_on, CAST(:since_on AS date)) AND c.business_date < d.previous_on)
      + CASE WHEN d.departed_on < CAST(:since_on AS date) THEN (
        SELECT coalesce(sum(coalesce(CAST(m.context ->> 'visits' AS integer), 1)), 0) FROM ml_metrics m
        WHERE m.metric_type = 'room_consumption' AND m.hotel_id = d.hotel_id AND m.entity_type = 'room'
          AND m.entity_id = d.room_id AND m.observed_at >= d.departed_on::timestamptz
          AND m.observed_at < least(d.previous_on, CAST(:since_on AS date))::timestamptz) ELSE 0 END < f.needed
), rejects AS MATERIALIZED (
    SELECT v.visit_id, sum(r.rows / greatest(d.free_rooms, 1.0)) AS hidden FROM scratch_visits v
    JOIN scratch_rejects r ON r.hotel_id = v.hotel_id AND r.day BETWEEN v.previous_at::date AND v.business_date
    LEFT JOIN scratch_days d ON d.hotel_id = r.hotel_id AND d.day = r.day
    GROUP BY v.visit_id
), shelves AS MATERIALIZED (
    SELECT hotel_id, entity_id AS product_id, business_date AS day, metric_value AS units
    FROM computed_metrics WHERE metric_type = 'floor_stock'
    UNION ALL
    SELECT hotel_id, entity_id, business_date, metric_value FROM ml_metrics
    WHERE metric_type = 'floor_stock' AND observed_at < :since_at
      AND observed_at >= CAST(:since_at AS timestamptz) - interval '61 days'
), lacking AS MATERIALIZED (
    -- By equality alone: a scan of the shelves for each line would grow with their square.
    SELECT l.visit_id, l.product_id, l.consumed - l.noted AS units
    FROM scratch_visits v JOIN scratch_lines l USING (visit_id) LEFT JOIN touched t USING (visit_id)
    CROSS JOIN LATERAL (SELECT v.previous_at::date AS day) e
    JOIN (SELECT DISTINCT hotel_id, day FROM shelves) b ON b.hotel_id = v.hotel_id AND b.day = e.day
    JOIN (SELECT DISTINCT hotel_id, day + 1 AS day FROM shelves) a ON a.hotel_id = v.hotel_id AND a.day = e.day
    JOIN (SELECT DISTINCT hotel_id, product_id FROM shelves) k ON k.hotel_id = v.hotel_id AND k.product_id = l.product_id
    LEFT JOIN shelves s ON s.hotel_id = v.hotel_id AND s.product_id = l.product_id AND s.day = e.day AND s.units > 0
    LEFT JOIN shelves r ON r.hotel_id = v.hotel_id AND r.product_id = l.product_id AND r.day = e.day - 1 AND r.units > 0
    WHERE l.consumed > l.noted AND t.is_guests IS NOT TRUE AND (s.units IS NULL OR r.units IS NULL)
), vacant AS (
    SELECT v.*, v.consumed - coalesce(n.units, 0) - coalesce(k.units, 0) AS units, coalesce(t.is_tail, g.next_id IS NOT NULL) AS is_tail,
           coalesce(t.is_timed_tail, false) AS is_timed_tail, coalesce(t.is_head, false) AS is_head,
           coalesce(t.visit_id, g.next_id) IS NULL AND r.visit_id IS NOT NULL AS has_rejects,
           coalesce(t.visit_id, g.next_id) IS NULL AND l.hidden IS NOT NULL AS lacks_list,
           coalesce(t.visit_id, g.next_id) IS NULL AND f.visit_id IS NOT NULL AS is_second,
           CASE WHEN coalesce(t.visit_id, g.next_id) IS NULL AND h.hidden > 0
                THEN trim_scale(round(least(power(2, ceil(4 * log(2, h.hidden)) / 4), 1), 5)) END AS hidden,
           CASE WHEN coalesce(t.visit_id, g.next_id) IS NOT NULL THEN 3
                WHEN coalesce(r.visit_id, f.visit_id, l.visit_id) IS NOT NULL THEN 2 ELSE 1 END AS rank
    FROM scratch_visits v
    JOIN scratch_days d ON d.hotel_id = v.hotel_id AND d.day = v.business_date
    JOIN scratch_days b ON b.hotel_id = v.hotel_id AND b.day = v.previous_at::date
    LEFT JOIN touched t USING (visit_id)
    LEFT JOIN rejects r USING (visit_id)
    LEFT JOIN seconds f USING (visit_id)
    LEFT JOIN (SELECT * FROM scratch_unlisted WHERE hidden IS NOT NULL) l USING (visit_id)
    LEFT JOIN (SELECT next_id FROM staying) g ON g.next_id = v.visit_id
    LEFT JOIN (SELECT visit_id, sum(noted) AS units FROM scratch_lines GROUP BY visit_id) n USING (visit_id)
    LEFT JOIN (SELECT visit_id, sum(units) AS units FROM lacking GROUP BY visit_id) k USING (visit_id)
    CROSS JOIN LATERAL (SELECT CAST(coalesce(r.hidden, 0) + coalesce(l.hidden, 0) AS numeric)) h (hidden)
    WHERE v.is_check AND d.is_known AND b.is_known AND d.unknown_days = b.unknown_days AND t.is_guests IS NOT TRUE
      AND NOT EXISTS (SELECT FROM scratch_unknown u WHERE u.room_id = v.room_id
                      AND u.night BETWEEN v.previous_at::date - 1 AND v.business_date)
      AND NOT EXISTS (SELECT FROM scratch_unlisted u WHERE u.visit_id = v.visit_id
                      AND (t.is_tail OR t.is_timed_tail OR g.next_id IS NOT NULL
                           OR (NOT u.is_tonight AND (u.hidden IS NULL OR t.visit_id IS NOT NULL))))
      AND NOT EXISTS (SELECT FROM staying g WHERE g.visit_id = v.visit_id)
), days AS (
    SELECT *, min(rank) FILTER (WHERE units > 0) OVER (PARTITION BY room_id, business_date) AS best FROM vacant
), recorded AS (
    SELECT * FROM days WHERE rank = coalesce(best, rank)
), found AS (
    SELECT v.room_id, v.business_date, jsonb_object_agg(l.product_id, trim_scale(l.units)) AS products,
           jsonb_object_agg(l.product_id, jsonb_build_array(trim_scale(l.priced_units), trim_scale(round(l.charged, 2))))
               FILTER (WHERE l.priced_units > 0) AS charged,
           jsonb_object_agg(l.product_id, trim_scale(o.holds)) FILTER (WHERE o.holds IS NOT NULL) AS holds
    FROM recorded v
    JOIN (SELECT visit_id, product_id, consumed - noted AS units, priced_units, charged FROM scratch_lines s
          WHERE NOT EXISTS (SELECT FROM lacking k WHERE (k.visit_id, k.product_id) = (s.visit_id, s.product_id))) l
    USING (visit_id)
    LEFT JOIN scratch_overs o USING (visit_id, product_id)
    WHERE l.units > 0 GROUP BY v.room_id, v.business_date
)
INSERT INTO computed_metrics
SELECT 'vacant_consumption', v.hotel_id, 'room', v.room_id, sum(v.units), v.business_date::timestamptz,
       v.business_date,
       jsonb_strip_nulls(jsonb_build_object(
           'previous_on', min(v.previous_at)::date, 'visits', count(*), 'products', f.products, 'charged', f.charged,
           'holds', f.holds,
           'after_departure_check', CASE WHEN bool_or(v.is_tail) THEN true END,
           'around_departure', CASE WHEN bool_or(v.is_timed_tail) THEN true END,
           'check_hour', extract(hour FROM coalesce(min(v.previous_at) FILTER (WHERE v.is_tail OR v.is_timed_tail),
                                                    max(v.visited_at) FILTER (WHERE v.is_head)))::integer,
           'before_arrival', CASE WHEN bool_or(v.is_head) THEN true END,
           'rejected_rows', CASE WHEN bool_or(v.has_rejects) THEN true END,
           'missing_list', CASE WHEN bool_or(v.lacks_list) THEN true END,
           'hidden', max(v.hidden),
           'after_first_check', CASE WHEN bool_or(v.is_second) THEN true END))
FROM recorded v LEFT JOIN found f USING (room_id, business_date)
GROUP BY v.hotel_id, v.room_id, v.business_date, f.products, f.charged, f.holds

-- name: stage_refills
-- When something was put into rooms that have a request which nobody has answered, and when they were checked.
WITH open AS MATERIALIZED (
    SELECT DISTINCT room_id FROM source_refill_requests(:since_at, :until) WHERE NOT is_answered
)
INSERT INTO scratch_refills
SELECT DISTINCT l.room_id, l.visited_at, true FROM source_visit_lines(:since_at, :until) l
WHERE l.room_id = ANY(ARRAY(SELECT room_id FROM open)) AND l.refilled > 0
UNION ALL
SELECT v.room_id, v.visited_at, false FROM source_visits(:since_at, :until) v
WHERE v.room_id = ANY(ARRAY(SELECT room_id FROM open)) AND v.is_check

-- name: stage_asked_controls
-- Empty checks of these rooms that only the control records have.
INSERT INTO scratch_refills
SELECT c.room_id, c.ended_at, false FROM source_controls(:since_at, :until) c
WHERE c.is_empty_check
  AND c.room_id = ANY(ARRAY(SELECT q.room_id FROM source_refill_requests(:since_at, :until) q WHERE NOT q.is_answered))

-- name: refill_duration
-- Median minutes between an attendant's visits to different rooms in one shift. Gaps over :break_minutes are breaks. A gap
-- in which the attendant stood before a door that stayed shut says nothing about how long a room takes.
-- The single gaps and the units handled at their end are kept, so that the work mix can be taken out of the pace; so are
-- the minutes between picking a room and saving what was found there, where the attendants' records have them: gaps hold
-- the time in which no room was free, too. `typed` counts runs of checks that were entered at once with what they found,
-- `unseen` lists the checks of runs that nobody can have walked (unseen.sql); neither has gaps.
WITH days AS (
    SELECT hotel_id, attendant_id, business_date, count(*) AS visits, sum(consumed + refilled) AS items
    FROM scratch_visits WHERE attendant_id IS NOT NULL GROUP BY 1, 2, 3
), gaps AS (
    SELECT hotel_id, attendant_id, business_date, percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) AS median,
           jsonb_agg(round(minutes, 2) ORDER BY visited_at) AS minutes, jsonb_agg(items ORDER BY visited_at) AS items
    FROM scratch_gaps GROUP BY 1, 2, 3
), runs AS (
    SELECT hotel_id, attendant_id, business_date, max(minutes) AS minutes,
           nullif(count(DISTINCT run) FILTER (WHERE NOT is_mostly_empty), 0) AS typed
    FROM scratch_runs GROUP BY 1, 2, 3
), unseen AS (
    SELECT u.hotel_id, u.attendant_id, u.business_date,
           round(max(u.usual_minutes)::numeric, 2) AS usual,
           jsonb_agg(jsonb_build_object('run', u.run, 'room', v.room_id, 'at', v.visited_at,
                                        'previous_at', v.previous_at, 'empty', u.is_empty) ORDER BY v.visited_at, v.visit_id) AS checks
    FROM scratch_unseen u JOIN scratch_visits v USING (visit_id) GROUP BY 1, 2, 3
), in_rooms AS (
    SELECT DISTINCT ON (m.control_id) v.hotel_id, v.attendant_id, v.business_date, v.visited_at,
           v.consumed + v.refilled AS items, extract(epoch FROM m.ended_at - m.began_at) / 60 AS minutes
    FROM scratch_minutes m JOIN scratch_visits v
      ON v.room_id = m.room_id AND v.attendant_id = m.attendant_id
     AND v.visited_at >= m.began_at AND v.visited_at <= m.ended_at + interval '1 minute'
    ORDER BY m.control_id, v.visited_at
), rooms AS (
    SELECT hotel_id, attendant_id, business_date, jsonb_agg(round(minutes, 2) ORDER BY visited_at) AS minutes,
           jsonb_agg(items ORDER BY visited_at) AS items
    FROM in_rooms GROUP BY 1, 2, 3
)
INSERT INTO computed_metrics
SELECT 'refill_duration', d.hotel_id, 'attendant', d.attendant_id, coalesce(g.median, t.minutes),
       d.business_date::timestamptz, d.business_date,
       jsonb_strip_nulls(jsonb_build_object(
           'visits', d.visits, 'items', d.items, 'gap_minutes', g.minutes, 'gap_items', g.items,
           'room_minutes', r.minutes, 'room_items', r.items, 'typed', t.typed, 'unseen', u.checks,
           'usual_minutes', u.usual))
FROM days d
LEFT JOIN gaps g USING (hotel_id, attendant_id, business_date)
LEFT JOIN runs t USING (hotel_id, attendant_id, business_date)
LEFT JOIN unseen u USING (hotel_id, attendant_id, business_date)
LEFT JOIN rooms r USING (hotel_id, attendant_id, business_date)
WHERE coalesce(g.median, t.minutes) IS NOT NULL

-- name: request_response
-- Minutes from a guest's request to its completion. An open request ages in steps of a quarter of an hour, so that
-- collecting again a moment later changes nothing; detect counts its minutes to the instant. An answer without a time, or
-- with one before the request, was given nobody knows when: no point, for it neither waits nor took no time.
-- A request that nobody closed ends when its subject does: something was put in, a later request of the room was
-- answered, or the guest of its day has left: by an hour on record, or at check-out time or the later hour that was planned.
-- Where no guest of its day is on record (`unlisted`) nobody can be asked: it ends with the room's next check, or a day old.
-- Which of these came first is `ended_by`.
WITH found AS MATERIALIZED (
    SELECT *, is_answered AND (answered_at IS NULL OR answered_at < requested_at) AS is_untimed
    FROM source_refill_requests(:since_at, :until)
), refused AS (
    INSERT INTO refused_rows
    SELECT 'requests', CASE WHEN answered_at IS NULL THEN 'answered without a time' ELSE 'answered before asked' END,
           requested_at::date, count(*), min(request_id)
    FROM found WHERE is_untimed GROUP BY 2, 3
), open AS (
    SELECT q.*, NOT EXISTS (
               SELECT FROM scratch_stays s
               WHERE s.room_id = q.room_id AND q.requested_at::date BETWEEN s.arrives_on AND s.departs_on) AS is_unlisted
    FROM found q WHERE NOT q.is_untimed AND coalesce(q.answered_at > :until, true)
), ends AS (
    SELECT q.request_id, 'refill' AS ended_by, f.at AS ended_at FROM open q JOIN scratch_refills f USING (room_id)
    WHERE f.is_refill AND f.at > q.requested_at
    UNION ALL
    SELECT q.request_id, 'check', f.at FROM open q JOIN scratch_refills f USING (room_id)
    WHERE NOT f.is_refill AND f.at > q.requested_at AND q.is_unlisted
    UNION ALL
    SELECT request_id, 'age', requested_at + interval '1 day' FROM open WHERE is_unlisted
    UNION ALL
    SELECT q.request_id, 'later_request', coalesce(l.answered_at, l.requested_at)
    FROM open q JOIN found l USING (room_id) WHERE l.is_answered AND l.requested_at > q.requested_at
    UNION ALL
    SELECT q.request_id, 'departure',
           max(coalesce(s.departs_at, greatest((s.departs_on + CAST(:check_out AS time))::timestamptz, s.leaves_at)))
    FROM open q JOIN scratch_stays s ON s.room_id = q.room_id AND q.requested_at::date BETWEEN s.arrives_on AND s.departs_on
    GROUP BY q.request_id
), ended AS (
    SELECT DISTINCT ON (e.request_id) e.request_id, e.ended_by, e.ended_at
    FROM ends e JOIN open q USING (request_id) WHERE e.ended_at <= :until AND e.ended_at >= q.requested_at
    -- What was put in on a check is a refill.
    ORDER BY e.request_id, e.ended_at, e.ended_by = 'check', e.ended_by
)
INSERT INTO computed_metrics
SELECT DISTINCT ON (q.room_id, q.requested_at)
       'request_response', r.hotel_id, 'room', q.room_id,
       CASE WHEN q.answered_at <= :until THEN extract(epoch FROM q.answered_at - q.requested_at) / 60
            WHEN e.request_id IS NOT NULL THEN extract(epoch FROM e.ended_at - q.requested_at) / 60
            ELSE 15 * floor(extract(epoch FROM CAST(:until AS timestamptz) - q.requested_at) / 900) END,
       q.requested_at, q.requested_at::date,
       jsonb_strip_nulls(jsonb_build_object(
           'open', coalesce(q.answered_at > :until, true) AND e.request_id IS NULL, 'ended_by', e.ended_by,
           'unlisted', nullif(o.is_unlisted, false)))
FROM found q JOIN scratch_rooms r USING (room_id)
LEFT JOIN open o USING (request_id) LEFT JOIN ended e USING (request_id) WHERE NOT q.is_untimed
ORDER BY q.room_id, q.requested_at, q.answered_at DESC NULLS FIRST, q.request_id

-- name: custody_loss
-- Units handed out - used - returned - left, by attendant and day.
INSERT INTO computed_metrics
SELECT 'custody_loss', hotel_id, 'attendant', attendant_id, sum(lost), day::timestamptz, day,
       jsonb_strip_nulls(jsonb_build_object('handed_out', sum(handed_out),
           'products', jsonb_object_agg(product_id, lost) FILTER (WHERE lost > 0)))
FROM scratch_custody WHERE day >= CAST(:since_on AS date) GROUP BY hotel_id, attendant_id, day

-- name: keep_hotels
-- Takes out the points of other hotels than those that are worked on: of a ledger, for one, which is read as a whole.
DELETE FROM computed_metrics WHERE hotel_id <> ALL(CAST(:hotels AS integer[]))

-- name: refuse
-- Takes out points that can't be true; returns what was refused here and while staging, with how many of each day.
WITH taken AS (
    DELETE FROM computed_metrics
    WHERE metric_value IS NULL OR metric_value IN ('NaN', 'Infinity', '-Infinity')
       OR observed_at > CAST(:until AS timestamptz)
       OR (metric_value < 0 AND metric_type NOT IN ('stock_level', 'custody_loss'))
       OR (metric_value > 1 AND metric_type = 'occupancy')
    RETURNING metric_type, entity_id, observed_at, business_date, metric_value
), refused AS (
    SELECT source, reason, day, rows, example_id FROM refused_rows
    UNION ALL
    SELECT metric_type, CASE WHEN observed_at > CAST(:until AS timestamptz) THEN 'in the future'
                             WHEN metric_value < 0 OR metric_value > 1 THEN 'impossible value' ELSE 'not finite' END,
           business_date, count(*), min(entity_id)
    FROM taken GROUP BY 1, 2, 3
)
SELECT source, reason, CAST(sum(rows) AS bigint) AS rows, min(example_id) AS example_id,
       jsonb_object_agg(day, rows) AS days
FROM refused GROUP BY 1, 2
ORDER BY 1, 2

-- name: upsert
-- Writes points that are new or different; returns how many of each. Equal ones are not touched at all. Whose points of
-- past days changed since :changes_since is kept for detect; neither an open request that only grew older nor how full
-- the hotel was is a change. Before :recent_since only the metrics that look back further (:trailing) are read.
WITH old AS (
    SELECT * FROM ml_metrics WHERE observed_at >= :recent_since AND observed_at <= :until
    UNION ALL
    SELECT * FROM ml_metrics
    WHERE metric_type = ANY(:trailing) AND observed_at >= :trailing_since AND observed_at < :recent_since
), changed AS MATERIALIZED (
    SELECT c.*, o.metric_type IS NULL AS is_new,
           (o.metric_value, o.context - 'occupancy') IS DISTINCT FROM (c.metric_value, c.context - 'occupancy')
               AND NOT coalesce(CAST(o.context ->> 'open' AS boolean) AND CAST(c.context ->> 'open' AS boolean), false)
               AS is_news
    FROM computed_metrics c LEFT JOIN old o
      ON o.metric_type = c.metric_type AND o.hotel_id = c.hotel_id AND o.entity_type = c.entity_type
     AND o.entity_id = c.entity_id AND o.observed_at = c.observed_at
    WHERE (o.metric_value, o.context) IS DISTINCT FROM (c.metric_value, c.context)
), written AS (
    INSERT INTO ml_metrics
        (metric_type, hotel_id, entity_type, entity_id, metric_value, observed_at, business_date, context)
    SELECT metric_type, hotel_id, entity_type, entity_id, metric_value, observed_at, business_date, context FROM changed
    ON CONFLICT (metric_type, hotel_id, entity_type, entity_id, observed_at) DO UPDATE
        SET metric_value = excluded.metric_value, business_date = excluded.business_date, context = excluded.context
), days AS (
    INSERT INTO ml_changed_days (run_id, business_date, hotel_id, entity_type, entity_id)
    SELECT DISTINCT CAST(:run_id AS bigint), business_date, hotel_id, entity_type, entity_id FROM changed
    WHERE is_news AND business_date >= CAST(:changes_since AS date) AND business_date < CAST(:until_on AS date)
)
SELECT count(*) FILTER (WHERE is_new) AS inserted, count(*) FILTER (WHERE NOT is_new) AS updated FROM changed

-- name: delete_stale
-- Removes points of the recomputed span that its source rows no longer give; says how many. Each span
-- starts at its own instant.
WITH spans AS (
    SELECT * FROM jsonb_to_recordset(CAST(:spans AS jsonb)) AS s (metric_type text, since_at timestamptz)
), removed AS (
    DELETE FROM ml_metrics m USING spans s
    WHERE m.metric_type = s.metric_type AND m.observed_at >= s.since_at
      AND m.observed_at >= :trailing_since AND m.observed_at <= :until
      AND (m.observed_at >= :recent_since OR m.metric_type = ANY(:trailing))
      AND (CAST(:hotels AS integer[]) IS NULL OR m.hotel_id = ANY(CAST(:hotels AS integer[])))
      AND NOT EXISTS (
        SELECT FROM computed_metrics c
        WHERE c.metric_type = m.metric_type AND c.hotel_id = m.hotel_id AND c.entity_type = m.entity_type
          AND c.entity_id = m.entity_id AND c.observed_at = m.observed_at)
    RETURNING m.business_date, m.hotel_id, m.entity_type, m.entity_id
), days AS (
    INSERT INTO ml_changed_days (run_id, business_date, hotel_id, entity_type, entity_id)
    SELECT DISTINCT CAST(:run_id AS bigint), business_date, hotel_id, entity_type, entity_id FROM removed
    WHERE business_date >= CAST(:changes_since AS date) AND business_date < CAST(:until_on AS date)
    ON CONFLICT DO NOTHING
)
SELECT count(*) AS removed FROM removed

-- name: new_stock_movements
-- New ledger rows since the watermark.
SELECT 'new_stock_movements' AS source_table, n.* FROM source_new_stock_movements(:after_new_stock_movements, :not_before) n

-- name: new_visits
-- New visits since the watermark.
SELECT 'new_visits' AS source_table, n.* FROM source_new_visits(:after_new_visits, :not_before) n

-- name: new_visit_lines
-- New visit lines since the watermark.
SELECT 'new_visit_lines' AS source_table, n.* FROM source_new_visit_lines(:after_new_visit_lines, :not_before) n

-- name: new_controls
-- New control records since the watermark.
SELECT 'new_controls' AS source_table, n.* FROM source_new_controls(:after_new_controls, :not_before) n

-- name: new_stays
-- New stays since the watermark.
SELECT 'new_stays' AS source_table, n.* FROM source_new_stays(:after_new_stays, :not_before) n

-- name: fetch_watermarks
-- The highest id seen in each source table.
SELECT source_table, last_id FROM ml_watermarks

-- name: upsert_watermarks
-- Moves the watermarks.
INSERT INTO ml_watermarks (source_table, last_id)
SELECT key, value::bigint FROM jsonb_each_text(CAST(:watermarks AS jsonb))
ON CONFLICT (source_table) DO UPDATE SET last_id = excluded.last_id

-- name: ensure_partitions
-- Makes the monthly partitions from the first computed point to two months after `until`.
SELECT ensure_partitions(coalesce(min(observed_at), :until), :until) FROM computed_metrics

-- name: ledger_hotel
-- The hotel that the ledger belongs to: the only active one, else 0, the chain's common store.
SELECT CASE WHEN count(*) = 1 THEN min(hotel_id) ELSE 0 END FROM source_hotels() WHERE is_active

-- name: has_own_depots
-- Whether the application keeps what each hotel's depot holds, and nearly all ledger rows name the depot they are about:
-- one in a hundred may not. Without such levels the hotel of whoever wrote a row is no depot: where hotels share a
-- warehouse, one of them enters what is delivered for all, and the others would only ever take out.
SELECT count(*) > 0 AND 100 * count(*) FILTER (WHERE hotel_id IS NULL) <= count(*)
       AND EXISTS (SELECT FROM source_depot_stock())
FROM source_movement_hotels('1900-01-01', '2200-01-01')

-- name: fed
-- Which metrics have points of a span in which hotel; those of the ledger in the common store too. One probe each, in the
-- order of the primary key: in any other a hotel that has none would be looked for in all the others' points.
SELECT h.hotel_id, m.metric
FROM unnest(CAST(:hotels AS integer[])) AS h (hotel_id) CROSS JOIN unnest(CAST(:metrics AS text[])) AS m (metric)
CROSS JOIN LATERAL (
    SELECT FROM ml_metrics p
    WHERE p.metric_type = m.metric AND p.hotel_id = h.hotel_id AND p.observed_at >= :since AND p.observed_at <= :until
    ORDER BY p.entity_type, p.entity_id, p.observed_at LIMIT 1) p
WHERE h.hotel_id <> 0 OR m.metric = ANY(:of_ledger)

-- name: floor_hotels
-- The hotels that have a floor store.
SELECT DISTINCT hotel_id FROM source_floor_stock()

-- name: floor_hotels_without_draws
-- Those of which no person's withdrawal in a span is on record.
SELECT DISTINCT f.hotel_id FROM source_floor_stock() f
WHERE NOT EXISTS (SELECT FROM source_floor_draws(:since, :until) d WHERE d.hotel_id = f.hotel_id)
