-- collect, too, ends at once where nothing that it reads has changed.

ALTER TABLE minibar_ml.ml_run_marks DROP CONSTRAINT ml_run_marks_job_check,
    ADD CONSTRAINT ml_run_marks_job_check CHECK (job IN ('collect', 'detect', 'notify'));
COMMENT ON COLUMN minibar_ml.ml_run_marks.seen IS
    'Digest of what the job reads in the store and in the source; see seen_by() and seen_by_collect().';

-- Digest of all that a run of collect reads which looks back to a day, by these functions of the source contract; NULL
-- where there are rows that no run has read, so that there is something to do. A row whose time has not come says so: when it
-- comes the digest is another. Where the layout has a trace of rows, that stands in place of the functions that rest on
-- them. Visits are read as far back as withdrawals from a floor store, and rises of setups, are compared with them.
CREATE FUNCTION minibar_ml.seen_by_collect(functions text[], since date, at timestamptz) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    midnight CONSTANT timestamptz := since;
    visits_since timestamptz := midnight - interval '6 hours';
    parts text[] := ARRAY[
        minibar_ml.seen_by('notify', '{}', since, at), (SELECT CAST(max(n.id) AS text) FROM minibar_ml.ml_nights n)];
    is_there boolean;
    one record;
    part text;
