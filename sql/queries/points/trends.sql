-- Trends: what the store's points say of a window of business days compared with the window before it.
--
-- `:since` is the window's first business day, `:until` the day after its last one, `:before` the first day of the
-- window before. A point counts on its business day; the bounds on observed_at, a day wider on either side, only let
-- partitions and indexes be used. `:hotel_id` and `:ids` are NULL where all are meant, `:limit` where nothing is cut.

-- name: collected_until
-- Up to which instant `collect` has done its work; NULL where it never did.
SELECT max(as_of) AS collected_until FROM ml_job_runs WHERE job = 'collect' AND outcome IN ('done', 'partly')

-- name: consumption
-- Rooms and products, each kind by how much their units a checked day changed on the scale of square roots, on which
-- chance moves small counts and great ones alike; and their units of each day that is known. A room is known where it
-- was checked, a product where any room of the hotel was: what no visit records was not consumed. Where either
-- window has no known day there is no change to show; those come last.
WITH points AS MATERIALIZED (
    SELECT entity_type, hotel_id, entity_id, business_date AS day, sum(metric_value) AS units
    FROM ml_metrics
    WHERE metric_type = 'room_consumption' AND entity_type = 'room'
      AND business_date >= :before AND business_date < :until
      AND observed_at >= CAST(:before AS date) - 1 AND observed_at < CAST(:until AS date) + 1
      AND (CAST(:hotel_id AS integer) IS NULL OR hotel_id = :hotel_id)
      AND (CAST(:room_ids AS integer[]) IS NULL OR entity_id = ANY(CAST(:room_ids AS integer[])))
    GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT entity_type, hotel_id, entity_id, business_date, sum(metric_value)
    FROM ml_metrics
    WHERE metric_type = 'product_consumption' AND entity_type = 'product'
      AND business_date >= :before AND business_date < :until
      AND observed_at >= CAST(:before AS date) - 1 AND observed_at < CAST(:until AS date) + 1
      AND (CAST(:hotel_id AS integer) IS NULL OR hotel_id = :hotel_id)
      AND (CAST(:product_ids AS integer[]) IS NULL OR entity_id = ANY(CAST(:product_ids AS integer[])))
    GROUP BY 1, 2, 3, 4
), products AS (
    SELECT DISTINCT entity_type, hotel_id, entity_id FROM points WHERE entity_type = 'product'
), checked AS MATERIALIZED (
    SELECT h.hotel_id, d.day::date AS day
    FROM (SELECT DISTINCT hotel_id FROM products) h
    CROSS JOIN generate_series(CAST(:before AS timestamp), CAST(:until AS timestamp) - interval '1 day',
                               interval '1 day') AS d(day)
    CROSS JOIN LATERAL (
        SELECT FROM ml_metrics m
        WHERE m.metric_type IN ('room_consumption', 'product_consumption') AND m.hotel_id = h.hotel_id
          AND m.business_date = d.day::date AND m.observed_at >= d.day::timestamptz - interval '1 day'
          AND m.observed_at < d.day::timestamptz + interval '2 days'
          AND m.observed_at >= CAST(:before AS date) - 1 AND m.observed_at < CAST(:until AS date) + 1
        LIMIT 1) found
), daily AS MATERIALIZED (
    SELECT * FROM points WHERE entity_type = 'room'
    UNION ALL
    SELECT entity_type, hotel_id, entity_id, day, coalesce(p.units, 0)
    FROM products JOIN checked USING (hotel_id) LEFT JOIN points p USING (entity_type, hotel_id, entity_id, day)
), totals AS (
    SELECT entity_type, hotel_id, entity_id, sum(units) FILTER (WHERE day >= :since) AS units,
           sum(units) FILTER (WHERE day < :since) AS previous_units,
           count(*) FILTER (WHERE day >= :since) AS known, count(*) FILTER (WHERE day < :since) AS previously_known
    FROM daily GROUP BY 1, 2, 3
), ranked AS (
    SELECT *, count(*) OVER (PARTITION BY entity_type) AS total, row_number() OVER (
               PARTITION BY entity_type
               ORDER BY abs(sqrt(units / known) - sqrt(previous_units / previously_known))
                            / sqrt(1.0 / nullif(known, 0) + 1.0 / nullif(previously_known, 0)) DESC NULLS LAST,
                        units DESC NULLS LAST, hotel_id, entity_id) AS place
    FROM totals
)
SELECT r.entity_type, r.hotel_id, r.entity_id, r.total,
       array_agg(d.day ORDER BY d.day) AS days, array_agg(d.units ORDER BY d.day) AS units
