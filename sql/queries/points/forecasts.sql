-- Forecasts of days left: metric points of their own, written by train.

-- name: merge
-- Writes the forecasts of some hotels and days where they are new or different, and removes those of the same hotels
-- and days that are no longer forecast; returns how many of each. Equal ones are not touched at all. :is_live: the days are
-- the last that are over, and a forecast of a later day is of a run whose clock was ahead.
WITH computed AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(CAST(:points AS jsonb)) AS c (
        hotel_id integer, entity_id integer, metric_value double precision, business_date date, context jsonb)
), changed AS MATERIALIZED (
    SELECT c.*, o.metric_type IS NULL AS is_new
    FROM computed c LEFT JOIN ml_metrics o
      ON o.metric_type = 'stock_days_left' AND o.hotel_id = c.hotel_id AND o.entity_type = 'product'
     AND o.entity_id = c.entity_id AND o.observed_at = c.business_date::timestamptz
     AND o.observed_at >= CAST(:since_on AS date)::timestamptz AND o.observed_at < CAST(:until_on AS date)::timestamptz
    WHERE (o.metric_value, o.context) IS DISTINCT FROM (c.metric_value, c.context)
), written AS (
    INSERT INTO ml_metrics
        (metric_type, hotel_id, entity_type, entity_id, metric_value, observed_at, business_date, context)
    SELECT 'stock_days_left', hotel_id, 'product', entity_id, metric_value, business_date::timestamptz, business_date,
           context
    FROM changed
    ON CONFLICT (metric_type, hotel_id, entity_type, entity_id, observed_at) DO UPDATE
        SET metric_value = excluded.metric_value, business_date = excluded.business_date, context = excluded.context
), removed AS (
    DELETE FROM ml_metrics m
    WHERE m.metric_type = 'stock_days_left' AND m.hotel_id = ANY(:hotels)
      AND m.observed_at >= CAST(:since_on AS date)::timestamptz
      AND (:is_live OR m.observed_at < CAST(:until_on AS date)::timestamptz)
      AND NOT EXISTS (
        SELECT FROM computed c
        WHERE c.hotel_id = m.hotel_id AND c.entity_id = m.entity_id AND c.business_date = m.business_date)
    RETURNING 1
)
SELECT count(*) FILTER (WHERE is_new) AS inserted, count(*) FILTER (WHERE NOT is_new) AS updated,
       (SELECT count(*) FROM removed) AS removed
FROM changed

-- name: ensure_partitions
-- Makes the monthly partitions of the forecast days.
SELECT ensure_partitions(CAST(:since_on AS date)::timestamptz, CAST(:until_on AS date)::timestamptz)

-- name: fetch
-- The stored forecasts of some days, as plain columns; a `day` is the business date's proleptic ordinal. A hotel's are its
-- own and those of the common store.
SELECT hotel_id, entity_id AS product_id, business_date - DATE '0001-01-01' + 1 AS day, metric_value AS days,
       CAST(context ->> 'p10' AS double precision) AS earliest, CAST(context ->> 'p90' AS double precision) AS latest,
       CAST(context ->> 'level' AS double precision) AS level,
       CAST(context ->> 'daily_units' AS double precision) AS daily,
       CAST(context ->> 'empty_in_7_days' AS double precision) AS empty_in_7
FROM ml_metrics
WHERE metric_type = 'stock_days_left' AND observed_at >= :since AND observed_at < :until
  AND (CAST(:hotel_id AS integer) IS NULL OR hotel_id IN (:hotel_id, 0))
ORDER BY hotel_id, product_id, day

-- name: insert_night
-- Replaces the forecasts of a night, of some hotels. :is_live: that night is the last, and those of later ones are of a run
-- whose clock was ahead.
WITH made AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS c (
        hotel_id integer, product_id integer, days_left double precision, reason text, figures jsonb)
), removed AS (
    DELETE FROM ml_forecasts f
    WHERE f.hotel_id = ANY(:hotels)
      AND ((:is_live AND f.made_on > :made_on)
           OR (f.made_on = :made_on
               AND NOT EXISTS (SELECT FROM made m WHERE m.hotel_id = f.hotel_id AND m.product_id = f.product_id)))
)
INSERT INTO ml_forecasts (hotel_id, made_on, product_id, made_at, days_left, reason, figures)
SELECT hotel_id, :made_on, product_id, :made_at, days_left, reason, figures FROM made
ON CONFLICT (hotel_id, made_on, product_id) DO UPDATE
    SET made_at = excluded.made_at, days_left = excluded.days_left, reason = excluded.reason,
        figures = excluded.figures

-- name: fetch_newest
-- The newest forecast of each product as of an instant; those without one last. A hotel's are its own and those of the
-- common store.
SELECT hotel_id, product_id, made_at, alert_id, alerted_name, days_left, reason, figures
FROM forecasts_at(:as_of)
WHERE CAST(:hotel_id AS integer) IS NULL OR hotel_id IN (:hotel_id, 0)
ORDER BY days_left NULLS LAST, hotel_id, product_id
