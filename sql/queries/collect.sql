-- Collecting: from source rows to metric points, wholly inside PostgreSQL.
--
-- The scratch tables live for one transaction. `:since_on` is the first business day to recompute, `:since_at` its
-- midnight, `:until` the as-of instant, `:until_on` its business day. Exposure looks back 60 days at most.

-- name: create_scratch
-- The scratch tables of one run.
CREATE TEMP TABLE computed_metrics (
    metric_type text, hotel_id integer, entity_type text, entity_id integer, metric_value double precision,
    observed_at timestamptz, business_date date, context jsonb) ON COMMIT DROP;
CREATE TEMP TABLE refused_rows (source text, reason text, rows bigint, example_id bigint) ON COMMIT DROP;
CREATE TEMP TABLE scratch_stays (
    room_id integer, hotel_id integer, guests integer, arrives_on date, arrives_at timestamptz,
    departs_on date, departs_at timestamptz) ON COMMIT DROP;
CREATE TEMP TABLE scratch_nights (room_id integer, night date, guests integer, stay_on date) ON COMMIT DROP;
CREATE TEMP TABLE scratch_days (
    hotel_id integer, day date, is_known boolean, unknown_days bigint, occupancy double precision) ON COMMIT DROP;
CREATE TEMP TABLE scratch_custody (
    hotel_id integer, attendant_id integer, day date, product_id integer, handed_out bigint, returned bigint,
    lost bigint) ON COMMIT DROP;
CREATE TEMP TABLE scratch_lines (visit_id integer, product_id integer, consumed bigint, refilled bigint) ON COMMIT DROP;
CREATE TEMP TABLE scratch_doubtful (visit_id integer) ON COMMIT DROP;
CREATE TEMP TABLE scratch_visits (
    visit_id integer, hotel_id integer, room_id integer, room_type text, attendant_id integer, visited_at timestamptz,
    business_date date, previous_at timestamptz, consumed bigint, refilled bigint) ON COMMIT DROP

-- name: stage_stays
-- Stays that touch the span, and the nights they fill; two records of one night count once, the later arrival's.
WITH found AS MATERIALIZED (
    SELECT s.*, r.hotel_id
    FROM source_stays(CAST(:since_on AS date) - 60, CAST(:until_on AS date) + 1) s
    JOIN source_rooms() r USING (room_id)
), refused AS (
    INSERT INTO refused_rows
    SELECT 'stays', CASE WHEN departs_on < arrives_on THEN 'departure before arrival'
                         WHEN departs_on > arrives_on + 400 THEN 'longer than 400 nights'
                         ELSE 'guests not between 1 and 50' END, count(*), min(stay_id)
    FROM found WHERE departs_on < arrives_on OR departs_on > arrives_on + 400 OR guests NOT BETWEEN 1 AND 50
    GROUP BY 2
), stays AS (
    INSERT INTO scratch_stays
    SELECT room_id, hotel_id, guests, arrives_on, arrives_at, departs_on, departs_at FROM found
    WHERE departs_on BETWEEN arrives_on AND arrives_on + 400 AND guests BETWEEN 1 AND 50
    RETURNING *
)
INSERT INTO scratch_nights
SELECT room_id, night::date, (array_agg(guests ORDER BY arrives_on DESC, guests DESC))[1], max(arrives_on)
FROM stays CROSS JOIN LATERAL generate_series(
    greatest(arrives_on, CAST(:since_on AS date) - 60), least(departs_on - 1, CAST(:until_on AS date)),
    interval '1 day') night
GROUP BY room_id, night

