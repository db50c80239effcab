-- Collecting: which room was let in which night, by lists, tasks and signs, and what our own record of nights keeps.
-- Scratch tables and binds as in collect.sql.

-- name: uploads
-- On which days each hotel has loaded its in-house list, and when last; and on which its list of departures.
INSERT INTO scratch_uploads
SELECT hotel_id, day, coalesce(bool_or(l.is_there AND list = 'in_house'), false),
       max(coalesce(loaded_at, (day + 1)::timestamptz)) FILTER (WHERE l.is_there AND list = 'in_house'),
       coalesce(bool_or(l.is_there AND list = 'departures'), false)
FROM source_uploads(CAST(:since_on AS date) - 61, CAST(:until_on AS date) + 2)
CROSS JOIN LATERAL (SELECT is_loaded AND coalesce(loaded_at <= :until, true)) l (is_there)
WHERE CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[]))
GROUP BY hotel_id, day

-- name: files
-- Days of which a guest may be on no list, since rows of them were rejected. A guest who comes and leaves on one date
-- stands on the list of arrivals, which rejects it: more rows than it usually rejects. The list of guests in house names who slept
-- there the night before, and rejects unknown rooms every other day: more than a tenth of its rows may be guests of
-- ours. Each of these rows may be one guest in one room. Of several files of one list the one with most good rows counts: a
-- list of another day is loaded as one of guests in house. Of which most rows were rejected says nothing: the list was not
-- loaded; where nobody knows how many rows it had, any rejected one is most of them. And one of departures of which a tenth
-- was rejected does not name who leaves.
WITH files AS MATERIALIZED (
    SELECT DISTINCT ON (hotel_id, list, loaded_at::date) file_id, hotel_id, list, loaded_at::date AS day,
           coalesce(CAST(lines AS bigint), 0) AS lines, CAST(rejected AS bigint) AS rejected
    FROM source_list_files(CAST(:since_on AS date) - 61, CAST(:until_on AS date) + 1)
    WHERE loaded_at <= :until AND rejected >= 0
      AND (CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[])))
    ORDER BY hotel_id, list, loaded_at::date, coalesce(CAST(lines AS bigint), 0) - rejected DESC, rejected, file_id
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
SELECT f.hotel_id, f.day, f.rejected - u.usual
FROM files f JOIN (
    SELECT hotel_id, CASE WHEN count(*) >= 14 THEN CAST(percentile_disc(0.5) WITHIN GROUP (ORDER BY rejected) AS bigint)
                          ELSE 0 END AS usual
    FROM files WHERE list = 'arrivals' GROUP BY hotel_id) u USING (hotel_id)
WHERE f.list = 'arrivals' AND f.rejected > u.usual

-- name: recall_stays
-- Whether what the last run took from the guest lists still holds: their rows, and what reads them, are as they were. Lists are
-- loaded a few times a day, and there is a run every quarter of an hour. Spans that no other run has are not kept.
INSERT INTO scratch_kept
SELECT 'stays', n.seen, EXISTS (SELECT FROM ml_kept k WHERE k.stage = 'stays' AND k.seen = n.seen)
FROM (
    SELECT concat_ws(' ', CAST(:since_on AS date), CAST(:until_on AS date), current_setting('TimeZone'), CAST(:text AS text),
                     md5(pg_get_functiondef(to_regproc('minibar_ml.source_stays'))),
                     (SELECT sum(hash_record_extended(ROW(room_id, hotel_id), 0)) FROM scratch_rooms),
                     count(*), sum(trace)) AS seen
    FROM source_trace_listed_stays(CAST(:since_on AS date) - 60, CAST(:until_on AS date) + 1)) n
WHERE CAST(:since_on AS date) > CAST(:until_on AS date) - 15;
DELETE FROM ml_kept_stays WHERE EXISTS (SELECT FROM scratch_kept WHERE stage = 'stays' AND NOT is_same);
INSERT INTO ml_kept SELECT stage, seen FROM scratch_kept WHERE stage = 'stays' AND NOT is_same
ON CONFLICT (stage) DO UPDATE SET seen = excluded.seen

