-- What a person's login may state and record: an administrator of one hotel does not widen its thresholds until nothing is
-- found any more, and nobody records an action that is not theirs to take.

-- The widest thresholds that administrators of one hotel may state: three times the defaults. Null: no threshold.
CREATE FUNCTION minibar_ml.widest_threshold(fact text) RETURNS numeric
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE fact WHEN 'stock_deviation' THEN 0.9 WHEN 'consumption_deviation' THEN 1.2 WHEN 'refill_deviation' THEN 1.5
                     WHEN 'consumption_floor' THEN 9 WHEN 'product_floor' THEN 15 END
$$;

CREATE OR REPLACE FUNCTION minibar_ml.check_fact() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    widest numeric := minibar_ml.widest_threshold(NEW.fact);
BEGIN
    NEW.stated_at := clock_timestamp();
    NEW.stated_by := session_user;
    IF minibar_ml.is_person(session_user) AND minibar_ml.is_anothers(NEW.operator) THEN
        RAISE EXCEPTION 'role % may not state facts as %', session_user, NEW.operator
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF widest IS NOT NULL AND NEW.value IS NOT NULL AND minibar_ml.is_person(session_user)
       AND NOT minibar_ml.is_everywhere(session_user, '{administrator}') THEN
        IF NEW.value !~ '^[0-9]{1,6}(\.[0-9]{1,6})?$' OR CAST(NEW.value AS numeric) > widest THEN
            RAISE EXCEPTION 'administrators of all hotels state a % above %', NEW.fact, widest
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION minibar_ml.record_action(operator text, action text, subject text, before jsonb, after jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF minibar_ml.is_person(session_user) THEN
        -- What a command of theirs does, and no more: lists and views, reports of administrators, people of those of all
        -- hotels.
        IF (CASE WHEN action IN ('alert.list', 'alert.view', 'report.view') THEN true
                 WHEN action IN ('report.written', 'message.sent')
                 THEN minibar_ml.is_any(session_user, '{administrator}')
                 WHEN action IN ('people.add', 'people.set', 'people.remove', 'people.channel')
                 THEN minibar_ml.is_everywhere(session_user, '{administrator}') END) IS NOT TRUE THEN
            RAISE EXCEPTION 'role % may not record %', session_user, action USING ERRCODE = 'insufficient_privilege';
        ELSIF minibar_ml.is_anothers(operator) THEN
            RAISE EXCEPTION 'role % may not act as %', session_user, operator USING ERRCODE = 'insufficient_privilege';
        ELSIF length(operator) > 200 OR length(subject) > 1000 OR length(minibar_ml.os_user()) > 200
              OR NOT minibar_ml.is_readable(before) OR NOT minibar_ml.is_readable(after) THEN
            RAISE EXCEPTION 'role % may not record an entry as long or deep as this', session_user
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    INSERT INTO minibar_ml.ml_audit_log (os_user, operator, action, subject, before, after)
    VALUES (minibar_ml.os_user(), record_action.operator, record_action.action, record_action.subject,
            record_action.before, record_action.after);
END
$$;
