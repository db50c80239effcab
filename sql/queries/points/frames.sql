-- What detectors read, as plain columns: a `day` is a business date's proleptic ordinal, 0 where there is none.
-- `date - DATE '0001-01-01' + 1` is Python's date.toordinal(). `:hotels`: only of these; NULL: of all.

-- name: rooms
-- Room checks with their exposure. `beyond`: of products of which more than twice was entered than the room holds, the
-- units that it cannot hold.
SELECT m.hotel_id, m.entity_id AS room_id, m.business_date - DATE '0001-01-01' + 1 AS day, m.metric_value AS units,
       coalesce(c.refilled, 0) AS refilled, coalesce(c.visits, 1) AS visits,
       coalesce((SELECT count(*) FROM jsonb_object_keys(c.products)), 0) AS products_found,
       coalesce(c.attendant, 0) AS attendant_id,
       CASE WHEN c.visits > 1 THEN coalesce(c.last_by, 0)
            WHEN m.metric_value = 0 AND coalesce(c.refilled, 0) = 0 THEN coalesce(c.attendant, 0) ELSE 0 END AS last_by,
       coalesce(c.room_type, '') AS room_type,
       CASE WHEN coalesce(c.known, false) THEN 1 ELSE 0 END AS known, coalesce(c.nights, 0) AS nights,
       coalesce(c.guest_nights, 0) AS guest_nights, coalesce(c.guests, c.arriving, 0) AS guests,
       coalesce(c.arriving, 0) AS arriving, coalesce(c.staying, 0) AS staying, coalesce(c.stays, 0) AS stays,
       coalesce(c.stay_on - DATE '0001-01-01' + 1, 0) AS stay_on,
       coalesce(c.previous_on - DATE '0001-01-01' + 1, 0) AS previous_on, c.occupancy,
       coalesce((SELECT sum(u.units - h.value::double precision)
                 FROM jsonb_each_text(c.holds) h CROSS JOIN LATERAL (
                     SELECT (c.products ->> h.key)::double precision AS units) u
                 WHERE u.units > 2 * h.value::double precision), 0) AS beyond
FROM ml_metrics m CROSS JOIN LATERAL jsonb_to_record(m.context) AS c (
    refilled integer, visits integer, products jsonb, attendant integer, last_by integer, room_type text, known boolean, nights integer,
    guest_nights integer, guests integer, arriving integer, staying integer, stays integer, stay_on date, previous_on date,
    occupancy double precision, holds jsonb)
WHERE m.metric_type = 'room_consumption' AND m.observed_at >= :since AND m.observed_at < :until
  AND (CAST(:hotels AS integer[]) IS NULL OR m.hotel_id = ANY(CAST(:hotels AS integer[])))
ORDER BY m.hotel_id, m.entity_id, m.observed_at

-- name: vacant
-- Checks of rooms in which no guest is known to have been: those that found something, and of the uncertain ones all.
SELECT m.hotel_id, m.entity_id AS room_id, m.business_date - DATE '0001-01-01' + 1 AS day, m.metric_value AS units,
       (SELECT count(*) FROM jsonb_object_keys(c.products)) AS products_found,
       c.previous_on - DATE '0001-01-01' + 1 AS previous_on,
       CASE WHEN c.before_departure THEN 7 WHEN c.after_departure_check THEN 1 WHEN c.before_arrival THEN 2
            WHEN c.around_departure THEN 3 WHEN c.after_first_check THEN 4 WHEN c.rejected_rows THEN 5
            WHEN c.missing_list THEN 6 ELSE 0 END AS evidence,
       coalesce(c.check_hour, -1) AS check_hour,
       coalesce(c.hidden, CASE WHEN c.rejected_rows THEN 1 ELSE 0 END) AS hidden, coalesce(c.again_by, 0) AS again_by
FROM ml_metrics m CROSS JOIN LATERAL jsonb_to_record(m.context) AS c (
    previous_on date, products jsonb, after_departure_check boolean, before_arrival boolean, around_departure boolean,
    before_departure boolean, rejected_rows boolean, missing_list boolean, after_first_check boolean, check_hour integer,
    hidden double precision, again_by integer)
WHERE m.metric_type = 'vacant_consumption' AND m.observed_at >= :since AND m.observed_at < :until
  AND (CAST(:hotels AS integer[]) IS NULL OR m.hotel_id = ANY(CAST(:hotels AS integer[])))
  AND (m.metric_value > 0 OR c.after_departure_check OR c.before_arrival OR c.around_departure OR c.rejected_rows
       OR c.missing_list OR c.after_first_check)
ORDER BY m.hotel_id, m.entity_id, m.observed_at

-- name: products
-- Units of each product found consumed and refilled.
SELECT hotel_id, entity_id AS product_id, business_date - DATE '0001-01-01' + 1 AS day, metric_value AS units,
       coalesce(CAST(context ->> 'refilled' AS double precision), 0) AS refilled
