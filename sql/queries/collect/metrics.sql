-- Collecting: one query a metric, from the scratch tables that the other files fill. Binds as in collect.sql.

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
-- A stack for each key, in one pass: compared pair by pair, some thousand rows of one product hold a run up for minutes.
DO $$
DECLARE
    line record;
    top integer;
    left_over numeric;
    taken numeric;
    issue_ids bigint[];
    open_of numeric[];
    issued_at timestamptz[];
    matched_ids bigint[];
    matched_units numeric[];
    matches integer;
BEGIN
    FOR step IN 1..5 LOOP
        EXIT WHEN NOT EXISTS (
            SELECT FROM scratch_movements WHERE open_units > 0 AND flow IN ('return', 'issue_reversal'));
        top := 0;
        matches := 0;
        matched_ids := '{}';
        matched_units := '{}';
        FOR line IN
            WITH rows AS (
                SELECT movement_id, hotel_id, product_id, moved_at, open_units, flow = 'issue' AS is_issue,
                       concat_ws('|', CASE WHEN step IN (1, 3) THEN coalesce(holder, '-') END,
                                 CASE WHEN step IN (1, 2) THEN trim_scale(open_units) END) AS key
                FROM scratch_movements
                WHERE open_units > 0 AND flow IN ('issue', 'return', 'issue_reversal') AND CASE step
                    WHEN 2 THEN flow <> 'return'
                    WHEN 4 THEN flow <> 'issue' OR holder IS NULL
                    WHEN 5 THEN flow = 'issue' OR holder IS NULL
                    ELSE true END AND (step < 4 OR holder IS DISTINCT FROM 'floor store')
            )
            SELECT movement_id, moved_at, open_units, is_issue, row_number() OVER (
                       PARTITION BY hotel_id, product_id, key ORDER BY moved_at, movement_id) = 1 AS is_first
            -- Most issues have nothing that could match them.
            FROM rows WHERE (product_id, key) IN (SELECT product_id, key FROM rows WHERE NOT is_issue)
            ORDER BY hotel_id, product_id, key, moved_at, movement_id
        LOOP
            IF line.is_first THEN
                top := 0;
            END IF;
            IF line.is_issue THEN
                top := top + 1;
                issue_ids[top] := line.movement_id;
                open_of[top] := line.open_units;
                issued_at[top] := line.moved_at;
                CONTINUE;
            END IF;
            left_over := line.open_units;
            WHILE left_over > 0 AND top > 0 LOOP
                taken := least(left_over, open_of[top]);
                -- What came back later than that is of no issue, and there is nothing left of the issue either.
                IF issued_at[top] >= line.moved_at - interval '30 days' THEN
                    matched_ids[matches + 1] := issue_ids[top];
                    matched_ids[matches + 2] := line.movement_id;
                    matched_units[matches + 1] := taken;
                    matched_units[matches + 2] := taken;
                    matches := matches + 2;
                END IF;
                left_over := left_over - taken;
                open_of[top] := open_of[top] - taken;
                IF open_of[top] = 0 THEN
                    top := top - 1;
                END IF;
            END LOOP;
        END LOOP;
        UPDATE scratch_movements m SET open_units = m.open_units - p.units
        FROM (SELECT u.movement_id, sum(u.units) AS units
              FROM unnest(matched_ids, matched_units) AS u (movement_id, units)
              GROUP BY u.movement_id) p
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
-- Units found consumed, by hotel, product and day, with their split over room types, of how many the price is on record
-- and what that comes to, and the rooms for which more was entered than they hold: room, units, what it holds.
WITH units AS (
    SELECT v.hotel_id, v.business_date, l.product_id, coalesce(v.room_type, '') AS room_type,
           trim_scale(coalesce(sum(l.consumed), 0)) AS consumed, trim_scale(sum(l.refilled)) AS refilled,
           sum(l.priced_units) AS priced, sum(l.charged) AS charged
    FROM scratch_visits v JOIN scratch_lines l USING (visit_id) GROUP BY 1, 2, 3, 4
), overs AS (
    SELECT hotel_id, business_date, product_id,
           jsonb_agg(jsonb_build_array(room_id, trim_scale(units), trim_scale(holds)) ORDER BY units DESC, room_id) AS rooms
    FROM (SELECT r.hotel_id, r.business_date, r.product_id, r.room_id, r.holds, sum(l.consumed) AS units
          FROM (SELECT v.hotel_id, v.business_date, o.product_id, v.room_id, min(o.holds) AS holds
                FROM scratch_overs o JOIN scratch_visits v USING (visit_id) GROUP BY 1, 2, 3, 4) r
          JOIN scratch_visits w USING (hotel_id, business_date, room_id)
          JOIN scratch_lines l ON l.visit_id = w.visit_id AND l.product_id = r.product_id
          GROUP BY 1, 2, 3, 4, 5) o
    GROUP BY 1, 2, 3
)
INSERT INTO computed_metrics
SELECT 'product_consumption', hotel_id, 'product', product_id, sum(u.consumed), business_date::timestamptz,
       business_date,
       jsonb_strip_nulls(jsonb_build_object(
           'refilled', sum(u.refilled), 'by_room_type', jsonb_object_agg(u.room_type, u.consumed),
           'charged', CASE WHEN sum(u.priced) > 0
                           THEN jsonb_build_array(trim_scale(sum(u.priced)), trim_scale(round(sum(u.charged), 2))) END,
           'over_rooms', o.rooms))
