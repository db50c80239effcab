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

-- Facts of the hotels: time zone, hours, how products are ordered, events, budget and thresholds. Statements are only
-- added: what holds at an instant is the one of the key that was stated last of those whose `since` has come. Which facts
-- there are, and what their values may be, is said by minibar_ml/config/settings.py; who reads the table checks again.
CREATE TABLE minibar_ml.ml_facts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fact text NOT NULL CHECK (fact ~ '^[a-z_]{1,40}$'),
    hotel_id integer,
    product text CHECK (length(product) BETWEEN 1 AND 200),
    value text CHECK (length(value) <= 1000000),
    since timestamptz NOT NULL CHECK (since >= '1999-12-31 00:00+00' AND since < '2200-01-01 00:00+00'),
    stated_at timestamptz NOT NULL DEFAULT now(),
    stated_by name NOT NULL DEFAULT session_user,
    operator text CHECK (length(operator) BETWEEN 1 AND 200)
);

-- When, and by which login, is never what the client says; nobody passes for somebody else.
CREATE FUNCTION minibar_ml.check_fact() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.stated_at := clock_timestamp();
    NEW.stated_by := session_user;
    IF minibar_ml.is_person(session_user) AND minibar_ml.is_anothers(NEW.operator) THEN
        RAISE EXCEPTION 'role % may not state facts as %', session_user, NEW.operator
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ml_facts_checked BEFORE INSERT ON minibar_ml.ml_facts
    FOR EACH ROW EXECUTE FUNCTION minibar_ml.check_fact();
CREATE TRIGGER ml_facts_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON minibar_ml.ml_facts
    FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.refuse_change();

CREATE FUNCTION minibar_ml.record_facts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO minibar_ml.ml_audit_log (os_user, operator, action, subject, before, after)
    SELECT minibar_ml.os_user(), n.operator, 'config.set',
           n.fact || coalesce(', hotel ' || n.hotel_id, '') || coalesce(', product ' || n.product, ''),
           (SELECT jsonb_build_object('value', o.value, 'since', o.since) FROM minibar_ml.ml_facts o
            WHERE o.fact = n.fact AND o.hotel_id IS NOT DISTINCT FROM n.hotel_id
              AND o.product IS NOT DISTINCT FROM n.product AND o.id < n.id
            ORDER BY o.id DESC LIMIT 1),
           jsonb_build_object('value', n.value, 'since', n.since)
    FROM after_rows n ORDER BY n.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER ml_facts_recorded AFTER INSERT ON minibar_ml.ml_facts
    REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_facts();

-- Whether a role may see facts that show what goes unnoticed.
CREATE FUNCTION minibar_ml.sees_thresholds() RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT minibar_ml.sees_everything() OR minibar_ml.is_any(current_user, ARRAY['administrator'])
$$;

-- Thresholds are the administrators'; the rest of a hotel's facts, and the store's, are seen by whoever is in the hotel.
-- What holds for the store is changed by administrators of all hotels, what holds for a hotel by its own; the time zone
-- by jobs alone, which then compute every point again.
ALTER TABLE minibar_ml.ml_facts ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_facts USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_facts FOR SELECT USING (
    (fact NOT IN ('alert_budget', 'stock_deviation', 'consumption_deviation', 'refill_deviation', 'consumption_floor',
                  'product_floor')
     OR (SELECT minibar_ml.sees_thresholds()))
    AND ((hotel_id IS NULL AND (SELECT minibar_ml.is_any(current_user, '{administrator,viewer,storekeeper}')))
         OR (SELECT minibar_ml.is_everywhere(current_user, '{administrator,viewer,storekeeper}'))
         OR hotel_id = ANY (
            CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator,viewer,storekeeper}')) AS integer[]))));
CREATE POLICY stated ON minibar_ml.ml_facts FOR INSERT WITH CHECK (
    fact NOT IN ('timezone')
    AND ((SELECT minibar_ml.is_everywhere(current_user, '{administrator}'))
         OR (hotel_id <> 0 AND hotel_id = ANY (
            CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator}')) AS integer[])))));

COMMENT ON TABLE minibar_ml.ml_facts IS
    'Facts of the hotels, as they were stated. Rows are only ever added; the last one of a key counts.';
COMMENT ON COLUMN minibar_ml.ml_facts.id IS 'Number of the statement.';
COMMENT ON COLUMN minibar_ml.ml_facts.fact IS 'Which fact, as docs/settings.md lists them.';
COMMENT ON COLUMN minibar_ml.ml_facts.hotel_id IS 'Of which hotel; null: of all.';
COMMENT ON COLUMN minibar_ml.ml_facts.product IS 'Of which product, its id or name; null: of all.';
COMMENT ON COLUMN minibar_ml.ml_facts.value IS 'The value as text; null: the default again.';
COMMENT ON COLUMN minibar_ml.ml_facts.since IS 'Since when it holds.';
COMMENT ON COLUMN minibar_ml.ml_facts.stated_at IS 'When it was stated, by the server''s clock.';
COMMENT ON COLUMN minibar_ml.ml_facts.stated_by IS 'By which login.';
COMMENT ON COLUMN minibar_ml.ml_facts.operator IS 'The person who was named, as the client says.';
