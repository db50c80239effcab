-- Alerts of a session's own, in front of the store's.

-- name: create
-- Empty tables of alerts, their days and muted findings for this session alone, with the store's columns, constraints and
-- indexes, numbered from 1.
CREATE TEMPORARY TABLE ml_alerts (LIKE minibar_ml.ml_alerts INCLUDING ALL);
CREATE TEMPORARY TABLE ml_alert_days (LIKE minibar_ml.ml_alert_days INCLUDING ALL);
CREATE TEMPORARY TABLE ml_muted_findings (LIKE minibar_ml.ml_muted_findings INCLUDING ALL)

-- name: drop
-- Takes them away.
DROP TABLE pg_temp.ml_alerts, pg_temp.ml_alert_days, pg_temp.ml_muted_findings