FROM units u LEFT JOIN overs o USING (hotel_id, business_date, product_id)
GROUP BY hotel_id, product_id, business_date, o.rooms

-- name: room_consumption
-- Units found consumed, by room and day it was checked, with what the room was exposed to since its last check:
-- occupied nights, guest-nights, who stayed, and whether all of it is known: of guests whom no list has counted the
-- nights are known, and how many they were is not. A room that is let for the day has a night's
-- exposure, once a check lies after it. Where the visit before was no check (a bulk fill, or a kind that nobody knows), some
-- of what is missing may have been missing then: the exposure is not known. Of several checks of a day `last_by` is who made
-- the last one, if it found nothing.
WITH checks AS (
    SELECT hotel_id, room_id, room_type, business_date, count(*) AS visits, sum(consumed) AS consumed,
           sum(refilled) AS refilled, min(attendant_id) AS attendant_id, max(visited_at) AS visited_at,
           (array_agg(previous_at ORDER BY visited_at, visit_id))[1] AS previous_at,
           CASE WHEN count(*) > 1 THEN (
               array_agg(CASE WHEN consumed = 0 AND refilled = 0 THEN attendant_id END ORDER BY visited_at DESC, visit_id DESC))[1]
               END AS last_by
    FROM scratch_visits WHERE is_check GROUP BY hotel_id, room_id, room_type, business_date
), day_uses AS (
    SELECT room_id, arrives_on AS day, guests, coalesce(arrives_at, arrives_on::timestamptz) AS arrives_at,
           coalesce(departs_at, (arrives_on + 1)::timestamptz) AS departs_at
    FROM scratch_stays WHERE departs_on = arrives_on
), exposed AS (
    -- Night by night: by room alone each check would be compared with all nights of its room. By LIMIT the planner knows that
    -- they are few; for more it would sort all nights.
    SELECT c.room_id, c.business_date, n.night, n.guests, n.stay_on, false AS is_day_use
    FROM (SELECT room_id, business_date, previous_at::date AS previous_on FROM checks
          WHERE previous_at::date >= business_date - 60) c
    CROSS JOIN LATERAL (SELECT back FROM generate_series(0, c.business_date - 1 - c.previous_on) back LIMIT 60) b
    JOIN scratch_nights n ON n.room_id = c.room_id AND n.night = c.previous_on + b.back
    UNION ALL
    SELECT c.room_id, c.business_date, u.day, u.guests, u.day, true
    FROM checks c JOIN day_uses u ON u.room_id = c.room_id
     AND u.arrives_at < c.visited_at AND u.departs_at > c.previous_at
    WHERE c.previous_at::date >= c.business_date - 60
), exposure AS (
    SELECT e.room_id, e.business_date, count(*) AS nights, sum(e.guests) AS guest_nights,
           count(e.guests) = count(*) AS is_counted,
           count(DISTINCT e.stay_on) AS stays, bool_or(e.is_day_use) AS has_day_use,
           (array_agg(e.guests ORDER BY e.night DESC, e.is_day_use))[1] AS guests,
           (array_agg(e.stay_on ORDER BY e.night DESC, e.is_day_use))[1] AS stay_on
    FROM exposed e GROUP BY e.room_id, e.business_date
), doubts AS (
    SELECT DISTINCT c.room_id, c.business_date
    FROM checks c JOIN scratch_unknown u ON u.room_id = c.room_id
     AND u.night BETWEEN c.previous_at::date AND c.business_date
    UNION
    SELECT v.room_id, v.business_date
    FROM scratch_unlisted l JOIN scratch_visits v USING (visit_id) LEFT JOIN exposure e USING (room_id, business_date)
    WHERE e.room_id IS NULL AND NOT l.is_tonight
    UNION
    SELECT c.room_id, c.business_date
    FROM checks c CROSS JOIN LATERAL (SELECT c.previous_at::date AS day) e
    WHERE e.day >= c.business_date - 60 AND NOT coalesce((
        SELECT p.is_check FROM scratch_visits p
        WHERE p.room_id = c.room_id AND p.business_date BETWEEN e.day - 1 AND e.day AND p.visited_at <= c.previous_at
        ORDER BY p.visited_at DESC LIMIT 1), e.day > CAST(:since_on AS date) OR EXISTS (
        SELECT FROM ml_metrics p
        WHERE p.metric_type = 'room_consumption' AND p.hotel_id = c.hotel_id AND p.entity_type = 'room'
          AND p.entity_id = c.room_id AND p.observed_at BETWEEN (e.day - 1)::timestamptz AND e.day::timestamptz))
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
           'visits', c.visits, 'refilled', trim_scale(c.refilled), 'attendant', c.attendant_id, 'last_by', c.last_by,
           'room_type', c.room_type,
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
-- which is what the hotel expects. A list of guests in house that names who has come on its own day and does not have the
-- room says more than either: nobody was there, nor has come within two hours, and who was to leave that day had left.
-- Extras noted as used up are left out: the guest who had them has left. Where the visit before was on the same day and found
-- nothing, `again_by` is who made it.
-- Some cases are no certainty but evidence, and the context says which: the visit before was on the day of departure and
-- the guest may have left after it (between two checks of one morning the guest did), by an hour that is not on record
-- (after_departure_check, with its hour, check_hour), or by one that had come and is less than two hours ago or was only planned
-- (around_departure), or is up to an hour after it (before_departure: whoever leaves is checked when they say so, and the
-- hour is written down when they pay); the visit is on the day of arrival, before check-in time, and the guest may
-- have come early (before_arrival); or rows were rejected from the lists of a day since the visit before, so that a guest may be
-- on no list (rejected_rows); or a list is missing between two that have the room empty (missing_list); or the visit before
-- was the first since the guest left, and may have overlooked something (after_first_check). `hidden` is the probability of
-- a guest whom no list has: each rejected row is one guest in one of the rooms that were free that day. It is rounded up to
-- a quarter of a power of two, so that it does not change with every run. A day has the visits of its best evidence that found something.
-- What is found after a departure check waits for the list of the next morning: a guest who stays on is often entered a day
-- late. Where something is missing again at a second check of that day, a guest has stayed whom no list has, until between the
-- two: the first find says nothing, and the second is no certainty.
-- What the floor store had run out of in the evening of the visit before, or of the day before it, may have been missing
-- then: who checks a room can't put in what is not there, and types nothing. It is left out. Run out is less than half of
-- what is used of it a day: of so few the last may be missing from the shelf. So may be all of it, whatever the store's book
-- says, where no room got any on a day on which that has a probability below 0.01 (Poisson).
WITH stays AS (
    SELECT s.room_id, s.arrives_on, s.departs_on, h.is_timed, s.arrives_on = s.departs_on AS is_day_use,
           CASE WHEN h.is_timed THEN s.departs_at
                WHEN s.leaves_at::time <> CAST(:check_out AS time) THEN s.leaves_at END AS leaves_at,
           coalesce(greatest(s.arrives_at - interval '2 hours',
                             CASE WHEN a.alone_until > s.arrives_at THEN s.arrives_at ELSE a.alone_until END),
                    s.arrives_on::timestamptz) AS starts_at,
           s.arrives_at IS NULL AS may_be_early,
           least(CASE WHEN h.is_timed THEN greatest(s.departs_at, g.last_at) + interval '2 hours'
                      WHEN s.arrives_on = s.departs_on THEN (s.departs_on + 1)::timestamptz
                      ELSE greatest((s.departs_on + CAST(:check_out AS time))::timestamptz, s.leaves_at, g.last_at)
                           + interval '6 hours' END,
                 CASE WHEN g.last_at >= o.loaded_at THEN NULL ELSE o.loaded_at END) AS ends_at
    FROM scratch_stays s LEFT JOIN scratch_dnd g ON g.room_id = s.room_id AND g.day = s.departs_on
    LEFT JOIN scratch_silent a ON a.room_id = s.room_id AND a.day = s.arrives_on AND s.departs_on > s.arrives_on
    LEFT JOIN scratch_silent o ON o.room_id = s.room_id AND o.day = s.departs_on AND s.departs_on > s.arrives_on
    CROSS JOIN LATERAL (SELECT s.departs_at IS NOT NULL
        AND (s.arrives_on = s.departs_on OR s.departs_at::time <> CAST(:check_out AS time)) AS is_timed) h
), unknown AS (
    -- Until when nobody can have come on the day of the night, and when whoever slept there had left.
    SELECT u.room_id, u.night, a.alone_until, o.loaded_at AS left_at
    FROM scratch_unknown u LEFT JOIN scratch_silent a ON a.room_id = u.room_id AND a.day = u.night
    LEFT JOIN scratch_silent o ON o.room_id = u.room_id AND o.day = u.night + 1
), touched AS (
    SELECT v.visit_id, bool_or(NOT (t.is_tail OR t.is_head)) AS is_guests,
           bool_or(t.is_tail AND s.leaves_at IS NULL) AS is_tail,
           bool_or(t.is_tail AND v.previous_at >= s.leaves_at) AS is_timed_tail,
           bool_or(t.is_tail AND v.previous_at < s.leaves_at) AS is_early_tail,
           bool_or(t.is_head) AS is_head
    FROM scratch_visits v JOIN stays s ON s.room_id = v.room_id AND s.starts_at < v.visited_at AND s.ends_at > v.previous_at
    CROSS JOIN LATERAL (SELECT
        NOT s.is_day_use AND v.previous_at::date = s.departs_on
            AND coalesce(v.previous_at >= s.leaves_at - interval '1 hour', true)
            AND (v.business_date > s.departs_on
                 OR v.previous_at >= (s.departs_on + CAST(:check_out AS time))::timestamptz) AS is_tail,
        NOT s.is_day_use AND s.may_be_early AND v.business_date = s.arrives_on
            AND v.visited_at < (s.arrives_on + CAST(:check_in AS time))::timestamptz AS is_head) t
    GROUP BY v.visit_id
), in_turn AS (
    SELECT visit_id, lead(visit_id) OVER room AS next_id,
           CASE WHEN lag(business_date) OVER room = business_date
                THEN lag(CASE WHEN consumed = 0 AND refilled = 0 THEN attendant_id END) OVER room END AS again_by
    FROM scratch_visits WHERE is_check WINDOW room AS (PARTITION BY room_id ORDER BY visited_at, visit_id)
), staying AS MATERIALIZED (
    SELECT v.visit_id, n.visit_id AS next_id
    FROM in_turn o JOIN touched t USING (visit_id) JOIN scratch_visits v USING (visit_id)
    JOIN scratch_visits n ON n.visit_id = o.next_id
    WHERE NOT t.is_guests AND (t.is_tail OR t.is_timed_tail OR t.is_early_tail) AND v.consumed > 0 AND n.consumed > 0
      AND n.business_date = v.business_date
      AND NOT EXISTS (SELECT FROM touched x WHERE x.visit_id = n.visit_id)
      AND NOT EXISTS (SELECT FROM scratch_silent a
                      WHERE a.room_id = v.room_id AND a.day = v.business_date AND a.loaded_at <= v.visited_at)
), departed AS MATERIALIZED (
    SELECT v.visit_id, v.hotel_id, v.room_id, v.previous_at::date AS previous_on, v.previous_at,
           max(s.departs_on) AS departed_on
    FROM scratch_visits v JOIN stays s ON s.room_id = v.room_id AND s.ends_at <= v.previous_at
    WHERE v.is_check AND NOT EXISTS (SELECT FROM touched t WHERE t.visit_id = v.visit_id) GROUP BY 1, 2, 3, 4, 5
), counted AS MATERIALIZED (
    -- How many checks there were since the guest left, up to the visit before, which may have been none.
    SELECT d.visit_id, f.needed, (
        SELECT count(*) FROM scratch_visits c WHERE c.room_id = d.room_id AND c.is_check
        AND c.business_date >= greatest(d.departed_on, CAST(:since_on AS date)) AND c.business_date < d.previous_on)
      + CASE WHEN d.departed_on < CAST(:since_on AS date) THEN (
        SELECT coalesce(sum(coalesce(CAST(m.context ->> 'visits' AS integer), 1)), 0) FROM ml_metrics m
        WHERE m.metric_type = 'room_consumption' AND m.hotel_id = d.hotel_id AND m.entity_type = 'room'
          AND m.entity_id = d.room_id AND m.observed_at >= d.departed_on::timestamptz
          AND m.observed_at < least(d.previous_on, CAST(:since_on AS date))::timestamptz) ELSE 0 END
      + CASE WHEN b.is_check THEN 1 ELSE 0 END AS checks
    FROM departed d
    CROSS JOIN LATERAL (SELECT max(p.units) > 0 AS has_found, count(*) > 0 AS is_check FROM (
        SELECT p.consumed AS units FROM scratch_visits p
        WHERE p.room_id = d.room_id AND p.business_date = d.previous_on AND p.visited_at <= d.previous_at AND p.is_check
        UNION ALL
        SELECT p.metric_value FROM ml_metrics p
        WHERE p.metric_type = 'room_consumption' AND p.hotel_id = d.hotel_id AND p.entity_type = 'room'
          AND p.entity_id = d.room_id AND p.observed_at = d.previous_on::timestamptz
          AND d.previous_on < CAST(:since_on AS date)) p) b
    -- Where the visit before found something, the guest may have taken it after the check of the departure day, which was
    -- then too early: two checks have to have come between.
    CROSS JOIN LATERAL (SELECT CASE WHEN b.has_found THEN 3 ELSE 2 END) f (needed)
), seconds AS MATERIALIZED (
    SELECT visit_id FROM counted WHERE checks < needed
), firsts AS MATERIALIZED (
    -- Since the guest left, minibars were filled or nobody knows what was done: what is missing is the guest's.
    SELECT visit_id FROM counted WHERE checks = 0
), rejects AS MATERIALIZED (
    SELECT v.visit_id, sum(r.rows / greatest(d.free_rooms, 1.0)) AS hidden FROM scratch_visits v
    JOIN scratch_rejects r ON r.hotel_id = v.hotel_id AND r.day BETWEEN v.previous_at::date AND v.business_date
    LEFT JOIN scratch_days d ON d.hotel_id = r.hotel_id AND d.day = r.day
    GROUP BY v.visit_id
), shelves AS MATERIALIZED (
    SELECT hotel_id, product_id, day,
           units > 0 AND 2 * units >= usual AND (used > 0 OR usual < ln(100.0)) AS is_enough
    FROM (
        SELECT hotel_id, product_id, day, max(units) AS units, coalesce(sum(used), 0) AS used, coalesce(sum(sum(used)) OVER (
                   PARTITION BY hotel_id, product_id ORDER BY day
                   RANGE BETWEEN interval '28 days' PRECEDING AND interval '1 day' PRECEDING), 0) / 28 AS usual
        FROM (
            SELECT hotel_id, entity_id AS product_id, business_date AS day,
                   CASE metric_type WHEN 'floor_stock' THEN metric_value END AS units,
                   CASE metric_type WHEN 'product_consumption' THEN metric_value END AS used
            FROM computed_metrics WHERE metric_type IN ('floor_stock', 'product_consumption')
            UNION ALL
            SELECT hotel_id, entity_id, business_date, CASE metric_type WHEN 'floor_stock' THEN metric_value END,
                   CASE metric_type WHEN 'product_consumption' THEN metric_value END
            FROM ml_metrics
            WHERE metric_type IN ('floor_stock', 'product_consumption') AND observed_at < :since_at
              AND observed_at >= CAST(:since_at AS timestamptz) - interval '89 days') m
        GROUP BY hotel_id, product_id, day) s
    WHERE units IS NOT NULL
), lacking AS MATERIALIZED (
    -- By equality alone: a scan of the shelves for each line would grow with their square.
    SELECT l.visit_id, l.product_id, l.consumed - l.noted AS units
    FROM scratch_visits v JOIN scratch_lines l USING (visit_id) LEFT JOIN touched t USING (visit_id)
    CROSS JOIN LATERAL (SELECT v.previous_at::date AS day) e
    JOIN (SELECT DISTINCT hotel_id, day FROM shelves) b ON b.hotel_id = v.hotel_id AND b.day = e.day
    JOIN (SELECT DISTINCT hotel_id, day + 1 AS day FROM shelves) a ON a.hotel_id = v.hotel_id AND a.day = e.day
    JOIN (SELECT DISTINCT hotel_id, product_id FROM shelves) k ON k.hotel_id = v.hotel_id AND k.product_id = l.product_id
    LEFT JOIN shelves s ON s.hotel_id = v.hotel_id AND s.product_id = l.product_id AND s.day = e.day AND s.is_enough
    LEFT JOIN shelves r ON r.hotel_id = v.hotel_id AND r.product_id = l.product_id AND r.day = e.day - 1 AND r.is_enough
    WHERE l.consumed > l.noted AND t.is_guests IS NOT TRUE AND (s.day IS NULL OR r.day IS NULL)
), vacant AS (
    SELECT v.*, w.again_by, v.consumed - coalesce(n.units, 0) - coalesce(k.units, 0) AS units, coalesce(t.is_tail, g.next_id IS NOT NULL) AS is_tail,
           coalesce(t.is_timed_tail, false) AS is_timed_tail, coalesce(t.is_early_tail, false) AS is_early_tail,
           coalesce(t.is_head, false) AS is_head,
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
    LEFT JOIN in_turn w USING (visit_id)
    CROSS JOIN LATERAL (SELECT CAST(coalesce(r.hidden, 0) + coalesce(l.hidden, 0) AS numeric)) h (hidden)
    WHERE v.is_check AND d.is_known AND b.is_known AND d.unknown_days = b.unknown_days AND t.is_guests IS NOT TRUE
      AND NOT EXISTS (SELECT FROM unknown u WHERE u.room_id = v.room_id
                      AND u.night BETWEEN v.previous_at::date - 1 AND v.business_date
                      AND (u.night = v.business_date AND u.alone_until >= v.visited_at) IS NOT TRUE
                      AND (u.night = v.previous_at::date - 1 AND u.left_at <= v.previous_at) IS NOT TRUE)
      AND NOT EXISTS (SELECT FROM scratch_unlisted u WHERE u.visit_id = v.visit_id
                      AND (t.is_tail OR t.is_timed_tail OR t.is_early_tail OR g.next_id IS NOT NULL
                           OR (NOT u.is_tonight AND (u.hidden IS NULL OR t.visit_id IS NOT NULL))))
      AND NOT EXISTS (SELECT FROM staying g WHERE g.visit_id = v.visit_id)
      AND NOT EXISTS (SELECT FROM firsts c WHERE c.visit_id = v.visit_id)
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
           'before_departure', CASE WHEN bool_or(v.is_early_tail) THEN true END,
           'check_hour', extract(hour FROM coalesce(min(v.previous_at) FILTER (WHERE v.is_tail OR v.is_timed_tail),
                                                    max(v.visited_at) FILTER (WHERE v.is_head)))::integer,
           'before_arrival', CASE WHEN bool_or(v.is_head) THEN true END,
           'rejected_rows', CASE WHEN bool_or(v.has_rejects) THEN true END,
           'missing_list', CASE WHEN bool_or(v.lacks_list) THEN true END,
           'hidden', max(v.hidden),
           'after_first_check', CASE WHEN bool_or(v.is_second) THEN true END,
           'again_by', max(v.again_by) FILTER (WHERE v.units > 0)))
