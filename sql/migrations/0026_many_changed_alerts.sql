-- What changed of alerts is joined by id, before and after. A function's plan is made for its first call, which may have
-- seen no row: loops over all pairs would then be quadratic in the alerts of every later call.
ALTER FUNCTION minibar_ml.record_changed_alerts() SET enable_nestloop TO off;
