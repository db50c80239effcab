-- Rows that another session holds are left to the next run.

-- Locks the alerts for whoever calls it, and the mutes as far as references need it, and returns those
-- that another session holds. Nothing waits.
CREATE FUNCTION minibar_ml.find_held() RETURNS TABLE (kind text, id bigint, hotel_id integer)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH alerts AS MATERIALIZED (
        SELECT a.id FROM minibar_ml.ml_alerts a FOR UPDATE SKIP LOCKED
    ), mutes AS MATERIALIZED (
        SELECT m.id FROM minibar_ml.ml_mutes m FOR KEY SHARE SKIP LOCKED
    )
    SELECT 'alerts', a.id, a.hotel_id FROM minibar_ml.ml_alerts a WHERE a.id NOT IN (SELECT f.id FROM alerts f)
    UNION ALL
    SELECT 'mutes', m.id, m.hotel_id FROM minibar_ml.ml_mutes m WHERE m.id NOT IN (SELECT f.id FROM mutes f)
$$;

-- What the transaction leaves alone, as `find_held` gave it: ids of alerts or mutes. Mostly none.
CREATE FUNCTION minibar_ml.held(kind text) RETURNS SETOF bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT unnest(CAST(nullif(current_setting('minibar_ml.held_' || kind, true), '') AS bigint[]))
$$;
REVOKE EXECUTE ON FUNCTION minibar_ml.find_held(), minibar_ml.held(text) FROM PUBLIC;
