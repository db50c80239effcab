-- An alert that is found again may tell figures of a later day than the one it began on.

ALTER TABLE minibar_ml.ml_alerts ADD COLUMN measured_on date;
UPDATE minibar_ml.ml_alerts
SET measured_on = CASE WHEN type IN ('unanswered_request', 'stock_depletion', 'data_stale', 'model_fallback')
                            OR reason = 'stock_negative'
                       THEN last_occurred_on ELSE occurred_on END;
ALTER TABLE minibar_ml.ml_alerts ALTER COLUMN measured_on SET NOT NULL;