-- name: stage_days
-- Which days' occupancy is known, hotel by hotel, and how high it was. A day is known from the first departure on
-- record (before it only those who were still there were written down) while arrivals keep coming in: a hotel
-- without one for more than three days has stopped recording, or is closed.
WITH known_from AS (
    SELECT r.hotel_id, min(s.departs_on) AS day
    FROM source_stays('-infinity', 'infinity') s JOIN source_rooms() r USING (room_id)
    WHERE s.departs_on >= s.arrives_on GROUP BY r.hotel_id
), arrivals AS MATERIALIZED (
    -- Once, and not once for each of the days below.
    SELECT DISTINCT hotel_id, arrives_on FROM scratch_stays
), active AS (
    SELECT hotel_id, count(*) AS rooms FROM source_rooms() WHERE is_active GROUP BY hotel_id
), occupied AS (
    SELECT r.hotel_id, n.night, count(*) AS rooms
    FROM scratch_nights n JOIN source_rooms() r USING (room_id) WHERE r.is_active GROUP BY 1, 2
), days AS (
    SELECT k.hotel_id, d::date AS day,
           d::date >= k.day AND EXISTS (
               SELECT FROM arrivals a WHERE a.hotel_id = k.hotel_id AND a.arrives_on BETWEEN d::date - 3 AND d::date
           ) AS is_known
    FROM known_from k CROSS JOIN generate_series(
        CAST(:since_on AS date) - 60, CAST(:until_on AS date), interval '1 day') d
)
INSERT INTO scratch_days
SELECT d.hotel_id, d.day, d.is_known,
       count(*) FILTER (WHERE NOT d.is_known) OVER (PARTITION BY d.hotel_id ORDER BY d.day),
       CASE WHEN d.is_known THEN coalesce(o.rooms, 0)::double precision / a.rooms END
FROM days d JOIN active a ON a.hotel_id = d.hotel_id
LEFT JOIN occupied o ON o.hotel_id = d.hotel_id AND o.night = d.day

-- name: stage_custody
-- Units handed out, returned and lost, by attendant, day and product; impossible lines are set aside.
WITH found AS MATERIALIZED (
    SELECT *, least(handed_out, used, remaining, returned) >= 0 AS possible
    FROM source_custody(:since_at, :until)
), refused AS (
    INSERT INTO refused_rows
    SELECT 'custody', 'negative units', count(*), min(custody_id) FROM found WHERE NOT possible HAVING count(*) > 0
)
INSERT INTO scratch_custody
SELECT coalesce(hotel_id, :ledger_hotel), attendant_id, counted_at::date, product_id, sum(handed_out), sum(returned),
       sum(handed_out - used - returned - remaining)
FROM found WHERE possible GROUP BY 1, 2, 3, 4

-- name: stage_lines
-- What each visit consumed and refilled, product by product; impossible lines are set aside.
WITH found AS MATERIALIZED (
    SELECT *, consumed BETWEEN 0 AND 1000 AND refilled BETWEEN 0 AND 1000 AND extra BETWEEN 0 AND 1000 AS possible
    FROM source_visit_lines(:since_at, :until)
), refused AS (
    INSERT INTO refused_rows
    SELECT 'visit lines', 'units not between 0 and 1000', count(*), min(visit_id) FROM found WHERE NOT possible
    HAVING count(*) > 0
), doubtful AS (
    INSERT INTO scratch_doubtful SELECT DISTINCT visit_id FROM found WHERE NOT possible
)
INSERT INTO scratch_lines
SELECT visit_id, product_id, sum(consumed), sum(refilled + extra) FROM found WHERE possible GROUP BY visit_id, product_id

-- name: stage_visits
-- Visits with their totals and the room's visit before; a visit that was stored twice, lines and all, counts once, and
-- one of which nothing but an impossible line is known found we don't know what, which is not nothing.
-- Without the size of the lines the planner pairs every visit with every line, where the source was never analysed.
ANALYZE scratch_lines;
WITH totals AS (
    SELECT visit_id, sum(consumed) AS consumed, sum(refilled) AS refilled,
           string_agg(product_id || ':' || consumed || ':' || refilled, ' ' ORDER BY product_id) AS content
    FROM scratch_lines GROUP BY visit_id
), visits AS (
    SELECT DISTINCT ON (v.room_id, v.attendant_id, v.visited_at, v.kind, t.content)
           v.*, r.hotel_id, r.room_type, coalesce(t.consumed, 0) AS consumed, coalesce(t.refilled, 0) AS refilled
    FROM source_visits(:since_at, :until) v
    JOIN source_rooms() r USING (room_id)
    LEFT JOIN totals t USING (visit_id)
    WHERE coalesce(t.consumed, 0) > 0 OR v.visit_id NOT IN (SELECT visit_id FROM scratch_doubtful)
    ORDER BY v.room_id, v.attendant_id, v.visited_at, v.kind, t.content, v.visit_id
)
INSERT INTO scratch_visits
SELECT v.visit_id, v.hotel_id, v.room_id, v.room_type, v.attendant_id, v.visited_at, v.visited_at::date,
       coalesce(lag(v.visited_at) OVER (PARTITION BY v.room_id ORDER BY v.visited_at, v.visit_id), p.visited_at),
       v.consumed, v.refilled
