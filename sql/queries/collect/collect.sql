-- Collecting: from source rows to metric points, wholly inside PostgreSQL.
--
-- The scratch tables live for one transaction. `:since_on` is the first business day to recompute, `:since_at` its
-- midnight, `:until` the as-of instant, `:until_on` its business day. Exposure looks back 60 days at most. `:hotels` are
-- the hotels that are worked on, NULL where all are: rows of others are left out where they are read, so that they can do
-- no harm. This file makes the scratch tables and merges what was computed; guests.sql, ledger.sql, visits.sql with
-- entries.sql, presence.sql and unseen.sql fill them, and metrics.sql computes the points.

-- name: create_scratch
-- The scratch tables of one run. A tenth of the usual sample shows the planner their sizes just as well. The nights of a
-- thousand rooms are sorted and joined in memory: in the server's 4 MB they would go through files at every step. What
-- `ensure_partitions` leaves to other hotels of the same transaction is taken back.
SET LOCAL default_statistics_target = 10;
SET LOCAL enable_mergejoin TO DEFAULT;
SET LOCAL work_mem = '32MB';
CREATE TEMP TABLE computed_metrics (
    metric_type text, hotel_id integer, entity_type text, entity_id integer, metric_value double precision,
    observed_at timestamptz, business_date date, context jsonb) ON COMMIT DROP;
CREATE TEMP TABLE refused_rows (source text, reason text, day date, rows bigint, example_id bigint) ON COMMIT DROP;
CREATE TEMP TABLE removed_metrics (
    metric_type text, hotel_id integer, entity_type text, entity_id integer, metric_value double precision,
    observed_at timestamptz, business_date date) ON COMMIT DROP;
CREATE TEMP TABLE scratch_rooms (
    room_id integer, hotel_id integer, room_type text, is_active boolean) ON COMMIT DROP;
CREATE TEMP TABLE scratch_stays (
    stay_id bigint, room_id integer, hotel_id integer, guests integer, arrives_on date, arrives_at timestamptz,
    departs_on date, departs_at timestamptz, leaves_at timestamptz, seen_until date, is_expected boolean,
    is_in_house boolean, is_seen_once boolean) ON COMMIT DROP;
CREATE TEMP TABLE scratch_nights (
    room_id integer, night date, guests integer, stay_on date, stay_id bigint, arrives_at timestamptz, departs_on date,
    departs_at timestamptz, is_expected boolean) ON COMMIT DROP;
CREATE TEMP TABLE scratch_kept (stage text, seen text, is_same boolean) ON COMMIT DROP;
CREATE TEMP TABLE scratch_unknown (room_id integer, night date) ON COMMIT DROP;
CREATE TEMP TABLE scratch_record (
    room_id integer, night date, hotel_id integer, state text, guests integer, stay_id bigint, arrives_on date,
    arrives_at timestamptz, departs_on date, departs_at timestamptz, is_expected boolean, known_at timestamptz,
    is_last boolean, is_listed boolean) ON COMMIT DROP;
CREATE TEMP TABLE scratch_departures (hotel_id integer, day date) ON COMMIT DROP;
CREATE TEMP TABLE scratch_overwritten (room_id integer, first_night date, last_night date) ON COMMIT DROP;
CREATE TEMP TABLE scratch_uploads (
    hotel_id integer, day date, is_loaded boolean, loaded_at timestamptz, names_leavers boolean) ON COMMIT DROP;
CREATE TEMP TABLE scratch_silent (
    room_id integer, day date, loaded_at timestamptz, alone_until timestamptz) ON COMMIT DROP;
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

-- name: rooms
-- The rooms that are worked on.
INSERT INTO scratch_rooms SELECT room_id, hotel_id, room_type, is_active FROM source_rooms()
WHERE CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[]));
ANALYZE scratch_rooms

-- name: analyze_scratch
-- Gives the planner the sizes of the scratch tables that no stage needs to know, and how their keys are spread, as each stage
-- does with its own: to look at values and hours, which decide no plan, took half of the time.
ANALYZE scratch_unlisted, scratch_dnd, scratch_custody (hotel_id, attendant_id, day),
    scratch_movements (movement_id, hotel_id, product_id, flow), scratch_openings

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

-- name: has_open_requests
-- Whether a request still waits.
SELECT EXISTS (
    SELECT FROM computed_metrics
    WHERE metric_type = 'request_response' AND CAST(context ->> 'open' AS boolean)) AS is_open

