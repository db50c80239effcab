-- What a round of minibar checks is planned from. `:day` is the round's day; `:since_on` the first day that is looked at.

-- name: rooms
-- Every room that is in use: when it was last checked before the day, and by whom most often; what it has been exposed to
-- since (nights are those of the record of nights, each by its last word); whether its guests leave or have left; and
-- whether it was checked on the day already. `counted_guests` and `counted` leave out guests whom no list has counted.
WITH checked AS (
    SELECT entity_id AS room_id, max(business_date) FILTER (WHERE business_date < :day) AS checked_on,
           coalesce(bool_or(business_date = :day), false) AS is_done,
           mode() WITHIN GROUP (ORDER BY CAST(context ->> 'attendant' AS integer)) AS attendant_id
    FROM ml_metrics
    WHERE metric_type = 'room_consumption' AND entity_type = 'room'
      AND observed_at >= CAST(:since_on AS date)::timestamptz AND observed_at < (CAST(:day AS date) + 1)::timestamptz
    GROUP BY entity_id
), nights AS (
    SELECT DISTINCT ON (room_id, night, state = 'day_use') room_id, night, state, guests, arrives_on, departs_on
    FROM ml_nights WHERE night BETWEEN :since_on AND :day AND state <> 'not_listed'
    ORDER BY room_id, night, state = 'day_use', id DESC
), exposure AS (
    SELECT n.room_id, count(*) FILTER (WHERE n.state <> 'unknown') AS nights,
           count(*) FILTER (WHERE n.state = 'unknown') AS unknown_nights,
           coalesce(sum(n.guests), 0) AS counted_guests, count(n.guests) AS counted,
           count(DISTINCT n.arrives_on) AS stays,
           (array_agg(n.guests ORDER BY n.night DESC))[1] AS guests,
           (array_agg(n.arrives_on ORDER BY n.night DESC) FILTER (WHERE n.state <> 'unknown'))[1] AS stay_on,
           (array_agg(n.departs_on ORDER BY n.night DESC) FILTER (WHERE n.state <> 'unknown'))[1] AS departs_on
    FROM nights n LEFT JOIN checked c USING (room_id)
    WHERE n.night < :day
      AND n.night >= coalesce(CASE WHEN n.state = 'day_use' THEN c.checked_on + 1 ELSE c.checked_on END, :since_on)
    GROUP BY n.room_id
)
SELECT r.hotel_id, r.room_id, r.room_name AS room, coalesce(r.floor_name, '') AS floor,
       coalesce(r.room_type, '') AS room_type,
       coalesce(c.is_done, false) AS is_done, c.checked_on - DATE '0001-01-01' + 1 AS checked_on,
       coalesce(c.attendant_id, 0) AS attendant_id,
       coalesce(e.nights, 0) AS nights, coalesce(e.unknown_nights, 0) AS unknown_nights,
       coalesce(e.counted_guests, 0) AS counted_guests, coalesce(e.counted, 0) AS counted,
       coalesce(e.stays, 0) AS stays, coalesce(e.guests, 0) AS guests,
       coalesce(e.stay_on - DATE '0001-01-01' + 1, 0) AS stay_on,
       coalesce(t.arrives_on IS DISTINCT FROM e.stay_on AND (e.departs_on <= :day OR t.arrives_on > e.stay_on), false)
           AS is_departure
FROM source_rooms() r
LEFT JOIN checked c USING (room_id) LEFT JOIN exposure e USING (room_id)
LEFT JOIN nights t ON t.room_id = r.room_id AND t.night = :day AND t.state <> 'day_use'
WHERE r.is_active AND (CAST(:hotel_id AS integer) IS NULL OR r.hotel_id = :hotel_id)
ORDER BY r.hotel_id, r.room_id

-- name: alerts
-- Live alerts about rooms that nobody has looked at yet, as of the day: the first of each room.
SELECT entity_id AS room_id, min(id) AS alert_id FROM ml_alerts
WHERE entity_type = 'room' AND status = 'open' AND raised_at < (CAST(:day AS date) + 1)::timestamptz
GROUP BY entity_id

-- name: signs
-- Rooms with a sign "do not disturb" on a day.
SELECT DISTINCT room_id FROM source_dnd(:day, CAST(:day AS date) + 1) WHERE day = :day

-- name: knocks
-- The same, of hotels that note the sign on the control records.
SELECT DISTINCT room_id FROM source_controls(CAST(:day AS date)::timestamptz, (CAST(:day AS date) + 1)::timestamptz)
WHERE is_knock

-- name: task_knocks
-- The same, of hotels that note the sign on the tasks of the day.
SELECT DISTINCT room_id FROM source_task_knocks(CAST(:day AS date)::timestamptz, (CAST(:day AS date) + 1)::timestamptz)

-- name: products
-- Units of each product that were found consumed in rooms of each type.
SELECT m.hotel_id, coalesce(m.context ->> 'room_type', '') AS room_type, CAST(p.key AS integer) AS product_id,
       sum(CAST(p.value AS double precision)) AS units
FROM ml_metrics m CROSS JOIN LATERAL jsonb_each_text(m.context -> 'products') AS p (key, value)
WHERE m.metric_type = 'room_consumption' AND m.observed_at >= CAST(:since_on AS date)::timestamptz
  AND m.observed_at < CAST(:day AS date)::timestamptz
GROUP BY 1, 2, 3

-- name: may_plan
-- Whether this role may read who stays where, and the models.
SELECT has_table_privilege('minibar_ml.ml_nights', 'SELECT') AND has_table_privilege('minibar_ml.ml_models', 'SELECT')