FROM visits v LEFT JOIN source_previous_visits(:since_at) p USING (room_id)

-- name: analyze_scratch
-- Gives the planner the sizes of the scratch tables.
ANALYZE scratch_stays, scratch_nights, scratch_days, scratch_custody, scratch_visits

-- name: stock_level
-- Ledger balance after each movement: what was there before the span, and the movements since.
WITH opening AS (
    SELECT product_id, sum(signed_units) AS units
    FROM source_stock_movements('-infinity', :since_at)
    WHERE signed_units IS NOT NULL AND (units >= 0 OR kind = 'sayim') AND abs(units::bigint) <= 1000000 GROUP BY product_id
), ledger AS (
    SELECT m.*, coalesce(o.units, 0) + sum(m.signed_units) OVER (
               PARTITION BY m.product_id ORDER BY m.moved_at, m.movement_id) AS balance
    FROM source_stock_movements(:since_at, :until) m LEFT JOIN opening o USING (product_id)
    WHERE m.signed_units IS NOT NULL AND (m.units >= 0 OR m.kind = 'sayim') AND abs(m.units::bigint) <= 1000000
)
INSERT INTO computed_metrics
SELECT DISTINCT ON (l.product_id, l.moved_at)
       'stock_level', :ledger_hotel, 'product', l.product_id, l.balance, l.moved_at, l.moved_at::date,
       jsonb_build_object('kind', l.kind, 'units', l.units)
FROM ledger l ORDER BY l.product_id, l.moved_at, l.movement_id DESC

-- name: stock_outflow
-- Units issued and written off, by product and day, and beside them what came back out of custody; ledger rows that
-- can't be true are set aside.
WITH found AS MATERIALIZED (
    SELECT *, moved_at::date AS day FROM source_stock_movements(:since_at, :until)
), refused AS (
    INSERT INTO refused_rows
    SELECT 'stock movements', CASE WHEN signed_units IS NULL THEN 'unknown type ' || kind
                                   WHEN abs(units::bigint) > 1000000 THEN 'more than a million units'
                                   ELSE 'negative units' END,
           count(*), min(movement_id)
    FROM found WHERE signed_units IS NULL OR abs(units::bigint) > 1000000 OR (units < 0 AND kind <> 'sayim') GROUP BY 2
), outflow AS (
    SELECT product_id, day, coalesce(sum(units) FILTER (WHERE kind = 'cikis'), 0) AS issued,
           coalesce(sum(units) FILTER (WHERE kind = 'fire'), 0) AS written_off
    FROM found WHERE kind IN ('cikis', 'fire') AND units BETWEEN 0 AND 1000000 GROUP BY product_id, day
), returns AS (
    SELECT product_id, day, sum(returned) AS returned FROM scratch_custody
    WHERE returned > 0 AND day >= CAST(:since_on AS date) GROUP BY product_id, day
)
INSERT INTO computed_metrics
SELECT 'stock_outflow', :ledger_hotel, 'product', product_id, coalesce(o.issued + o.written_off, 0), day::timestamptz,
       day, jsonb_build_object('issued', coalesce(o.issued, 0), 'written_off', coalesce(o.written_off, 0),
                               'returned', coalesce(r.returned, 0))
FROM outflow o FULL JOIN returns r USING (product_id, day)

-- name: occupancy
-- Occupied rooms / active rooms, for the days whose occupancy is known.
INSERT INTO computed_metrics
SELECT 'occupancy', hotel_id, 'hotel', hotel_id, occupancy, day::timestamptz, day, '{}'
FROM scratch_days WHERE is_known AND day >= CAST(:since_on AS date)

