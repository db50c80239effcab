-- The forecasts of the night, as everybody reads them, and the facts of the hotels, which every run reads.

-- What train forecast of each product in the night, from what was known then; one row for each night. Without days_left
-- there is no forecast, and `reason` says why. `figures` holds the rest of what is shown.
CREATE TABLE minibar_ml.ml_forecasts (
    hotel_id integer NOT NULL,
    made_on date NOT NULL,
    product_id integer NOT NULL,
    made_at timestamptz NOT NULL,
    days_left double precision CHECK (days_left BETWEEN 0 AND 1000000),
    reason text,
    figures jsonb NOT NULL CHECK (jsonb_typeof(figures) = 'object'),
    PRIMARY KEY (hotel_id, made_on, product_id),
    CHECK ((days_left IS NULL) = (reason IS NOT NULL))
);

ALTER TABLE minibar_ml.ml_forecasts ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_forecasts USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_forecasts FOR SELECT USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator,viewer,storekeeper}'))
    OR hotel_id = ANY (
        CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator,viewer,storekeeper}')) AS integer[])));

-- The newest forecast of each product as of an instant: the last night's, or where detect has since found the stock
-- running out, its own, which knows today's stock. Commands and reports ask here, so that they say the same.
CREATE FUNCTION minibar_ml.forecasts_at(instant timestamptz) RETURNS TABLE (
    hotel_id integer, product_id integer, made_on date, made_at timestamptz, alert_id bigint, alerted_name text,
    is_of_alert boolean, days_left double precision, reason text, figures jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH nights AS (
        SELECT f.hotel_id, max(f.made_on) AS made_on FROM minibar_ml.ml_forecasts f
        WHERE f.made_at <= instant GROUP BY f.hotel_id
    ), forecasts AS (
        SELECT f.* FROM minibar_ml.ml_forecasts f JOIN nights n USING (hotel_id, made_on)
    ), alerts AS (
        SELECT a.id, a.hotel_id, a.entity_id AS product_id, a.entity_name, a.value, a.last_seen, a.facts
        FROM minibar_ml.ml_alerts a
        WHERE a.type = 'stock_depletion' AND a.metric = 'stock_days_left' AND a.raised_at <= instant
          AND minibar_ml.was_live(a.status, a.snoozed_until, a.resolved_at, instant)
    )
    SELECT j.hotel_id, j.product_id, f.made_on, CASE WHEN j.by_alert THEN a.last_seen ELSE f.made_at END, a.id,
           a.entity_name, j.by_alert, CASE WHEN j.by_alert THEN a.value ELSE f.days_left END,
           CASE WHEN NOT j.by_alert THEN f.reason END,
           coalesce(f.figures, '{}')
               || CASE WHEN j.by_alert
                       THEN '{"order_quantity": 0, "order_by": null}' || coalesce(a.facts, '{}') ELSE '{}' END
    FROM forecasts f
    FULL JOIN alerts a ON a.hotel_id = f.hotel_id AND a.product_id = f.product_id
    CROSS JOIN LATERAL (
        SELECT coalesce(f.hotel_id, a.hotel_id) AS hotel_id, coalesce(f.product_id, a.product_id) AS product_id,
               a.id IS NOT NULL AND (f.made_at IS NULL OR f.days_left IS NULL OR a.last_seen >= f.made_at) AS by_alert
    ) j
$$;

COMMENT ON TABLE minibar_ml.ml_forecasts IS
    'What train forecast of each product in each night: the forecast that everybody reads.';
COMMENT ON COLUMN minibar_ml.ml_forecasts.hotel_id IS 'The hotel; 0 is a chain''s common store.';
COMMENT ON COLUMN minibar_ml.ml_forecasts.made_on IS 'The business day on which it was made, the first day ahead.';
COMMENT ON COLUMN minibar_ml.ml_forecasts.product_id IS 'The product''s id in the source.';
COMMENT ON COLUMN minibar_ml.ml_forecasts.made_at IS 'As of when.';
COMMENT ON COLUMN minibar_ml.ml_forecasts.days_left IS 'Days until the stock is gone (P50); null: no forecast.';
COMMENT ON COLUMN minibar_ml.ml_forecasts.reason IS 'Why there is no forecast.';
COMMENT ON COLUMN minibar_ml.ml_forecasts.figures IS 'Level, P10 and P90, order, the days ahead.';
