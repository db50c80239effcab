-- Alerts that have one cause are one incident: one row in lists, one message, one sum.

-- incident_id is the alert by which the incident is known; null: the alert is alone. Of an incident's alerts one counts in
-- sums of money, since all of them are about the same units; what the records no longer show counts nowhere.
ALTER TABLE minibar_ml.ml_alerts
    ADD COLUMN incident_id bigint REFERENCES minibar_ml.ml_alerts (id),
    ADD COLUMN is_counted boolean NOT NULL DEFAULT true;
CREATE INDEX ml_alerts_incident ON minibar_ml.ml_alerts (incident_id) WHERE incident_id IS NOT NULL;
UPDATE minibar_ml.ml_alerts SET is_counted = false WHERE end_reason = 'records_changed';

COMMENT ON COLUMN minibar_ml.ml_alerts.incident_id IS
    'The alert by which the incident is known that this one is a part of; null: it is alone.';
COMMENT ON COLUMN minibar_ml.ml_alerts.is_counted IS
    'Whether its possible loss counts in sums: of an incident one alert''s does.';
