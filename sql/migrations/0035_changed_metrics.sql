-- Which metric of an entity has changed: a fault that rests on another one is no news of it.

ALTER TABLE minibar_ml.ml_changed_days DROP CONSTRAINT ml_changed_days_pkey, ADD COLUMN metric_type text;
-- Of changes that no run of detect has seen yet it is not known whose they are: they are any metric's.
INSERT INTO minibar_ml.ml_changed_days (run_id, business_date, hotel_id, entity_type, entity_id, metric_type)
SELECT d.run_id, d.business_date, d.hotel_id, d.entity_type, d.entity_id, m.metric_type
FROM minibar_ml.ml_changed_days d JOIN (VALUES
    ('room', 'room_consumption'), ('room', 'vacant_consumption'), ('room', 'request_response'),
    ('product', 'product_consumption'), ('product', 'stock_level'), ('product', 'stock_outflow'), ('product', 'floor_stock'),
    ('attendant', 'refill_duration'), ('attendant', 'custody_loss'), ('hotel', 'occupancy')
) AS m (entity_type, metric_type) USING (entity_type);
DELETE FROM minibar_ml.ml_changed_days WHERE metric_type IS NULL;
ALTER TABLE minibar_ml.ml_changed_days
    ADD PRIMARY KEY (run_id, business_date, hotel_id, entity_type, entity_id, metric_type);
COMMENT ON COLUMN minibar_ml.ml_changed_days.metric_type IS 'The metric whose points have changed.';
COMMENT ON COLUMN minibar_ml.ml_alerts.entity_name IS 'Its name today; of an alert that has ended, then.';