FROM ranked r JOIN daily d USING (entity_type, hotel_id, entity_id)
WHERE CAST(:limit AS integer) IS NULL OR r.place <= :limit
GROUP BY r.entity_type, r.hotel_id, r.entity_id, r.total, r.place
ORDER BY r.entity_type, r.place

-- name: pace
-- Attendants' minutes a room over the window, the window before, each of the last weeks (from Monday) and months: the
-- median and the mean of the shifts' medians, weighted by visits, with how many shifts, visits and items they are of.
-- Only who has a shift in either window.
WITH points AS (
    SELECT hotel_id, entity_id, business_date AS day, metric_value AS minutes, observed_at,
           greatest(coalesce(CAST(context ->> 'visits' AS integer), 1), 1) AS visits,
           CAST(context ->> 'items' AS integer) AS items
    FROM ml_metrics
    WHERE metric_type = 'refill_duration' AND entity_type = 'attendant'
      AND business_date >= :earliest AND business_date < :until
      AND observed_at >= CAST(:earliest AS date) - 1 AND observed_at < CAST(:until AS date) + 1
      AND (CAST(:hotel_id AS integer) IS NULL OR hotel_id = :hotel_id)
      AND (CAST(:ids AS integer[]) IS NULL OR entity_id = ANY(:ids))
), spans AS (
    SELECT p.*, s.kind, s.starts_on, sum(visits) OVER (span ORDER BY minutes, observed_at) AS so_far,
           sum(visits) OVER span AS of_all
    FROM points p CROSS JOIN LATERAL (VALUES
        ('window', CASE WHEN day >= :since THEN CAST(:since AS date) WHEN day >= :before THEN CAST(:before AS date) END),
        ('week', CASE WHEN day >= :weeks_since THEN CAST(date_trunc('week', day::timestamp) AS date) END),
        ('month', CASE WHEN day >= :months_since THEN CAST(date_trunc('month', day::timestamp) AS date) END)
    ) AS s(kind, starts_on)
    WHERE s.starts_on IS NOT NULL
    WINDOW span AS (PARTITION BY hotel_id, entity_id, s.kind, s.starts_on)
), figures AS (
    SELECT hotel_id, entity_id, kind, starts_on, min(minutes) FILTER (WHERE 2 * so_far >= of_all) AS minutes,
           sum(minutes * visits) / sum(visits) AS mean_minutes, count(*) AS shifts, sum(visits) AS visits,
           sum(items) AS items
    FROM spans GROUP BY 1, 2, 3, 4
)
SELECT * FROM figures f
WHERE EXISTS (SELECT FROM figures w
              WHERE w.kind = 'window' AND w.hotel_id = f.hotel_id AND w.entity_id = f.entity_id)
ORDER BY hotel_id, entity_id, kind, starts_on

-- name: summary
-- Points by metric and hotel: how many, of how many entities, on which days, and how their values lie.
SELECT hotel_id, metric_type AS metric, count(*) AS points, count(DISTINCT entity_id) AS entities,
       min(metric_value) AS minimum, percentile_cont(0.5) WITHIN GROUP (ORDER BY metric_value) AS median,
       avg(metric_value) AS mean, max(metric_value) AS maximum, sum(metric_value) AS total,
       array_agg(DISTINCT business_date) AS days
FROM ml_metrics
WHERE metric_type = ANY(:metrics) AND business_date >= :since AND business_date < :until
  AND observed_at >= CAST(:since AS date) - 1 AND observed_at < CAST(:until AS date) + 1
  AND (CAST(:hotel_id AS integer) IS NULL OR hotel_id = :hotel_id)
GROUP BY hotel_id, metric_type

-- name: latest
-- The newest point of each metric and hotel, not before `:earliest`: one index probe each.
SELECT hotel.id AS hotel_id, metric.type AS metric, newest.observed_at
FROM unnest(CAST(:hotels AS integer[])) AS hotel(id) CROSS JOIN unnest(CAST(:metrics AS text[])) AS metric(type)
CROSS JOIN LATERAL (
    SELECT observed_at FROM ml_metrics m
    WHERE m.metric_type = metric.type AND m.hotel_id = hotel.id
      AND m.observed_at >= CAST(:earliest AS date) AND m.observed_at <= :as_of
    ORDER BY m.observed_at DESC LIMIT 1) newest

-- name: hotels
-- The hotels that the source knows.
SELECT hotel_id AS id, name, is_active FROM source_hotels()

-- name: room_names
-- All rooms.
SELECT room_id AS id, room_name AS name FROM source_rooms()

-- name: product_names
-- All products.
SELECT product_id AS id, name FROM source_products()

-- name: attendant_names
-- All who may be attendants.
SELECT user_id AS id, name FROM staff() ORDER BY user_id
