-- An event and a state of one type, hotel and entity are two alerts: one would hide the other.

ALTER TABLE minibar_ml.ml_alerts ADD COLUMN is_state boolean NOT NULL GENERATED ALWAYS AS (
    type IN ('stock_depletion', 'unanswered_request', 'model_fallback', 'data_stale', 'rows_refused', 'job_late')
    OR reason = 'stock_negative') STORED;
COMMENT ON COLUMN minibar_ml.ml_alerts.is_state IS 'Whether its fault lasts and then is over; others are events of a day.';

DROP INDEX minibar_ml.ml_alerts_one_live;
CREATE UNIQUE INDEX ml_alerts_one_live ON minibar_ml.ml_alerts (type, hotel_id, entity_type, entity_id, is_state)
    WHERE status IN ('open', 'acknowledged', 'snoozed');
COMMENT ON TABLE minibar_ml.ml_alerts IS
    'Alerts. At most one is live (open, acknowledged, snoozed) for a type, hotel, entity and either an event or a state.';
