-- What one person does holds up nobody else, and is counted as it reads.

-- A report that a person makes is no run of a job: it is in the audit log. Nobody but jobs says what jobs did, ends a run
-- of theirs, uses up what may be recorded in a day, or holds their locks.
DROP POLICY reports ON minibar_ml.ml_job_runs;
DROP POLICY reports ON minibar_ml.ml_job_locks;
DROP TRIGGER ml_job_runs_checked ON minibar_ml.ml_job_runs;
DROP FUNCTION minibar_ml.check_run();

-- How much each login has added to the audit log, by the day of the server's clock in UTC: in bytes as they are read, since
-- what is stored may be compressed to a hundredth.
CREATE TABLE minibar_ml.ml_audit_shares (
    database_role text PRIMARY KEY,
    day date NOT NULL,
    entries bigint NOT NULL,
    bytes bigint NOT NULL
);
COMMENT ON TABLE minibar_ml.ml_audit_shares IS 'How much each person''s login has added to the audit log on the last day that it did.';
COMMENT ON COLUMN minibar_ml.ml_audit_shares.database_role IS 'The role that had logged in.';
COMMENT ON COLUMN minibar_ml.ml_audit_shares.day IS 'The day, in UTC.';
COMMENT ON COLUMN minibar_ml.ml_audit_shares.entries IS 'How many entries.';
COMMENT ON COLUMN minibar_ml.ml_audit_shares.bytes IS 'How long they are, before compression.';
-- Functions of the owner alone write it.
ALTER TABLE minibar_ml.ml_audit_shares ENABLE ROW LEVEL SECURITY;
DROP INDEX minibar_ml.ml_audit_log_role;

-- Refuses a person more than their share of a day. Of each table that an entry may be added to, since who holds the log
-- would otherwise write without end into the other.
CREATE FUNCTION minibar_ml.count_entries() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    share minibar_ml.ml_audit_shares;
BEGIN
    IF NOT minibar_ml.is_person(session_user) OR NOT EXISTS (SELECT FROM added) THEN
        RETURN NULL;
    END IF;
    INSERT INTO minibar_ml.ml_audit_shares AS s (database_role, day, entries, bytes)
    SELECT session_user, CAST(clock_timestamp() AT TIME ZONE 'UTC' AS date), count(*),
           sum(octet_length(concat_ws('', a.os_user, a.operator, a.action, a.subject, a.before, a.after)))
    FROM added a
    ON CONFLICT (database_role) DO UPDATE SET
        day = excluded.day,
        entries = excluded.entries + CASE s.day WHEN excluded.day THEN s.entries ELSE 0 END,
        bytes = excluded.bytes + CASE s.day WHEN excluded.day THEN s.bytes ELSE 0 END
    RETURNING * INTO share;
    IF share.entries > 20000 OR share.bytes > 20000000 THEN
        RAISE EXCEPTION 'role % may leave 20,000 entries a day in the audit log, of 20 million bytes', session_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION minibar_ml.count_entries() FROM PUBLIC;
CREATE TRIGGER ml_audit_log_counted AFTER INSERT ON minibar_ml.ml_audit_log
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.count_entries();
ALTER TABLE minibar_ml.ml_audit_log ENABLE ALWAYS TRIGGER ml_audit_log_counted;
CREATE TRIGGER ml_audit_waiting_counted AFTER INSERT ON minibar_ml.ml_audit_waiting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.count_entries();
ALTER TABLE minibar_ml.ml_audit_waiting ENABLE ALWAYS TRIGGER ml_audit_waiting_counted;

CREATE OR REPLACE FUNCTION minibar_ml.move_audit_head() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    UPDATE minibar_ml.ml_audit_head h SET last_id = l.id, hash = l.hash
    FROM (SELECT id, hash FROM minibar_ml.ml_audit_log ORDER BY id DESC LIMIT 1) l
    WHERE l.id > h.last_id;
    RETURN NULL;
END
$$;

-- Whether the log's head, which another transaction has, is ours within a second.
CREATE FUNCTION minibar_ml.waits_for_audit_head() RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    patience text := current_setting('lock_timeout');
BEGIN
    PERFORM set_config('lock_timeout', '1s', true);
    PERFORM FROM minibar_ml.ml_audit_head FOR UPDATE;
    PERFORM set_config('lock_timeout', patience, true);
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    RETURN false;
END
$$;
REVOKE ALL ON FUNCTION minibar_ml.waits_for_audit_head() FROM PUBLIC;

-- Numbers and chains an entry. Where another transaction holds the log, or did so for an entry that still waits, it waits in
-- a table of its own, in the transaction of what it records, whoever adds it.
CREATE OR REPLACE FUNCTION minibar_ml.chain_audit_entry() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    is_person boolean := minibar_ml.is_person(session_user);
    moves boolean := NOT is_person AND coalesce(current_setting('minibar_ml.moves', true), '') = 'on';
    is_free boolean := moves OR NOT EXISTS (SELECT FROM minibar_ml.ml_audit_waiting);
    head minibar_ml.ml_audit_head;
    last record;
