-- Trained models and the record of trainings. Every statement takes any number of models.

-- name: next_versions
-- The version that a new model of each key gets.
SELECT k.model_type, k.metric_type, k.hotel_id, coalesce(max(m.version), 0) + 1 AS version
FROM unnest(CAST(:model_types AS text[]), CAST(:metric_types AS text[]), CAST(:hotel_ids AS integer[]))
    AS k (model_type, metric_type, hotel_id)
LEFT JOIN ml_models m USING (model_type, metric_type, hotel_id)
GROUP BY k.model_type, k.metric_type, k.hotel_id

-- name: insert
-- Adds sealed models, none of them active; returns their ids.
INSERT INTO ml_models (model_type, metric_type, hotel_id, version, model_data, parameters, data_points,
    trained_at, accuracy, precision, recall, evaluated_on)
SELECT * FROM unnest(CAST(:model_types AS text[]), CAST(:metric_types AS text[]), CAST(:hotel_ids AS integer[]),
    CAST(:versions AS integer[]), CAST(:model_data AS bytea[]), CAST(:parameters AS jsonb[]),
    CAST(:data_points AS integer[]), CAST(:trained_at AS timestamptz[]), CAST(:accuracy AS double precision[]),
    CAST(:precision AS double precision[]), CAST(:recall AS double precision[]), CAST(:evaluated_on AS text[]))
RETURNING id, model_type, metric_type, hotel_id, version

-- name: find_held
-- The models that other sessions hold; all others are locked until the transaction ends, so that nothing waits for them.
WITH free AS MATERIALIZED (SELECT id FROM ml_models FOR UPDATE SKIP LOCKED)
SELECT hotel_id, array_agg(id ORDER BY id) AS ids FROM ml_models WHERE id NOT IN (SELECT id FROM free)
GROUP BY hotel_id ORDER BY hotel_id

-- name: promote
-- Makes these models the active ones of their keys; returns every row whose state changed, as it is now.
UPDATE ml_models m SET is_active = (m.id = ANY(CAST(:ids AS bigint[])))
FROM ml_models chosen
WHERE chosen.id = ANY(CAST(:ids AS bigint[]))
  AND (m.model_type, m.metric_type, m.hotel_id) = (chosen.model_type, chosen.metric_type, chosen.hotel_id)
  AND m.is_active <> (m.id = chosen.id)
RETURNING m.model_type, m.metric_type, m.hotel_id, m.version, m.is_active

-- name: roll_back
-- Makes the newest version below the active one active, for each model of a metric that has such a version; returns
-- every row whose state changed, as it is now.
UPDATE ml_models m SET is_active = NOT m.is_active
FROM (
    SELECT active.model_type, active.version AS now_at, max(older.version) AS back_to
    FROM ml_models active
    JOIN ml_models older USING (model_type, metric_type, hotel_id)
    WHERE active.metric_type = :metric_type AND active.hotel_id = :hotel_id
      AND active.is_active AND older.version < active.version
    GROUP BY active.model_type, active.version
) step
WHERE m.metric_type = :metric_type AND m.hotel_id = :hotel_id
  AND m.model_type = step.model_type AND m.version IN (step.now_at, step.back_to)
RETURNING m.model_type, m.metric_type, m.hotel_id, m.version, m.is_active

-- name: prune
-- Forgets all but the newest versions of each model; the active one stays, however old, and so do those of hotels that
-- are left out.
DELETE FROM ml_models
WHERE NOT is_active AND hotel_id <> ALL(CAST(:left_out AS integer[])) AND id IN (
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY model_type, metric_type, hotel_id ORDER BY version DESC) AS age
        FROM ml_models
    ) aged
    WHERE age > :keep
)

-- name: fetch_active
-- The active models, sealed, of some hotels or (null) of all.
SELECT id, model_type, metric_type, hotel_id, version, model_data, parameters, data_points, trained_at, accuracy,
    precision, recall, evaluated_on, is_active
FROM ml_models
WHERE is_active AND (CAST(:hotel_ids AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotel_ids AS integer[])))
ORDER BY hotel_id, metric_type, model_type

-- name: fetch_switched_off
-- Models that train stored in the last 60 days and of which no version is active: train and a rollback always leave one.
-- The record of trainings is written by jobs alone; one of an instant to come says nothing.
SELECT DISTINCT t.model AS model_type, t.metric_type, t.hotel_id
FROM ml_training_logs t
WHERE t.success AND t.started_at > now() - interval '60 days' AND t.started_at <= now() + interval '1 day'
  AND NOT EXISTS (
      SELECT FROM ml_models m
      WHERE (m.model_type, m.metric_type, m.hotel_id) = (t.model, t.metric_type, t.hotel_id) AND m.is_active)
ORDER BY t.hotel_id, t.metric_type, t.model

-- name: fetch_summaries
-- What is known of every stored model of a hotel or (null) of all, without its bytes; newest version first.
SELECT id, model_type, metric_type, hotel_id, version, data_points, trained_at, accuracy, precision, recall,
    evaluated_on, is_active
FROM ml_models
WHERE CAST(:hotel_id AS integer) IS NULL OR hotel_id = :hotel_id
ORDER BY hotel_id, metric_type, model_type, version DESC

-- name: find
-- One stored model, sealed, by its id.
SELECT id, model_type, metric_type, hotel_id, version, model_data, parameters, data_points, trained_at, accuracy,
    precision, recall, evaluated_on, is_active
FROM ml_models
WHERE id = :id

-- name: fetch_seals
-- How many models each key has sealed, by the fingerprint that stands in front of their bytes; '' for other bytes.
SELECT CASE WHEN substring(model_data FROM 1 FOR 4) = CAST('MBML' AS bytea)
            THEN encode(substring(model_data FROM 5 FOR 8), 'hex') ELSE '' END AS fingerprint, count(*) AS models
FROM ml_models
GROUP BY 1
ORDER BY 1

-- name: claim_sealed_by
-- The next models that one of some keys has sealed, locked, so that no training forgets one meanwhile.
SELECT id, model_type, metric_type, hotel_id, version, model_data
FROM ml_models
WHERE id > :after AND substring(model_data FROM 1 FOR 4) = CAST('MBML' AS bytea)
  AND encode(substring(model_data FROM 5 FOR 8), 'hex') = ANY(CAST(:keys AS text[]))
ORDER BY id
LIMIT :size
FOR UPDATE

-- name: mark_resealed
-- Puts the bytes that another key has sealed in the place of models' old ones.
UPDATE ml_models m SET model_data = sealed.model_data
FROM unnest(CAST(:ids AS bigint[]), CAST(:model_data AS bytea[])) AS sealed (id, model_data)
WHERE m.id = sealed.id

-- name: insert_logs
-- Records trainings, those that made no model too.
INSERT INTO ml_training_logs (model, metric_type, hotel_id, started_at, ended_at, data_points, success,
    error, metrics)
SELECT * FROM unnest(CAST(:models AS text[]), CAST(:metric_types AS text[]), CAST(:hotel_ids AS integer[]),
    CAST(:started_at AS timestamptz[]), CAST(:ended_at AS timestamptz[]), CAST(:data_points AS integer[]),
    CAST(:success AS boolean[]), CAST(:errors AS text[]), CAST(:metrics AS jsonb[]))