-- name: delete_stale
-- Removes points of the recomputed span that its source rows no longer give, and notes them for `upsert`; says how many, and
-- of which products nothing is left in the span. Each span starts at its own instant. They are looked for first, by an index
-- of each metric's points in time, for mostly there are none: what then would delete them goes through all points of these
-- months.
WITH spans AS (
    SELECT * FROM jsonb_to_recordset(CAST(:spans AS jsonb)) AS s (metric_type text, since_at timestamptz)
), old AS (
    SELECT metric_type, hotel_id, entity_type, entity_id, observed_at FROM ml_metrics
    WHERE observed_at >= :recent_since AND observed_at <= :until
    UNION ALL
    SELECT metric_type, hotel_id, entity_type, entity_id, observed_at FROM ml_metrics
    WHERE metric_type = ANY(:trailing) AND observed_at >= :trailing_since AND observed_at < :recent_since
), stale AS MATERIALIZED (
    SELECT o.* FROM old o JOIN spans s ON s.metric_type = o.metric_type AND o.observed_at >= s.since_at
    WHERE (CAST(:hotels AS integer[]) IS NULL OR o.hotel_id = ANY(CAST(:hotels AS integer[])))
      AND NOT EXISTS (
        SELECT FROM computed_metrics c
        WHERE c.metric_type = o.metric_type AND c.hotel_id = o.hotel_id AND c.entity_type = o.entity_type
          AND c.entity_id = o.entity_id AND c.observed_at = o.observed_at)
), removed AS (
    DELETE FROM ml_metrics m USING stale s
    WHERE EXISTS (SELECT FROM stale) AND m.observed_at >= :trailing_since AND m.observed_at <= :until
      AND m.metric_type = s.metric_type AND m.hotel_id = s.hotel_id AND m.entity_type = s.entity_type
      AND m.entity_id = s.entity_id AND m.observed_at = s.observed_at
    RETURNING m.metric_type, m.hotel_id, m.entity_type, m.entity_id, m.metric_value, m.observed_at, m.business_date
), noted AS (
    INSERT INTO removed_metrics SELECT * FROM removed
)
SELECT (SELECT count(*) FROM removed) AS removed, ARRAY(
    SELECT DISTINCT entity_id FROM removed r
    WHERE entity_type = 'product' AND NOT EXISTS (
        SELECT FROM computed_metrics c WHERE c.entity_type = 'product' AND c.entity_id = r.entity_id)) AS products

-- name: fetch_offered
-- Which of these products are in the range.
SELECT product_id FROM source_products() WHERE is_active AND product_id = ANY(:products)

