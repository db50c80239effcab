-- Collecting: rows that belong together are one visit; what belongs in the room, and requests. Scratch tables and
-- binds as in collect.sql.

-- name: lines
-- What each row of a visit says was consumed (NULL: unknown) and put in, product by product; impossible lines are set
-- aside: nobody takes half a bottle. A row with either is no check by itself. Six hours before the span are read too: a visit that began the day before is that
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
    INSERT INTO scratch_doubtful SELECT DISTINCT visit_id FROM found WHERE NOT possible OR consumed IS NULL
)
INSERT INTO scratch_row_lines
SELECT visit_id, product_id, sum(consumed::integer), sum(refilled::integer)
FROM found WHERE possible GROUP BY visit_id, product_id

-- name: rows
-- Rows of visits, and each room's last one before them. A row of which nothing but an impossible line, or one that does
-- not say what was consumed, is known is no check: it found we don't know what, which is not nothing.
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

-- name: controls
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

-- name: gathered
-- Visits as people make them. The application writes a row a product, seconds apart: rows of one room that follow each
-- other within :visit_minutes are one visit, at the time of the first. Nobody is sent to a room twice in so short a time,
-- and what is found the second time was there at the first. The visit is of who entered something first, if anybody did:
-- nothing that is typed after a colleague's empty check is the colleague's. What only a bulk fill or an unknown kind of row
-- says is not a check: the room was seen, what was missing is unknown. Notes alone are no check either, and nobody need
-- have been in the room: the check after them is not measured from them.
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
           max(at) AS ended_at, (array_agg(attendant_id ORDER BY (NOT is_note AND (consumed > 0 OR refilled > 0)) IS TRUE DESC,
                                           at, row_id))[1] AS attendant_id,
           bool_or(is_check OR coalesce(consumed > 0 AND NOT is_note, false)) AS is_check, bool_and(is_note) AS is_note,
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
ANALYZE scratch_visits (visit_id, hotel_id, room_id, attendant_id, business_date, is_check), scratch_lines (visit_id, product_id)

-- name: unlisted
-- Visits that may have had a guest before them of whom the lists do not know yet, or never will: one who came without a
-- booking stands on no list before the next list of guests in house. So each night that the room may have been slept in
-- since the visit before needs the list of the day after it; one that was loaded after the visit will do for its own day.
-- `is_tonight`: only the night after the visit needs a list, and no guest of that night can have come before it. Guests are
-- entered a day late, too: the list of the morning after their first night does not name them, the next one does. So a visit
-- before check-in time waits for some list that was loaded after it.
-- One list that is missing between two that both have the room empty hides one kind of guest: who stayed for that night
-- alone and is not on the list of departures either. `hidden` is the probability of such a guest in an empty room: how many
-- arrive for each free room and night, times the share of stays that one list of guests in house named and no other list.
-- Where other nights lack their list, too, it is not known.
-- Where nobody keeps what was loaded this can't be asked.
WITH tracked AS (
    SELECT hotel_id, min(day) - 1 AS first_night, max(day) AS last_day,
           max(loaded_at) FILTER (WHERE is_loaded) AS last_loaded_at
    FROM scratch_uploads GROUP BY hotel_id
), nights AS MATERIALIZED (
    SELECT t.hotel_id, n::date AS night, u.loaded_at, t.last_loaded_at, coalesce(u.is_loaded, false) AND EXISTS (
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
CROSS JOIN LATERAL (SELECT n.night = v.business_date AND coalesce(
    n.loaded_at > v.visited_at OR n.last_loaded_at > v.visited_at
        AND v.visited_at < (v.business_date + CAST(:check_in AS time))::timestamptz, false),
    n.is_between AND NOT EXISTS (SELECT FROM scratch_nights s WHERE s.room_id = v.room_id
                                 AND s.night IN (n.night - 1, n.night + 1))) o (is_tonight, is_between)
WHERE NOT EXISTS (SELECT FROM scratch_nights s WHERE s.room_id = v.room_id AND s.night = n.night)
GROUP BY v.visit_id

-- name: rises
-- Setups that were raised while none could be read, as in all the time before the first reading: within four days at
-- least four rooms in which nobody had slept since the check before were filled by the same units of one product and by
-- no other, far more than in the four weeks before them (Chernoff's bound of the Poisson tail below 1 in 1,000). Thieves
-- take what they like, the hotel puts in the same everywhere. What one person alone typed is a raised setup only where it
-- was most of all such rooms: somebody may type what was not there. Where the points of earlier days are read they are as
-- their own runs left them.
WITH found AS MATERIALIZED (
    SELECT visit_id, count(*) AS products, min(product_id) AS product_id, min(consumed - noted) AS units
    FROM scratch_lines WHERE consumed > noted GROUP BY visit_id
), quiet AS MATERIALIZED (
    SELECT v.hotel_id, v.room_id, v.business_date AS day, v.attendant_id, coalesce(l.products, 0) AS products,
           l.product_id, l.units
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
    SELECT m.hotel_id, m.entity_id, m.business_date, CASE WHEN p.products = 1 THEN (
               SELECT CAST(c.context ->> 'attendant' AS integer) FROM ml_metrics c
               WHERE c.metric_type = 'room_consumption' AND c.hotel_id = m.hotel_id AND c.entity_type = 'room'
                 AND c.entity_id = m.entity_id AND c.observed_at = m.observed_at) END, p.products, p.product_id, p.units
    FROM ml_metrics m CROSS JOIN LATERAL (
        SELECT count(*) AS products, min(CAST(key AS integer)) AS product_id, min(CAST(value AS numeric)) AS units
        FROM jsonb_each_text(m.context -> 'products')) p
    WHERE m.metric_type = 'vacant_consumption' AND m.observed_at >= CAST(:since_at AS timestamptz) - interval '35 days'
      AND m.observed_at < CAST(:since_at AS timestamptz)
      AND NOT EXISTS (SELECT FROM ml_setups s WHERE s.hotel_id = m.hotel_id)
), ends AS (
    -- Few pass: only for them is counted what was usual.
    SELECT e.*, count(DISTINCT q.room_id) AS rooms, count(DISTINCT q.attendant_id) AS persons
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
    WHERE rooms * (ln(rooms / usual) - 1) + usual > ln(1000.0) AND (persons > 1 OR 2 * rooms > checks)
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

-- name: setups
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

-- name: refills
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

-- name: asked_controls
-- Empty checks of these rooms that only the control records have.
INSERT INTO scratch_refills
SELECT c.room_id, c.ended_at, false FROM source_controls(:since_at, :until) c
WHERE c.is_empty_check
  AND c.room_id = ANY(ARRAY(SELECT q.room_id FROM source_refill_requests(:since_at, :until) q WHERE NOT q.is_answered))