-- name: stays
-- Stays that touch the span. One that can't be right makes its nights unknown: nobody is not what it says. So do:
-- a row that a later list has overwritten, for the nights on which it may have named a guest whom no run of ours has read;
-- a guest whom a list of guests in house still names in the afternoon of the departure or later: until that day, unless a
-- later list has the stay right, or the list of that afternoon was printed in the morning, since it names nearly everybody
-- who left; and one whom the lists no longer name, where they name every guest every day: from the last day that they did.
-- A guest who was to arrive and whom two lists of guests in house do not have has not come: the stay ends with the second.
-- So it does where they no longer have a guest whom they had named every day.
-- Of two stays with one arrival the one that was written on a later day counts: the other is what was planned before. Where
-- both stand on lists of guests in house, these lists add rows and never name one again: sharers may leave on two days, and
-- who was to leave sooner may have stayed after all. Until the later departure, or the next guest, the room is unknown.
-- Which rooms a list of guests in house did not have is recorded once its day is over: the next list overwrites what it said.
-- A guest whom no list of arrivals has for the room, and whom these lists did not have until then, came from another room,
-- where a row with these dates is no longer named: the row keeps the day of arrival at the hotel. The nights before, of which
-- nobody had said otherwise, stay vacant. Without such a row the guest may have been entered late.
ANALYZE scratch_uploads;
WITH runs AS MATERIALIZED (
    SELECT min(as_of) AS as_of FROM ml_job_runs
    WHERE job = 'collect' AND outcome IN ('done', 'partly') AND as_of >= CAST(:since_on AS date) - 61 AND as_of < :until
      AND NOT jsonb_exists(counts, 'only_hotels')
    GROUP BY as_of::date
), heard AS (
    SELECT s.stay_id, room_id, s.guests, s.arrives_on, s.arrives_at, s.departs_on, s.departs_at, s.leaves_at, s.is_in_house,
           s.is_arrival, s.is_departure, s.written_at, s.named_since, s.named_at, s.rewritten, r.hotel_id,
           s.named_at::date AS named_on,
           s.departs_on > s.arrives_on + 400 OR coalesce(s.guests NOT BETWEEN 1 AND 50, false)
           OR coalesce(s.departs_on = s.arrives_on AND coalesce(s.departs_at, s.leaves_at) <= s.arrives_at, false) AS is_wrong,
           NOT (s.is_in_house OR s.is_arrival OR s.is_departure) AS is_of_unknown_kind,
           coalesce(s.written_at::date < max(s.written_at::date) OVER (
               PARTITION BY s.room_id, s.arrives_on, s.departs_on > s.arrives_on), false) AS is_outdated,
           bool_or((s.is_in_house OR s.is_departure) AND s.departs_on > s.arrives_on) OVER (
               PARTITION BY s.room_id, s.arrives_on) IS NOT TRUE AS is_arrival_alone
    FROM source_stays(CAST(:since_on AS date) - 60, CAST(:until_on AS date) + 1) s
    JOIN scratch_rooms r USING (room_id)
    WHERE s.departs_on >= s.arrives_on AND NOT EXISTS (SELECT FROM scratch_kept WHERE stage = 'stays' AND is_same)
), kept AS (
    INSERT INTO ml_kept_stays SELECT * FROM heard WHERE EXISTS (SELECT FROM scratch_kept WHERE stage = 'stays')
), found AS MATERIALIZED (
    SELECT * FROM heard
    UNION ALL
    SELECT * FROM ml_kept_stays WHERE EXISTS (SELECT FROM scratch_kept WHERE stage = 'stays' AND is_same)
), wrong AS (
    SELECT stay_id, room_id, arrives_on, arrives_on AS first_night,
           CASE WHEN departs_on > arrives_on + 400 THEN CAST(:until_on AS date) ELSE departs_on END AS last_night,
           CASE WHEN departs_on > arrives_on + 400 THEN 'longer than 400 nights'
                WHEN guests NOT BETWEEN 1 AND 50 THEN 'guests not between 1 and 50'
                ELSE 'departure before arrival' END AS reason
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
    GROUP BY hotel_id HAVING 2 * count(*) FILTER (WHERE named_on > named_since) > count(*)
), partial AS MATERIALIZED (
    -- Lists that left more than a third of those who stay on as they were: a file of another kind adds rows and renews
    -- none (P4001). They say nothing of who has left.
    SELECT f.hotel_id, d.day
    FROM found f CROSS JOIN LATERAL (
        SELECT f.arrives_on + n AS day FROM generate_series(1, f.departs_on - f.arrives_on - 1) n LIMIT 60) d
    WHERE f.is_in_house AND NOT f.is_wrong AND f.named_on IS NOT NULL AND f.hotel_id IN (SELECT hotel_id FROM daily)
      AND d.day <= CAST(:until_on AS date)
    GROUP BY f.hotel_id, d.day
    HAVING count(*) FILTER (WHERE f.named_on < d.day) >= 3 AND 3 * count(*) FILTER (WHERE f.named_on < d.day) > count(*)
), renewed AS (
    -- The lists that name everybody.
    SELECT u.hotel_id, u.day, u.is_loaded FROM scratch_uploads u LEFT JOIN partial p USING (hotel_id, day) WHERE p.day IS NULL
), listed AS MATERIALIZED (
    SELECT f.*, f.named_at IS NOT NULL AND f.hotel_id IN (SELECT hotel_id FROM daily) AS is_daily
    FROM found f WHERE NOT (is_wrong OR is_of_unknown_kind OR is_outdated)
), stays AS (
    SELECT l.*, CASE WHEN l.is_daily AND a.days <> '{}' THEN l.named_on END AS seen_until,
           CASE WHEN l.is_arrival_alone OR (l.is_daily AND NOT l.is_departure) THEN a.days[2] END AS absent_on
    FROM listed l CROSS JOIN LATERAL (
        SELECT CASE WHEN l.is_daily OR l.is_arrival_alone THEN ARRAY(
            SELECT u.day FROM renewed u
            WHERE u.hotel_id = l.hotel_id AND u.is_loaded
              AND u.day > CASE WHEN l.is_daily THEN l.named_on ELSE l.arrives_on END
              AND u.day < l.departs_on AND u.day <= CAST(:until_on AS date)
            ORDER BY u.day LIMIT 2) END AS days) a
), last_lists AS (
    -- The last list of guests in house, once its day is over, where lists overwrite each other.
    SELECT u.hotel_id, max(u.day) AS day FROM scratch_uploads u
    WHERE u.is_loaded AND u.day <= CAST(:until_on AS date)
      AND u.hotel_id IN (SELECT hotel_id FROM found WHERE is_in_house AND rewritten IS NOT NULL)
    GROUP BY u.hotel_id HAVING max(u.day) < CAST(:until_on AS date)
), silent AS (
    INSERT INTO ml_nights (hotel_id, room_id, night, state, is_expected, known_at)
    SELECT r.hotel_id, r.room_id, l.day - 1, 'not_listed', false, :until
    FROM last_lists l JOIN scratch_rooms r USING (hotel_id)
    WHERE r.is_active AND (l.hotel_id, l.day) NOT IN (SELECT hotel_id, day FROM partial)
      AND NOT EXISTS (
        SELECT FROM found f WHERE f.room_id = r.room_id AND f.is_in_house
        AND (f.named_on = l.day OR (f.hotel_id NOT IN (SELECT hotel_id FROM daily)
                                    AND l.day BETWEEN f.arrives_on AND f.departs_on)))
      AND NOT EXISTS (
        SELECT FROM ml_nights n
        WHERE n.night = l.day - 1 AND n.hotel_id = l.hotel_id AND n.state = 'not_listed')
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
    WHERE NOT f.is_wrong AND f.rewritten <> '{}'
), spans AS (
    INSERT INTO scratch_overwritten SELECT room_id, first_night, last_night FROM overwritten
), unknown AS (
    INSERT INTO scratch_unknown
    SELECT room_id, night::date FROM (
        SELECT room_id, first_night, last_night FROM wrong
        UNION ALL
        SELECT room_id, greatest(first_night, unread_since), last_night FROM overwritten
        UNION ALL
        SELECT room_id, arrives_on, departs_on FROM found WHERE is_of_unknown_kind AND NOT is_wrong
        UNION ALL
        SELECT room_id, seen_until, coalesce(absent_on, departs_on) - 1 FROM stays WHERE seen_until IS NOT NULL
        UNION ALL
        SELECT o.room_id, n.departs_on, least(o.departs_on, min(x.arrives_on)) - 1
        FROM found o JOIN stays n ON n.room_id = o.room_id AND n.arrives_on = o.arrives_on AND n.departs_on < o.departs_on
        LEFT JOIN stays x ON x.room_id = o.room_id AND x.arrives_on >= n.departs_on AND x.arrives_on > n.arrives_on
        WHERE o.is_outdated AND NOT o.is_wrong AND o.is_in_house AND n.is_in_house
        GROUP BY o.room_id, o.arrives_on, o.departs_on, n.departs_on
        UNION ALL
        SELECT room_id, departs_on, named_on FROM found
        WHERE named_on >= departs_on AND named_at >= (departs_on + CAST(:check_out AS time))::timestamptz + interval '3 hours'
          AND named_at < (departs_on + 8)::timestamptz AND departs_on > arrives_on
          AND NOT (named_at < (departs_on + 1)::timestamptz
                   AND EXISTS (SELECT FROM printed_early p WHERE p.hotel_id = found.hotel_id AND p.day = found.departs_on))
    ) u CROSS JOIN LATERAL generate_series(
        greatest(u.first_night, CAST(:since_on AS date) - 60), least(u.last_night, CAST(:until_on AS date)),
        interval '1 day') night
), not_listed AS MATERIALIZED (
    SELECT room_id, night FROM ml_nights WHERE state = 'not_listed' AND night >= CAST(:since_on AS date) - 62
), moved AS (
    SELECT s.stay_id, max(n.night) + 1 AS came_on FROM stays s JOIN not_listed n ON n.room_id = s.room_id
    WHERE s.is_in_house AND NOT s.is_arrival AND n.night >= s.arrives_on AND n.night < s.departs_on - 1
      AND EXISTS (
        SELECT FROM found o WHERE o.hotel_id = s.hotel_id AND o.arrives_on = s.arrives_on AND o.departs_on = s.departs_on
        AND o.room_id <> s.room_id AND o.is_in_house AND o.named_on < s.named_on)
      AND NOT EXISTS (
        SELECT FROM ml_nights o WHERE o.room_id = n.room_id AND o.night = n.night AND o.state = 'occupied'
        AND o.night BETWEEN CAST(:since_on AS date) - 60 AND CAST(:until_on AS date)
        AND (CAST(:hotels AS integer[]) IS NULL OR o.hotel_id = ANY(CAST(:hotels AS integer[]))))
    GROUP BY s.stay_id, s.arrives_on HAVING count(*) = max(n.night) - s.arrives_on + 1
)
INSERT INTO scratch_stays
SELECT stay_id, room_id, hotel_id, guests, coalesce(m.came_on, arrives_on), arrives_at,
       coalesce(absent_on, departs_on), departs_at, leaves_at, seen_until, NOT (is_in_house OR is_departure), is_in_house,
       is_in_house AND NOT is_departure AND (departs_on = arrives_on + 1 OR named_on <= arrives_on + 1)