-- name: upsert
-- Writes points that are new or different; returns how many of each. Equal ones are not touched at all. Whose points of
-- past days changed since :changes_since, or were removed, is kept for detect; neither an open request that only grew older
-- nor how full the hotel was is a change. Before :recent_since only the metrics that look back further (:trailing) are read.
-- What has changed in the master data is no news (is_news) of a past day: rooms that belong to another hotel now or are of
-- another type, what is summed up over them in the hotel on that day, and what is only divided among hotels in another way.
-- Nor are records of products that are out of the range and of which nothing is left (:merged), once they say another
-- product's name: that product has what was theirs, and rooms and carts as many units as before, or fewer.
WITH old AS (
    SELECT * FROM ml_metrics WHERE observed_at >= :recent_since AND observed_at <= :until
    UNION ALL
    SELECT * FROM ml_metrics
    WHERE metric_type = ANY(:trailing) AND observed_at >= :trailing_since AND observed_at < :recent_since
), changed AS MATERIALIZED (
    SELECT c.*, o.metric_type IS NULL AS is_new, o.metric_value AS old_value,
           (o.metric_value, o.context - 'occupancy') IS DISTINCT FROM (c.metric_value, c.context - 'occupancy')
               AND NOT coalesce(CAST(o.context ->> 'open' AS boolean) AND CAST(c.context ->> 'open' AS boolean), false)
               AS is_change,
           (o.metric_value, o.context - CAST(:of_others AS text[]))
               IS DISTINCT FROM (c.metric_value, c.context - CAST(:of_others AS text[]))
               AND NOT coalesce(jsonb_exists_any(o.context -> 'products', CAST(CAST(:merged AS integer[]) AS text[]))
                                AND c.metric_value <= o.metric_value, false) AS is_event,
           o.metric_type IS NOT NULL AND o.context ->> 'room_type' IS DISTINCT FROM c.context ->> 'room_type' AS is_retyped
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
), rooms AS MATERIALIZED (
    -- Rooms of which the master data have changed, with the hotels and days of which what is summed up has changed too.
    SELECT c.entity_id AS room_id, h.hotel_id, c.business_date
    FROM changed c JOIN removed_metrics r USING (metric_type, entity_type, entity_id, observed_at)
    CROSS JOIN LATERAL (VALUES (c.hotel_id), (r.hotel_id)) h (hotel_id)
    WHERE c.entity_type = 'room' AND c.is_new
    UNION
    SELECT entity_id, hotel_id, CASE WHEN is_event THEN business_date END FROM changed WHERE is_retyped
), past AS MATERIALIZED (
    SELECT metric_type, hotel_id, entity_type, entity_id, business_date, is_event, difference FROM (
        SELECT metric_type, hotel_id, entity_type, entity_id, business_date, is_event,
               metric_value - coalesce(old_value, 0) AS difference
        FROM changed WHERE is_change
        UNION ALL
        SELECT metric_type, hotel_id, entity_type, entity_id, business_date, true, -metric_value FROM removed_metrics) c
    WHERE business_date >= CAST(:changes_since AS date) AND business_date < CAST(:until_on AS date)
), divided AS (
    SELECT metric_type, entity_type, entity_id, business_date FROM past WHERE entity_type <> 'room'
    GROUP BY metric_type, entity_type, entity_id, business_date
    HAVING count(DISTINCT hotel_id) > 1 AND abs(sum(difference)) < 1e-6 AND sum(abs(difference)) > 0
), taking AS (
    -- Who has as many units of a day more as products lack that were merged.
    SELECT p.entity_id FROM past p JOIN (
        SELECT metric_type, hotel_id, business_date, sum(difference) AS difference FROM past
        WHERE entity_type = 'product' AND entity_id = ANY(CAST(:merged AS integer[]))
        GROUP BY metric_type, hotel_id, business_date) l USING (metric_type, hotel_id, business_date)
    WHERE p.entity_type = 'product' AND p.difference > 0 AND abs(p.difference + l.difference) < 1e-6
), days AS (
    INSERT INTO ml_changed_days (run_id, business_date, hotel_id, entity_type, entity_id, metric_type, is_news)
    SELECT CAST(:run_id AS bigint), p.business_date, p.hotel_id, p.entity_type, p.entity_id, p.metric_type,
           bool_or(p.is_event) AND NOT (
               (p.entity_type = 'room' AND p.entity_id IN (SELECT room_id FROM rooms))
               OR (p.entity_type = 'product' AND (p.entity_id = ANY(CAST(:merged AS integer[]))
                                                  OR p.entity_id IN (SELECT entity_id FROM taking)))
               OR (p.metric_type <> ALL(:of_ledger)
                   AND (p.hotel_id, p.business_date) IN (SELECT hotel_id, business_date FROM rooms WHERE business_date IS NOT NULL))
               OR (p.metric_type, p.entity_type, p.entity_id, p.business_date) IN (SELECT * FROM divided))
    FROM past p
    GROUP BY p.business_date, p.hotel_id, p.entity_type, p.entity_id, p.metric_type
)
SELECT count(*) FILTER (WHERE is_new) AS inserted, count(*) FILTER (WHERE NOT is_new) AS updated FROM changed

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

-- name: fetch_high_watermarks
-- The highest ids seen that are of more than a thousand: above the others at most the last rows were deleted.
SELECT source_table, last_id FROM ml_watermarks WHERE last_id > 1000 ORDER BY source_table

-- name: upsert_watermarks
-- Moves the watermarks.
INSERT INTO ml_watermarks (source_table, last_id)
SELECT key, value::bigint FROM jsonb_each_text(CAST(:watermarks AS jsonb))
ON CONFLICT (source_table) DO UPDATE SET last_id = excluded.last_id

-- name: ensure_partitions
-- Makes the monthly partitions from the first computed point to two months after `until`. The statements that follow find for
-- each computed point the stored one, by five columns. What of these repeats most makes the planner think that a hash of them
-- finds many rows each, and, once it knows enough of the points, sort all of both by all columns.
SET LOCAL enable_mergejoin = off;
SELECT ensure_partitions(coalesce(min(observed_at), :until), :until) FROM computed_metrics

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