FROM ml_metrics
WHERE metric_type = 'product_consumption' AND observed_at >= :since AND observed_at < :until
  AND (CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[])))
ORDER BY hotel_id, entity_id, observed_at

-- name: outflow
-- Units of each product that left the warehouse.
SELECT hotel_id, entity_id AS product_id, business_date - DATE '0001-01-01' + 1 AS day, metric_value AS units,
       CAST(context ->> 'issued' AS double precision) AS issued,
       CAST(context ->> 'written_off' AS double precision) AS written_off,
       CAST(context ->> 'returned' AS double precision) AS returned
FROM ml_metrics
WHERE metric_type = 'stock_outflow' AND observed_at >= :since AND observed_at < :until
  AND (CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[])))
ORDER BY hotel_id, entity_id, observed_at

-- name: levels
-- Ledger balances: the movements of the span, and before them each product's last balance, which still holds. From one
-- product's last balance to the next product's the index is asked: all earlier balances are many times as many.
WITH RECURSIVE earlier AS (
    (SELECT hotel_id, entity_type, entity_id, observed_at, business_date, metric_value, context FROM ml_metrics
     WHERE metric_type = 'stock_level' AND observed_at < :since
       AND (CAST(:hotels AS integer[]) IS NULL OR array_position(CAST(:hotels AS integer[]), hotel_id) > 0)
     ORDER BY hotel_id DESC, entity_type DESC, entity_id DESC, observed_at DESC LIMIT 1)
    UNION ALL
    SELECT n.* FROM earlier e CROSS JOIN LATERAL (
        SELECT hotel_id, entity_type, entity_id, observed_at, business_date, metric_value, context FROM ml_metrics
        WHERE metric_type = 'stock_level' AND observed_at < :since
          AND (hotel_id, entity_type, entity_id) < (e.hotel_id, e.entity_type, e.entity_id)
          AND (CAST(:hotels AS integer[]) IS NULL OR array_position(CAST(:hotels AS integer[]), hotel_id) > 0)
        ORDER BY hotel_id DESC, entity_type DESC, entity_id DESC, observed_at DESC LIMIT 1) n
)
SELECT hotel_id, entity_id AS product_id, business_date - DATE '0001-01-01' + 1 AS day,
       extract(epoch FROM observed_at) AS at, metric_value AS level, context ->> 'kind' AS kind
FROM (
    SELECT hotel_id, entity_type, entity_id, observed_at, business_date, metric_value, context FROM ml_metrics
    WHERE metric_type = 'stock_level' AND observed_at >= :since AND observed_at < :until
      AND (CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[])))
    UNION ALL SELECT * FROM earlier
) l ORDER BY hotel_id, entity_id, observed_at

-- name: floor
-- What floor stores held at the end of each day.
SELECT hotel_id, entity_id AS product_id, business_date - DATE '0001-01-01' + 1 AS day, metric_value AS units
FROM ml_metrics
WHERE metric_type = 'floor_stock' AND observed_at >= :since AND observed_at < :until
  AND (CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[])))
ORDER BY hotel_id, entity_id, observed_at

-- name: rises
-- What raised setups ask for: units in all rooms of a type, from the day on which they may have been raised.
SELECT hotel_id, since_at::date - DATE '0001-01-01' + 1 AS day, product_id, units * rooms AS units
FROM ml_setup_rises WHERE since_at >= :since AND since_at < :until AND rooms > 0
  AND (CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[])))
ORDER BY hotel_id, product_id, since_at

-- name: gaps
-- Minutes between rooms in a shift and the units handled at the end of each gap, and minutes in rooms with the units
-- handled there.
SELECT m.hotel_id, m.entity_id AS attendant_id, m.business_date - DATE '0001-01-01' + 1 AS day, g.in_room,
       CAST(g.minutes AS double precision) AS minutes, CAST(g.items AS double precision) AS items
FROM ml_metrics m CROSS JOIN LATERAL (
    SELECT 0 AS in_room, * FROM ROWS FROM (
        jsonb_array_elements_text(m.context -> 'gap_minutes'), jsonb_array_elements_text(m.context -> 'gap_items')
    ) AS b (minutes, items)
    UNION ALL
    SELECT 1, * FROM ROWS FROM (
        jsonb_array_elements_text(m.context -> 'room_minutes'), jsonb_array_elements_text(m.context -> 'room_items')
    ) AS r (minutes, items)) g
WHERE m.metric_type = 'refill_duration' AND m.observed_at >= :since AND m.observed_at < :until
  AND (CAST(:hotels AS integer[]) IS NULL OR m.hotel_id = ANY(CAST(:hotels AS integer[])))
ORDER BY m.hotel_id, m.entity_id, m.observed_at, g.in_room

