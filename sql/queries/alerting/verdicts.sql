-- Operators' verdicts, for what is learned from them.

-- name: count_like
-- Of the alerts of the same type in the same hotel that a person decided on before, how many there were and how many of
-- them were confirmed.
SELECT count(*) AS decided, count(*) FILTER (WHERE status = 'resolved') AS confirmed
FROM ml_alerts
WHERE type = :type AND hotel_id = :hotel_id AND entity_type = :entity_type AND id <> :id
  AND status IN ('resolved', 'false_positive') AND resolved_by <> 'system'

-- name: fetch
-- Every alert with a person's verdict: what raised it, on which days, how unusual it was.
SELECT type, hotel_id, split_part(detector, '+', 1) AS detector, entity_type, entity_id,
       ARRAY(SELECT DISTINCT day - DATE '0001-01-01' + 1
             FROM unnest(ARRAY[occurred_on, measured_on, last_occurred_on]) AS day ORDER BY 1) AS days,
       score, status = 'false_positive' AS is_false, resolved_at AS at
FROM ml_alerts
WHERE status IN ('resolved', 'false_positive') AND resolved_by <> 'system'
ORDER BY resolved_at, id