-- name: product_consumption
-- Units found consumed, by hotel, product and day, with their split over room types.
WITH units AS (
    SELECT v.hotel_id, v.business_date, l.product_id, coalesce(v.room_type, '') AS room_type,
           sum(l.consumed) AS consumed, sum(l.refilled) AS refilled
    FROM scratch_visits v JOIN scratch_lines l USING (visit_id) GROUP BY 1, 2, 3, 4
)
INSERT INTO computed_metrics
SELECT 'product_consumption', u.hotel_id, 'product', u.product_id, sum(u.consumed), u.business_date::timestamptz,
       u.business_date,
       jsonb_build_object('refilled', sum(u.refilled), 'by_room_type', jsonb_object_agg(u.room_type, u.consumed))
FROM units u GROUP BY u.hotel_id, u.product_id, u.business_date

-- name: room_consumption
-- Units found consumed, by room and day it was checked, with what the room was exposed to since its last check:
-- occupied nights, guest-nights, who stayed, and whether all of it is known.
WITH checks AS (
    SELECT hotel_id, room_id, room_type, business_date, count(*) AS visits, sum(consumed) AS consumed,
           sum(refilled) AS refilled, min(attendant_id) AS attendant_id,
           (array_agg(previous_at ORDER BY visited_at, visit_id))[1]::date AS previous_on
    FROM scratch_visits GROUP BY hotel_id, room_id, room_type, business_date
), exposure AS (
    SELECT c.room_id, c.business_date, count(n.night) AS nights, coalesce(sum(n.guests), 0) AS guest_nights,
           count(DISTINCT n.stay_on) AS stays,
           (array_agg(n.guests ORDER BY n.night DESC) FILTER (WHERE n.night IS NOT NULL))[1] AS guests,
           (array_agg(n.stay_on ORDER BY n.night DESC) FILTER (WHERE n.night IS NOT NULL))[1] AS stay_on
    FROM checks c
    CROSS JOIN LATERAL generate_series(c.previous_on, c.business_date - 1, interval '1 day') g
    LEFT JOIN scratch_nights n ON n.room_id = c.room_id AND n.night = g::date
    WHERE c.previous_on >= c.business_date - 60
    GROUP BY c.room_id, c.business_date
), products AS (
    SELECT room_id, business_date, jsonb_object_agg(product_id, units) AS found
    FROM (SELECT v.room_id, v.business_date, l.product_id, sum(l.consumed) AS units
          FROM scratch_visits v JOIN scratch_lines l USING (visit_id) WHERE l.consumed > 0 GROUP BY 1, 2, 3) p
    GROUP BY room_id, business_date
)
INSERT INTO computed_metrics
SELECT 'room_consumption', c.hotel_id, 'room', c.room_id, c.consumed, c.business_date::timestamptz, c.business_date,
       jsonb_strip_nulls(jsonb_build_object(
           'visits', c.visits, 'refilled', c.refilled, 'attendant', c.attendant_id, 'room_type', c.room_type,
           'weekday', extract(isodow FROM c.business_date)::integer, 'occupancy', round(d.occupancy::numeric, 4),
           'previous_on', c.previous_on, 'products', p.found,
           'known', coalesce(d.is_known AND b.is_known AND d.unknown_days = b.unknown_days, false),
           'nights', e.nights, 'guest_nights', e.guest_nights, 'guests', e.guests, 'stay_on', e.stay_on,
           'stays', e.stays, 'arriving', a.guests, 'staying', s.guests))
FROM checks c
LEFT JOIN exposure e USING (room_id, business_date)
LEFT JOIN products p USING (room_id, business_date)
LEFT JOIN scratch_days d ON d.hotel_id = c.hotel_id AND d.day = c.business_date
LEFT JOIN scratch_days b ON b.hotel_id = c.hotel_id AND b.day = c.previous_on
LEFT JOIN scratch_nights a ON a.room_id = c.room_id AND a.night = c.business_date AND a.stay_on = c.business_date
LEFT JOIN scratch_nights s ON s.room_id = c.room_id AND s.night = c.business_date AND s.stay_on = e.stay_on

