-- Hotels, so that a mistyped id is told from a hotel without alerts.

-- name: is_on_record
-- Whether the store has metric points or alerts of a hotel.
SELECT EXISTS (SELECT FROM minibar_ml.ml_metrics WHERE metric_type = ANY(:metric_types) AND hotel_id = :hotel_id)
    OR EXISTS (SELECT FROM minibar_ml.ml_alerts WHERE hotel_id = :hotel_id)

-- name: fetch
-- The hotels that the source knows.
SELECT hotel_id, name FROM minibar_ml.source_hotels() ORDER BY hotel_id
