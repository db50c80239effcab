-- Hotels, so that a mistyped id is distinguished from a hotel without alerts.

-- name: is_on_record
-- Whether the store has metric points or alerts of a hotel.
SELECT EXISTS (SELECT FROM ml_metrics WHERE metric_type = ANY(:metric_types) AND hotel_id = :hotel_id)
    OR EXISTS (SELECT FROM ml_alerts WHERE hotel_id = :hotel_id)

-- name: fetch
-- The hotels that the source knows.
SELECT hotel_id, name FROM source_hotels() ORDER BY hotel_id

-- name: fetch_active
-- The hotels that are in use.
SELECT hotel_id FROM source_hotels() WHERE is_active ORDER BY hotel_id

-- name: fetch_kept
-- The hotels that the store has models or live alerts of.
SELECT hotel_id FROM ml_models UNION SELECT hotel_id FROM ml_alerts WHERE is_live(status)

-- name: has_common_store
-- Whether the store has points of a chain's common store.
SELECT EXISTS (SELECT FROM ml_metrics WHERE metric_type IN ('stock_level', 'stock_outflow') AND hotel_id = 0)

-- name: active_rooms
-- How many rooms each hotel has in use.
SELECT hotel_id, count(*) AS rooms FROM source_rooms() WHERE is_active GROUP BY hotel_id ORDER BY hotel_id

-- name: checked_rooms
-- How many rooms of each hotel were checked in a span.
SELECT hotel_id, count(DISTINCT entity_id) AS rooms FROM ml_metrics
WHERE metric_type = 'room_consumption' AND observed_at >= :since AND observed_at < :until
GROUP BY hotel_id ORDER BY hotel_id