-- name: requests
-- Guests' refill requests; decided: a person has closed the alert about it.
SELECT hotel_id, entity_id AS room_id, business_date - DATE '0001-01-01' + 1 AS day,
       extract(epoch FROM observed_at) AS at, metric_value AS minutes,
       CASE WHEN CAST(context ->> 'open' AS boolean) THEN 1 ELSE 0 END AS open,
       coalesce(context ->> 'ended_by', '') AS ended_by,
       CASE WHEN CAST(context ->> 'unlisted' AS boolean) THEN 1 ELSE 0 END AS unlisted,
       CAST(context ->> 'checked' AS double precision) AS checked,
       CASE WHEN EXISTS (
           SELECT FROM ml_alerts a
           WHERE a.type = 'unanswered_request' AND a.entity_type = 'room' AND a.status IN ('resolved', 'false_positive')
             AND a.resolved_by <> 'system' AND (a.hotel_id, a.entity_id) = (m.hotel_id, m.entity_id)
             AND a.last_occurred_on = m.business_date
             AND CAST(a.facts ->> 'requested_at' AS timestamptz) BETWEEN m.observed_at - interval '1 second'
                                                                    AND m.observed_at + interval '1 second')
            THEN 1 ELSE 0 END AS decided
FROM ml_metrics m
WHERE metric_type = 'request_response' AND observed_at >= :since AND observed_at < :until
  AND (CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[])))
ORDER BY hotel_id, entity_id, observed_at

-- name: custody
-- Units lost in custody; and with them, since both are few rows, the checks of rounds that nobody can have walked: one row a
-- room, by the number (not 0) of the run that it was entered in.
SELECT * FROM (
    SELECT hotel_id, entity_id AS attendant_id, business_date - DATE '0001-01-01' + 1 AS day, metric_value AS units,
           coalesce(CAST(context ->> 'handed_out' AS double precision), 0) AS handed_out,
           0 AS run, 0 AS room_id, 0 AS at, 0 AS empty, 0 AS usual_minutes
    FROM ml_metrics
    WHERE metric_type = 'custody_loss' AND observed_at >= :since AND observed_at < :until
      AND (CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[])))
    UNION ALL
    SELECT m.hotel_id, m.entity_id, m.business_date - DATE '0001-01-01' + 1, 0, 0,
           u.run, u.room, extract(epoch FROM u.at), CASE WHEN u.empty THEN 1 ELSE 0 END,
           CAST(m.context ->> 'usual_minutes' AS double precision)
    FROM ml_metrics m CROSS JOIN LATERAL jsonb_to_recordset(m.context -> 'unseen') AS u (
        run integer, room integer, at timestamptz, empty boolean)
    WHERE m.metric_type = 'refill_duration' AND m.observed_at >= :since AND m.observed_at < :until
      AND (CAST(:hotels AS integer[]) IS NULL OR m.hotel_id = ANY(CAST(:hotels AS integer[])))
      AND jsonb_exists(m.context, 'unseen')
) c ORDER BY hotel_id, attendant_id, day, at, room_id

-- name: reservations
-- Stays by arrival and departure, also those that are still to come: how many rooms. `day` is when the run could know.
SELECT r.hotel_id, least(s.arrives_on, CAST(:until AS timestamptz)::date) - DATE '0001-01-01' + 1 AS day,
       s.arrives_on - DATE '0001-01-01' + 1 AS arrives_on, s.departs_on - DATE '0001-01-01' + 1 AS departs_on,
       count(DISTINCT s.room_id) AS rooms
FROM source_stays(CAST(:since AS timestamptz)::date, CAST(:until AS timestamptz)::date + 41) s
JOIN source_rooms() r USING (room_id)
WHERE s.departs_on BETWEEN s.arrives_on + 1 AND s.arrives_on + 400 AND s.guests BETWEEN 1 AND 50
  AND (CAST(:hotels AS integer[]) IS NULL OR r.hotel_id = ANY(CAST(:hotels AS integer[])))
GROUP BY r.hotel_id, s.arrives_on, s.departs_on
ORDER BY r.hotel_id, s.arrives_on, s.departs_on

-- name: orders
-- Open orders at suppliers: units still to come by the day that they are due. One that is overdue for more than a week, or
-- open for a month without a date, promises nothing. `day` is one that every run looks back to.
SELECT o.hotel_id,
       greatest(o.ordered_at::date, CAST(:until AS timestamptz)::date - 30) - DATE '0001-01-01' + 1 AS day,
       o.product_id, coalesce(o.due_on - DATE '0001-01-01' + 1, 0) AS due_on, sum(o.outstanding) AS units
FROM source_orders(CAST(:since AS timestamptz) - interval '120 days', :until) o
WHERE o.hotel_id IS NOT NULL AND o.outstanding > 0
  AND (CAST(:hotels AS integer[]) IS NULL OR o.hotel_id = ANY(CAST(:hotels AS integer[])))
  AND coalesce(o.due_on, o.ordered_at::date + 23) >= CAST(:until AS timestamptz)::date - 7
GROUP BY 1, 2, 3, 4 ORDER BY 1, 3, 4, 2