FROM stays LEFT JOIN moved m USING (stay_id);
WITH live AS (
    -- Hotels whose lists name who has come on their own day: by the record, before the next day's list could.
    SELECT n.hotel_id FROM ml_nights n LEFT JOIN scratch_uploads u ON u.hotel_id = n.hotel_id AND u.day = n.night + 1
    WHERE n.night >= CAST(:since_on AS date) - 62 AND n.state = 'occupied' AND n.arrives_on = n.night
      AND NOT n.is_expected AND n.known_at::date <= n.night + 1
      AND (u.is_loaded AND coalesce(u.loaded_at <= n.known_at, true)) IS NOT TRUE
    GROUP BY n.hotel_id HAVING count(DISTINCT n.night) >= 3
), of_night AS (
    -- Hotels whose lists name who slept there, and so most of the day's leavers: in the morning these are in their rooms.
    SELECT s.hotel_id FROM scratch_stays s
    LEFT JOIN ml_nights n ON n.room_id = s.room_id AND n.night = s.departs_on - 1 AND n.state = 'not_listed'
    WHERE s.is_in_house AND s.departs_on > s.arrives_on AND s.departs_on >= CAST(:since_on AS date) - 60
      AND (s.hotel_id, s.departs_on - 1) IN (
        SELECT hotel_id, night FROM ml_nights WHERE state = 'not_listed' AND night >= CAST(:since_on AS date) - 62)
    GROUP BY s.hotel_id HAVING 2 * count(n.night) < count(*)
)
INSERT INTO scratch_silent
SELECT n.room_id, u.day, CASE WHEN n.hotel_id IN (SELECT hotel_id FROM of_night) THEN u.loaded_at END,
       CASE WHEN n.hotel_id IN (SELECT hotel_id FROM live)
            THEN least(u.loaded_at, (u.day + CAST(:check_out AS time))::timestamptz) + interval '2 hours' END