BEGIN
    FOR one IN
        SELECT n.function, coalesce(w.last_id, 0) AS last_id
        FROM unnest('{stock_movements,visits,visit_lines,controls,stays}'::text[]) AS t (name)
        CROSS JOIN LATERAL (SELECT 'source_new_' || t.name) n (function)
        LEFT JOIN minibar_ml.ml_watermarks w ON w.source_table = 'new_' || t.name
        WHERE n.function = ANY (functions)
    LOOP
        EXECUTE format('SELECT new_rows > 0 FROM minibar_ml.%I($1, ''1900-01-01'')', one.function) INTO is_there USING one.last_id;
        IF is_there THEN
            RETURN NULL;
        END IF;
    END LOOP;
    IF 'source_floor_draws' = ANY (functions) THEN
        EXECUTE 'SELECT EXISTS (SELECT FROM minibar_ml.source_floor_draws($1, $2))' INTO is_there
        USING midnight - interval '60 days', at;
        IF is_there THEN
            visits_since := midnight - interval '60 days';
        END IF;
    END IF;
    visits_since := least(visits_since, (
        SELECT min(least(r.since_at, r.until_at)) FROM minibar_ml.ml_setup_rises r
        WHERE r.until_at > midnight - interval '30 days'));
    FOR one IN SELECT * FROM (VALUES
        ('{}', NULL, 'SELECT * FROM minibar_ml.ml_setups'),
        ('{}', NULL, 'SELECT * FROM minibar_ml.ml_setup_rises'),
        ('{source_hotels}', NULL, 'SELECT * FROM minibar_ml.source_hotels()'),
        ('{source_rooms}', NULL, 'SELECT * FROM minibar_ml.source_rooms()'),
        ('{source_uploads}', NULL,
         'SELECT *, loaded_at <= $2 FROM minibar_ml.source_uploads($1 - 61, CAST($2 AS date) + 2)'),
        ('{source_list_files}', NULL,
         'SELECT *, loaded_at <= $2 FROM minibar_ml.source_list_files($1 - 61, CAST($2 AS date) + 1)'),
        ('{source_trace_stays}', NULL, 'SELECT * FROM minibar_ml.source_trace_stays()'),
        ('{source_stays}', 'source_trace_stays', 'SELECT * FROM minibar_ml.source_stays($1 - 60, CAST($2 AS date) + 1)'),
        ('{source_impossible_stays}', 'source_trace_stays',
         'SELECT * FROM minibar_ml.source_impossible_stays($1 - 90, CAST($2 AS date) + 31)'),
        ('{source_misdated_stays}', 'source_trace_stays',
         'SELECT * FROM minibar_ml.source_misdated_stays($1 - 90, CAST($2 AS date) + 1)'),
        ('{source_first_departures}', 'source_trace_stays', 'SELECT * FROM minibar_ml.source_first_departures()'),
        ('{source_kept_stays}', 'source_trace_stays',
         'SELECT * FROM minibar_ml.source_kept_stays(ARRAY(
              SELECT DISTINCT stay_id FROM minibar_ml.ml_nights WHERE night >= $1 - 60 AND state = ''occupied''))'),
        ('{source_room_tasks}', NULL, 'SELECT * FROM minibar_ml.source_room_tasks($1 - 60, CAST($2 AS date) + 1)'),
        ('{source_dnd}', NULL, 'SELECT * FROM minibar_ml.source_dnd($1 - 60, CAST($2 AS date) + 1)'),
        ('{source_task_knocks}', NULL, 'SELECT * FROM minibar_ml.source_task_knocks(CAST($1 - 60 AS timestamptz), $2)'),
        ('{source_controls}', NULL, 'SELECT * FROM minibar_ml.source_controls(CAST($1 - 60 AS timestamptz), $2)'),
        ('{source_previous_controls}', NULL,
         'SELECT * FROM minibar_ml.source_previous_controls(CAST($1 AS timestamptz) - interval ''6 hours'')'),
        ('{source_refill_requests}', NULL,
         'SELECT *, answered_at <= $2 FROM minibar_ml.source_refill_requests(CAST($1 - 60 AS timestamptz), $2)'),
        ('{source_custody}', NULL, 'SELECT * FROM minibar_ml.source_custody(CAST($1 - 60 AS timestamptz), $2)'),
        ('{source_floor_draws}', NULL,
         'SELECT *, drawn_at < $2, drawn_at <= $2
          FROM minibar_ml.source_floor_draws(CAST($1 - 60 AS timestamptz), ''2200-01-01'')'),
        ('{source_floor_stock}', NULL, 'SELECT * FROM minibar_ml.source_floor_stock()'),
        ('{source_lot_uses}', NULL,
         'SELECT *, used_at <= $2 FROM minibar_ml.source_lot_uses(CAST($1 AS timestamptz), ''2200-01-01'')'),
        ('{source_depot_stock}', NULL, 'SELECT * FROM minibar_ml.source_depot_stock()'),
        ('{source_trace_movements}', NULL, 'SELECT * FROM minibar_ml.source_trace_movements($2)'),
        ('{source_stock_movements}', 'source_trace_movements',
         'SELECT *, moved_at < $2, moved_at <= $2 FROM minibar_ml.source_stock_movements(''1900-01-01'', ''2200-01-01'')'),
        ('{source_movement_hotels,source_hotels}', NULL,
         'SELECT * FROM minibar_ml.source_movement_hotels(
              CASE WHEN (SELECT count(*) FROM minibar_ml.source_hotels() WHERE is_active) = 1 THEN CAST($1 AS timestamptz)
                   ELSE ''1900-01-01'' END, ''2200-01-01'')'),
        ('{source_setups}', NULL, 'SELECT * FROM minibar_ml.source_setups()'),
        ('{source_previous_visits}', NULL,
         'SELECT * FROM minibar_ml.source_previous_visits(CAST($1 AS timestamptz) - interval ''6 hours'')'),
        ('{source_trace_visits}', NULL, 'SELECT * FROM minibar_ml.source_trace_visits($3, $2)'),
        ('{source_visits}', 'source_trace_visits', 'SELECT * FROM minibar_ml.source_visits($3, $2)'),
        ('{source_visit_lines}', 'source_trace_visits', 'SELECT * FROM minibar_ml.source_visit_lines($3, $2)'),
        ('{source_line_prices}', 'source_trace_visits', 'SELECT * FROM minibar_ml.source_line_prices($3, $2)'),
        -- What may have ended a request that nobody has answered.
        ('{source_refill_requests,source_visits}', NULL,
         'SELECT * FROM minibar_ml.source_visits(CAST($1 - 31 AS timestamptz), $2) WHERE room_id = ANY(ARRAY(
              SELECT room_id FROM minibar_ml.source_refill_requests(CAST($1 - 31 AS timestamptz), $2) WHERE NOT is_answered))'),
        ('{source_refill_requests,source_visit_lines}', NULL,
         'SELECT * FROM minibar_ml.source_visit_lines(CAST($1 - 31 AS timestamptz), $2) WHERE room_id = ANY(ARRAY(
              SELECT room_id FROM minibar_ml.source_refill_requests(CAST($1 - 31 AS timestamptz), $2) WHERE NOT is_answered))')
        ) AS r (needs, traced_by, text)
        WHERE CAST(r.needs AS text[]) <@ functions AND (r.traced_by = ANY (functions)) IS NOT TRUE
    LOOP
        EXECUTE format('SELECT minibar_ml.figure(count(*), sum(%s)) FROM (%s) r',
                       CASE WHEN one.needs LIKE '{source_trace_%' THEN 'r.trace' ELSE 'hash_record_extended(r, 0)' END, one.text)
        INTO part USING since, at, visits_since;
        parts := parts || part;
    END LOOP;
    RETURN md5(array_to_string(parts, E'\n', '-'));
END
$$;
