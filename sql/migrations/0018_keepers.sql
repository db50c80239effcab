-- What is only for those who keep the server, or who are administrators of all hotels, is refused to others here: the
-- addresses that make this machine call a service, the common store's models, and the installation's own alerts.

-- Whether a text holds nothing that the eye does not see: control characters, and marks that turn or join letters.
CREATE FUNCTION minibar_ml.is_plain(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT value IS NULL
        OR value !~ '[\u0001-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]'
$$;

-- SMS, push and chat: whoever writes such an address has this machine call it. It is sealed with the key of the
-- jobs, so only they and the store's owner write one. Administrators of all hotels may take it away.
CREATE POLICY only_who_keeps_the_server_adds_sms_push_and_chat ON minibar_ml.ml_channels AS RESTRICTIVE
    FOR INSERT WITH CHECK (kind = 'email' OR (SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY only_who_keeps_the_server_changes_sms_push_and_chat ON minibar_ml.ml_channels AS RESTRICTIVE
    FOR UPDATE USING (kind = 'email' OR (SELECT minibar_ml.runs_jobs(current_user)));

-- The common store's models serve all hotels.
CREATE POLICY common ON minibar_ml.ml_models AS RESTRICTIVE FOR UPDATE USING (
    hotel_id <> 0 OR (SELECT minibar_ml.runs_jobs(current_user))
    OR (SELECT minibar_ml.is_everywhere(current_user, '{administrator}')));

-- Everybody sees the installation's alerts; an administrator of one hotel, who may be their reason, does not close them.
CREATE POLICY installation ON minibar_ml.ml_alerts AS RESTRICTIVE FOR UPDATE USING (
    hotel_id <> 0 OR type NOT IN ('model_fallback', 'data_stale', 'rows_refused', 'job_late')
    OR (SELECT minibar_ml.runs_jobs(current_user))
    OR (SELECT minibar_ml.is_everywhere(current_user, '{administrator}')));

-- The types of alerts that there are: those of the CHECK of ml_alerts.type.
CREATE FUNCTION minibar_ml.alert_types() RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT ARRAY[
        'stock_anomaly', 'shrinkage', 'stock_depletion', 'consumption_anomaly', 'silent_room', 'vacant_consumption',
        'refill_delay', 'unanswered_request', 'custody_loss', 'model_fallback', 'data_stale', 'rows_refused',
        'job_late']
$$;

-- As before; and a mute begins within five years, names types that there are, and words that can be read. What is on
-- record stays as it is, and can be ended.
CREATE OR REPLACE FUNCTION minibar_ml.check_mute() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    named text := CASE TG_OP WHEN 'INSERT' THEN NEW.added_by ELSE NEW.ended_by END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.ended_at IS NOT NULL OR (to_jsonb(NEW) - '{ended_at,ended_by}'::text[])
                                       <> (to_jsonb(OLD) - '{ended_at,ended_by}'::text[]) THEN
            RAISE EXCEPTION 'a mute can only be ended, and once' USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF NEW.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'a mute begins before it is ended' USING ERRCODE = 'insufficient_privilege';
    ELSIF NEW.since > now() + interval '5 years' THEN
        RAISE EXCEPTION 'a mute begins within five years' USING ERRCODE = 'insufficient_privilege';
    ELSIF NOT coalesce(NEW.alert_types <@ minibar_ml.alert_types(), true) THEN
        RAISE EXCEPTION 'a mute names types of alerts that there are' USING ERRCODE = 'insufficient_privilege';
    ELSIF length(NEW.floor) > 200 OR cardinality(NEW.entity_ids) > 100000 THEN
        RAISE EXCEPTION 'a mute names a floor of up to 200 characters and up to 100000 rooms or products'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF length(named) > 200 OR NOT minibar_ml.is_plain(named)
       OR (TG_OP = 'INSERT' AND NOT (minibar_ml.is_plain(NEW.reason) AND minibar_ml.is_plain(NEW.floor))) THEN
        RAISE EXCEPTION 'a mute is written without control characters, and its name in 200 characters'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF minibar_ml.is_person(session_user) THEN
        IF named = 'system' OR minibar_ml.is_anothers(named) THEN
            RAISE EXCEPTION 'role % may not mute as %', session_user, named USING ERRCODE = 'insufficient_privilege';
        ELSIF TG_OP = 'INSERT' THEN
            IF NEW.since < now() - interval '32 days' OR NEW.until <= now() THEN
                RAISE EXCEPTION 'a mute is said beforehand: it begins at most 31 days back and ends in the future'
                    USING ERRCODE = 'insufficient_privilege';
            END IF;
            NEW.added_at := statement_timestamp();
        ELSE
            NEW.ended_at := statement_timestamp();
        END IF;
    END IF;
    RETURN NEW;
END
$$;