FROM ml_nights n JOIN scratch_uploads u ON u.hotel_id = n.hotel_id AND u.day = n.night + 1
WHERE n.state = 'not_listed' AND n.night >= CAST(:since_on AS date) - 62
  AND u.is_loaded AND u.loaded_at < (u.day + 1)::timestamptz;
ANALYZE scratch_silent

-- name: tasks
-- What the room tasks of a day say: hours that no list keeps, and nights that no list knows any longer. They are made in
-- the morning: the hour of a departure is a plan. A leaving room stands among those in house too, and there alone where the
-- list of departures is missing or has lost the guest, who left before. Of these nights nobody knows how many guests there
-- were. A room among those in house that the day's list did not have stands there for a row that is out of date.
WITH tasks AS MATERIALIZED (
    SELECT room_id, day, bool_or(kind = 'stay') AS stays, bool_or(kind = 'arrival') AS arrives,
           bool_or(kind = 'departure') AS departs, min(arrives_at) AS arrives_at, max(departs_at) AS departs_at
    FROM source_room_tasks(CAST(:since_on AS date) - 60, CAST(:until_on AS date) + 1) GROUP BY room_id, day
), in_house AS (
    SELECT t.room_id, t.day, t.stays AND a.room_id IS NULL AS stays, t.arrives, t.departs
    FROM tasks t LEFT JOIN scratch_silent a USING (room_id, day)
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
    SELECT room_id, day - 1 AS night FROM in_house WHERE departs OR (stays AND NOT arrives)
    UNION ALL
    SELECT t.room_id, t.day FROM in_house t
    LEFT JOIN (
        SELECT DISTINCT room_id, departs_on FROM scratch_stays WHERE arrives_on < departs_on AND NOT is_expected) s
      ON s.room_id = t.room_id AND s.departs_on = t.day
    WHERE t.arrives OR (t.stays AND NOT t.departs AND s.room_id IS NULL)) n
