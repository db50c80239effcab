-- Operators' verdicts, for what is learnt from them.

-- name: counts
-- By alert type, how many alerts persons marked false and how many they confirmed by resolving them.
SELECT type, count(*) FILTER (WHERE status = 'false_positive') AS false_ones,
       count(*) FILTER (WHERE status = 'resolved') AS confirmed
FROM minibar_ml.ml_alerts
WHERE status IN ('resolved', 'false_positive') AND resolved_by <> 'system' GROUP BY type

-- name: confirmed
-- What persons confirmed: type, entity and the span of days.
SELECT type, entity_type, entity_id, occurred_on - DATE '0001-01-01' + 1 AS first_day,
       last_occurred_on - DATE '0001-01-01' + 1 AS last_day
FROM minibar_ml.ml_alerts
WHERE status = 'resolved' AND resolved_by <> 'system'

-- name: judged
-- Every alert that a person judged, as it stood: what raised it and how strange it was.
SELECT type, hotel_id, detector, score, status = 'false_positive' AS is_false
FROM minibar_ml.ml_alerts
WHERE status IN ('resolved', 'false_positive') AND resolved_by <> 'system'
