-- Rounds of checks that were entered faster than anybody can walk are alerts of a type of their own. They are about
-- attendants: storekeepers do not see them.
ALTER TABLE minibar_ml.ml_alerts DROP CONSTRAINT ml_alerts_type_check,
    ADD CONSTRAINT ml_alerts_type_check CHECK (type IN (
        'stock_anomaly', 'shrinkage', 'stock_depletion', 'consumption_anomaly', 'silent_room', 'vacant_consumption',
        'refill_delay', 'unseen_round', 'unanswered_request', 'custody_loss', 'model_fallback', 'data_stale',
        'rows_refused', 'job_late'));

CREATE OR REPLACE FUNCTION minibar_ml.alert_types() RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY[
        'stock_anomaly', 'shrinkage', 'stock_depletion', 'consumption_anomaly', 'silent_room', 'vacant_consumption',
        'refill_delay', 'unseen_round', 'unanswered_request', 'custody_loss', 'model_fallback', 'data_stale',
        'rows_refused', 'job_late']
$$;