FROM recorded v LEFT JOIN found f USING (room_id, business_date)
GROUP BY v.hotel_id, v.room_id, v.business_date, f.products, f.charged, f.holds

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
-- Which of these came first is `ended_by`. Minutes until somebody checked the room and put nothing in, while it is open, are
-- `checked`: that nobody came is not so.
WITH found AS MATERIALIZED (
    SELECT *, is_answered AND (answered_at IS NULL OR answered_at < requested_at) AS is_untimed
    FROM source_refill_requests(:since_at, :until)
), refused AS (
    INSERT INTO refused_rows
    SELECT 'requests', CASE WHEN answered_at IS NULL THEN 'answered without a time' ELSE 'answered before asked' END,
           requested_at::date, count(*), min(request_id)
    FROM found WHERE is_untimed GROUP BY 2, 3
), open_days AS MATERIALIZED (
    SELECT DISTINCT room_id, requested_at::date AS day FROM found WHERE NOT is_untimed AND coalesce(answered_at > :until, true)
), guests AS MATERIALIZED (
    SELECT o.room_id, o.day,
           max(coalesce(s.departs_at, greatest((s.departs_on + CAST(:check_out AS time))::timestamptz, s.leaves_at))) AS left_at
    FROM open_days o JOIN scratch_stays s ON s.room_id = o.room_id AND o.day BETWEEN s.arrives_on AND s.departs_on
    GROUP BY o.room_id, o.day
), moments AS (
    SELECT room_id, requested_at AS at, request_id, CAST(NULL AS timestamptz) AS refilled_at,
           CAST(NULL AS timestamptz) AS checked_at,
           CASE WHEN is_answered AND is_untimed THEN requested_at WHEN is_answered THEN answered_at END AS answered_at
    FROM found
    UNION ALL
    SELECT room_id, at, NULL, CASE WHEN is_refill THEN at END, CASE WHEN NOT is_refill THEN at END, NULL FROM scratch_refills
), next AS (
    -- One pass over each room from its end: who asks a thousand times has each request compared with none of the others.
    SELECT room_id, request_id, min(refilled_at) OVER later AS refilled_at, min(checked_at) OVER later AS checked_at,
           min(answered_at) OVER later AS answered_later_at
    FROM moments
    WINDOW later AS (PARTITION BY room_id ORDER BY at DESC GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), open AS MATERIALIZED (
    SELECT q.*, n.refilled_at, n.checked_at, n.answered_later_at, g.left_at, g.room_id IS NULL AS is_unlisted
    FROM found q JOIN next n USING (request_id)
    LEFT JOIN guests g ON g.room_id = q.room_id AND g.day = q.requested_at::date
    WHERE NOT q.is_untimed AND coalesce(q.answered_at > :until, true)
), ended AS (
    SELECT DISTINCT ON (o.request_id) o.request_id, e.ended_by, e.ended_at
    FROM open o CROSS JOIN LATERAL (VALUES
        ('refill', o.refilled_at), ('check', CASE WHEN o.is_unlisted THEN o.checked_at END),
        ('age', CASE WHEN o.is_unlisted THEN o.requested_at + interval '1 day' END),
        ('later_request', o.answered_later_at), ('departure', o.left_at)) e (ended_by, ended_at)
    WHERE e.ended_at <= :until AND e.ended_at >= o.requested_at
    -- What was put in on a check is a refill.
    ORDER BY o.request_id, e.ended_at, e.ended_by = 'check', e.ended_by
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
           'unlisted', nullif(o.is_unlisted, false),
           'checked', CASE WHEN e.request_id IS NULL AND NOT o.is_unlisted
                           THEN extract(epoch FROM o.checked_at - q.requested_at) / 60 END))
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