-- name: vacant_consumption
-- Units found at visits before which nobody can have been in the room: no stay touches the time since the visit
-- before, two hours allowed on either side of arrival and departure, and occupancy is known for all of it.
WITH vacant AS (
    SELECT v.* FROM scratch_visits v
    JOIN scratch_days d ON d.hotel_id = v.hotel_id AND d.day = v.business_date
    JOIN scratch_days b ON b.hotel_id = v.hotel_id AND b.day = v.previous_at::date
    WHERE d.is_known AND b.is_known AND d.unknown_days = b.unknown_days AND NOT EXISTS (
        SELECT FROM scratch_stays s WHERE s.room_id = v.room_id
        AND s.arrives_at - interval '2 hours' < v.visited_at AND s.departs_at + interval '2 hours' > v.previous_at)
), found AS (
    SELECT v.room_id, v.business_date, jsonb_object_agg(l.product_id, l.consumed) AS products
    FROM vacant v JOIN scratch_lines l USING (visit_id) WHERE l.consumed > 0 GROUP BY v.room_id, v.business_date
)
INSERT INTO computed_metrics
SELECT 'vacant_consumption', v.hotel_id, 'room', v.room_id, sum(v.consumed), v.business_date::timestamptz,
       v.business_date,
       jsonb_strip_nulls(jsonb_build_object('previous_on', min(v.previous_at)::date, 'visits', count(*), 'products', f.products))
FROM vacant v LEFT JOIN found f USING (room_id, business_date)
GROUP BY v.hotel_id, v.room_id, v.business_date, f.products

-- name: refill_duration
-- Median minutes between an attendant's visits to different rooms in one shift. Gaps over 45 minutes are breaks.
-- The single gaps and the units handled at their end are kept, so that the work mix can be taken out of the pace.
WITH ordered AS (
    SELECT hotel_id, attendant_id, business_date, room_id, visited_at, consumed + refilled AS items,
           extract(epoch FROM visited_at - lag(visited_at) OVER shift) / 60 AS minutes,
           lag(room_id) OVER shift AS previous_room
    FROM scratch_visits
    WINDOW shift AS (PARTITION BY attendant_id, business_date ORDER BY visited_at, visit_id)
), days AS (
    SELECT hotel_id, attendant_id, business_date, count(*) AS visits, sum(items) AS items FROM ordered GROUP BY 1, 2, 3
), gaps AS (
    SELECT hotel_id, attendant_id, business_date, percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) AS median,
           jsonb_agg(round(minutes, 2) ORDER BY visited_at) AS minutes, jsonb_agg(items ORDER BY visited_at) AS items
    FROM ordered WHERE previous_room <> room_id AND minutes > 0 AND minutes <= 45 GROUP BY 1, 2, 3
)
INSERT INTO computed_metrics
SELECT 'refill_duration', g.hotel_id, 'attendant', g.attendant_id, g.median, g.business_date::timestamptz,
       g.business_date,
       jsonb_build_object('visits', d.visits, 'items', d.items, 'gap_minutes', g.minutes, 'gap_items', g.items)
FROM gaps g JOIN days d USING (hotel_id, attendant_id, business_date)

-- name: request_response
-- Minutes from a guest's request to its completion. An open request ages in steps of a quarter of an hour, so that
-- collecting again a moment later changes nothing; detect counts its minutes to the instant.
INSERT INTO computed_metrics
SELECT DISTINCT ON (q.room_id, q.requested_at)
       'request_response', r.hotel_id, 'room', q.room_id,
       CASE WHEN q.completed_at <= :until THEN extract(epoch FROM q.completed_at - q.requested_at) / 60
            ELSE 15 * floor(extract(epoch FROM CAST(:until AS timestamptz) - q.requested_at) / 900) END,
       q.requested_at, q.requested_at::date, jsonb_build_object('open', coalesce(q.completed_at > :until, true))
FROM source_refill_requests(:since_at, :until) q JOIN source_rooms() r USING (room_id)
ORDER BY q.room_id, q.requested_at, q.completed_at DESC NULLS FIRST, q.request_id

