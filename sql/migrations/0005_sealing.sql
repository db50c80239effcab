-- What would tell a thief how much goes unnoticed is sealed with the model: thresholds, the alert budget, the sizes from
-- which on a fault is found. What an earlier version wrote in the clear is taken out, and can't be written again.

UPDATE minibar_ml.ml_models SET parameters = (
    SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(parameters) WHERE key IN ('since', 'until'))
WHERE parameters - ARRAY['since', 'until'] <> '{}';
ALTER TABLE minibar_ml.ml_models ADD CONSTRAINT ml_models_parameters_harmless
    CHECK (parameters - ARRAY['since', 'until'] = '{}');

UPDATE minibar_ml.ml_training_logs SET metrics = (
    SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(metrics)
    WHERE key IN ('faults', 'judged', 'recall', 'precision', 'accuracy', 'margin'))
WHERE metrics - ARRAY['faults', 'judged', 'recall', 'precision', 'accuracy', 'margin'] <> '{}';
ALTER TABLE minibar_ml.ml_training_logs ADD CONSTRAINT ml_training_logs_metrics_harmless
    CHECK (metrics - ARRAY['faults', 'judged', 'recall', 'precision', 'accuracy', 'margin'] = '{}');
