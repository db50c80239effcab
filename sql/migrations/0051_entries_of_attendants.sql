-- Attendants who enter far less, or far more, than the others in like rooms are alerts of types of their own. They are about
-- people: storekeepers do not see them.
ALTER TABLE minibar_ml.ml_alerts DROP CONSTRAINT ml_alerts_type_check,
    ADD CONSTRAINT ml_alerts_type_check CHECK (type IN (
        'stock_anomaly', 'shrinkage', 'stock_depletion', 'consumption_anomaly', 'silent_room', 'vacant_consumption',
        'refill_delay', 'unseen_round', 'attendant_silence', 'attendant_excess', 'unanswered_request', 'custody_loss',
        'model_fallback', 'data_stale', 'rows_refused', 'job_late'));

CREATE OR REPLACE FUNCTION minibar_ml.alert_types() RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY[
        'stock_anomaly', 'shrinkage', 'stock_depletion', 'consumption_anomaly', 'silent_room', 'vacant_consumption',
        'refill_delay', 'unseen_round', 'attendant_silence', 'attendant_excess', 'unanswered_request', 'custody_loss',
        'model_fallback', 'data_stale', 'rows_refused', 'job_late']
$$;