-- name: custody_loss
-- Units handed out - used - returned - left, by attendant and day.
INSERT INTO computed_metrics
SELECT 'custody_loss', hotel_id, 'attendant', attendant_id, sum(lost), day::timestamptz, day,
       jsonb_strip_nulls(jsonb_build_object('handed_out', sum(handed_out),
           'products', jsonb_object_agg(product_id, lost) FILTER (WHERE lost > 0)))
FROM scratch_custody WHERE day >= CAST(:since_on AS date) GROUP BY hotel_id, attendant_id, day

-- name: refuse
-- Takes out points that can't be true; returns what was refused here and while staging.
WITH taken AS (
    DELETE FROM computed_metrics
    WHERE metric_value IS NULL OR metric_value IN ('NaN', 'Infinity', '-Infinity')
       OR observed_at > CAST(:until AS timestamptz)
       OR (metric_value < 0 AND metric_type NOT IN ('stock_level', 'custody_loss'))
       OR (metric_value > 1 AND metric_type = 'occupancy')
    RETURNING metric_type, entity_id, observed_at, metric_value
)
SELECT source, reason, rows, example_id FROM refused_rows
UNION ALL
SELECT metric_type, CASE WHEN observed_at > CAST(:until AS timestamptz) THEN 'in the future'
                         WHEN metric_value < 0 OR metric_value > 1 THEN 'impossible value' ELSE 'not finite' END,
       count(*), min(entity_id)
FROM taken GROUP BY 1, 2
ORDER BY 1, 2

-- name: upsert
-- Writes points that are new or different; returns how many of each, and of which of the last 31 days. Equal ones are
-- not touched at all.
WITH changed AS MATERIALIZED (
    SELECT c.*, o.metric_type IS NULL AS is_new
    FROM computed_metrics c LEFT JOIN ml_metrics o
      ON o.metric_type = c.metric_type AND o.hotel_id = c.hotel_id AND o.entity_type = c.entity_type
     AND o.entity_id = c.entity_id AND o.observed_at = c.observed_at
     AND o.observed_at >= :trailing_since AND o.observed_at <= :until
    WHERE (o.metric_value, o.context) IS DISTINCT FROM (c.metric_value, c.context)
), written AS (
    INSERT INTO ml_metrics
        (metric_type, hotel_id, entity_type, entity_id, metric_value, observed_at, business_date, context)
    SELECT metric_type, hotel_id, entity_type, entity_id, metric_value, observed_at, business_date, context FROM changed
    ON CONFLICT (metric_type, hotel_id, entity_type, entity_id, observed_at) DO UPDATE
        SET metric_value = excluded.metric_value, business_date = excluded.business_date, context = excluded.context
), days AS (
    INSERT INTO ml_changed_days (run_id, business_date)
    SELECT DISTINCT CAST(:run_id AS bigint), business_date FROM changed
    WHERE business_date > CAST(:until_on AS date) - 31
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
      AND NOT EXISTS (
        SELECT FROM computed_metrics c
        WHERE c.metric_type = m.metric_type AND c.hotel_id = m.hotel_id AND c.entity_type = m.entity_type
          AND c.entity_id = m.entity_id AND c.observed_at = m.observed_at)
    RETURNING m.business_date
), days AS (
    INSERT INTO ml_changed_days (run_id, business_date)
    SELECT DISTINCT CAST(:run_id AS bigint), business_date FROM removed
    WHERE business_date > CAST(:until_on AS date) - 31
    ON CONFLICT DO NOTHING
)
SELECT count(*) AS removed FROM removed

-- name: new_stock_movements
-- New ledger rows since the watermark.
SELECT * FROM source_new_stock_movements(:after, :not_before)

-- name: new_visits
-- New visits since the watermark.
SELECT * FROM source_new_visits(:after, :not_before)

-- name: new_visit_lines
-- New visit lines since the watermark.
SELECT * FROM source_new_visit_lines(:after, :not_before)

-- name: new_stays
-- New stays since the watermark.
SELECT * FROM source_new_stays(:after, :not_before)

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