WHERE night BETWEEN CAST(:since_on AS date) - 60 AND CAST(:until_on AS date)

-- name: dnd
-- Signs "do not disturb": the last look at each of a day.
INSERT INTO scratch_dnd
SELECT room_id, day, max(coalesce(last_at, first_at))
FROM source_dnd(CAST(:since_on AS date) - 60, CAST(:until_on AS date) + 1) GROUP BY room_id, day

-- name: signs
-- Behind a sign there was a guest, who had slept in the room or was to.
INSERT INTO scratch_unknown
SELECT g.room_id, g.day - back FROM scratch_dnd g CROSS JOIN (VALUES (0), (1)) AS b (back)
WHERE NOT EXISTS (SELECT FROM scratch_stays s WHERE s.room_id = g.room_id AND g.day BETWEEN s.arrives_on AND s.departs_on)

-- name: askers
-- Requests for a refill: who asked had the room, as behind a sign "do not disturb".
INSERT INTO scratch_unknown
SELECT DISTINCT q.room_id, q.requested_at::date - back
FROM source_refill_requests((CAST(:since_on AS date) - 60)::timestamptz, :until) q CROSS JOIN (VALUES (0), (1)) AS b (back)
WHERE NOT EXISTS (
    SELECT FROM scratch_stays s WHERE s.room_id = q.room_id AND q.requested_at::date BETWEEN s.arrives_on AND s.departs_on)

