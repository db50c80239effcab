-- The facts of the hotels.

-- name: fetch
-- Every statement that this role may see, in order, and whether it may see thresholds; at least one row.
SELECT s.sees_thresholds, f.id, f.fact, f.hotel_id, f.product, f.value, f.since, f.stated_at,
       CAST(f.stated_by AS text) AS stated_by, f.operator
FROM (SELECT sees_thresholds()) s LEFT JOIN ml_facts f ON true
ORDER BY f.id

-- name: insert
-- Adds statements.
INSERT INTO ml_facts (fact, hotel_id, product, value, since, operator)
SELECT fact, hotel_id, product, value, since, operator
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
    fact text, hotel_id integer, product text, value text, since timestamptz, operator text)
ORDER BY fact, hotel_id NULLS FIRST, product NULLS FIRST

-- name: find_zone
-- The time zone in which the points are computed: that of the last run of collect; null before the first.
SELECT (SELECT counts ->> 'timezone' FROM ml_job_runs
        WHERE job = 'collect' AND outcome IN ('done', 'partly') ORDER BY started_at DESC LIMIT 1)
