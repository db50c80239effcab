-- Alerts of a session's own, in front of the store's.

-- name: create
-- An empty table of alerts for this session alone, with the store's columns, constraints and indexes, numbered from 1.
CREATE TEMPORARY TABLE ml_alerts (LIKE minibar_ml.ml_alerts INCLUDING ALL)

-- name: drop
-- Takes it away.
DROP TABLE pg_temp.ml_alerts