-- name: nights
-- The nights that stays fill; two records of one night count once, the later arrival's. An arrival that no other list
-- confirms, though the hotel's in-house list came while the guest was to be there, may be a no-show: its nights are unknown.
-- A guest who has come to the room on another day confirms nothing: it was let again.
ANALYZE scratch_stays (room_id, hotel_id, arrives_on, departs_on, is_expected), scratch_uploads;
WITH stays AS MATERIALIZED (
    SELECT s.*, s.is_expected AND EXISTS (
               SELECT FROM scratch_uploads u WHERE u.hotel_id = s.hotel_id AND u.is_loaded
               AND u.day > s.arrives_on AND u.day <= s.departs_on AND u.day <= CAST(:until_on AS date))
           AND NOT EXISTS (
               SELECT FROM scratch_stays o WHERE o.room_id = s.room_id AND NOT o.is_expected
               AND o.arrives_on = s.arrives_on AND o.departs_on > o.arrives_on) AS is_doubtful,
           greatest(s.arrives_on, CAST(:since_on AS date) - 60) AS first_night,
           least(s.departs_on - 1, s.seen_until - 1, CAST(:until_on AS date)) AS last_night
    FROM scratch_stays s WHERE s.departs_on > s.arrives_on
), unsure AS (
    INSERT INTO scratch_unknown
    SELECT room_id, first_night + generate_series(0, last_night - first_night) FROM stays WHERE is_doubtful
)
INSERT INTO scratch_nights
SELECT DISTINCT ON (room_id, night) room_id, night, guests, arrives_on, stay_id, arrives_at, departs_on, departs_at,
       is_expected
FROM (
    -- Counted in days: a series of dates would go by the zone, night after night.
    SELECT *, first_night + generate_series(0, last_night - first_night) AS night FROM stays WHERE NOT is_doubtful) n
ORDER BY room_id, night, arrives_on DESC, is_expected, departs_on DESC, guests DESC, stay_id

-- name: recall_record
-- Whether the last comparison of the record of nights with the lists still holds: both are as they were, so it would give the
-- same, and write nothing. The record only grows: its last row says whether it has. Nights are what `nights` makes of stays and
-- uploads; these are fewer.
INSERT INTO scratch_kept
SELECT 'record', n.seen, EXISTS (SELECT FROM ml_kept k WHERE k.stage = 'record' AND k.seen = n.seen)
FROM (
    SELECT concat_ws(' ', CAST(:since_on AS date), CAST(:until_on AS date), current_setting('TimeZone'),
                     CAST(CAST(:hotels AS integer[]) AS text), CAST(:text AS text),
                     (SELECT hash_record_extended(l, 0) FROM ml_nights l ORDER BY id DESC LIMIT 1),
                     (SELECT concat(count(*), ' ', sum(hash_record_extended(u, 0))) FROM scratch_uploads u),
                     count(*), sum(hash_record_extended(s, 0))) AS seen
    FROM scratch_stays s) n
WHERE CAST(:since_on AS date) > CAST(:until_on AS date) - 15;
DELETE FROM ml_kept_record WHERE EXISTS (SELECT FROM scratch_kept WHERE stage = 'record' AND NOT is_same);
INSERT INTO ml_kept SELECT stage, seen FROM scratch_kept WHERE stage = 'record' AND NOT is_same
ON CONFLICT (stage) DO UPDATE SET seen = excluded.seen