BEGIN
    IF is_free THEN
        SELECT * INTO head FROM minibar_ml.ml_audit_head FOR UPDATE SKIP LOCKED;
        IF NOT FOUND AND minibar_ml.waits_for_audit_head() THEN
            SELECT * INTO STRICT head FROM minibar_ml.ml_audit_head FOR UPDATE;
        END IF;
    END IF;
    IF head IS NULL THEN
        INSERT INTO minibar_ml.ml_audit_waiting (os_user, operator, action, subject, before, after)
        VALUES (NEW.os_user, NEW.operator, NEW.action, NEW.subject, NEW.before, NEW.after);
        RETURN NULL;
    END IF;
    SELECT id, hash INTO last FROM minibar_ml.ml_audit_log ORDER BY id DESC LIMIT 1;
    -- Never from an entry before the head: then later ones were removed, and the chain has to show it.
    IF last.id > head.last_id THEN
        head.last_id := last.id;
        head.hash := last.hash;
    END IF;
    NEW.id := head.last_id + 1;
    NEW.at := clock_timestamp();
    NEW.database_role := coalesce(CASE WHEN moves THEN NEW.database_role END, session_user);
    NEW.hash := minibar_ml.audit_hash(head.hash, NEW);
    IF is_person THEN
        PERFORM set_config('idle_in_transaction_session_timeout', '10s', true);
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION minibar_ml.add_entry(operator text, action text, subject text, before jsonb, after jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM minibar_ml.record_waiting();
    INSERT INTO minibar_ml.ml_audit_log (os_user, operator, action, subject, before, after)
    VALUES (minibar_ml.os_user(), add_entry.operator, add_entry.action, add_entry.subject, add_entry.before, add_entry.after);
END
$$;
COMMENT ON TABLE minibar_ml.ml_audit_waiting IS 'Entries that are not in the audit log yet, because somebody held it.';

-- A mute is read by every run until it ends, and a fact by every command for ever: neither grows without end.
CREATE OR REPLACE FUNCTION minibar_ml.check_fact() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    widest numeric := minibar_ml.widest_threshold(NEW.fact);
BEGIN
    NEW.stated_at := clock_timestamp();
    NEW.stated_by := session_user;
    IF minibar_ml.is_person(session_user) AND minibar_ml.is_anothers(NEW.operator) THEN
        RAISE EXCEPTION 'role % may not state facts as %', session_user, NEW.operator
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF minibar_ml.is_person(session_user) AND (length(concat(NEW.fact, NEW.product)) > 1000
                                               OR (NEW.fact <> 'events' AND length(NEW.value) > 1000)) THEN
        RAISE EXCEPTION 'a fact is said in a thousand characters' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF minibar_ml.is_person(session_user) AND (
           SELECT count(*) >= 1000 OR coalesce(sum(length(f.value)), 0) + length(NEW.value) > 2000000
           FROM minibar_ml.ml_facts f
           WHERE f.stated_by = session_user AND f.stated_at > now() - interval '1 day') THEN
        RAISE EXCEPTION 'role % may state a thousand facts a day, in two million characters', session_user
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

CREATE OR REPLACE FUNCTION minibar_ml.check_mute() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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
            IF (SELECT coalesce(sum(coalesce(cardinality(m.entity_ids), 1)), 0) + coalesce(cardinality(NEW.entity_ids), 1)
                       > 200000
                FROM minibar_ml.ml_mutes m
                WHERE m.hotel_id = NEW.hotel_id AND m.until > now() AND m.ended_at IS NULL) THEN
                RAISE EXCEPTION 'the mutes of a hotel name up to 200000 rooms and products'
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

-- An entry counts the models that it names.
CREATE OR REPLACE FUNCTION minibar_ml.record_model_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM minibar_ml.add_entry(
           NULL,
           CASE WHEN bool_or(n.is_active AND n.version < r.version) THEN 'models.roll_back'
                WHEN bool_or(n.is_active) THEN 'models.promote' ELSE 'models.retire' END,
           CASE count(DISTINCT (n.metric_type, n.hotel_id)) WHEN 1 THEN min(n.metric_type || ', hotel ' || n.hotel_id)
                ELSE concat(coalesce(nullif(count(*) FILTER (WHERE n.is_active), 0), count(*)), ' model',
                            CASE WHEN count(*) FILTER (WHERE n.is_active) <> 1 THEN 's' END) END,
           coalesce(jsonb_agg(minibar_ml.model_title(n) ORDER BY n.id) FILTER (WHERE NOT n.is_active), '[]'),
           coalesce(jsonb_agg(minibar_ml.model_title(n) ORDER BY n.id) FILTER (WHERE n.is_active), '[]'))
    FROM after_rows n JOIN before_rows o USING (id)
    LEFT JOIN before_rows r ON (r.model_type, r.metric_type, r.hotel_id) = (n.model_type, n.metric_type, n.hotel_id)
                           AND r.is_active AND r.id <> n.id
    WHERE n.is_active <> o.is_active
    HAVING count(*) > 0;
    RETURN NULL;
END
$$;
