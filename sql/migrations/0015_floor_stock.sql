-- What floor stores hold is a metric of its own: rooms are refilled from there, so it is stock as the depot's is.
ALTER TABLE minibar_ml.ml_metrics DROP CONSTRAINT ml_metrics_metric_type_check,
    ADD CONSTRAINT ml_metrics_metric_type_check CHECK (metric_type IN (
        'stock_level', 'stock_outflow', 'floor_stock', 'product_consumption', 'room_consumption', 'vacant_consumption',
        'refill_duration', 'request_response', 'custody_loss', 'occupancy', 'stock_days_left'));

ALTER POLICY seen ON minibar_ml.ml_metrics USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator,viewer}'))
    OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator,viewer}')) AS integer[]))
    OR (metric_type IN ('stock_level', 'stock_outflow', 'floor_stock', 'product_consumption', 'stock_days_left')
        AND ((SELECT minibar_ml.is_everywhere(current_user, '{storekeeper}'))
             OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{storekeeper}')) AS integer[])))));

-- How many rooms a raised setup was for: so many times its units leave the depot for it, and no guest took them.
ALTER TABLE minibar_ml.ml_setup_rises ADD COLUMN rooms integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN minibar_ml.ml_setup_rises.rooms IS 'Active rooms of the type when it was raised; 0: not known.';