-- name: record
-- The record of nights beside what the lists say: its last word of each, and the last that called it occupied. What the lists
-- say otherwise than the last word is written down, and an occupied night once more when it is over. Nearly all nights are
-- recorded as they are listed, under the number of the same row: only the other words are kept for what follows.
ANALYZE scratch_nights (room_id, night, stay_on);
WITH words AS (
    SELECT *, state = 'day_use' AS is_day_use, max(id) OVER night AS last_id,
           max(id) FILTER (WHERE state = 'occupied') OVER night AS occupied_id
    FROM ml_nights
    WHERE night BETWEEN CAST(:since_on AS date) - 60 AND CAST(:until_on AS date) AND state <> 'not_listed'
      AND (CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[])))
      AND NOT EXISTS (SELECT FROM scratch_kept WHERE stage = 'record' AND is_same)
    WINDOW night AS (PARTITION BY room_id, night, state = 'day_use')
), first_departures AS MATERIALIZED (
    SELECT r.hotel_id, min(f.departs_on) AS day
    FROM source_first_departures() f JOIN scratch_rooms r USING (room_id) GROUP BY r.hotel_id
), departures AS (
    INSERT INTO scratch_departures
    SELECT hotel_id, min(day) FROM (
        SELECT hotel_id, day FROM first_departures
        UNION ALL
        -- Lists of departures are overwritten; what was known stays known. No guest leaves before a night in the room.
        SELECT n.hotel_id, n.departs_on
        FROM (SELECT hotel_id, f.day
              FROM (SELECT DISTINCT hotel_id FROM scratch_rooms) r LEFT JOIN first_departures f USING (hotel_id)
              WHERE coalesce(f.day > CAST(:since_on AS date) - 60, true)) f
        JOIN ml_nights n USING (hotel_id)
        WHERE n.night BETWEEN CAST(:since_on AS date) - 60 AND CAST(:until_on AS date) AND n.state <> 'not_listed'
          AND (CAST(:hotels AS integer[]) IS NULL OR n.hotel_id = ANY(CAST(:hotels AS integer[])))
          AND n.departs_on <= CAST(:until_on AS date) AND coalesce(n.departs_on < f.day, true)
          AND NOT EXISTS (
            SELECT FROM ml_nights l
            WHERE l.night = n.night AND l.room_id = n.room_id AND l.id > n.id AND l.state = n.state)) d
    GROUP BY hotel_id
), compared AS (
    SELECT room_id, night, w.id, w.last_id, w.occupied_id, w.hotel_id, w.state, w.guests, w.stay_id, w.arrives_on,
           w.arrives_at, w.departs_on, w.departs_at, w.is_expected, w.known_at, n.guests AS guests_now,
           n.stay_id AS stay_id_now, n.stay_on AS arrives_on_now, n.arrives_at AS arrives_at_now,
           n.departs_on AS departs_on_now, n.departs_at AS departs_at_now, n.is_expected AS is_expected_now,
           coalesce(w.id = w.last_id AND w.state = 'occupied' AND w.arrives_on = n.stay_on AND w.departs_on = n.departs_on
                    AND w.is_expected = n.is_expected AND w.guests IS NOT DISTINCT FROM n.guests
                    AND w.arrives_at IS NOT DISTINCT FROM n.arrives_at AND w.departs_at IS NOT DISTINCT FROM n.departs_at
                    AND (w.night >= CAST(:until AS timestamptz)::date OR w.known_at::date > w.night), false) AS is_recorded
    FROM words w FULL JOIN (
        SELECT *, false AS is_day_use FROM scratch_nights
        WHERE NOT EXISTS (SELECT FROM scratch_kept WHERE stage = 'record' AND is_same)) n USING (room_id, night, is_day_use)
), differing AS MATERIALIZED (
    SELECT *, id = last_id AS is_last, arrives_on_now IS NOT NULL AS is_listed FROM compared
    WHERE (id IS NULL OR id IN (last_id, occupied_id)) AND NOT (is_recorded AND stay_id IS NOT DISTINCT FROM stay_id_now)
), written AS (
    INSERT INTO ml_nights (hotel_id, room_id, night, state, guests, stay_id, arrives_on, arrives_at, departs_on,
                           departs_at, is_expected, known_at)
    SELECT r.hotel_id, d.room_id, d.night, 'occupied', d.guests_now, d.stay_id_now, d.arrives_on_now, d.arrives_at_now,
           d.departs_on_now, d.departs_at_now, d.is_expected_now, :until
    FROM differing d JOIN scratch_rooms r USING (room_id)
    WHERE d.is_listed AND NOT d.is_recorded AND d.is_last IS NOT FALSE
), others AS (
    SELECT room_id, night, hotel_id, state, guests, stay_id, arrives_on, arrives_at, departs_on, departs_at, is_expected,
           known_at, is_last, is_listed
    FROM differing WHERE id IS NOT NULL
), kept AS (
    INSERT INTO ml_kept_record SELECT * FROM others WHERE EXISTS (SELECT FROM scratch_kept WHERE stage = 'record')
)
INSERT INTO scratch_record
SELECT * FROM others
UNION ALL
SELECT * FROM ml_kept_record WHERE EXISTS (SELECT FROM scratch_kept WHERE stage = 'record' AND is_same)

-- name: keep_nights
-- What the record of nights knows and no list says any longer. A night stays occupied if its list row was only overwritten
-- (where it is deleted later, that is the next guest's) and was no mere expectation: it was seen when the night was over, or was the last of its stay. Else it is unknown: also
-- where the stay is still listed and no longer fills the night, and where the room was let for the day. A night that was
-- only known before the day's list was loaded, which has the guest leave sooner, was planned and never was occupied.
WITH gone AS MATERIALIZED (
    SELECT * FROM scratch_record WHERE state = 'occupied' AND NOT is_listed
), overwritten AS MATERIALIZED (
    SELECT g.* FROM gone g
    WHERE g.is_last AND NOT g.is_expected AND (g.known_at::date > g.night OR g.departs_on = g.night + 1)
      AND (g.stay_id IN (SELECT k.stay_id FROM source_kept_stays(ARRAY(SELECT stay_id FROM gone)) k)
           OR EXISTS (SELECT FROM scratch_record o WHERE o.stay_id = g.stay_id AND o.arrives_on > g.arrives_on))
      AND NOT EXISTS (SELECT FROM scratch_stays s
                      WHERE s.room_id = g.room_id AND s.arrives_on = g.arrives_on AND NOT s.is_expected)
), stays AS (
    INSERT INTO scratch_stays
    SELECT min(stay_id), room_id, min(hotel_id), max(guests), arrives_on, max(arrives_at), max(night) + 1,
           CASE WHEN max(night) + 1 = departs_on THEN max(departs_at) END, NULL, NULL, false, false, false
    FROM overwritten GROUP BY room_id, arrives_on, departs_on
), doubts AS (
    INSERT INTO scratch_unknown
    SELECT o.room_id, l.night FROM scratch_overwritten o
    JOIN scratch_record l ON l.room_id = o.room_id AND l.night BETWEEN o.first_night AND o.last_night
    WHERE l.is_last AND l.state = 'unknown'
    UNION ALL (
        SELECT room_id, night FROM gone g
        WHERE NOT EXISTS (
            SELECT FROM scratch_stays s JOIN scratch_uploads u ON u.hotel_id = s.hotel_id AND u.day = g.night
            WHERE s.room_id = g.room_id AND s.arrives_on = g.arrives_on AND NOT s.is_expected
              AND s.departs_on > s.arrives_on AND s.departs_on <= g.night AND u.is_loaded AND g.known_at < u.loaded_at)
        EXCEPT SELECT room_id, night FROM overwritten)
    UNION ALL
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
-- Writes down what is known by now of the nights that no list has, up to today, where that is something else than the
-- record's last word, and once more when an occupied night is over. A sign on the first day that is read says something of
-- the night before it, of which the record is not read: it has its word already. That a room was let for the day is a fact
-- of its own: the night after it may be another guest's, or nobody's.
WITH now_known AS (
    SELECT n.room_id, n.night, 'occupied' AS state, n.guests, n.stay_id, n.stay_on AS arrives_on, n.arrives_at, n.departs_on,
           n.departs_at, n.is_expected
    FROM scratch_record g JOIN scratch_nights n USING (room_id, night) WHERE g.state = 'occupied' AND NOT g.is_listed
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
WHERE k.night >= CAST(:since_on AS date) - 60
  AND ((l.state, l.guests, l.arrives_on, l.arrives_at, l.departs_on, l.departs_at, l.is_expected)
       IS DISTINCT FROM
       (k.state, k.guests, k.arrives_on, k.arrives_at, k.departs_on, k.departs_at, k.is_expected)
       OR (k.state = 'occupied' AND l.known_at::date <= l.night AND CAST(:until AS timestamptz)::date > l.night))

-- name: days
-- Which days' occupancy is known, hotel by hotel, and how high it was. Where the hotel keeps a list of what it has loaded
-- that says so: the in-house list of the day, or of the next morning. Elsewhere a day is known from the first departure on
-- record (before it only those who were still there were written down) while arrivals keep coming in: a hotel without one
-- for more than three days has stopped recording, or is closed.
WITH arrivals AS MATERIALIZED (
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
    FROM scratch_departures k LEFT JOIN tracked t USING (hotel_id) CROSS JOIN generate_series(
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
