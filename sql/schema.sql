-- The store's schema as all migrations leave it; `pytest tests/db/test_schema.py --rewrite` rewrites it.

-- Functions stand before the tables that they read.
SET check_function_bodies = off;

CREATE SCHEMA minibar_ml;

CREATE TYPE minibar_ml.severity AS ENUM (
    'low',
    'medium',
    'high',
    'critical'
);

CREATE FUNCTION minibar_ml.add_entry(operator text, action text, subject text, before jsonb, after jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
BEGIN
    PERFORM minibar_ml.record_waiting();
    INSERT INTO minibar_ml.ml_audit_log (os_user, operator, action, subject, before, after)
    VALUES (minibar_ml.os_user(), add_entry.operator, add_entry.action, add_entry.subject, add_entry.before, add_entry.after);
END
$$;

CREATE FUNCTION minibar_ml.aged(severity minibar_ml.severity, occurred_on date, at timestamp with time zone) RETURNS minibar_ml.severity
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT CASE WHEN occurred_on < CAST(at - interval '1 microsecond' AS date) - 2
                THEN least(severity, 'high'::minibar_ml.severity) ELSE severity END
$$;

CREATE FUNCTION minibar_ml.alert_types() RETURNS text[]
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT ARRAY[
        'stock_anomaly', 'shrinkage', 'stock_depletion', 'consumption_anomaly', 'silent_room', 'vacant_consumption',
        'refill_delay', 'unseen_round', 'attendant_silence', 'attendant_excess', 'unanswered_request', 'custody_loss',
        'model_fallback', 'data_stale', 'rows_refused', 'job_late']
$$;

CREATE FUNCTION minibar_ml.audit_end() RETURNS TABLE(entries bigint, last_id bigint, last_hash bytea)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT count(*), coalesce(max(l.id), 0), (SELECT e.hash FROM minibar_ml.ml_audit_log e ORDER BY e.id DESC LIMIT 1)
    FROM minibar_ml.ml_audit_log l
    HAVING minibar_ml.verifies_audit()
$$;

CREATE FUNCTION minibar_ml.audit_fault() RETURNS TABLE(id bigint, action text, subject text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT c.id, c.action, CASE WHEN NOT minibar_ml.is_person(session_user)
                                     OR minibar_ml.is_everywhere(session_user, '{administrator}') THEN c.subject END
    FROM (
        SELECT l.id, l.action, l.subject,
               l.hash = minibar_ml.audit_hash(coalesce(lag(l.hash) OVER (ORDER BY l.id), ''), l) AS holds
        FROM minibar_ml.ml_audit_log l) c
    WHERE c.holds IS NOT TRUE AND minibar_ml.verifies_audit()
    ORDER BY c.id LIMIT 1
$$;

CREATE TABLE minibar_ml.ml_audit_log (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    database_role text NOT NULL,
    os_user text NOT NULL,
    operator text,
    action text NOT NULL,
    subject text NOT NULL,
    before jsonb,
    after jsonb,
    hash bytea NOT NULL
);

COMMENT ON TABLE minibar_ml.ml_audit_log IS 'Who did what, when, before and after. Rows are only ever added, as a chain of hashes.';

COMMENT ON COLUMN minibar_ml.ml_audit_log.id IS 'Number of the entry, without gaps.';

COMMENT ON COLUMN minibar_ml.ml_audit_log.at IS 'When, by the server''s clock.';

COMMENT ON COLUMN minibar_ml.ml_audit_log.database_role IS 'The role that had logged in.';

COMMENT ON COLUMN minibar_ml.ml_audit_log.os_user IS 'The operating-system user, as the client says.';

COMMENT ON COLUMN minibar_ml.ml_audit_log.operator IS 'The person who was named, as the client says.';

COMMENT ON COLUMN minibar_ml.ml_audit_log.action IS 'What was done.';

COMMENT ON COLUMN minibar_ml.ml_audit_log.subject IS 'To what.';

COMMENT ON COLUMN minibar_ml.ml_audit_log.before IS 'How it was before.';

COMMENT ON COLUMN minibar_ml.ml_audit_log.after IS 'How it was afterwards.';

COMMENT ON COLUMN minibar_ml.ml_audit_log.hash IS 'SHA-256 of the entry and of the hash before it.';

CREATE FUNCTION minibar_ml.audit_hash(previous bytea, entry minibar_ml.ml_audit_log) RETURNS bytea
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT sha256(previous || convert_to(CAST(jsonb_build_array(
        entry.id, extract(epoch FROM entry.at), entry.database_role, entry.os_user, entry.operator, entry.action,
        entry.subject, CAST(entry.before AS text), CAST(entry.after AS text)) AS text), 'UTF8'))
$$;

CREATE FUNCTION minibar_ml.audit_ids(hashes text[]) RETURNS TABLE(id bigint, hash text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT l.id, encode(l.hash, 'hex') FROM minibar_ml.ml_audit_log l
    WHERE encode(l.hash, 'hex') = ANY (hashes) AND minibar_ml.verifies_audit()
$$;

CREATE FUNCTION minibar_ml.bare(name text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT lower(translate(regexp_replace(normalize(name, NFKD),
                     '[\u0001-\u0020\u007f-\u00a0\u00ad\u0300-\u036f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u2000-\u200f\u2028-\u202f\u205f-\u206f\u20d0-\u20ff\u2800\u3000\u3164\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+',
                     '', 'g'), 'ıАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЄІЈЅЂЉЊЋЏҐӘӨҮҢҚҒҺӀΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩς',
                     'iабвгдежзиклмнопрстуфхцчшщъыьэюяєіјѕђљњћџґәөүңқғһӏαβγδεζηθικλμνξοπρστυφχψωσ') COLLATE "C")
$$;

CREATE FUNCTION minibar_ml.chain_audit_entry() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
DECLARE
    is_person boolean := minibar_ml.is_person(session_user);
    moves boolean := NOT is_person AND coalesce(current_setting('minibar_ml.moves', true), '') = 'on';
    is_free boolean := moves OR NOT EXISTS (SELECT FROM minibar_ml.ml_audit_waiting);
    head minibar_ml.ml_audit_head;
    last record;
BEGIN
    -- What is too long for a hash would wait for ever, and every run that moves what waits would end there.
    IF octet_length(concat_ws('', NEW.os_user, NEW.operator, NEW.action, NEW.subject, NEW.before, NEW.after))
       > 20000000 THEN
        RAISE EXCEPTION 'an entry of the audit log has 20 million bytes at most' USING ERRCODE = 'program_limit_exceeded';
    END IF;
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

CREATE FUNCTION minibar_ml.check_comment() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
BEGIN
    IF minibar_ml.is_person(session_user) THEN
        NEW.at := statement_timestamp();
        IF minibar_ml.bare(NEW."by") = '' OR minibar_ml.is_anothers(NEW."by") OR length(NEW."by") > 200
           OR length(NEW.body) > 4000 THEN
            RAISE EXCEPTION 'role % may not comment as %, nor in more than 4000 characters', session_user,
                left(NEW."by", 200) USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION minibar_ml.check_considered() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
BEGIN
    IF NOT minibar_ml.owns_store(session_user) AND EXISTS (
           SELECT FROM after_rows n JOIN before_rows o USING (id)
           WHERE n.considered_at IS NULL OR o.considered_at IS NOT NULL OR NOT EXISTS (
               SELECT FROM minibar_ml.ml_job_runs r
               WHERE r.job IN ('notify', 'detect') AND r.outcome = 'running' AND r.as_of = n.considered_at)) THEN
        RAISE EXCEPTION 'a step of an alert is ticked off once, by a run that is on record'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION minibar_ml.check_fact() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $_$
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
$_$;

CREATE FUNCTION minibar_ml.check_mute() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
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

CREATE FUNCTION minibar_ml.check_verdict() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
DECLARE
    is_given boolean := NEW.status <> OLD.status OR NEW.snoozed_until IS DISTINCT FROM OLD.snoozed_until;
    named text[] := ARRAY[
        CASE WHEN NEW.read_by IS DISTINCT FROM OLD.read_by OR (is_given AND NEW.status = 'acknowledged')
             THEN NEW.read_by END,
        CASE WHEN NEW.resolved_by IS DISTINCT FROM OLD.resolved_by
                  OR (is_given AND NEW.status IN ('resolved', 'false_positive')) THEN NEW.resolved_by END,
        CASE WHEN NEW.snoozed_by IS DISTINCT FROM OLD.snoozed_by OR (is_given AND NEW.status = 'snoozed')
             THEN NEW.snoozed_by END,
        CASE WHEN is_given AND NEW.status = 'open' THEN current_setting('minibar_ml.operator', true) END];
BEGIN
    -- Who gave a verdict, and when, changes with the verdict alone, for jobs too: no step of the alert would say so.
    IF NEW.status = OLD.status AND NOT minibar_ml.owns_store(session_user)
       AND (NEW.read_by IS DISTINCT FROM OLD.read_by OR NEW.read_at IS DISTINCT FROM OLD.read_at
            OR NEW.resolved_by IS DISTINCT FROM OLD.resolved_by OR NEW.resolved_at IS DISTINCT FROM OLD.resolved_at
            OR (NEW.snoozed_by IS DISTINCT FROM OLD.snoozed_by
                AND NEW.snoozed_until IS NOT DISTINCT FROM OLD.snoozed_until)) THEN
        RAISE EXCEPTION 'who decided on an alert changes only with the verdict' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT minibar_ml.is_person(session_user) THEN
        RETURN NEW;
    END IF;
    IF 'system' = ANY (named) THEN
        RAISE EXCEPTION 'only a job may change alerts as the system' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT FROM unnest(named) AS n (name) WHERE minibar_ml.is_anothers(n.name) OR length(n.name) > 200)
       OR length(current_setting('minibar_ml.reason', true)) > 4000 THEN
        RAISE EXCEPTION 'role % may not change alerts as another login', session_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.muted_by IS DISTINCT FROM OLD.muted_by AND NEW.muted_by IS NOT NULL THEN
        RAISE EXCEPTION 'only a job may say which alert explains another' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Of a closed alert no step would say that it is explained no longer.
    IF NEW.muted_by IS DISTINCT FROM OLD.muted_by AND NEW.status = OLD.status AND NOT minibar_ml.is_live(NEW.status) THEN
        RAISE EXCEPTION 'which alert explained a closed one does not change' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Clocks may differ by up to a day; what the program allows is 366.
    IF (NEW.read_at IS DISTINCT FROM OLD.read_at AND abs(extract(epoch FROM NEW.read_at - now())) > 86400)
       OR (NEW.resolved_at IS DISTINCT FROM OLD.resolved_at
           AND abs(extract(epoch FROM NEW.resolved_at - now())) > 86400)
       OR (NEW.snoozed_until IS DISTINCT FROM OLD.snoozed_until AND NEW.snoozed_until > now() + interval '367 days') THEN
        RAISE EXCEPTION 'a verdict is given now, not at another time, and a snooze is at most 366 days long'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

CREATE TABLE minibar_ml.ml_people (
    id bigint NOT NULL,
    name text NOT NULL,
    source_user_id integer,
    follows_source boolean DEFAULT false NOT NULL,
    role text NOT NULL,
    language text NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    hotels integer[],
    alert_types text[],
    min_severity minibar_ml.severity DEFAULT 'medium'::minibar_ml.severity NOT NULL,
    quiet_from time without time zone,
    quiet_until time without time zone,
    digest_at time without time zone,
    repeat_minutes integer,
    wants_resolved boolean DEFAULT false NOT NULL,
    reports text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT ml_people_check CHECK (((quiet_from IS NULL) = (quiet_until IS NULL))),
    CONSTRAINT ml_people_check1 CHECK (((NOT follows_source) OR (source_user_id IS NOT NULL))),
    CONSTRAINT ml_people_language_check CHECK ((language = ANY (ARRAY['tr'::text, 'en'::text]))),
    CONSTRAINT ml_people_lists CHECK (((COALESCE(array_ndims(hotels), 1) = 1) AND (array_position(hotels, NULL::integer) IS NULL) AND (COALESCE(array_ndims(alert_types), 1) = 1) AND (array_position(alert_types, NULL::text) IS NULL) AND (COALESCE(array_ndims(reports), 1) = 1) AND (array_position(reports, NULL::text) IS NULL))),
    CONSTRAINT ml_people_name_check CHECK ((name <> ''::text)),
    CONSTRAINT ml_people_repeat_minutes_check CHECK ((repeat_minutes > 0)),
    CONSTRAINT ml_people_reports_check CHECK ((reports <@ ARRAY['weekly'::text, 'monthly'::text, 'rounds'::text])),
    CONSTRAINT ml_people_role_check CHECK ((role = ANY (ARRAY['administrator'::text, 'storekeeper'::text, 'server'::text]))),
    CONSTRAINT ml_people_times CHECK (((quiet_from < '24:00:00'::time without time zone) AND (quiet_until < '24:00:00'::time without time zone) AND (digest_at < '24:00:00'::time without time zone)))
);

COMMENT ON TABLE minibar_ml.ml_people IS 'Who is notified of alerts, and how.';

COMMENT ON COLUMN minibar_ml.ml_people.id IS 'Number of the person.';

COMMENT ON COLUMN minibar_ml.ml_people.name IS 'The name; no two are alike.';

COMMENT ON COLUMN minibar_ml.ml_people.source_user_id IS 'The user of the hotel application.';

COMMENT ON COLUMN minibar_ml.ml_people.follows_source IS 'Whether what the application says of the user is taken over at every run.';

COMMENT ON COLUMN minibar_ml.ml_people.role IS 'administrator or storekeeper.';

COMMENT ON COLUMN minibar_ml.ml_people.language IS 'tr or en.';

COMMENT ON COLUMN minibar_ml.ml_people.is_active IS 'Whether messages are sent.';

COMMENT ON COLUMN minibar_ml.ml_people.hotels IS 'Of which hotels; null: of all.';

COMMENT ON COLUMN minibar_ml.ml_people.alert_types IS 'Of which types; null: of all.';

COMMENT ON COLUMN minibar_ml.ml_people.min_severity IS 'From which severity on.';

COMMENT ON COLUMN minibar_ml.ml_people.quiet_from IS 'Where quiet hours begin; critical alerts are sent all the same.';

COMMENT ON COLUMN minibar_ml.ml_people.quiet_until IS 'Where they end.';

COMMENT ON COLUMN minibar_ml.ml_people.digest_at IS 'When the day''s digest is sent; null: each alert at once.';

COMMENT ON COLUMN minibar_ml.ml_people.repeat_minutes IS 'After how long an unread alert is sent again; null: never.';

COMMENT ON COLUMN minibar_ml.ml_people.wants_resolved IS 'Whether the end of an alert is sent too.';

COMMENT ON COLUMN minibar_ml.ml_people.reports IS 'Which reports are mailed.';

CREATE FUNCTION minibar_ml.concerns(person minibar_ml.ml_people, hotel integer, kind text, is_of_server boolean) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT (person.hotels IS NULL OR hotel = ANY(person.hotels) OR (hotel = 0 AND person.hotels <> '{}'))
       AND (person.alert_types IS NULL OR kind = ANY(person.alert_types))
       AND (person.role = 'server' OR NOT is_of_server OR NOT EXISTS (
           SELECT FROM minibar_ml.ml_people k JOIN minibar_ml.ml_channels c ON c.person_id = k.id
           WHERE k.role = 'server' AND k.is_active))
$$;

CREATE FUNCTION minibar_ml.count_entries() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
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
        bytes = excluded.bytes + CASE s.day WHEN excluded.day THEN s.bytes ELSE 0 END,
        stored = CASE s.day WHEN excluded.day THEN s.stored ELSE 0 END
    RETURNING * INTO share;
    IF share.entries > 20000 OR share.bytes > 20000000 THEN
        RAISE EXCEPTION 'role % may leave 20,000 entries a day in the audit log, of 20 million bytes', session_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION minibar_ml.count_stored() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
DECLARE
    written bigint;
    total bigint;
BEGIN
    IF NOT minibar_ml.is_person(session_user) THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT coalesce(sum(%s), 0) FROM added', (
        SELECT string_agg(format('coalesce(octet_length(%I), 0)', a.name), ' + ') FROM unnest(TG_ARGV) AS a (name)))
    INTO written;
    IF written = 0 THEN
        RETURN NULL;
    END IF;
    INSERT INTO minibar_ml.ml_audit_shares AS s (database_role, day, entries, bytes, stored)
    VALUES (session_user, CAST(clock_timestamp() AT TIME ZONE 'UTC' AS date), 0, 0, written)
    ON CONFLICT (database_role) DO UPDATE SET
        day = excluded.day,
        entries = CASE s.day WHEN excluded.day THEN s.entries ELSE 0 END,
        bytes = CASE s.day WHEN excluded.day THEN s.bytes ELSE 0 END,
        stored = excluded.stored + CASE s.day WHEN excluded.day THEN s.stored ELSE 0 END
    RETURNING stored INTO total;
    IF total > 50000000 THEN
        RAISE EXCEPTION 'role % may write mails and attachments of 50 million bytes a day', session_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;

CREATE TABLE minibar_ml.ml_mutes (
    id bigint NOT NULL,
    hotel_id integer NOT NULL,
    alert_types text[],
    entity_type text,
    entity_ids integer[],
    floor text,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    reason text NOT NULL,
    added_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    added_by text NOT NULL,
    ended_at timestamp with time zone,
    ended_by text,
    CONSTRAINT ml_mutes_added_by_check CHECK ((added_by <> ''::text)),
    CONSTRAINT ml_mutes_alert_types_check CHECK ((cardinality(alert_types) > 0)),
    CONSTRAINT ml_mutes_check CHECK (((since < until) AND (until <= (since + '366 days'::interval)))),
    CONSTRAINT ml_mutes_check1 CHECK (((entity_type IS NULL) = (entity_ids IS NULL))),
    CONSTRAINT ml_mutes_check2 CHECK (((floor IS NULL) OR (entity_type = 'room'::text))),
    CONSTRAINT ml_mutes_check3 CHECK (((ended_at IS NULL) = (ended_by IS NULL))),
    CONSTRAINT ml_mutes_entity_ids_check CHECK ((cardinality(entity_ids) > 0)),
    CONSTRAINT ml_mutes_entity_type_check CHECK ((entity_type = ANY (ARRAY['room'::text, 'product'::text]))),
    CONSTRAINT ml_mutes_lists CHECK (((COALESCE(array_ndims(alert_types), 1) = 1) AND (array_position(alert_types, NULL::text) IS NULL) AND (COALESCE(array_ndims(entity_ids), 1) = 1) AND (array_position(entity_ids, NULL::integer) IS NULL))),
    CONSTRAINT ml_mutes_reason_check CHECK (((reason <> ''::text) AND (length(reason) <= 1000))),
    CONSTRAINT ml_mutes_times CHECK (((since >= '1999-12-31 00:00:00+00'::timestamp with time zone) AND (since < '2200-01-01 00:00:00+00'::timestamp with time zone) AND (until >= '1999-12-31 00:00:00+00'::timestamp with time zone) AND (until < '2200-01-01 00:00:00+00'::timestamp with time zone) AND (ended_at >= '1999-12-31 00:00:00+00'::timestamp with time zone) AND (ended_at < '2200-01-01 00:00:00+00'::timestamp with time zone)))
);

COMMENT ON TABLE minibar_ml.ml_mutes IS 'Mutes said beforehand: what is found there and then is no live alert.';

COMMENT ON COLUMN minibar_ml.ml_mutes.id IS 'Number of the mute.';

COMMENT ON COLUMN minibar_ml.ml_mutes.hotel_id IS 'The hotel; 0 is a chain''s common store.';

COMMENT ON COLUMN minibar_ml.ml_mutes.alert_types IS 'Only these types; null: all.';

COMMENT ON COLUMN minibar_ml.ml_mutes.entity_type IS 'room or product; null: the whole hotel.';

COMMENT ON COLUMN minibar_ml.ml_mutes.entity_ids IS 'Their ids in the source.';

COMMENT ON COLUMN minibar_ml.ml_mutes.floor IS 'The floor that the rooms were named by.';

COMMENT ON COLUMN minibar_ml.ml_mutes.since IS 'From when on.';

COMMENT ON COLUMN minibar_ml.ml_mutes.until IS 'Until when.';

COMMENT ON COLUMN minibar_ml.ml_mutes.reason IS 'Why.';

COMMENT ON COLUMN minibar_ml.ml_mutes.added_at IS 'When it was said.';

COMMENT ON COLUMN minibar_ml.ml_mutes.added_by IS 'Who said it.';

COMMENT ON COLUMN minibar_ml.ml_mutes.ended_at IS 'When somebody ended it early; null: nobody did.';

COMMENT ON COLUMN minibar_ml.ml_mutes.ended_by IS 'Who did.';

CREATE FUNCTION minibar_ml.covers(mute minibar_ml.ml_mutes, of_hotel integer, alert_type text, of_type text, of_entity integer, first_on date, last_on date, is_state boolean, at timestamp with time zone) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT mute.hotel_id = of_hotel
       AND (mute.alert_types IS NULL OR alert_type = ANY (mute.alert_types))
       AND (mute.entity_type IS NULL OR (mute.entity_type = of_type AND of_entity = ANY (mute.entity_ids)))
       AND CASE WHEN is_state THEN mute.since <= at AND at < least(mute.until, mute.ended_at)
                ELSE first_on >= CAST(mute.since AS date) AND CAST(last_on AS timestamptz) < mute.until
                     AND (mute.ended_at IS NULL OR last_on < CAST(mute.ended_at AS date)) END
$$;

CREATE FUNCTION minibar_ml.ensure_partitions(since timestamp with time zone, until timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
DECLARE
    month_start timestamp := date_trunc('month', since AT TIME ZONE 'UTC');
    partition_name text;
    made integer := 0;
BEGIN
    IF since < until - interval '12 years' OR until > clock_timestamp() + interval '5 years'
       OR since < '1999-12-31 00:00:00Z' THEN
        RAISE EXCEPTION 'no partitions are made from % to %: more than 12 years, 5 years ahead, or before 2000', since,
            until
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    WHILE month_start <= (until AT TIME ZONE 'UTC') + interval '2 months' LOOP
        partition_name := 'ml_metrics_' || to_char(month_start, 'YYYY_MM');
        IF to_regclass('minibar_ml.' || partition_name) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE minibar_ml.%I (LIKE minibar_ml.ml_metrics INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                partition_name);
            EXECUTE format('ALTER TABLE minibar_ml.%I ENABLE ROW LEVEL SECURITY', partition_name);
            EXECUTE format(
                'ALTER TABLE minibar_ml.ml_metrics ATTACH PARTITION minibar_ml.%I FOR VALUES FROM (%L) TO (%L)',
                partition_name,
                month_start AT TIME ZONE 'UTC',
                (month_start + interval '1 month') AT TIME ZONE 'UTC');
            made := made + 1;
        END IF;
        month_start := month_start + interval '1 month';
    END LOOP;
    RETURN made;
END
$$;

CREATE FUNCTION minibar_ml.entries_wait() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT EXISTS (SELECT FROM minibar_ml.ml_audit_waiting)
$$;

CREATE FUNCTION minibar_ml.figure(rows bigint, hashes numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT concat_ws(':', rows, hashes)
$$;

CREATE FUNCTION minibar_ml.find_held() RETURNS TABLE(kind text, id bigint, hotel_id integer)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    WITH alerts AS MATERIALIZED (
        SELECT a.id FROM minibar_ml.ml_alerts a FOR UPDATE SKIP LOCKED
    ), mutes AS MATERIALIZED (
        SELECT m.id FROM minibar_ml.ml_mutes m FOR KEY SHARE SKIP LOCKED
    )
    SELECT 'alerts', a.id, a.hotel_id FROM minibar_ml.ml_alerts a WHERE a.id NOT IN (SELECT f.id FROM alerts f)
    UNION ALL
    SELECT 'mutes', m.id, m.hotel_id FROM minibar_ml.ml_mutes m WHERE m.id NOT IN (SELECT f.id FROM mutes f)
$$;

CREATE FUNCTION minibar_ml.folded(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT lower(translate(words, U&'I\0130\0131\015E\011E\00DC\00D6\00C7\00C2\00CE\00DB\0307',
                                  U&'iii\015F\011F\00FC\00F6\00E7\00E2\00EE\00FB'))
$$;

CREATE FUNCTION minibar_ml.forecasts_at(instant timestamp with time zone) RETURNS TABLE(hotel_id integer, product_id integer, made_on date, made_at timestamp with time zone, alert_id bigint, alerted_name text, is_of_alert boolean, days_left double precision, reason text, figures jsonb)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
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

CREATE FUNCTION minibar_ml.ground_of(of_metric text, also jsonb, of_hotel integer, of_type text, of_entity integer, since_on date, until_on date, not_before timestamp with time zone DEFAULT '-infinity'::timestamp with time zone) RETURNS TABLE(ground text)
    LANGUAGE sql STABLE
    AS $$
    SELECT md5(coalesce(string_agg(
        minibar_ml.point_digest(p.metric_type, p.business_date, p.metric_value, p.context), E'\n'
        ORDER BY p.metric_type, p.hotel_id, p.observed_at), ''))
    FROM (
        SELECT m.metric_type, m.hotel_id, m.observed_at, m.business_date, m.metric_value, m.context
        FROM minibar_ml.ml_metrics m
        WHERE also IS NULL AND of_hotel <> 0 AND m.metric_type = of_metric AND m.hotel_id = of_hotel
          AND m.entity_type = of_type AND m.entity_id = of_entity AND m.observed_at >= not_before
          AND m.observed_at >= since_on - 1 AND m.observed_at < until_on + 2
          AND m.business_date BETWEEN since_on AND until_on
        UNION ALL
        SELECT m.metric_type, m.hotel_id, m.observed_at, m.business_date, m.metric_value, m.context
        FROM minibar_ml.ml_metrics m
        WHERE NOT (also IS NULL AND of_hotel <> 0) AND m.entity_type = of_type AND m.entity_id = of_entity
          AND (m.hotel_id = of_hotel OR of_hotel = 0) AND m.observed_at >= not_before
          AND m.observed_at >= since_on - 1 AND m.observed_at < until_on + 2
          AND m.business_date BETWEEN since_on AND until_on
          AND (m.metric_type = of_metric OR jsonb_exists(also, m.metric_type))
    ) p
$$;

CREATE FUNCTION minibar_ml.held(kind text) RETURNS SETOF bigint
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT unnest(CAST(nullif(current_setting('minibar_ml.held_' || kind, true), '') AS bigint[]))
$$;

CREATE FUNCTION minibar_ml.hotels_as(who name, roles text[]) RETURNS integer[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT hotel_ids || 0 FROM minibar_ml.ml_access
    WHERE database_role = who AND role = ANY(roles)
      AND EXISTS (SELECT FROM pg_roles r WHERE r.rolname = who AND pg_has_role(session_user, r.oid, 'MEMBER'))
$$;

CREATE FUNCTION minibar_ml.in_quiet_hours(at timestamp with time zone, quiet_from time without time zone, quiet_until time without time zone) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT coalesce(CASE WHEN quiet_from <= quiet_until
                         THEN CAST(at AS time) >= quiet_from AND CAST(at AS time) < quiet_until
                         ELSE CAST(at AS time) >= quiet_from OR CAST(at AS time) < quiet_until END, false)
$$;

CREATE FUNCTION minibar_ml.is_anothers(named text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT named <> session_user AND (
        normalize(named, NFKD) ~ '[\u0180-\u018e\u0190-\u0217\u021c-\u0258\u025a-\u02ff\u13a0-\u13ff\u1d00-\u1dbf\u2c60-\u2cff\ua4d0-\ua4ff\ua640-\ua6ff\ua720-\ua7ff\uab30-\uabbf\U00010280-\U000104ff\U000118a0-\U000118ff]'
        -- Within a word, too, of letters of another script than Latin, Greek or Cyrillic beside these.
        OR normalize(named, NFKD) ~ '[A-Za-z\u0370-\u052f][\u0300-\u036f]*[\u0530-\u1dff\u2c00-\u2dff\u3040-\uabff\ud7b0-\ud7ff\U00010000-\U0001efff]|[\u0530-\u1dff\u2c00-\u2dff\u3040-\uabff\ud7b0-\ud7ff\U00010000-\U0001efff][A-Za-z\u0370-\u052f]'
        OR EXISTS (
            SELECT FROM (SELECT CAST(rolname AS text) FROM pg_roles
                         UNION ALL SELECT CAST(database_role AS text) FROM minibar_ml.ml_access
                         UNION ALL SELECT 'system') taken (name)
            WHERE taken.name <> session_user
              AND (minibar_ml.bare(taken.name) = minibar_ml.bare(named) OR minibar_ml.looks(taken.name) = minibar_ml.looks(named))))
$$;

CREATE FUNCTION minibar_ml.is_any(who name, roles text[]) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT EXISTS (SELECT FROM minibar_ml.ml_access a JOIN pg_roles r ON r.rolname = a.database_role
                   WHERE a.database_role = who AND a.role = ANY(roles) AND pg_has_role(session_user, r.oid, 'MEMBER'))
$$;

CREATE FUNCTION minibar_ml.is_everywhere(who name, roles text[]) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT EXISTS (SELECT FROM minibar_ml.ml_access a JOIN pg_roles r ON r.rolname = a.database_role
                   WHERE a.database_role = who AND a.role = ANY(roles) AND a.hotel_ids IS NULL
                     AND pg_has_role(session_user, r.oid, 'MEMBER'))
$$;

CREATE FUNCTION minibar_ml.is_live(status text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT status IN ('open', 'acknowledged', 'snoozed')
$$;

CREATE FUNCTION minibar_ml.is_person(who name) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT NOT minibar_ml.runs_jobs(who)
       AND NOT pg_has_role(
           who, (SELECT relowner FROM pg_class WHERE oid = CAST('minibar_ml.ml_alerts' AS regclass)), 'MEMBER')
$$;

CREATE FUNCTION minibar_ml.is_plain(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT value IS NULL
        OR value !~ '[\u0001-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]'
$$;

CREATE FUNCTION minibar_ml.is_readable(value jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $_$
    SELECT value IS NULL
        OR (jsonb_typeof(value) IN ('object', 'array') AND length(CAST(value AS text)) <= 20000
            AND CAST(value AS text) !~ '[0-9]{200}' AND NOT jsonb_path_exists(value, 'strict $.**{10 to last}'))
$_$;

CREATE FUNCTION minibar_ml.is_renamed(user_id integer, was text, now_called text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $_$
    SELECT n.was <> n.called AND '#' || user_id NOT IN (n.was, n.called)
       AND n.called <> regexp_replace(n.was, '(\S)\S*', '\1.', 'g')
       AND n.was <> regexp_replace(n.called, '(\S)\S*', '\1.', 'g')
    FROM (SELECT regexp_replace(was, ' \(#[0-9]+\)$', '') AS was,
                 regexp_replace(now_called, ' \(#[0-9]+\)$', '') AS called) n
$_$;

CREATE FUNCTION minibar_ml.keep_closed_alerts() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
DECLARE
    moving text[] := ARRAY['status', 'read_at', 'read_by', 'resolved_at', 'resolved_by', 'snoozed_until', 'snoozed_by',
                           'muted_by', 'raised_at', 'last_seen', 'last_occurred_on', 'incident_id', 'is_counted',
                           -- Generated, and not computed yet.
                           'is_state']
                     || CASE WHEN NEW.status <> OLD.status THEN ARRAY['end_reason', 'mute_id'] ELSE '{}' END;
BEGIN
    IF to_jsonb(NEW) - moving IS DISTINCT FROM to_jsonb(OLD) - moving AND NOT minibar_ml.owns_store(session_user) THEN
        RAISE EXCEPTION 'what a closed alert says is not changed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION minibar_ml.keep_closed_days() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
BEGIN
    IF NOT minibar_ml.owns_store(session_user) AND EXISTS (
           SELECT FROM changed c JOIN minibar_ml.ml_alerts a ON a.id = c.alert_id
           CROSS JOIN LATERAL (
               SELECT e.event, e.at FROM minibar_ml.ml_alert_events e
               WHERE e.alert_id = a.id AND e.event IN ('opened', 'resolved', 'false_positive', 'reopened')
               ORDER BY e.id DESC LIMIT 1) last
           WHERE a.status IN ('resolved', 'false_positive') AND last.event IN ('resolved', 'false_positive')
             AND last.at < statement_timestamp()) THEN
        RAISE EXCEPTION 'what a closed alert says is not changed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION minibar_ml.keep_ended_runs() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
BEGIN
    IF NOT minibar_ml.owns_store(session_user)
       AND (TG_OP = 'UPDATE' OR OLD.ended_at IS NULL OR OLD.started_at > clock_timestamp() - interval '365 days') THEN
        RAISE EXCEPTION '% of a run that has ended is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE TG_OP WHEN 'UPDATE' THEN NEW ELSE OLD END;
END
$$;

CREATE FUNCTION minibar_ml.keep_raised_at() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
BEGIN
    IF NOT minibar_ml.owns_store(session_user)
       AND NOT (OLD.raised_at > clock_timestamp() AND NEW.raised_at < OLD.raised_at
                AND NEW.raised_at > clock_timestamp() - interval '1 day') THEN
        RAISE EXCEPTION 'when an alert was raised is not changed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION minibar_ml.looks(name text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT translate(minibar_ml.bare(translate(normalize(name, NFKD),
                'АВЕЅІЈКМНОРСТУХҮԌԜԚҺԁӀаеѕіјорсухүһԛԝӏкмнтвΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβγεικνορστυχωηµμ',
                'ABESIJKMHOPCTYXYGWQhdlaesijopcyxyhqwlkmhtbABEZHIKMNOPTYXabyelkvopotuxwnuu')),
            'i1|0', 'lllo')
$$;

CREATE TABLE minibar_ml.ml_channels (
    id bigint NOT NULL,
    person_id bigint NOT NULL,
    kind text NOT NULL,
    shown text NOT NULL,
    sealed bytea,
    CONSTRAINT ml_channels_check CHECK (((kind = 'email'::text) = (sealed IS NULL))),
    CONSTRAINT ml_channels_kind_check CHECK ((kind = ANY (ARRAY['email'::text, 'sms'::text, 'push'::text, 'chat'::text])))
);

COMMENT ON TABLE minibar_ml.ml_channels IS 'Addresses of people, one of each kind.';

COMMENT ON COLUMN minibar_ml.ml_channels.id IS 'Number of the address.';

COMMENT ON COLUMN minibar_ml.ml_channels.person_id IS 'Whose it is.';

COMMENT ON COLUMN minibar_ml.ml_channels.kind IS 'email, sms, push or chat.';

COMMENT ON COLUMN minibar_ml.ml_channels.shown IS 'The mail address; of any other what may be seen of it.';

COMMENT ON COLUMN minibar_ml.ml_channels.sealed IS 'The address, encrypted: it may hold a token. Null for mail.';

CREATE FUNCTION minibar_ml.mailbox(channel minibar_ml.ml_channels) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT CASE channel.kind WHEN 'email' THEN lower(channel.shown) ELSE CAST(channel.id AS text) END
$$;

CREATE TABLE minibar_ml.ml_alerts (
    id bigint NOT NULL,
    type text NOT NULL,
    severity minibar_ml.severity NOT NULL,
    status text DEFAULT 'open'::text NOT NULL,
    hotel_id integer NOT NULL,
    entity_type text NOT NULL,
    entity_id integer NOT NULL,
    entity_name text NOT NULL,
    metric text NOT NULL,
    value double precision NOT NULL,
    expected double precision,
    lower double precision,
    upper double precision,
    deviation_percent double precision,
    score double precision,
    detector text NOT NULL,
    impact numeric(14,2),
    reason text NOT NULL,
    facts jsonb DEFAULT '{}'::jsonb NOT NULL,
    message text NOT NULL,
    suggested_action text NOT NULL,
    occurred_on date NOT NULL,
    last_occurred_on date NOT NULL,
    measured_on date NOT NULL,
    raised_at timestamp with time zone NOT NULL,
    last_seen timestamp with time zone NOT NULL,
    occurrences integer DEFAULT 1 NOT NULL,
    read_at timestamp with time zone,
    read_by text,
    resolved_at timestamp with time zone,
    resolved_by text,
    snoozed_until timestamp with time zone,
    snoozed_by text,
    previous_id bigint,
    muted_by bigint,
    end_reason text,
    corrected_at timestamp with time zone,
    incident_id bigint,
    is_counted boolean DEFAULT true NOT NULL,
    mute_id bigint,
    is_state boolean GENERATED ALWAYS AS (((type = ANY (ARRAY['stock_depletion'::text, 'unanswered_request'::text, 'model_fallback'::text, 'data_stale'::text, 'rows_refused'::text, 'job_late'::text])) OR (reason = 'stock_negative'::text))) STORED NOT NULL,
    lower_since date,
    CONSTRAINT ml_alerts_check CHECK ((last_occurred_on >= occurred_on)),
    CONSTRAINT ml_alerts_check1 CHECK (((status <> ALL (ARRAY['resolved'::text, 'false_positive'::text])) OR (resolved_at IS NOT NULL))),
    CONSTRAINT ml_alerts_end_reason_check CHECK ((end_reason = ANY (ARRAY['records_changed'::text, 'subject_gone'::text]))),
    CONSTRAINT ml_alerts_entity_type_check CHECK ((entity_type = ANY (ARRAY['room'::text, 'product'::text, 'attendant'::text, 'hotel'::text]))),
    CONSTRAINT ml_alerts_occurrences_check CHECK ((occurrences > 0)),
    CONSTRAINT ml_alerts_snoozed_check CHECK (((status = 'snoozed'::text) = (snoozed_until IS NOT NULL))),
    CONSTRAINT ml_alerts_status_check CHECK ((status = ANY (ARRAY['open'::text, 'acknowledged'::text, 'snoozed'::text, 'resolved'::text, 'false_positive'::text]))),
    CONSTRAINT ml_alerts_times CHECK (((read_at >= '1999-12-31 00:00:00+00'::timestamp with time zone) AND (read_at < '2200-01-01 00:00:00+00'::timestamp with time zone) AND (resolved_at >= '1999-12-31 00:00:00+00'::timestamp with time zone) AND (resolved_at < '2200-01-01 00:00:00+00'::timestamp with time zone) AND (snoozed_until >= '1999-12-31 00:00:00+00'::timestamp with time zone) AND (snoozed_until < '2200-01-01 00:00:00+00'::timestamp with time zone))),
    CONSTRAINT ml_alerts_type_check CHECK ((type = ANY (ARRAY['stock_anomaly'::text, 'shrinkage'::text, 'stock_depletion'::text, 'consumption_anomaly'::text, 'silent_room'::text, 'vacant_consumption'::text, 'refill_delay'::text, 'unseen_round'::text, 'attendant_silence'::text, 'attendant_excess'::text, 'unanswered_request'::text, 'custody_loss'::text, 'model_fallback'::text, 'data_stale'::text, 'rows_refused'::text, 'job_late'::text])))
);

COMMENT ON TABLE minibar_ml.ml_alerts IS 'Alerts. At most one is live (open, acknowledged, snoozed) for a type, hotel, entity and either an event or a state.';

COMMENT ON COLUMN minibar_ml.ml_alerts.id IS 'The alert''s number, as people see it.';

COMMENT ON COLUMN minibar_ml.ml_alerts.type IS 'What kind of fault.';

COMMENT ON COLUMN minibar_ml.ml_alerts.severity IS 'low, medium, high or critical, in this order.';

COMMENT ON COLUMN minibar_ml.ml_alerts.status IS 'open, acknowledged, snoozed, resolved or false_positive.';

COMMENT ON COLUMN minibar_ml.ml_alerts.hotel_id IS 'The hotel; 0 is a chain''s common store.';

COMMENT ON COLUMN minibar_ml.ml_alerts.entity_type IS 'room, product, attendant or hotel.';

COMMENT ON COLUMN minibar_ml.ml_alerts.entity_id IS 'The source''s id.';

COMMENT ON COLUMN minibar_ml.ml_alerts.entity_name IS 'Its name today; of an alert that has ended, then.';

COMMENT ON COLUMN minibar_ml.ml_alerts.metric IS 'The metric that shows it.';

COMMENT ON COLUMN minibar_ml.ml_alerts.value IS 'What was measured.';

COMMENT ON COLUMN minibar_ml.ml_alerts.expected IS 'What is usual.';

COMMENT ON COLUMN minibar_ml.ml_alerts.lower IS 'The least that is normal.';

COMMENT ON COLUMN minibar_ml.ml_alerts.upper IS 'The most that is normal.';

COMMENT ON COLUMN minibar_ml.ml_alerts.deviation_percent IS 'How far from expected, in percent.';

COMMENT ON COLUMN minibar_ml.ml_alerts.score IS 'Evidence in nats: -ln of the chance of the same on a normal day.';

COMMENT ON COLUMN minibar_ml.ml_alerts.detector IS 'Which detector found it; +forest where the Isolation Forest agreed.';

COMMENT ON COLUMN minibar_ml.ml_alerts.impact IS 'Possible loss, in the hotel''s currency.';

COMMENT ON COLUMN minibar_ml.ml_alerts.reason IS 'Which sentence describes it.';

COMMENT ON COLUMN minibar_ml.ml_alerts.facts IS 'The figures of that sentence.';

COMMENT ON COLUMN minibar_ml.ml_alerts.message IS 'The sentence, in the language of the installation.';

COMMENT ON COLUMN minibar_ml.ml_alerts.suggested_action IS 'What to do about it.';

COMMENT ON COLUMN minibar_ml.ml_alerts.occurred_on IS 'The business day on which the fault began.';

COMMENT ON COLUMN minibar_ml.ml_alerts.last_occurred_on IS 'The last one on which it was found.';

COMMENT ON COLUMN minibar_ml.ml_alerts.measured_on IS 'The day of the figures above.';

COMMENT ON COLUMN minibar_ml.ml_alerts.raised_at IS 'When it was raised, or could first be known.';

COMMENT ON COLUMN minibar_ml.ml_alerts.last_seen IS 'As of when it was last found.';

COMMENT ON COLUMN minibar_ml.ml_alerts.occurrences IS 'On how many days it was found.';

COMMENT ON COLUMN minibar_ml.ml_alerts.read_at IS 'When somebody acknowledged it.';

COMMENT ON COLUMN minibar_ml.ml_alerts.read_by IS 'Who did.';

COMMENT ON COLUMN minibar_ml.ml_alerts.resolved_at IS 'When it was closed.';

COMMENT ON COLUMN minibar_ml.ml_alerts.resolved_by IS 'Who closed it; system where it ended without action.';

COMMENT ON COLUMN minibar_ml.ml_alerts.snoozed_until IS 'When it comes back.';

COMMENT ON COLUMN minibar_ml.ml_alerts.snoozed_by IS 'Who snoozed it.';

COMMENT ON COLUMN minibar_ml.ml_alerts.previous_id IS 'The alert of the same fault before this one.';

COMMENT ON COLUMN minibar_ml.ml_alerts.muted_by IS 'The live alert that explains this one.';

COMMENT ON COLUMN minibar_ml.ml_alerts.end_reason IS 'Why the system ended it, where not because all is normal again: records_changed or subject_gone.';

COMMENT ON COLUMN minibar_ml.ml_alerts.corrected_at IS 'As of when its figures were last corrected, because the records changed.';

COMMENT ON COLUMN minibar_ml.ml_alerts.incident_id IS 'The alert by which the incident is known that this one is a part of; null: it is alone.';

COMMENT ON COLUMN minibar_ml.ml_alerts.is_counted IS 'Whether its possible loss counts in sums: of an incident one alert''s does.';

COMMENT ON COLUMN minibar_ml.ml_alerts.mute_id IS 'The mute that ended this alert.';

COMMENT ON COLUMN minibar_ml.ml_alerts.is_state IS 'Whether its fault lasts and then is over; others are events of a day.';

COMMENT ON COLUMN minibar_ml.ml_alerts.lower_since IS 'Of what lasts: the day since which each run has found it less severe than the alert is; null: the last one has not.';

CREATE FUNCTION minibar_ml.matching_alerts(statuses text[], severities minibar_ml.severity[], types text[], hotel_ids integer[], since timestamp with time zone, until timestamp with time zone, of_entity_type text, of_entity_id bigint, named text, rooms integer[], words text, muted boolean) RETURNS SETOF minibar_ml.ml_alerts
    LANGUAGE sql STABLE
    AS $$
    SELECT a.* FROM ml_alerts a
    WHERE (statuses IS NULL OR a.status = ANY(statuses))
      AND (severities IS NULL OR a.severity = ANY(severities))
      AND (types IS NULL OR a.type = ANY(types))
      AND (hotel_ids IS NULL OR a.hotel_id = ANY(hotel_ids))
      AND (since IS NULL OR a.raised_at >= since)
      AND (until IS NULL OR a.raised_at < until)
      AND (of_entity_type IS NULL OR a.entity_type = of_entity_type)
      AND (of_entity_id IS NULL OR a.entity_id = of_entity_id)
      AND (named IS NULL OR position(minibar_ml.folded(named) IN minibar_ml.folded(a.entity_name)) > 0)
      AND (rooms IS NULL OR (a.entity_type = 'room' AND a.entity_id = ANY(rooms)))
      AND (words IS NULL
           OR position(minibar_ml.folded(words) IN minibar_ml.folded(concat_ws(E'\n', a.entity_name, a.message))) > 0
           OR EXISTS (SELECT FROM minibar_ml.ml_alert_comments c WHERE c.alert_id = a.id
                      AND position(minibar_ml.folded(words) IN minibar_ml.folded(c.body)) > 0))
      AND (muted IS NULL OR (a.muted_by IS NOT NULL) = muted)
$$;

CREATE TABLE minibar_ml.ml_models (
    id bigint NOT NULL,
    model_type text NOT NULL,
    metric_type text NOT NULL,
    hotel_id integer NOT NULL,
    version integer NOT NULL,
    model_data bytea NOT NULL,
    parameters jsonb DEFAULT '{}'::jsonb NOT NULL,
    data_points integer NOT NULL,
    trained_at timestamp with time zone NOT NULL,
    accuracy double precision,
    "precision" double precision,
    recall double precision,
    evaluated_on text,
    is_active boolean DEFAULT false NOT NULL,
    CONSTRAINT ml_models_accuracy_check CHECK (((accuracy >= (0)::double precision) AND (accuracy <= (1)::double precision))),
    CONSTRAINT ml_models_data_points_check CHECK ((data_points >= 0)),
    CONSTRAINT ml_models_model_type_check CHECK ((model_type = ANY (ARRAY['statistics'::text, 'isolation_forest'::text]))),
    CONSTRAINT ml_models_parameters_harmless CHECK (((parameters - ARRAY['since'::text, 'until'::text]) = '{}'::jsonb)),
    CONSTRAINT ml_models_precision_check CHECK ((("precision" >= (0)::double precision) AND ("precision" <= (1)::double precision))),
    CONSTRAINT ml_models_recall_check CHECK (((recall >= (0)::double precision) AND (recall <= (1)::double precision))),
    CONSTRAINT ml_models_version_check CHECK ((version > 0))
);

COMMENT ON TABLE minibar_ml.ml_models IS 'Trained models, sealed; the last versions of each.';

COMMENT ON COLUMN minibar_ml.ml_models.id IS 'Number of the row.';

COMMENT ON COLUMN minibar_ml.ml_models.model_type IS 'statistics or isolation_forest.';

COMMENT ON COLUMN minibar_ml.ml_models.metric_type IS 'The metric that it checks.';

COMMENT ON COLUMN minibar_ml.ml_models.hotel_id IS 'The hotel that it was learned from.';

COMMENT ON COLUMN minibar_ml.ml_models.version IS 'Counted from 1 for each model type, metric and hotel.';

COMMENT ON COLUMN minibar_ml.ml_models.model_data IS 'The model, encrypted and bound to type, metric, hotel and version.';

COMMENT ON COLUMN minibar_ml.ml_models.parameters IS 'The days that it was learned from; nothing that shows what goes unnoticed.';

COMMENT ON COLUMN minibar_ml.ml_models.data_points IS 'How many points it was learned from.';

COMMENT ON COLUMN minibar_ml.ml_models.trained_at IS 'As of when.';

COMMENT ON COLUMN minibar_ml.ml_models.accuracy IS 'Share classified correctly in evaluation; null: not measured.';

COMMENT ON COLUMN minibar_ml.ml_models."precision" IS 'Share of alerts that were right; null: not measured.';

COMMENT ON COLUMN minibar_ml.ml_models.recall IS 'Share of faults found; null: not measured.';

COMMENT ON COLUMN minibar_ml.ml_models.evaluated_on IS 'What it was measured on: injected faults or verdicts.';

COMMENT ON COLUMN minibar_ml.ml_models.is_active IS 'Whether detect uses it; at most one of each model type, metric and hotel.';

CREATE FUNCTION minibar_ml.model_title(model minibar_ml.ml_models) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT format('%s model of %s, hotel %s, version %s', model.model_type, model.metric_type, model.hotel_id,
                  model.version)
$$;

CREATE FUNCTION minibar_ml.move_audit_head() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
BEGIN
    UPDATE minibar_ml.ml_audit_head h SET last_id = l.id, hash = l.hash
    FROM (SELECT id, hash FROM minibar_ml.ml_audit_log ORDER BY id DESC LIMIT 1) l
    WHERE l.id > h.last_id;
    RETURN NULL;
END
$$;

CREATE FUNCTION minibar_ml.noted_settings() RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT minibar_ml.noted_settings(NULL)
$$;

CREATE FUNCTION minibar_ml.noted_settings(file text) RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT n.after FROM (
        (SELECT 1 AS place, w.after FROM minibar_ml.ml_audit_waiting w
         WHERE w.action = 'settings.changed' AND NOT minibar_ml.is_person(session_user)
           AND (noted_settings.file IS NULL OR coalesce(w.after ->> 'file', '') = noted_settings.file)
         ORDER BY w.id DESC LIMIT 1)
        UNION ALL
        (SELECT 2, l.after FROM minibar_ml.ml_audit_log l JOIN pg_roles r ON r.rolname = l.database_role
         WHERE l.action = 'settings.changed' AND jsonb_typeof(l.after) = 'object' AND NOT minibar_ml.is_person(r.rolname)
           AND NOT minibar_ml.is_person(session_user)
           AND (noted_settings.file IS NULL OR coalesce(l.after ->> 'file', '') = noted_settings.file)
         ORDER BY l.id DESC LIMIT 1)) n
    ORDER BY n.place LIMIT 1
$$;

CREATE FUNCTION minibar_ml.os_user() RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT left(coalesce(nullif(current_setting('minibar_ml.os_user', true), ''), 'unknown'), 200)
$$;

CREATE FUNCTION minibar_ml.owns_store(who name) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT pg_has_role(who, (SELECT relowner FROM pg_class WHERE oid = CAST('minibar_ml.ml_alerts' AS regclass)), 'MEMBER')
$$;

CREATE FUNCTION minibar_ml.point_digest(metric_type text, business_date date, metric_value double precision, context jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT metric_type || ' ' || CAST(business_date - date '2000-01-01' AS text) || ' ' || CAST(metric_value AS text)
           || ' ' || CAST(context - 'occupancy' AS text)
$$;

CREATE FUNCTION minibar_ml.put_into_group(login name, wanted name) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['minibar_ml_operator', 'minibar_ml_viewer'] LOOP
        IF name = wanted THEN
            EXECUTE format('GRANT %I TO %I', name, login);
        ELSIF EXISTS (SELECT FROM pg_auth_members
                      WHERE roleid = to_regrole(name) AND member = to_regrole(quote_ident(login))) THEN
            EXECUTE format('REVOKE %I FROM %I', name, login);
        END IF;
    END LOOP;
END
$$;

CREATE FUNCTION minibar_ml.record_action(operator text, action text, subject text, before jsonb, after jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
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
    PERFORM minibar_ml.add_entry(operator, action, subject, before, after);
END
$$;

CREATE FUNCTION minibar_ml.record_changed_alerts() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_nestloop TO 'off'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
DECLARE
    is_person boolean := minibar_ml.is_person(session_user);
BEGIN
    WITH happened AS (
        SELECT n.id, e.place, e.event, n.severity, n.value, n.impact,
               CASE WHEN s.is_told THEN o.value END AS value_before, CASE WHEN s.is_told THEN o.impact END AS impact_before,
               CASE WHEN e.event = 'resolved' AND n.resolved_by = 'system' THEN n.end_reason END AS reason,
               -- The system never takes a verdict back: whoever did is the one that is logged in.
               coalesce(nullif(nullif(e.by, 'system'), ''),
                        CASE WHEN is_person OR e.event = 'reopened' THEN session_user END) AS by,
               e.action,
               -- By the clock of the run: that of the server may be another, as where history is walked.
               CASE WHEN e.event = 'corrected' THEN n.corrected_at WHEN e.event = 'resolved' THEN n.resolved_at
                    WHEN e.event IN ('escalated', 'recurred', 'updated', 'next_request') THEN n.last_seen
                    ELSE run.as_of END AS as_of,
               minibar_ml.verdict(o.status, o.read_at, o.read_by, o.resolved_at, o.resolved_by, o.snoozed_until,
                                    o.snoozed_by) AS before,
               minibar_ml.verdict(n.status, n.read_at, n.read_by, n.resolved_at, n.resolved_by, n.snoozed_until,
                                    n.snoozed_by) AS after
        FROM after_rows n JOIN before_rows o USING (id)
        LEFT JOIN (SELECT max(as_of) AS as_of FROM minibar_ml.ml_job_runs WHERE job = 'detect' AND outcome = 'running') run ON true
        CROSS JOIN LATERAL (
            SELECT n.corrected_at IS NOT DISTINCT FROM o.corrected_at AND minibar_ml.is_live(n.status) AS is_same,
                   n.type = 'unanswered_request' AND coalesce(n.facts ->> 'requested_at' <> o.facts ->> 'requested_at', false)
                       AS is_next,
                   n.type = 'vacant_consumption' AND n.last_occurred_on > o.last_occurred_on AND minibar_ml.is_live(n.status)
                       AS is_again) c
        CROSS JOIN LATERAL (VALUES
            (1, 'muted', o.muted_by IS NULL AND n.muted_by IS NOT NULL, NULL,
                         CASE WHEN is_person THEN 'alert.mute' END),
            (2, 'unmuted', o.muted_by IS NOT NULL AND n.muted_by IS NULL
                           AND minibar_ml.is_live(n.status), NULL,
                           CASE WHEN is_person THEN 'alert.unmute' END),
            -- Another request of the room is what the alert is about now.
            (3, 'next_request', c.is_next AND c.is_same, NULL, NULL),
            (4, 'escalated', n.severity > o.severity, NULL, NULL),
            -- Corrected records say by themselves what became of the severity.
            (5, 'eased', n.severity < o.severity AND c.is_same, NULL, NULL),
            (6, 'corrected', n.corrected_at IS DISTINCT FROM o.corrected_at AND n.corrected_at IS NOT NULL,
                             NULL, NULL),
            -- Of the types whose days are each a fault of its own (AlertKind.is_repeatable).
            (7, 'recurred', c.is_again, NULL, NULL),
            -- By the clock alone nothing is new of what lasts: of that only a stock below zero moves with its entries.
            (8, 'updated', n.value <> o.value AND n.severity = o.severity AND c.is_same AND NOT c.is_next AND NOT c.is_again
                           AND (NOT n.is_state OR n.type = 'stock_anomaly'), NULL, NULL),
            (9, 'acknowledged', n.status = 'acknowledged' AND o.status <> 'acknowledged', n.read_by, 'alert.read'),
            (10, 'snoozed', n.status = 'snoozed' AND n.snoozed_until IS DISTINCT FROM o.snoozed_until, n.snoozed_by,
                           'alert.snooze'),
            (11, 'unsnoozed', o.status = 'snoozed' AND n.status = 'open',
                             current_setting('minibar_ml.operator', true), 'alert.reopen'),
            -- Whoever had read it had read of the request before: nobody takes that back.
            (12, 'reopened', o.status IN ('resolved', 'false_positive', 'acknowledged') AND n.status = 'open'
                             AND NOT c.is_next,
                            current_setting('minibar_ml.operator', true), 'alert.reopen'),
            (13, 'resolved', n.status = 'resolved' AND o.status <> 'resolved', n.resolved_by, 'alert.resolve'),
            (14, 'false_positive', n.status = 'false_positive' AND o.status <> 'false_positive', n.resolved_by,
                                  'alert.false_positive'),
            (15, 'renamed', n.entity_type = 'attendant' AND n.entity_id = o.entity_id
                            AND minibar_ml.is_renamed(n.entity_id, o.entity_name, n.entity_name), NULL, NULL)
        ) AS e (place, event, happened, by, action)
        CROSS JOIN LATERAL (
            -- One step says what the figure was before.
            SELECT CASE WHEN e.event IN ('escalated', 'eased') THEN c.is_same AND NOT c.is_next
                        ELSE e.event IN ('corrected', 'updated', 'next_request') END AS is_told) s
        WHERE e.happened
    ), written AS (
        INSERT INTO minibar_ml.ml_alert_events (alert_id, event, severity, by, value, value_before, impact, impact_before,
                                               reason, as_of)
        SELECT id, event, severity, by, value, value_before, impact, impact_before, reason, CASE WHEN by IS NULL THEN as_of END
        FROM happened ORDER BY id, place
    )
    INSERT INTO minibar_ml.ml_audit_log (os_user, operator, action, subject, before, after)
    SELECT minibar_ml.os_user(), by, action, 'alert ' || id,
           before,
           after || CASE WHEN event = 'snoozed'
                       THEN jsonb_build_object('reason', nullif(current_setting('minibar_ml.reason', true), ''))
                       ELSE '{}' END
    FROM happened WHERE action IS NOT NULL AND by IS NOT NULL
    ORDER BY id, place;
    RETURN NULL;
END
$$;

CREATE FUNCTION minibar_ml.record_comments() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
BEGIN
    INSERT INTO minibar_ml.ml_audit_log (os_user, operator, action, subject, after)
    SELECT minibar_ml.os_user(), by, 'alert.comment', 'alert ' || alert_id, jsonb_build_object('comment', body)
    FROM after_rows ORDER BY id;
    RETURN NULL;
END
$$;

CREATE FUNCTION minibar_ml.record_deleted_models() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
BEGIN
    PERFORM minibar_ml.add_entry(
        NULL, 'models.delete', count(*) || CASE count(*) WHEN 1 THEN ' model' ELSE ' models' END,
        jsonb_agg(minibar_ml.model_title(o) ORDER BY o.id), NULL)
    FROM before_rows o WHERE o.is_active OR NOT minibar_ml.runs_jobs(session_user)
    HAVING count(*) > 0;
    RETURN NULL;
END
$$;

CREATE FUNCTION minibar_ml.record_facts() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
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

CREATE FUNCTION minibar_ml.record_model_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
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

CREATE FUNCTION minibar_ml.record_mute() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
BEGIN
    INSERT INTO minibar_ml.ml_audit_log (os_user, operator, action, subject, before, after)
    VALUES (minibar_ml.os_user(), CASE TG_OP WHEN 'INSERT' THEN NEW.added_by ELSE NEW.ended_by END,
            CASE TG_OP WHEN 'INSERT' THEN 'mute.add' ELSE 'mute.end' END, 'mute ' || NEW.id,
            CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD) END, to_jsonb(NEW));
    RETURN NULL;
END
$$;

CREATE FUNCTION minibar_ml.record_opened_alerts() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
BEGIN
    INSERT INTO minibar_ml.ml_alert_events (alert_id, event, severity, value, impact, as_of)
    -- What a request's guest had waited at that instant; the run that found it may be hours later.
    SELECT id, 'opened', severity,
           CASE WHEN type = 'unanswered_request' AND raised_at < last_seen
                THEN least(value, round(extract(epoch FROM raised_at - CAST(facts ->> 'requested_at' AS timestamptz)) / 60, 1))
                ELSE value END,
           impact, raised_at
    FROM after_rows ORDER BY id;
    RETURN NULL;
END
$$;

CREATE FUNCTION minibar_ml.record_reworded_alerts() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
DECLARE
    left_out text[] := ARRAY['raised_at', 'last_seen', 'last_occurred_on', 'occurrences', 'score', 'deviation_percent', 'status', 'read_at',
                             'read_by', 'resolved_at', 'resolved_by', 'snoozed_until', 'snoozed_by', 'muted_by', 'end_reason',
                             'incident_id', 'is_counted', 'mute_id', 'lower_since', 'is_state'];
BEGIN
    IF minibar_ml.is_person(session_user) OR minibar_ml.owns_store(session_user) THEN
        RETURN NULL;
    END IF;
    INSERT INTO minibar_ml.ml_audit_log (os_user, action, subject, before, after)
    SELECT minibar_ml.os_user(), 'alert.reword', 'alert ' || o.id, d.before, d.after
    FROM after_rows n JOIN before_rows o USING (id)
    CROSS JOIN LATERAL (
        SELECT n.corrected_at IS NOT DISTINCT FROM o.corrected_at AND minibar_ml.is_live(n.status) AS is_same,
               n.is_state AND n.type <> 'stock_anomaly' AS is_clocked) c
    CROSS JOIN LATERAL (
        -- As in record_changed_alerts: whether there is a step.
        SELECT n.severity > o.severity OR (n.corrected_at IS DISTINCT FROM o.corrected_at AND n.corrected_at IS NOT NULL)
               OR (c.is_same AND (n.severity < o.severity OR (n.value <> o.value AND NOT c.is_clocked)
                                  OR (n.type = 'unanswered_request'
                                      AND coalesce(n.facts ->> 'requested_at' <> o.facts ->> 'requested_at', false)))) AS is_told
    ) s
    CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(p.key, p.value) AS before, jsonb_object_agg(p.key, to_jsonb(n) -> p.key) AS after
        FROM jsonb_each(to_jsonb(o) - left_out) p WHERE to_jsonb(n) -> p.key IS DISTINCT FROM p.value) d
    WHERE (n.entity_name, n.metric, n.detector, n.reason, n.hotel_id, minibar_ml.wording(n.message),
           minibar_ml.wording(n.suggested_action))
          IS DISTINCT FROM (o.entity_name, o.metric, o.detector, o.reason, o.hotel_id, minibar_ml.wording(o.message),
                            minibar_ml.wording(o.suggested_action))
       OR (NOT s.is_told
           AND (n.severity <> o.severity OR (n.corrected_at IS NULL AND o.corrected_at IS NOT NULL)
                OR (NOT c.is_clocked
                    AND (n.value, n.expected, n.lower, n.upper, n.impact, n.facts, n.message, n.occurred_on, n.measured_on)
                        IS DISTINCT FROM
                        (o.value, o.expected, o.lower, o.upper, o.impact, o.facts, o.message, o.occurred_on, o.measured_on))))
    ORDER BY o.id;
    RETURN NULL;
END
$$;

CREATE FUNCTION minibar_ml.record_waiting() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
BEGIN
    IF minibar_ml.is_person(session_user) OR NOT EXISTS (SELECT FROM minibar_ml.ml_audit_waiting) THEN
        RETURN 0;
    END IF;
    PERFORM FROM minibar_ml.ml_audit_head FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN (SELECT count(*) FROM minibar_ml.ml_audit_waiting);
    END IF;
    PERFORM set_config('minibar_ml.moves', 'on', true);
    WITH moved AS MATERIALIZED (
        DELETE FROM minibar_ml.ml_audit_waiting RETURNING *
    )
    INSERT INTO minibar_ml.ml_audit_log (database_role, os_user, operator, action, subject, before, after)
    SELECT database_role, os_user, operator, action, subject, before,
           CASE WHEN at < clock_timestamp() - interval '1 minute' AND action <> 'settings.changed'
                THEN jsonb_build_object('done_at', at, 'after', after) ELSE after END
    FROM moved ORDER BY id;
    PERFORM set_config('minibar_ml.moves', 'off', true);
    RETURN 0;
END
$$;

CREATE FUNCTION minibar_ml.record_writes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
DECLARE
    dropped text[] := ARRAY['sealed', 'content', 'body', 'html'];
    -- People and addresses say where mail goes: there jobs are recorded as people are, whatever command they call it.
    is_told boolean := minibar_ml.is_person(session_user)
                       OR (TG_TABLE_NAME IN ('ml_people', 'ml_channels') AND NOT minibar_ml.owns_store(session_user));
    follows boolean := NOT minibar_ml.is_person(session_user)
                       AND coalesce(current_setting('minibar_ml.follows', true), '') = 'on';
    before jsonb;
    after jsonb;
BEGIN
    IF NOT is_told AND NOT follows THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        before := (SELECT jsonb_agg(to_jsonb(o) - dropped) FROM before_rows o);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        after := (SELECT jsonb_agg(to_jsonb(n) - dropped) FROM after_rows n);
    END IF;
    IF before IS NULL AND after IS NULL THEN
        RETURN NULL;
    ELSIF follows THEN
        PERFORM minibar_ml.add_entry(NULL, 'people.follow', TG_TABLE_NAME, before, after);
    ELSE
        INSERT INTO minibar_ml.ml_audit_log (os_user, action, subject, before, after)
        VALUES (minibar_ml.os_user(), 'table.' || lower(TG_OP), TG_TABLE_NAME, before, after);
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION minibar_ml.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the audit log only grows', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE FUNCTION minibar_ml.remove_channel(person bigint, wanted text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
BEGIN
    IF minibar_ml.is_person(session_user) AND NOT minibar_ml.is_everywhere(session_user, '{administrator}') THEN
        RAISE EXCEPTION 'role % may not remove addresses', session_user USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM minibar_ml.ml_channels c WHERE c.person_id = person AND c.kind = wanted;
    RETURN FOUND;
END
$$;

CREATE FUNCTION minibar_ml.remove_person(number bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
BEGIN
    IF minibar_ml.is_person(session_user) AND NOT minibar_ml.is_everywhere(session_user, '{administrator}') THEN
        RAISE EXCEPTION 'role % may not remove people', session_user USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM minibar_ml.ml_people p WHERE p.id = number;
    RETURN FOUND;
END
$$;

CREATE FUNCTION minibar_ml.rename_staff() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
BEGIN
    UPDATE minibar_ml.ml_alerts a SET message = replace(a.message, a.entity_name, n.name), entity_name = n.name
    FROM (SELECT id, minibar_ml.staff_name(entity_id, entity_name) AS name FROM minibar_ml.ml_alerts
          WHERE entity_type = 'attendant') n
    WHERE a.id = n.id AND a.entity_name <> n.name;
    UPDATE minibar_ml.ml_muted_findings f SET message = replace(f.message, f.entity_name, n.name), entity_name = n.name
    FROM (SELECT ctid AS place, minibar_ml.staff_name(entity_id, entity_name) AS name FROM minibar_ml.ml_muted_findings
          WHERE entity_type = 'attendant') n
    WHERE f.ctid = n.place AND f.entity_name <> n.name;
    RETURN NULL;
END
$$;

CREATE FUNCTION minibar_ml.runs_jobs(who name) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT coalesce((SELECT pg_has_role(who, oid, 'USAGE') FROM pg_roles WHERE rolname = 'minibar_ml_collector'), false)
$$;

CREATE FUNCTION minibar_ml.seen_by(job text, functions text[], since date, at timestamp with time zone) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
DECLARE
    parts text[];
BEGIN
    parts := ARRAY[
        -- Who asks, by which rights, of which schema, with which settings.
        CAST(current_user AS text), CAST(minibar_ml.sees_everything() AS text),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(concat_ws('|', m.version, m.checksum), 0)))
         FROM minibar_ml.ml_schema_migrations m),
        CAST(minibar_ml.noted_settings() AS text),
        (SELECT CAST(max(f.id) AS text) FROM minibar_ml.ml_facts f),
        -- Which of the source's tables and columns are there and may be read.
        (SELECT md5(CAST(c AS text)) FROM minibar_ml.ml_source_contract c),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(concat_ws('|', n.nspname, c.relname, c.relkind, a.attname,
                    a.atttypid, has_schema_privilege(n.oid, 'USAGE'), has_column_privilege(c.oid, a.attnum, 'SELECT')), 0)))
         FROM minibar_ml.ml_source_contract s CROSS JOIN LATERAL jsonb_each_text(s.schemas) t (name, schema)
         JOIN pg_namespace n ON n.nspname = t.schema
         JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(CAST(p AS text), 0))) FROM minibar_ml.ml_people p),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(concat_ws('|', c.id, c.person_id, c.kind, c.shown), 0)))
         FROM minibar_ml.ml_channels c),
        minibar_ml.seen_in_source(functions, since, at)];
    IF job = 'notify' THEN
        RETURN md5(array_to_string(parts, E'\n', '-'));
    END IF;
    RETURN md5(array_to_string(parts || ARRAY[
        -- Points: only collect and train write any.
        (SELECT CAST(r.id AS text) FROM minibar_ml.ml_job_runs r
         WHERE r.job = 'collect' AND r.outcome IN ('done', 'partly')
           AND NOT r.counts @> '{"inserted": 0, "updated": 0, "removed": 0}'
         ORDER BY r.id DESC LIMIT 1),
        -- Hotels that collect could not do are an alert.
        (SELECT concat_ws('|', r.counts -> 'failed_hotels', r.counts -> 'only_hotels') FROM minibar_ml.ml_job_runs r
         WHERE r.job = 'collect' AND r.outcome IN ('done', 'partly') ORDER BY r.id DESC LIMIT 1),
        (SELECT CAST(r.id AS text) FROM minibar_ml.ml_job_runs r
         WHERE r.job = 'train' AND r.outcome IN ('done', 'partly') ORDER BY r.id DESC LIMIT 1),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(CAST(s AS text), 0))) FROM minibar_ml.ml_setup_rises s),
        -- Jobs that go by a cron expression, and what is refused.
        (SELECT string_agg(concat_ws('|', j.name, g.as_of), ' ' ORDER BY j.name)
         FROM unnest('{train,report,monthly,dashboard}'::text[]) AS j (name)
         CROSS JOIN LATERAL (SELECT max(r.as_of) AS as_of FROM minibar_ml.ml_job_runs r
                             WHERE r.job = j.name AND r.outcome IN ('done', 'partly')) g),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(concat_ws('|', p.day, p.source, p.problem, p.affected,
                    p.example_id, p.is_of_new_rows, p.first_on), 0)))
         FROM minibar_ml.ml_source_problems p),
        -- A model's row that is written again, with whatever bytes, is another version of the row.
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(concat_ws('|', m.id, m.xmin, m.is_active), 0)))
         FROM minibar_ml.ml_models m),
        (SELECT string_agg(DISTINCT concat_ws('|', t.model, t.metric_type, t.hotel_id), ' ')
         FROM minibar_ml.ml_training_logs t
         WHERE t.success AND t.started_at > now() - interval '60 days' AND NOT EXISTS (
             SELECT FROM minibar_ml.ml_models m
             WHERE (m.model_type, m.metric_type, m.hotel_id) = (t.model, t.metric_type, t.hotel_id) AND m.is_active)),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(CAST(m AS text), 0))) FROM minibar_ml.ml_mutes m),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(CAST(to_jsonb(k) - 'last_seen' AS text), 0)))
         FROM minibar_ml.ml_muted_findings k),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(CAST(to_jsonb(a) - 'last_seen' AS text), 0)))
         FROM minibar_ml.ml_alerts a WHERE minibar_ml.is_live(a.status)),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(concat_ws('|', a.id, a.status, a.type, a.hotel_id,
                    a.entity_type, a.entity_id, a.occurred_on, a.last_occurred_on, a.measured_on, a.value, a.score,
                    a.resolved_at, a.resolved_by, a.end_reason, a.mute_id, a.incident_id, a.is_counted, a.impact), 0)))
         FROM minibar_ml.ml_alerts a WHERE NOT minibar_ml.is_live(a.status)),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(concat_ws('|', d.alert_id, d.occurred_on, d.since_on,
                    d.judged_on, d.severity, d.value, d.score, md5(CAST(d.figures AS text)), d.ground), 0)))
         FROM minibar_ml.ml_alerts a JOIN minibar_ml.ml_alert_days d ON d.alert_id = a.id
         WHERE minibar_ml.is_live(a.status))], E'\n', '-'));
END
$$;

CREATE FUNCTION minibar_ml.seen_by_collect(functions text[], since date, at timestamp with time zone) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $_$
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
$_$;

CREATE FUNCTION minibar_ml.seen_in_source(functions text[], since date, at timestamp with time zone) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
DECLARE
    parts text[] := '{}';
BEGIN
    IF 'source_recipients' = ANY (functions) THEN
        parts := parts || (SELECT minibar_ml.figure(count(*), sum(hashtextextended(CAST(r AS text), 0)))
                           FROM minibar_ml.source_recipients() r);
    END IF;
    IF 'source_hotels' = ANY (functions) THEN
        parts := parts || (SELECT minibar_ml.figure(count(*), sum(hashtextextended(CAST(r AS text), 1)))
                           FROM minibar_ml.source_hotels() r);
    END IF;
    IF 'source_rooms' = ANY (functions) THEN
        parts := parts || (SELECT minibar_ml.figure(count(*), sum(hashtextextended(CAST(r AS text), 2)))
                           FROM minibar_ml.source_rooms() r);
    END IF;
    IF 'source_products' = ANY (functions) THEN
        parts := parts || (SELECT minibar_ml.figure(count(*), sum(hashtextextended(CAST(r AS text), 3)))
                           FROM minibar_ml.source_products() r);
    END IF;
    IF 'source_users' = ANY (functions) THEN
        parts := parts || (SELECT minibar_ml.figure(count(*), sum(hashtextextended(CAST(r AS text), 4)))
                           FROM minibar_ml.source_users() r);
    END IF;
    IF 'source_stays' = ANY (functions) THEN
        parts := parts || (SELECT minibar_ml.figure(count(*), sum(hashtextextended(CAST(r AS text), 5)))
                           FROM minibar_ml.source_stays(since, CAST(at AS date) + 41) r);
    END IF;
    IF 'source_orders' = ANY (functions) THEN
        parts := parts || (SELECT minibar_ml.figure(count(*), sum(hashtextextended(CAST(r AS text), 6)))
                           FROM minibar_ml.source_orders(CAST(since - 120 AS timestamptz), at) r);
    END IF;
    IF to_regclass('minibar_in.batch') IS NOT NULL AND has_table_privilege('minibar_in.batch', 'SELECT') THEN
        parts := parts || (SELECT concat_ws(':', count(*), max(b.id), max(b.at)) FROM minibar_in.batch b);
    END IF;
    RETURN array_to_string(parts, ' ');
END
$$;

CREATE FUNCTION minibar_ml.sees_entry(action text, subject text, before jsonb, after jsonb, hotels integer[]) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $_$
    SELECT coalesce(CASE split_part(action, '.', 1)
        WHEN 'alert' THEN EXISTS (
            SELECT FROM minibar_ml.ml_alerts a WHERE a.id = CAST(substring(subject FROM '^alert ([0-9]{1,18})$') AS bigint))
        WHEN 'mute' THEN coalesce(said.after, before) ->> 'hotel_id' = ANY (CAST(hotels AS text[]))
        WHEN 'config' THEN coalesce(substring(subject FROM ', hotel ([0-9]+)') = ANY (CAST(hotels AS text[])), true)
        WHEN 'models' THEN EXISTS (
            SELECT FROM unnest(hotels) h (id)
            WHERE position(format(', hotel %s, version', h.id) IN concat_ws(' ', before, said.after)) > 0)
        WHEN 'access' THEN true
        WHEN 'people' THEN CASE action
            WHEN 'people.channel' THEN EXISTS (
                SELECT FROM minibar_ml.ml_people p JOIN minibar_ml.ml_channels c ON c.person_id = p.id
                WHERE 'person ' || p.name = subject
                  AND position(to_jsonb(c.shown)::text IN concat_ws(' ', before, said.after)) > 0)
            ELSE jsonb_typeof(coalesce(said.after, before) -> 'hotels') = 'null' OR EXISTS (
                SELECT FROM unnest(hotels) h (id)
                WHERE h.id <> 0 AND (before -> 'hotels' @> to_jsonb(h.id) OR said.after -> 'hotels' @> to_jsonb(h.id))) END
        WHEN 'message' THEN EXISTS (
            SELECT FROM minibar_ml.ml_people p WHERE position(format(' to %s by ', p.name) IN subject) > 0)
        END, false)
    FROM (SELECT CASE WHEN after ? 'done_at' AND after ? 'after' AND after - '{done_at,after}'::text[] = '{}'
                      THEN nullif(after -> 'after', 'null') ELSE after END AS after) said
$_$;

CREATE FUNCTION minibar_ml.sees_everything() RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT NOT row_security_active('minibar_ml.ml_alerts')
        OR minibar_ml.runs_jobs(current_user)
        OR minibar_ml.is_everywhere(current_user, ARRAY['administrator'])
$$;

CREATE FUNCTION minibar_ml.sees_thresholds() RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT minibar_ml.sees_everything() OR minibar_ml.is_any(current_user, ARRAY['administrator'])
$$;

CREATE FUNCTION minibar_ml.staff() RETURNS TABLE(user_id integer, name text, is_active boolean)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'minibar_ml', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $_$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT c.user_id, CASE WHEN c.called <> '#' || c.user_id
                            AND (count(*) OVER (PARTITION BY bare(c.called)) > 1
                                 OR count(*) OVER (PARTITION BY looks(c.called)) > 1 OR c.called ~ '#[0-9]+\)?\s*$')
                           THEN c.called || ' (#' || c.user_id || ')' ELSE c.called END, c.is_active
    FROM (SELECT u.user_id, staff_name(u.user_id, u.name) AS called, u.is_active FROM source_users() u) c;
END
$_$;

CREATE FUNCTION minibar_ml.staff_name(user_id integer, name text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $_$
    SELECT CASE (SELECT value FROM minibar_ml.ml_facts
                 WHERE fact = 'staff_names' AND hotel_id IS NULL AND since <= now() ORDER BY id DESC LIMIT 1)
           WHEN 'codes' THEN '#' || user_id
           -- What is a code already has no initials.
           WHEN 'initials' THEN CASE WHEN name LIKE '#%' THEN name
                                     ELSE regexp_replace(regexp_replace(name, ' \(#[0-9]+\)$', ''), '(\S)\S*', '\1.', 'g') END
           ELSE name END
$_$;

CREATE FUNCTION minibar_ml.verdict(status text, read_at timestamp with time zone, read_by text, resolved_at timestamp with time zone, resolved_by text, snoozed_until timestamp with time zone, snoozed_by text) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT jsonb_build_object(
        'status', status, 'read_at', read_at, 'read_by', read_by, 'resolved_at', resolved_at,
        'resolved_by', resolved_by, 'snoozed_until', snoozed_until, 'snoozed_by', snoozed_by)
$$;

CREATE FUNCTION minibar_ml.verifies_audit() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT NOT minibar_ml.is_person(session_user) OR minibar_ml.is_any(session_user, '{administrator}')
$$;

CREATE FUNCTION minibar_ml.waiting_entries(OUT entries bigint, OUT oldest_at timestamp with time zone) RETURNS record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT count(*), min(at) FROM minibar_ml.ml_audit_waiting
$$;

CREATE FUNCTION minibar_ml.waits_for_audit_head() RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
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

CREATE FUNCTION minibar_ml.was_live(status text, snoozed_until timestamp with time zone, resolved_at timestamp with time zone, instant timestamp with time zone) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT status IN ('open', 'acknowledged') OR (status = 'snoozed' AND snoozed_until <= instant)
        OR resolved_at > instant
$$;

CREATE FUNCTION minibar_ml.widest_threshold(fact text) RETURNS numeric
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT CASE fact WHEN 'stock_deviation' THEN 0.9 WHEN 'consumption_deviation' THEN 1.2 WHEN 'refill_deviation' THEN 1.5
                     WHEN 'consumption_floor' THEN 9 WHEN 'product_floor' THEN 15 END
$$;

CREATE FUNCTION minibar_ml.wording(sentence text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET extra_float_digits TO '1'
    SET standard_conforming_strings TO 'on'
    AS $$
    SELECT regexp_replace(sentence, '[0-9][0-9.,:%]*', '#', 'g')
$$;

CREATE TABLE minibar_ml.ml_access (
    database_role name NOT NULL,
    role text NOT NULL,
    hotel_ids integer[],
    user_id integer,
    added_at timestamp with time zone DEFAULT now() NOT NULL,
    added_by name DEFAULT SESSION_USER NOT NULL,
    CONSTRAINT ml_access_hotel_ids_check CHECK ((cardinality(hotel_ids) > 0)),
    CONSTRAINT ml_access_role_check CHECK ((role = ANY (ARRAY['administrator'::text, 'viewer'::text, 'storekeeper'::text])))
);

COMMENT ON TABLE minibar_ml.ml_access IS 'What a login role of the database is in the hotels.';

COMMENT ON COLUMN minibar_ml.ml_access.database_role IS 'The login role.';

COMMENT ON COLUMN minibar_ml.ml_access.role IS 'administrator, viewer or storekeeper.';

COMMENT ON COLUMN minibar_ml.ml_access.hotel_ids IS 'In which hotels; null: in all.';

COMMENT ON COLUMN minibar_ml.ml_access.user_id IS 'The user of the hotel application whose role it took.';

COMMENT ON COLUMN minibar_ml.ml_access.added_at IS 'When it was bound.';

COMMENT ON COLUMN minibar_ml.ml_access.added_by IS 'By which login.';

CREATE TABLE minibar_ml.ml_alert_comments (
    id bigint NOT NULL,
    alert_id bigint NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    by text NOT NULL,
    body text NOT NULL,
    CONSTRAINT ml_alert_comments_body_check CHECK ((body <> ''::text))
);

COMMENT ON TABLE minibar_ml.ml_alert_comments IS 'What people said about alerts.';

COMMENT ON COLUMN minibar_ml.ml_alert_comments.id IS 'Number of the row.';

COMMENT ON COLUMN minibar_ml.ml_alert_comments.alert_id IS 'The alert.';

COMMENT ON COLUMN minibar_ml.ml_alert_comments.at IS 'When it was said.';

COMMENT ON COLUMN minibar_ml.ml_alert_comments.by IS 'Who said it.';

COMMENT ON COLUMN minibar_ml.ml_alert_comments.body IS 'The text.';

ALTER TABLE minibar_ml.ml_alert_comments ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME minibar_ml.ml_alert_comments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE minibar_ml.ml_alert_days (
    alert_id bigint NOT NULL,
    occurred_on date NOT NULL,
    since_on date NOT NULL,
    judged_on date NOT NULL,
    severity minibar_ml.severity NOT NULL,
    value double precision NOT NULL,
    score double precision,
    figures jsonb NOT NULL,
    ground text,
    CONSTRAINT ml_alert_days_check CHECK (((since_on <= occurred_on) AND (occurred_on <= judged_on)))
);

COMMENT ON TABLE minibar_ml.ml_alert_days IS 'The days on which an alert''s fault was found, with their figures.';

COMMENT ON COLUMN minibar_ml.ml_alert_days.alert_id IS 'The alert.';

COMMENT ON COLUMN minibar_ml.ml_alert_days.occurred_on IS 'The business day of the fault.';

COMMENT ON COLUMN minibar_ml.ml_alert_days.since_on IS 'The first day whose points it was found by.';

COMMENT ON COLUMN minibar_ml.ml_alert_days.judged_on IS 'The last one: the day that was checked.';

COMMENT ON COLUMN minibar_ml.ml_alert_days.severity IS 'How severe that day was.';

COMMENT ON COLUMN minibar_ml.ml_alert_days.value IS 'What was measured.';

COMMENT ON COLUMN minibar_ml.ml_alert_days.score IS 'Evidence in nats.';

COMMENT ON COLUMN minibar_ml.ml_alert_days.figures IS 'All figures and sentences of that day.';

COMMENT ON COLUMN minibar_ml.ml_alert_days.ground IS 'Digest of the points that it rests on, as they were; null: none to look at.';

CREATE TABLE minibar_ml.ml_alert_events (
    id bigint NOT NULL,
    alert_id bigint NOT NULL,
    event text NOT NULL,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    severity minibar_ml.severity NOT NULL,
    by text,
    considered_at timestamp with time zone,
    value double precision,
    reason text,
    value_before double precision,
    impact numeric(14,2),
    impact_before numeric(14,2),
    as_of timestamp with time zone,
    CONSTRAINT ml_alert_events_event_check CHECK ((event = ANY (ARRAY['opened'::text, 'escalated'::text, 'eased'::text, 'recurred'::text, 'corrected'::text, 'updated'::text, 'next_request'::text, 'acknowledged'::text, 'snoozed'::text, 'unsnoozed'::text, 'resolved'::text, 'false_positive'::text, 'reopened'::text, 'muted'::text, 'unmuted'::text, 'renamed'::text])))
);

COMMENT ON TABLE minibar_ml.ml_alert_events IS 'What happened to each alert, in order.';

COMMENT ON COLUMN minibar_ml.ml_alert_events.id IS 'Number of the row.';

COMMENT ON COLUMN minibar_ml.ml_alert_events.alert_id IS 'The alert.';

COMMENT ON COLUMN minibar_ml.ml_alert_events.event IS 'What happened.';

COMMENT ON COLUMN minibar_ml.ml_alert_events.at IS 'When.';

COMMENT ON COLUMN minibar_ml.ml_alert_events.severity IS 'The alert''s severity then.';

COMMENT ON COLUMN minibar_ml.ml_alert_events.by IS 'Who did it; null: the system.';

COMMENT ON COLUMN minibar_ml.ml_alert_events.considered_at IS 'When it was turned into messages; null: not yet.';

COMMENT ON COLUMN minibar_ml.ml_alert_events.value IS 'What the alert said was measured then.';

COMMENT ON COLUMN minibar_ml.ml_alert_events.reason IS 'Why the system resolved it, where not because all is normal.';

COMMENT ON COLUMN minibar_ml.ml_alert_events.value_before IS 'Of a correction, another severity, figure or request: what the alert said was measured before it.';

COMMENT ON COLUMN minibar_ml.ml_alert_events.impact IS 'The alert''s possible loss then; null: unknown, or not kept yet.';

COMMENT ON COLUMN minibar_ml.ml_alert_events.impact_before IS 'Of a correction, another severity, figure or request: the possible loss before it.';

COMMENT ON COLUMN minibar_ml.ml_alert_events.as_of IS 'The instant by the run that made it; null where a person did.';

ALTER TABLE minibar_ml.ml_alert_events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME minibar_ml.ml_alert_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE minibar_ml.ml_alerts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME minibar_ml.ml_alerts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE minibar_ml.ml_attachments (
    mail_id bigint NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    content bytea NOT NULL,
    CONSTRAINT ml_attachments_media_type_check CHECK ((media_type ~~ '%_/_%'::text))
);

COMMENT ON TABLE minibar_ml.ml_attachments IS 'Files that go with a mail.';

COMMENT ON COLUMN minibar_ml.ml_attachments.mail_id IS 'The mail.';

COMMENT ON COLUMN minibar_ml.ml_attachments.name IS 'The file''s name.';

COMMENT ON COLUMN minibar_ml.ml_attachments.media_type IS 'Its type, such as application/pdf.';

COMMENT ON COLUMN minibar_ml.ml_attachments.content IS 'Its bytes.';

CREATE TABLE minibar_ml.ml_audit_head (
    only_row boolean DEFAULT true NOT NULL,
    last_id bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT ml_audit_head_only_row_check CHECK (only_row)
);

COMMENT ON TABLE minibar_ml.ml_audit_head IS 'The last entry of the audit log; one row.';

COMMENT ON COLUMN minibar_ml.ml_audit_head.only_row IS 'Keeps it one row.';

COMMENT ON COLUMN minibar_ml.ml_audit_head.last_id IS 'Its number.';

COMMENT ON COLUMN minibar_ml.ml_audit_head.hash IS 'Its hash.';

CREATE TABLE minibar_ml.ml_audit_shares (
    database_role text NOT NULL,
    day date NOT NULL,
    entries bigint NOT NULL,
    bytes bigint NOT NULL,
    stored bigint DEFAULT 0 NOT NULL
);

COMMENT ON TABLE minibar_ml.ml_audit_shares IS 'How much each person''s login has added to the audit log, and stored beside it, on the last day that it did.';

COMMENT ON COLUMN minibar_ml.ml_audit_shares.database_role IS 'The role that had logged in.';

COMMENT ON COLUMN minibar_ml.ml_audit_shares.day IS 'The day, in UTC.';

COMMENT ON COLUMN minibar_ml.ml_audit_shares.entries IS 'How many entries.';

COMMENT ON COLUMN minibar_ml.ml_audit_shares.bytes IS 'How long they are, before compression.';

COMMENT ON COLUMN minibar_ml.ml_audit_shares.stored IS 'How many bytes of mails, attachments and sealed addresses were written, before compression.';

CREATE TABLE minibar_ml.ml_audit_waiting (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    database_role text DEFAULT SESSION_USER NOT NULL,
    os_user text NOT NULL,
    operator text,
    action text NOT NULL,
    subject text NOT NULL,
    before jsonb,
    after jsonb
);

COMMENT ON TABLE minibar_ml.ml_audit_waiting IS 'Entries that are not in the audit log yet, because somebody held it.';

COMMENT ON COLUMN minibar_ml.ml_audit_waiting.id IS 'Number of the entry among those that waited.';

COMMENT ON COLUMN minibar_ml.ml_audit_waiting.at IS 'When it was done, by the server''s clock.';

COMMENT ON COLUMN minibar_ml.ml_audit_waiting.database_role IS 'The role that had logged in.';

COMMENT ON COLUMN minibar_ml.ml_audit_waiting.os_user IS 'The operating-system user, as the client says.';

COMMENT ON COLUMN minibar_ml.ml_audit_waiting.operator IS 'The person who was named, as the client says.';

COMMENT ON COLUMN minibar_ml.ml_audit_waiting.action IS 'What was done.';

COMMENT ON COLUMN minibar_ml.ml_audit_waiting.subject IS 'To what.';

COMMENT ON COLUMN minibar_ml.ml_audit_waiting.before IS 'How it was before.';

COMMENT ON COLUMN minibar_ml.ml_audit_waiting.after IS 'How it was afterwards.';

ALTER TABLE minibar_ml.ml_audit_waiting ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME minibar_ml.ml_audit_waiting_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE minibar_ml.ml_changed_days (
    run_id bigint NOT NULL,
    business_date date NOT NULL,
    hotel_id integer NOT NULL,
    entity_type text NOT NULL,
    entity_id integer NOT NULL,
    metric_type text NOT NULL,
    is_news boolean DEFAULT true NOT NULL
);

COMMENT ON TABLE minibar_ml.ml_changed_days IS 'Whose points of past business days a run of collect has changed: detect checks them again.';

COMMENT ON COLUMN minibar_ml.ml_changed_days.run_id IS 'The run of collect.';

COMMENT ON COLUMN minibar_ml.ml_changed_days.business_date IS 'The day.';

COMMENT ON COLUMN minibar_ml.ml_changed_days.hotel_id IS 'The hotel.';

COMMENT ON COLUMN minibar_ml.ml_changed_days.entity_type IS 'room, product or attendant; hotel where only how full it was has changed.';

COMMENT ON COLUMN minibar_ml.ml_changed_days.entity_id IS 'The source''s id.';

COMMENT ON COLUMN minibar_ml.ml_changed_days.metric_type IS 'The metric whose points have changed.';

COMMENT ON COLUMN minibar_ml.ml_changed_days.is_news IS 'Whether something new may be found of the day; false where only master data have changed, as when a room goes to another hotel.';

ALTER TABLE minibar_ml.ml_channels ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME minibar_ml.ml_channels_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE minibar_ml.ml_facts (
    id bigint NOT NULL,
    fact text NOT NULL,
    hotel_id integer,
    product text,
    value text,
    since timestamp with time zone NOT NULL,
    stated_at timestamp with time zone DEFAULT now() NOT NULL,
    stated_by name DEFAULT SESSION_USER NOT NULL,
    operator text,
    CONSTRAINT ml_facts_fact_check CHECK ((fact ~ '^[a-z_]{1,40}$'::text)),
    CONSTRAINT ml_facts_operator_check CHECK (((length(operator) >= 1) AND (length(operator) <= 200))),
    CONSTRAINT ml_facts_product_check CHECK (((length(product) >= 1) AND (length(product) <= 200))),
    CONSTRAINT ml_facts_since_check CHECK (((since >= '1999-12-31 00:00:00+00'::timestamp with time zone) AND (since < '2200-01-01 00:00:00+00'::timestamp with time zone))),
    CONSTRAINT ml_facts_value_check CHECK ((length(value) <= 1000000))
);

COMMENT ON TABLE minibar_ml.ml_facts IS 'Facts of the hotels, as they were stated. Rows are only ever added; the last one of a key counts.';

COMMENT ON COLUMN minibar_ml.ml_facts.id IS 'Number of the statement.';

COMMENT ON COLUMN minibar_ml.ml_facts.fact IS 'Which fact, as docs/settings.md lists them.';

COMMENT ON COLUMN minibar_ml.ml_facts.hotel_id IS 'Of which hotel; null: of all.';

COMMENT ON COLUMN minibar_ml.ml_facts.product IS 'Of which product, its id or name; null: of all.';

COMMENT ON COLUMN minibar_ml.ml_facts.value IS 'The value as text; null: the default again.';

COMMENT ON COLUMN minibar_ml.ml_facts.since IS 'Since when it holds.';

COMMENT ON COLUMN minibar_ml.ml_facts.stated_at IS 'When it was stated, by the server''s clock.';

COMMENT ON COLUMN minibar_ml.ml_facts.stated_by IS 'By which login.';

COMMENT ON COLUMN minibar_ml.ml_facts.operator IS 'The person who was named, as the client says.';

ALTER TABLE minibar_ml.ml_facts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME minibar_ml.ml_facts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE minibar_ml.ml_forecasts (
    hotel_id integer NOT NULL,
    made_on date NOT NULL,
    product_id integer NOT NULL,
    made_at timestamp with time zone NOT NULL,
    days_left double precision,
    reason text,
    figures jsonb NOT NULL,
    CONSTRAINT ml_forecasts_check CHECK (((days_left IS NULL) = (reason IS NOT NULL))),
    CONSTRAINT ml_forecasts_days_left_check CHECK (((days_left >= (0)::double precision) AND (days_left <= (1000000)::double precision))),
    CONSTRAINT ml_forecasts_figures_check CHECK ((jsonb_typeof(figures) = 'object'::text))
);

COMMENT ON TABLE minibar_ml.ml_forecasts IS 'What train forecast of each product in each night: the forecast that everybody reads.';

COMMENT ON COLUMN minibar_ml.ml_forecasts.hotel_id IS 'The hotel; 0 is a chain''s common store.';

COMMENT ON COLUMN minibar_ml.ml_forecasts.made_on IS 'The business day on which it was made, the first day ahead.';

COMMENT ON COLUMN minibar_ml.ml_forecasts.product_id IS 'The product''s id in the source.';

COMMENT ON COLUMN minibar_ml.ml_forecasts.made_at IS 'As of when.';

COMMENT ON COLUMN minibar_ml.ml_forecasts.days_left IS 'Days until the stock is gone (P50); null: no forecast.';

COMMENT ON COLUMN minibar_ml.ml_forecasts.reason IS 'Why there is no forecast.';

COMMENT ON COLUMN minibar_ml.ml_forecasts.figures IS 'Level, P10 and P90, order, the days ahead.';

CREATE TABLE minibar_ml.ml_job_locks (
    name text NOT NULL
);

COMMENT ON TABLE minibar_ml.ml_job_locks IS 'Locks of jobs, of a cluster''s tasks (fleet ...), of the first import of facts (config), of key rotation (keys) and of imported files. A run has its row locked.';

COMMENT ON COLUMN minibar_ml.ml_job_locks.name IS 'What is locked.';

CREATE TABLE minibar_ml.ml_job_runs (
    id bigint NOT NULL,
    job text NOT NULL,
    as_of timestamp with time zone NOT NULL,
    started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    ended_at timestamp with time zone,
    outcome text DEFAULT 'running'::text NOT NULL,
    counts jsonb DEFAULT '{}'::jsonb NOT NULL,
    error text,
    CONSTRAINT ml_job_runs_job_check CHECK ((job = ANY (ARRAY['collect'::text, 'train'::text, 'detect'::text, 'notify'::text, 'rounds'::text, 'report'::text, 'monthly'::text, 'dashboard'::text]))),
    CONSTRAINT ml_job_runs_outcome_check CHECK ((outcome = ANY (ARRAY['running'::text, 'done'::text, 'partly'::text, 'failed'::text]))),
    CONSTRAINT ml_job_runs_times CHECK (((as_of >= '1999-12-31 00:00:00+00'::timestamp with time zone) AND (as_of < '2200-01-01 00:00:00+00'::timestamp with time zone) AND (ended_at >= '1999-12-31 00:00:00+00'::timestamp with time zone) AND (ended_at < '2200-01-01 00:00:00+00'::timestamp with time zone)))
);

COMMENT ON TABLE minibar_ml.ml_job_runs IS 'One row per run of a job. One that stays running while nobody holds the job''s lock was killed.';

COMMENT ON COLUMN minibar_ml.ml_job_runs.id IS 'Number of the run.';

COMMENT ON COLUMN minibar_ml.ml_job_runs.job IS 'The job.';

COMMENT ON COLUMN minibar_ml.ml_job_runs.as_of IS 'The instant that the run believed it was.';

COMMENT ON COLUMN minibar_ml.ml_job_runs.started_at IS 'When it began.';

COMMENT ON COLUMN minibar_ml.ml_job_runs.ended_at IS 'When it ended.';

COMMENT ON COLUMN minibar_ml.ml_job_runs.outcome IS 'running, done, partly or failed.';

COMMENT ON COLUMN minibar_ml.ml_job_runs.counts IS 'What it did, in figures.';

COMMENT ON COLUMN minibar_ml.ml_job_runs.error IS 'Why it failed, or what part of it could not be done.';

ALTER TABLE minibar_ml.ml_job_runs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME minibar_ml.ml_job_runs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE minibar_ml.ml_kept (
    stage text NOT NULL,
    seen text NOT NULL,
    CONSTRAINT ml_kept_stage_check CHECK ((stage = ANY (ARRAY['stays'::text, 'record'::text])))
);

COMMENT ON TABLE minibar_ml.ml_kept IS 'What the rows of ml_kept_stays and ml_kept_record were worked out of. Both may be emptied at any time, with this table.';

COMMENT ON COLUMN minibar_ml.ml_kept.stage IS 'stays: ml_kept_stays; record: ml_kept_record.';

COMMENT ON COLUMN minibar_ml.ml_kept.seen IS 'All that they rest on: digests, days, the time zone. While it is the same, so are they.';

CREATE TABLE minibar_ml.ml_kept_record (
    room_id integer,
    night date,
    hotel_id integer,
    state text,
    guests integer,
    stay_id bigint,
    arrives_on date,
    arrives_at timestamp with time zone,
    departs_on date,
    departs_at timestamp with time zone,
    is_expected boolean,
    known_at timestamp with time zone,
    is_last boolean,
    is_listed boolean
);

COMMENT ON TABLE minibar_ml.ml_kept_record IS 'Where the record of nights said something else than the lists, at the last comparison.';

COMMENT ON COLUMN minibar_ml.ml_kept_record.room_id IS 'The room''s id in the source.';

COMMENT ON COLUMN minibar_ml.ml_kept_record.night IS 'The night that begins on this date.';

COMMENT ON COLUMN minibar_ml.ml_kept_record.hotel_id IS 'The hotel.';

COMMENT ON COLUMN minibar_ml.ml_kept_record.state IS 'What the record says of it, as in ml_nights.';

COMMENT ON COLUMN minibar_ml.ml_kept_record.guests IS 'How many guests; null: unknown.';

COMMENT ON COLUMN minibar_ml.ml_kept_record.stay_id IS 'The stay''s id in the source.';

COMMENT ON COLUMN minibar_ml.ml_kept_record.arrives_on IS 'The stay''s first day.';

COMMENT ON COLUMN minibar_ml.ml_kept_record.arrives_at IS 'When the guests arrive, as far as it is known.';

COMMENT ON COLUMN minibar_ml.ml_kept_record.departs_on IS 'The stay''s last day.';

COMMENT ON COLUMN minibar_ml.ml_kept_record.departs_at IS 'When they had left, as far as it is known.';

COMMENT ON COLUMN minibar_ml.ml_kept_record.is_expected IS 'Whether only an expected arrival spoke for it.';

COMMENT ON COLUMN minibar_ml.ml_kept_record.known_at IS 'When it was known.';

COMMENT ON COLUMN minibar_ml.ml_kept_record.is_last IS 'Whether it is the record''s last word.';

COMMENT ON COLUMN minibar_ml.ml_kept_record.is_listed IS 'Whether the lists have the night.';

CREATE TABLE minibar_ml.ml_kept_stays (
    stay_id bigint,
    room_id integer,
    guests integer,
    arrives_on date,
    arrives_at timestamp with time zone,
    departs_on date,
    departs_at timestamp with time zone,
    leaves_at timestamp with time zone,
    is_in_house boolean,
    is_arrival boolean,
    is_departure boolean,
    written_at timestamp with time zone,
    named_since date,
    named_at timestamp with time zone,
    rewritten tstzrange[],
    hotel_id integer,
    named_on date,
    is_wrong boolean,
    is_of_unknown_kind boolean,
    is_outdated boolean,
    is_arrival_alone boolean
);

COMMENT ON TABLE minibar_ml.ml_kept_stays IS 'The stays of guest lists, as the last run took them that found others than the run before.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.stay_id IS 'The stay''s id in the source.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.room_id IS 'The room''s id in the source.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.guests IS 'How many guests; null: unknown.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.arrives_on IS 'The stay''s first day.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.arrives_at IS 'When the guests arrive, as far as it is known.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.departs_on IS 'The stay''s last day.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.departs_at IS 'When they had left, as far as it is known.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.leaves_at IS 'The hour of departure that was planned.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.is_in_house IS 'Whether a list of guests in house has it.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.is_arrival IS 'Whether a list of arrivals has it.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.is_departure IS 'Whether a list of departures has it.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.written_at IS 'When a row of it was last written.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.named_since IS 'The first day on which a list of guests in house named it.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.named_at IS 'The last instant at which one did.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.rewritten IS 'From when to when each of its rows said something else, that may never have been read.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.hotel_id IS 'The hotel.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.named_on IS 'The day of named_at.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.is_wrong IS 'Whether it can''t be right.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.is_of_unknown_kind IS 'Whether it is of no list that is known.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.is_outdated IS 'Whether another row of its arrival was written on a later day.';

COMMENT ON COLUMN minibar_ml.ml_kept_stays.is_arrival_alone IS 'Whether only lists of arrivals have a stay of its arrival.';

CREATE TABLE minibar_ml.ml_mails (
    id bigint NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    html text NOT NULL
);

COMMENT ON TABLE minibar_ml.ml_mails IS 'Mails that were rendered beforehand, such as reports; several people may get one.';

COMMENT ON COLUMN minibar_ml.ml_mails.id IS 'Number of the mail.';

COMMENT ON COLUMN minibar_ml.ml_mails.subject IS 'Its subject.';

COMMENT ON COLUMN minibar_ml.ml_mails.body IS 'Its text.';

COMMENT ON COLUMN minibar_ml.ml_mails.html IS 'The same as HTML.';

ALTER TABLE minibar_ml.ml_mails ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME minibar_ml.ml_mails_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE minibar_ml.ml_metrics (
    metric_type text NOT NULL,
    hotel_id integer NOT NULL,
    entity_type text NOT NULL,
    entity_id integer NOT NULL,
    metric_value double precision NOT NULL,
    observed_at timestamp with time zone NOT NULL,
    business_date date NOT NULL,
    context jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT ml_metrics_entity_type_check CHECK ((entity_type = ANY (ARRAY['room'::text, 'product'::text, 'attendant'::text, 'hotel'::text]))),
    CONSTRAINT ml_metrics_metric_type_check CHECK ((metric_type = ANY (ARRAY['stock_level'::text, 'stock_outflow'::text, 'floor_stock'::text, 'product_consumption'::text, 'room_consumption'::text, 'vacant_consumption'::text, 'refill_duration'::text, 'request_response'::text, 'custody_loss'::text, 'occupancy'::text, 'stock_days_left'::text]))),
    CONSTRAINT ml_metrics_metric_value_check CHECK (((metric_value > '-Infinity'::double precision) AND (metric_value < 'Infinity'::double precision)))
)
PARTITION BY RANGE (observed_at);

COMMENT ON TABLE minibar_ml.ml_metrics IS 'Metric points, partitioned by UTC month of observed_at.';

COMMENT ON COLUMN minibar_ml.ml_metrics.metric_type IS 'What was measured.';

COMMENT ON COLUMN minibar_ml.ml_metrics.hotel_id IS 'The hotel; 0 is a chain''s common store, for the ledger names no hotel.';

COMMENT ON COLUMN minibar_ml.ml_metrics.entity_type IS 'Of what kind of thing.';

COMMENT ON COLUMN minibar_ml.ml_metrics.entity_id IS 'Its id in the source.';

COMMENT ON COLUMN minibar_ml.ml_metrics.metric_value IS 'The value, always finite; its unit follows from metric_type.';

COMMENT ON COLUMN minibar_ml.ml_metrics.observed_at IS 'When it was so, by the source''s clock.';

COMMENT ON COLUMN minibar_ml.ml_metrics.business_date IS 'The hotel''s local date.';

COMMENT ON COLUMN minibar_ml.ml_metrics.context IS 'What checking it needs: exposure, guests, room type, occupancy, products.';

ALTER TABLE minibar_ml.ml_models ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME minibar_ml.ml_models_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE minibar_ml.ml_muted_findings (
    mute_id bigint NOT NULL,
    type text NOT NULL,
    hotel_id integer NOT NULL,
    entity_type text NOT NULL,
    entity_id integer NOT NULL,
    occurred_on date NOT NULL,
    entity_name text NOT NULL,
    severity minibar_ml.severity NOT NULL,
    value double precision NOT NULL,
    impact numeric(14,2),
    message text NOT NULL,
    first_seen timestamp with time zone NOT NULL,
    last_seen timestamp with time zone NOT NULL,
    metric text,
    since_on date,
    judged_on date,
    ground text
);

COMMENT ON TABLE minibar_ml.ml_muted_findings IS 'What was found under a mute.';

COMMENT ON COLUMN minibar_ml.ml_muted_findings.mute_id IS 'The mute.';

COMMENT ON COLUMN minibar_ml.ml_muted_findings.type IS 'What kind of fault.';

COMMENT ON COLUMN minibar_ml.ml_muted_findings.hotel_id IS 'The hotel.';

COMMENT ON COLUMN minibar_ml.ml_muted_findings.entity_type IS 'room, product, attendant or hotel.';

COMMENT ON COLUMN minibar_ml.ml_muted_findings.entity_id IS 'The source''s id.';

COMMENT ON COLUMN minibar_ml.ml_muted_findings.occurred_on IS 'The business day on which the fault began.';

COMMENT ON COLUMN minibar_ml.ml_muted_findings.entity_name IS 'Its name when it was last found.';

COMMENT ON COLUMN minibar_ml.ml_muted_findings.severity IS 'low, medium, high or critical.';

COMMENT ON COLUMN minibar_ml.ml_muted_findings.value IS 'What was measured.';

COMMENT ON COLUMN minibar_ml.ml_muted_findings.impact IS 'Possible loss, in the hotel''s currency.';

COMMENT ON COLUMN minibar_ml.ml_muted_findings.message IS 'The sentence, in the language of the installation.';

COMMENT ON COLUMN minibar_ml.ml_muted_findings.first_seen IS 'As of when it was first found.';

COMMENT ON COLUMN minibar_ml.ml_muted_findings.last_seen IS 'As of when it was last found.';

COMMENT ON COLUMN minibar_ml.ml_muted_findings.metric IS 'The metric.';

COMMENT ON COLUMN minibar_ml.ml_muted_findings.since_on IS 'The first day whose points it was found by.';

COMMENT ON COLUMN minibar_ml.ml_muted_findings.judged_on IS 'The last one: the day that was checked.';

COMMENT ON COLUMN minibar_ml.ml_muted_findings.ground IS 'Digest of the points that it rests on, as they were; null: a fault that lasts.';

ALTER TABLE minibar_ml.ml_mutes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME minibar_ml.ml_mutes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE minibar_ml.ml_nights (
    id bigint NOT NULL,
    hotel_id integer NOT NULL,
    room_id integer NOT NULL,
    night date NOT NULL,
    state text NOT NULL,
    guests integer,
    stay_id bigint,
    arrives_on date,
    arrives_at timestamp with time zone,
    departs_on date,
    departs_at timestamp with time zone,
    is_expected boolean NOT NULL,
    known_at timestamp with time zone NOT NULL,
    CONSTRAINT ml_nights_guests_check CHECK ((guests > 0)),
    CONSTRAINT ml_nights_state_check CHECK ((state = ANY (ARRAY['occupied'::text, 'unknown'::text, 'day_use'::text, 'not_listed'::text])))
);

COMMENT ON TABLE minibar_ml.ml_nights IS 'What was known of a room''s night, and when; rows are only added.';

COMMENT ON COLUMN minibar_ml.ml_nights.id IS 'Number of the row; the highest of a room and night is what was known last.';

COMMENT ON COLUMN minibar_ml.ml_nights.hotel_id IS 'The hotel.';

COMMENT ON COLUMN minibar_ml.ml_nights.room_id IS 'The room''s id in the source.';

COMMENT ON COLUMN minibar_ml.ml_nights.night IS 'The night that begins on this date.';

COMMENT ON COLUMN minibar_ml.ml_nights.state IS 'occupied, unknown, day_use: the room was let for the day before that night, or not_listed: the next day''s list of guests in house did not have the room.';

COMMENT ON COLUMN minibar_ml.ml_nights.guests IS 'How many guests; null: unknown.';

COMMENT ON COLUMN minibar_ml.ml_nights.stay_id IS 'The stay''s id in the source.';

COMMENT ON COLUMN minibar_ml.ml_nights.arrives_on IS 'The stay''s first day.';

COMMENT ON COLUMN minibar_ml.ml_nights.arrives_at IS 'When the guests arrived, as far as it was known.';

COMMENT ON COLUMN minibar_ml.ml_nights.departs_on IS 'The stay''s last day.';

COMMENT ON COLUMN minibar_ml.ml_nights.departs_at IS 'When they left, as far as it was known.';

COMMENT ON COLUMN minibar_ml.ml_nights.is_expected IS 'Whether only an expected arrival spoke for it.';

COMMENT ON COLUMN minibar_ml.ml_nights.known_at IS 'When it was known.';

ALTER TABLE minibar_ml.ml_nights ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME minibar_ml.ml_nights_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE minibar_ml.ml_outbox (
    id bigint NOT NULL,
    kind text NOT NULL,
    channel_id bigint NOT NULL,
    event_id bigint,
    alert_id bigint,
    repetition integer DEFAULT 0 NOT NULL,
    digest_id bigint,
    report text,
    mail_id bigint,
    status text DEFAULT 'waiting'::text NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    next_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    ended_at timestamp with time zone,
    reason text,
    waits_for_digest boolean DEFAULT false NOT NULL,
    CONSTRAINT ml_outbox_check CHECK (((kind = 'alert'::text) = ((event_id IS NOT NULL) AND (alert_id IS NOT NULL)))),
    CONSTRAINT ml_outbox_check1 CHECK (((kind = 'report'::text) = ((report IS NOT NULL) AND (mail_id IS NOT NULL)))),
    CONSTRAINT ml_outbox_check2 CHECK (((status = 'bundled'::text) <= (digest_id IS NOT NULL))),
    CONSTRAINT ml_outbox_check3 CHECK (((status = ANY (ARRAY['waiting'::text, 'bundled'::text])) = (ended_at IS NULL))),
    CONSTRAINT ml_outbox_check4 CHECK (((status <> 'failed'::text) OR (reason IS NOT NULL))),
    CONSTRAINT ml_outbox_kind_check CHECK ((kind = ANY (ARRAY['alert'::text, 'digest'::text, 'report'::text]))),
    CONSTRAINT ml_outbox_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'bundled'::text, 'sent'::text, 'skipped'::text, 'failed'::text]))),
    CONSTRAINT ml_outbox_times CHECK (((created_at >= '1999-12-31 00:00:00+00'::timestamp with time zone) AND (created_at < '2200-01-01 00:00:00+00'::timestamp with time zone) AND (next_at >= '1999-12-31 00:00:00+00'::timestamp with time zone) AND (next_at < '2200-01-01 00:00:00+00'::timestamp with time zone) AND (ended_at >= '1999-12-31 00:00:00+00'::timestamp with time zone) AND (ended_at < '2200-01-01 00:00:00+00'::timestamp with time zone)))
);

COMMENT ON TABLE minibar_ml.ml_outbox IS 'Messages to be delivered, one for each address and event (and repetition), report or digest.';

COMMENT ON COLUMN minibar_ml.ml_outbox.id IS 'Number of the message.';

COMMENT ON COLUMN minibar_ml.ml_outbox.kind IS 'alert, digest or report.';

COMMENT ON COLUMN minibar_ml.ml_outbox.channel_id IS 'The address.';

COMMENT ON COLUMN minibar_ml.ml_outbox.event_id IS 'The event of an alert.';

COMMENT ON COLUMN minibar_ml.ml_outbox.alert_id IS 'The alert.';

COMMENT ON COLUMN minibar_ml.ml_outbox.repetition IS '0 for the first message of an event, then counted.';

COMMENT ON COLUMN minibar_ml.ml_outbox.digest_id IS 'The digest that it is bundled into.';

COMMENT ON COLUMN minibar_ml.ml_outbox.report IS 'The edition of a report.';

COMMENT ON COLUMN minibar_ml.ml_outbox.mail_id IS 'The mail of a report.';

COMMENT ON COLUMN minibar_ml.ml_outbox.status IS 'waiting, bundled, sent, skipped (what it says is over) or failed (given up).';

COMMENT ON COLUMN minibar_ml.ml_outbox.created_at IS 'When it was written.';

COMMENT ON COLUMN minibar_ml.ml_outbox.next_at IS 'When it is due; whoever sends it moves this ahead, so that a killed run leaves it due again.';

COMMENT ON COLUMN minibar_ml.ml_outbox.attempts IS 'How often sending was begun.';

COMMENT ON COLUMN minibar_ml.ml_outbox.ended_at IS 'When it was sent, skipped or given up.';

COMMENT ON COLUMN minibar_ml.ml_outbox.reason IS 'Why it was delayed or given up.';

COMMENT ON COLUMN minibar_ml.ml_outbox.waits_for_digest IS 'Whether the message goes out in a digest and not by itself.';

ALTER TABLE minibar_ml.ml_outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME minibar_ml.ml_outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE minibar_ml.ml_people ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME minibar_ml.ml_people_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE minibar_ml.ml_run_marks (
    job text NOT NULL,
    run_id bigint NOT NULL,
    as_of timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    zone text NOT NULL,
    functions text[] NOT NULL,
    since date NOT NULL,
    basis text NOT NULL,
    seen text NOT NULL,
    has_compared boolean NOT NULL,
    terms jsonb NOT NULL,
    CONSTRAINT ml_run_marks_job_check CHECK ((job = ANY (ARRAY['collect'::text, 'detect'::text, 'notify'::text])))
);

COMMENT ON TABLE minibar_ml.ml_run_marks IS 'What the last full run of a job went by that found and changed nothing. While all of it holds, a run of the job ends at once.';

COMMENT ON COLUMN minibar_ml.ml_run_marks.job IS 'The job.';

COMMENT ON COLUMN minibar_ml.ml_run_marks.run_id IS 'The full run.';

COMMENT ON COLUMN minibar_ml.ml_run_marks.as_of IS 'As of when the last run was, full or not.';

COMMENT ON COLUMN minibar_ml.ml_run_marks.until IS 'From when on the clock alone may change something.';

COMMENT ON COLUMN minibar_ml.ml_run_marks.zone IS 'The time zone of the hotels.';

COMMENT ON COLUMN minibar_ml.ml_run_marks.functions IS 'Functions of the source contract that the job reads.';

COMMENT ON COLUMN minibar_ml.ml_run_marks.since IS 'The first business day that the job reads.';

COMMENT ON COLUMN minibar_ml.ml_run_marks.basis IS 'Digest of the program''s version, settings and files.';

COMMENT ON COLUMN minibar_ml.ml_run_marks.seen IS 'Digest of what the job reads in the store and in the source; see seen_by() and seen_by_collect().';

COMMENT ON COLUMN minibar_ml.ml_run_marks.has_compared IS 'Whether the run has compared what alerts rest on with the points.';

COMMENT ON COLUMN minibar_ml.ml_run_marks.terms IS 'late_after: by job, after how many seconds it is late (detect). kinds: kinds of channels that can be used (notify).';

CREATE TABLE minibar_ml.ml_schema_migrations (
    version integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE minibar_ml.ml_schema_migrations IS 'Which migrations were applied.';

COMMENT ON COLUMN minibar_ml.ml_schema_migrations.version IS 'The number of the file in sql/migrations.';

COMMENT ON COLUMN minibar_ml.ml_schema_migrations.name IS 'What the file is named.';

COMMENT ON COLUMN minibar_ml.ml_schema_migrations.checksum IS 'SHA-256 of the file: an edited one is refused.';

COMMENT ON COLUMN minibar_ml.ml_schema_migrations.applied_at IS 'When it was applied.';

CREATE TABLE minibar_ml.ml_setup_rises (
    id bigint NOT NULL,
    hotel_id integer NOT NULL,
    room_type text,
    product_id integer NOT NULL,
    units numeric NOT NULL,
    since_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone NOT NULL,
    seen_in text NOT NULL,
    rooms integer DEFAULT 0 NOT NULL,
    CONSTRAINT ml_setup_rises_check CHECK ((until_at >= since_at)),
    CONSTRAINT ml_setup_rises_seen_in_check CHECK ((seen_in = ANY (ARRAY['setups'::text, 'rooms'::text]))),
    CONSTRAINT ml_setup_rises_units_check CHECK ((units > (0)::numeric))
);

COMMENT ON TABLE minibar_ml.ml_setup_rises IS 'Since when rooms of a type get more of a product: what is put in for that was not consumed.';

COMMENT ON COLUMN minibar_ml.ml_setup_rises.id IS 'Number of the row.';

COMMENT ON COLUMN minibar_ml.ml_setup_rises.hotel_id IS 'The hotel.';

COMMENT ON COLUMN minibar_ml.ml_setup_rises.room_type IS 'The type of the rooms; null: rooms without one.';

COMMENT ON COLUMN minibar_ml.ml_setup_rises.product_id IS 'The product''s id in the source.';

COMMENT ON COLUMN minibar_ml.ml_setup_rises.units IS 'Units more in each room.';

COMMENT ON COLUMN minibar_ml.ml_setup_rises.since_at IS 'The setup was still the former one at this instant.';

COMMENT ON COLUMN minibar_ml.ml_setup_rises.until_at IS 'By this instant it was raised.';

COMMENT ON COLUMN minibar_ml.ml_setup_rises.seen_in IS 'setups: the application''s own tables; rooms: nearly all of them were filled by so many units on one day.';

COMMENT ON COLUMN minibar_ml.ml_setup_rises.rooms IS 'Active rooms of the type when it was raised; 0: not known.';

ALTER TABLE minibar_ml.ml_setup_rises ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME minibar_ml.ml_setup_rises_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE minibar_ml.ml_setups (
    hotel_id integer NOT NULL,
    room_type text NOT NULL,
    product_id integer NOT NULL,
    units numeric NOT NULL,
    lowered_from numeric,
    lowered_at timestamp with time zone
);

COMMENT ON TABLE minibar_ml.ml_setups IS 'Units of each product that belonged in rooms of a type when that was last read.';

COMMENT ON COLUMN minibar_ml.ml_setups.hotel_id IS 'The hotel.';

COMMENT ON COLUMN minibar_ml.ml_setups.room_type IS 'The type of the rooms.';

COMMENT ON COLUMN minibar_ml.ml_setups.product_id IS 'The product''s id in the source.';

COMMENT ON COLUMN minibar_ml.ml_setups.units IS 'Units in a room.';

COMMENT ON COLUMN minibar_ml.ml_setups.lowered_from IS 'Units before the setup was last lowered; null: it never was.';

COMMENT ON COLUMN minibar_ml.ml_setups.lowered_at IS 'By this instant it was lowered.';

CREATE TABLE minibar_ml.ml_source_contract (
    only_row boolean DEFAULT true NOT NULL,
    layout text NOT NULL,
    checksum text NOT NULL,
    absent text[] DEFAULT '{}'::text[] NOT NULL,
    schemas jsonb NOT NULL,
    installed_at timestamp with time zone DEFAULT now() NOT NULL,
    content text,
    CONSTRAINT ml_source_contract_only_row_check CHECK (only_row)
);

COMMENT ON TABLE minibar_ml.ml_source_contract IS 'How the hotel application''s tables are read; one row.';

COMMENT ON COLUMN minibar_ml.ml_source_contract.only_row IS 'Keeps it one row.';

COMMENT ON COLUMN minibar_ml.ml_source_contract.layout IS 'The name of the layout that fits.';

COMMENT ON COLUMN minibar_ml.ml_source_contract.checksum IS 'SHA-256 of its text.';

COMMENT ON COLUMN minibar_ml.ml_source_contract.absent IS 'Parts that the hotel does without (db init --without).';

COMMENT ON COLUMN minibar_ml.ml_source_contract.schemas IS 'The schema in which each source table is looked for.';

COMMENT ON COLUMN minibar_ml.ml_source_contract.installed_at IS 'When db init installed it.';

COMMENT ON COLUMN minibar_ml.ml_source_contract.content IS 'The text of a layout that stands outside the package (ML_SOURCE_FILE); null: it is one of the program''s own.';

CREATE TABLE minibar_ml.ml_source_ids (
    kind text NOT NULL,
    key text NOT NULL,
    id integer NOT NULL,
    CONSTRAINT ml_source_ids_id_check CHECK ((id > 0)),
    CONSTRAINT ml_source_ids_kind_check CHECK ((kind = ANY (ARRAY['hotel'::text, 'room'::text, 'product'::text, 'user'::text])))
);

COMMENT ON TABLE minibar_ml.ml_source_ids IS 'Numbers of ours for the keys of a hotel system whose ids are bigint, uuid or text; else empty.';

COMMENT ON COLUMN minibar_ml.ml_source_ids.kind IS 'hotel, room, product or user.';

COMMENT ON COLUMN minibar_ml.ml_source_ids.key IS 'The id in the source, as text.';

COMMENT ON COLUMN minibar_ml.ml_source_ids.id IS 'The number that stands for it in the store and on screens.';

CREATE TABLE minibar_ml.ml_source_problems (
    day date CONSTRAINT ml_source_problems_seen_on_not_null NOT NULL,
    source text NOT NULL,
    problem text NOT NULL,
    affected integer NOT NULL,
    example_id bigint,
    is_of_new_rows boolean NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    first_on date NOT NULL,
    CONSTRAINT ml_source_problems_affected_check CHECK ((affected > 0))
);

COMMENT ON TABLE minibar_ml.ml_source_problems IS 'Rows of the source that collect refused or did not understand, by business day.';

COMMENT ON COLUMN minibar_ml.ml_source_problems.day IS 'The business day of the rows; of new rows that of the run that saw them.';

COMMENT ON COLUMN minibar_ml.ml_source_problems.source IS 'The source table or metric.';

COMMENT ON COLUMN minibar_ml.ml_source_problems.problem IS 'The reason, or the word that is not known.';

COMMENT ON COLUMN minibar_ml.ml_source_problems.affected IS 'How many rows of the day.';

COMMENT ON COLUMN minibar_ml.ml_source_problems.example_id IS 'The id of one of them.';

COMMENT ON COLUMN minibar_ml.ml_source_problems.is_of_new_rows IS 'Whether rows are counted once, when they come in, and not by every run.';

COMMENT ON COLUMN minibar_ml.ml_source_problems.seen_at IS 'As of when it was last seen.';

COMMENT ON COLUMN minibar_ml.ml_source_problems.first_on IS 'The business day of the run that first counted so many.';

CREATE TABLE minibar_ml.ml_training_logs (
    id bigint NOT NULL,
    model text NOT NULL,
    metric_type text NOT NULL,
    hotel_id integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    data_points integer NOT NULL,
    success boolean NOT NULL,
    error text,
    metrics jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT ml_training_logs_check CHECK ((success OR (error IS NOT NULL))),
    CONSTRAINT ml_training_logs_data_points_check CHECK ((data_points >= 0)),
    CONSTRAINT ml_training_logs_metrics_harmless CHECK (((metrics - ARRAY['faults'::text, 'judged'::text, 'recall'::text, 'precision'::text, 'accuracy'::text, 'margin'::text]) = '{}'::jsonb))
);

COMMENT ON TABLE minibar_ml.ml_training_logs IS 'Every training of every model, also those that made none.';

COMMENT ON COLUMN minibar_ml.ml_training_logs.id IS 'Number of the row.';

COMMENT ON COLUMN minibar_ml.ml_training_logs.model IS 'statistics or isolation_forest.';

COMMENT ON COLUMN minibar_ml.ml_training_logs.metric_type IS 'The metric.';

COMMENT ON COLUMN minibar_ml.ml_training_logs.hotel_id IS 'The hotel.';

COMMENT ON COLUMN minibar_ml.ml_training_logs.started_at IS 'When it began.';

COMMENT ON COLUMN minibar_ml.ml_training_logs.ended_at IS 'When it ended.';

COMMENT ON COLUMN minibar_ml.ml_training_logs.data_points IS 'How many points it had.';

COMMENT ON COLUMN minibar_ml.ml_training_logs.success IS 'Whether a model came of it.';

COMMENT ON COLUMN minibar_ml.ml_training_logs.error IS 'Why not.';

COMMENT ON COLUMN minibar_ml.ml_training_logs.metrics IS 'Qualities in the evaluation, none that shows what goes unnoticed.';

ALTER TABLE minibar_ml.ml_training_logs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME minibar_ml.ml_training_logs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE minibar_ml.ml_watermarks (
    source_table text NOT NULL,
    last_id bigint NOT NULL
);

COMMENT ON TABLE minibar_ml.ml_watermarks IS 'How far collect has seen each source table.';

COMMENT ON COLUMN minibar_ml.ml_watermarks.source_table IS 'The source table.';

COMMENT ON COLUMN minibar_ml.ml_watermarks.last_id IS 'The highest id seen: what is above it is new, however late.';

ALTER TABLE ONLY minibar_ml.ml_access
    ADD CONSTRAINT ml_access_pkey PRIMARY KEY (database_role);

ALTER TABLE ONLY minibar_ml.ml_alert_comments
    ADD CONSTRAINT ml_alert_comments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY minibar_ml.ml_alert_days
    ADD CONSTRAINT ml_alert_days_pkey PRIMARY KEY (alert_id, occurred_on);

ALTER TABLE ONLY minibar_ml.ml_alert_events
    ADD CONSTRAINT ml_alert_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY minibar_ml.ml_alerts
    ADD CONSTRAINT ml_alerts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY minibar_ml.ml_attachments
    ADD CONSTRAINT ml_attachments_pkey PRIMARY KEY (mail_id, name);

ALTER TABLE ONLY minibar_ml.ml_audit_head
    ADD CONSTRAINT ml_audit_head_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY minibar_ml.ml_audit_log
    ADD CONSTRAINT ml_audit_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY minibar_ml.ml_audit_shares
    ADD CONSTRAINT ml_audit_shares_pkey PRIMARY KEY (database_role);

ALTER TABLE ONLY minibar_ml.ml_audit_waiting
    ADD CONSTRAINT ml_audit_waiting_pkey PRIMARY KEY (id);

ALTER TABLE ONLY minibar_ml.ml_changed_days
    ADD CONSTRAINT ml_changed_days_pkey PRIMARY KEY (run_id, business_date, hotel_id, entity_type, entity_id, metric_type);

ALTER TABLE ONLY minibar_ml.ml_channels
    ADD CONSTRAINT ml_channels_person_id_kind_key UNIQUE (person_id, kind);

ALTER TABLE ONLY minibar_ml.ml_channels
    ADD CONSTRAINT ml_channels_pkey PRIMARY KEY (id);

ALTER TABLE ONLY minibar_ml.ml_facts
    ADD CONSTRAINT ml_facts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY minibar_ml.ml_forecasts
    ADD CONSTRAINT ml_forecasts_pkey PRIMARY KEY (hotel_id, made_on, product_id);

ALTER TABLE ONLY minibar_ml.ml_job_locks
    ADD CONSTRAINT ml_job_locks_pkey PRIMARY KEY (name);

ALTER TABLE ONLY minibar_ml.ml_job_runs
    ADD CONSTRAINT ml_job_runs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY minibar_ml.ml_kept
    ADD CONSTRAINT ml_kept_pkey PRIMARY KEY (stage);

ALTER TABLE ONLY minibar_ml.ml_mails
    ADD CONSTRAINT ml_mails_pkey PRIMARY KEY (id);

ALTER TABLE ONLY minibar_ml.ml_metrics
    ADD CONSTRAINT ml_metrics_pkey PRIMARY KEY (metric_type, hotel_id, entity_type, entity_id, observed_at);

ALTER TABLE ONLY minibar_ml.ml_models
    ADD CONSTRAINT ml_models_model_type_metric_type_hotel_id_version_key UNIQUE (model_type, metric_type, hotel_id, version);

ALTER TABLE ONLY minibar_ml.ml_models
    ADD CONSTRAINT ml_models_one_active EXCLUDE USING btree (model_type WITH =, metric_type WITH =, hotel_id WITH =) WHERE (is_active) DEFERRABLE;

ALTER TABLE ONLY minibar_ml.ml_models
    ADD CONSTRAINT ml_models_pkey PRIMARY KEY (id);

ALTER TABLE ONLY minibar_ml.ml_muted_findings
    ADD CONSTRAINT ml_muted_findings_pkey PRIMARY KEY (mute_id, type, hotel_id, entity_type, entity_id, occurred_on);

ALTER TABLE ONLY minibar_ml.ml_mutes
    ADD CONSTRAINT ml_mutes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY minibar_ml.ml_nights
    ADD CONSTRAINT ml_nights_pkey PRIMARY KEY (id);

ALTER TABLE ONLY minibar_ml.ml_outbox
    ADD CONSTRAINT ml_outbox_channel_id_event_id_repetition_key UNIQUE (channel_id, event_id, repetition);

ALTER TABLE ONLY minibar_ml.ml_outbox
    ADD CONSTRAINT ml_outbox_channel_id_report_key UNIQUE (channel_id, report);

ALTER TABLE ONLY minibar_ml.ml_outbox
    ADD CONSTRAINT ml_outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY minibar_ml.ml_people
    ADD CONSTRAINT ml_people_name_key UNIQUE (name);

ALTER TABLE ONLY minibar_ml.ml_people
    ADD CONSTRAINT ml_people_pkey PRIMARY KEY (id);

ALTER TABLE ONLY minibar_ml.ml_run_marks
    ADD CONSTRAINT ml_run_marks_pkey PRIMARY KEY (job);

ALTER TABLE ONLY minibar_ml.ml_schema_migrations
    ADD CONSTRAINT ml_schema_migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY minibar_ml.ml_setup_rises
    ADD CONSTRAINT ml_setup_rises_pkey PRIMARY KEY (id);

ALTER TABLE ONLY minibar_ml.ml_setups
    ADD CONSTRAINT ml_setups_pkey PRIMARY KEY (hotel_id, room_type, product_id);

ALTER TABLE ONLY minibar_ml.ml_source_contract
    ADD CONSTRAINT ml_source_contract_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY minibar_ml.ml_source_ids
    ADD CONSTRAINT ml_source_ids_kind_id_key UNIQUE (kind, id);

ALTER TABLE ONLY minibar_ml.ml_source_ids
    ADD CONSTRAINT ml_source_ids_pkey PRIMARY KEY (kind, key);

ALTER TABLE ONLY minibar_ml.ml_source_problems
    ADD CONSTRAINT ml_source_problems_pkey PRIMARY KEY (day, source, problem);

ALTER TABLE ONLY minibar_ml.ml_training_logs
    ADD CONSTRAINT ml_training_logs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY minibar_ml.ml_watermarks
    ADD CONSTRAINT ml_watermarks_pkey PRIMARY KEY (source_table);

CREATE INDEX ml_alert_comments_alert ON minibar_ml.ml_alert_comments USING btree (alert_id, at);

CREATE INDEX ml_alert_events_alert ON minibar_ml.ml_alert_events USING btree (alert_id, id);

CREATE INDEX ml_alert_events_new ON minibar_ml.ml_alert_events USING btree (id) WHERE (considered_at IS NULL);

CREATE INDEX ml_alerts_critical ON minibar_ml.ml_alerts USING btree (last_occurred_on) WHERE ((severity = 'critical'::minibar_ml.severity) AND (status = ANY (ARRAY['open'::text, 'acknowledged'::text, 'snoozed'::text])));

CREATE INDEX ml_alerts_entity ON minibar_ml.ml_alerts USING btree (entity_type, entity_id, raised_at DESC);

CREATE INDEX ml_alerts_fingerprint ON minibar_ml.ml_alerts USING btree (type, hotel_id, entity_type, entity_id, last_occurred_on);

CREATE INDEX ml_alerts_incident ON minibar_ml.ml_alerts USING btree (incident_id) WHERE (incident_id IS NOT NULL);

CREATE INDEX ml_alerts_mute ON minibar_ml.ml_alerts USING btree (mute_id) WHERE (mute_id IS NOT NULL);

CREATE INDEX ml_alerts_muted ON minibar_ml.ml_alerts USING btree (muted_by) WHERE (muted_by IS NOT NULL);

CREATE UNIQUE INDEX ml_alerts_one_live ON minibar_ml.ml_alerts USING btree (type, hotel_id, entity_type, entity_id, is_state) WHERE (status = ANY (ARRAY['open'::text, 'acknowledged'::text, 'snoozed'::text]));

CREATE INDEX ml_alerts_severity_status ON minibar_ml.ml_alerts USING btree (severity, status);

CREATE INDEX ml_alerts_status_time ON minibar_ml.ml_alerts USING btree (status, raised_at DESC);

CREATE INDEX ml_alerts_time ON minibar_ml.ml_alerts USING btree (raised_at DESC);

CREATE INDEX ml_audit_log_action ON minibar_ml.ml_audit_log USING btree (action, id DESC);

CREATE INDEX ml_audit_log_time ON minibar_ml.ml_audit_log USING btree (at DESC);

CREATE INDEX ml_job_runs_job_time ON minibar_ml.ml_job_runs USING btree (job, started_at DESC);

CREATE INDEX ml_metrics_entity ON ONLY minibar_ml.ml_metrics USING btree (entity_type, entity_id, observed_at);

CREATE INDEX ml_metrics_type_time ON ONLY minibar_ml.ml_metrics USING btree (metric_type, observed_at);

CREATE INDEX ml_muted_findings_day ON minibar_ml.ml_muted_findings USING btree (occurred_on);

CREATE INDEX ml_mutes_hotel ON minibar_ml.ml_mutes USING btree (hotel_id, until);

CREATE INDEX ml_nights_night ON minibar_ml.ml_nights USING btree (night, room_id, id);

CREATE INDEX ml_nights_not_listed ON minibar_ml.ml_nights USING btree (night, room_id) WHERE (state = 'not_listed'::text);

CREATE INDEX ml_outbox_alert ON minibar_ml.ml_outbox USING btree (alert_id, channel_id) WHERE (alert_id IS NOT NULL);

CREATE INDEX ml_outbox_digest ON minibar_ml.ml_outbox USING btree (digest_id) WHERE (digest_id IS NOT NULL);

CREATE INDEX ml_outbox_ended ON minibar_ml.ml_outbox USING btree (ended_at) WHERE (ended_at IS NOT NULL);

CREATE INDEX ml_outbox_failed ON minibar_ml.ml_outbox USING btree (ended_at) WHERE (status = 'failed'::text);

CREATE INDEX ml_outbox_mail ON minibar_ml.ml_outbox USING btree (mail_id) WHERE (mail_id IS NOT NULL);

CREATE INDEX ml_outbox_waiting ON minibar_ml.ml_outbox USING btree (next_at) WHERE (status = 'waiting'::text);

CREATE INDEX ml_setup_rises_since ON minibar_ml.ml_setup_rises USING btree (since_at);

CREATE INDEX ml_training_logs_time ON minibar_ml.ml_training_logs USING btree (started_at DESC);

CREATE TRIGGER ml_alert_comments_checked BEFORE INSERT ON minibar_ml.ml_alert_comments FOR EACH ROW EXECUTE FUNCTION minibar_ml.check_comment();

CREATE TRIGGER ml_alert_comments_recorded AFTER INSERT ON minibar_ml.ml_alert_comments REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_comments();

CREATE TRIGGER ml_alert_days_added AFTER INSERT ON minibar_ml.ml_alert_days REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.keep_closed_days();

CREATE TRIGGER ml_alert_days_changed AFTER UPDATE ON minibar_ml.ml_alert_days REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.keep_closed_days();

CREATE TRIGGER ml_alert_days_removed AFTER DELETE ON minibar_ml.ml_alert_days REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.keep_closed_days();

CREATE TRIGGER ml_alert_events_considered AFTER UPDATE ON minibar_ml.ml_alert_events REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.check_considered();

CREATE TRIGGER ml_alerts_changed AFTER UPDATE ON minibar_ml.ml_alerts REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_changed_alerts();

CREATE TRIGGER ml_alerts_closed BEFORE UPDATE ON minibar_ml.ml_alerts FOR EACH ROW WHEN ((old.status = ANY (ARRAY['resolved'::text, 'false_positive'::text]))) EXECUTE FUNCTION minibar_ml.keep_closed_alerts();

CREATE TRIGGER ml_alerts_opened AFTER INSERT ON minibar_ml.ml_alerts REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_opened_alerts();

CREATE TRIGGER ml_alerts_raised BEFORE UPDATE ON minibar_ml.ml_alerts FOR EACH ROW WHEN ((new.raised_at IS DISTINCT FROM old.raised_at)) EXECUTE FUNCTION minibar_ml.keep_raised_at();

CREATE TRIGGER ml_alerts_reworded AFTER UPDATE ON minibar_ml.ml_alerts REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_reworded_alerts();

CREATE TRIGGER ml_alerts_verdict BEFORE UPDATE ON minibar_ml.ml_alerts FOR EACH ROW WHEN (((new.status IS DISTINCT FROM old.status) OR (new.read_by IS DISTINCT FROM old.read_by) OR (new.read_at IS DISTINCT FROM old.read_at) OR (new.resolved_by IS DISTINCT FROM old.resolved_by) OR (new.resolved_at IS DISTINCT FROM old.resolved_at) OR (new.snoozed_by IS DISTINCT FROM old.snoozed_by) OR (new.snoozed_until IS DISTINCT FROM old.snoozed_until) OR (new.muted_by IS DISTINCT FROM old.muted_by))) EXECUTE FUNCTION minibar_ml.check_verdict();

CREATE TRIGGER ml_attachments_counted AFTER INSERT ON minibar_ml.ml_attachments REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.count_stored('content');

CREATE TRIGGER ml_attachments_deleted AFTER DELETE ON minibar_ml.ml_attachments REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes();

CREATE TRIGGER ml_attachments_inserted AFTER INSERT ON minibar_ml.ml_attachments REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes();

CREATE TRIGGER ml_attachments_updated AFTER UPDATE ON minibar_ml.ml_attachments REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes();

CREATE TRIGGER ml_audit_head_stays BEFORE DELETE OR TRUNCATE ON minibar_ml.ml_audit_head FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.refuse_change();

CREATE TRIGGER ml_audit_log_chain BEFORE INSERT ON minibar_ml.ml_audit_log FOR EACH ROW EXECUTE FUNCTION minibar_ml.chain_audit_entry();

ALTER TABLE minibar_ml.ml_audit_log ENABLE ALWAYS TRIGGER ml_audit_log_chain;

CREATE TRIGGER ml_audit_log_counted AFTER INSERT ON minibar_ml.ml_audit_log REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.count_entries();

ALTER TABLE minibar_ml.ml_audit_log ENABLE ALWAYS TRIGGER ml_audit_log_counted;

CREATE TRIGGER ml_audit_log_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON minibar_ml.ml_audit_log FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.refuse_change();

ALTER TABLE minibar_ml.ml_audit_log ENABLE ALWAYS TRIGGER ml_audit_log_grows;

CREATE TRIGGER ml_audit_log_head AFTER INSERT ON minibar_ml.ml_audit_log FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.move_audit_head();

ALTER TABLE minibar_ml.ml_audit_log ENABLE ALWAYS TRIGGER ml_audit_log_head;

CREATE TRIGGER ml_audit_waiting_counted AFTER INSERT ON minibar_ml.ml_audit_waiting REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.count_entries();

ALTER TABLE minibar_ml.ml_audit_waiting ENABLE ALWAYS TRIGGER ml_audit_waiting_counted;

CREATE TRIGGER ml_channels_counted AFTER INSERT ON minibar_ml.ml_channels REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.count_stored('sealed');

CREATE TRIGGER ml_channels_counted_again AFTER UPDATE ON minibar_ml.ml_channels REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.count_stored('sealed');

CREATE TRIGGER ml_channels_deleted AFTER DELETE ON minibar_ml.ml_channels REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes();

CREATE TRIGGER ml_channels_inserted AFTER INSERT ON minibar_ml.ml_channels REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes();

CREATE TRIGGER ml_channels_updated AFTER UPDATE ON minibar_ml.ml_channels REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes();

CREATE TRIGGER ml_facts_checked BEFORE INSERT ON minibar_ml.ml_facts FOR EACH ROW EXECUTE FUNCTION minibar_ml.check_fact();

CREATE TRIGGER ml_facts_grow BEFORE DELETE OR UPDATE OR TRUNCATE ON minibar_ml.ml_facts FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.refuse_change();

CREATE TRIGGER ml_facts_recorded AFTER INSERT ON minibar_ml.ml_facts REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_facts();

CREATE TRIGGER ml_job_locks_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON minibar_ml.ml_job_locks FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.refuse_change();

CREATE TRIGGER ml_job_runs_kept BEFORE UPDATE ON minibar_ml.ml_job_runs FOR EACH ROW WHEN ((old.outcome <> 'running'::text)) EXECUTE FUNCTION minibar_ml.keep_ended_runs();

CREATE TRIGGER ml_job_runs_not_removed BEFORE DELETE ON minibar_ml.ml_job_runs FOR EACH ROW EXECUTE FUNCTION minibar_ml.keep_ended_runs();

CREATE TRIGGER ml_mails_counted AFTER INSERT ON minibar_ml.ml_mails REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.count_stored('body', 'html');

CREATE TRIGGER ml_mails_deleted AFTER DELETE ON minibar_ml.ml_mails REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes();

CREATE TRIGGER ml_mails_inserted AFTER INSERT ON minibar_ml.ml_mails REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes();

CREATE TRIGGER ml_mails_updated AFTER UPDATE ON minibar_ml.ml_mails REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes();

CREATE TRIGGER ml_models_changed AFTER UPDATE ON minibar_ml.ml_models REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_model_changes();

CREATE TRIGGER ml_models_deleted AFTER DELETE ON minibar_ml.ml_models REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_deleted_models();

CREATE TRIGGER ml_mutes_checked BEFORE INSERT OR UPDATE ON minibar_ml.ml_mutes FOR EACH ROW EXECUTE FUNCTION minibar_ml.check_mute();

CREATE TRIGGER ml_mutes_recorded AFTER INSERT OR UPDATE ON minibar_ml.ml_mutes FOR EACH ROW EXECUTE FUNCTION minibar_ml.record_mute();

CREATE TRIGGER ml_outbox_deleted AFTER DELETE ON minibar_ml.ml_outbox REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes();

CREATE TRIGGER ml_outbox_inserted AFTER INSERT ON minibar_ml.ml_outbox REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes();

CREATE TRIGGER ml_outbox_updated AFTER UPDATE ON minibar_ml.ml_outbox REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes();

CREATE TRIGGER ml_people_deleted AFTER DELETE ON minibar_ml.ml_people REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes();

CREATE TRIGGER ml_people_inserted AFTER INSERT ON minibar_ml.ml_people REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes();

CREATE TRIGGER ml_people_updated AFTER UPDATE ON minibar_ml.ml_people REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes();

CREATE TRIGGER rename_staff AFTER INSERT ON minibar_ml.ml_facts FOR EACH ROW WHEN ((new.fact = 'staff_names'::text)) EXECUTE FUNCTION minibar_ml.rename_staff();

ALTER TABLE ONLY minibar_ml.ml_alert_comments
    ADD CONSTRAINT ml_alert_comments_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES minibar_ml.ml_alerts(id);

ALTER TABLE ONLY minibar_ml.ml_alert_days
    ADD CONSTRAINT ml_alert_days_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES minibar_ml.ml_alerts(id) ON DELETE CASCADE;

ALTER TABLE ONLY minibar_ml.ml_alert_events
    ADD CONSTRAINT ml_alert_events_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES minibar_ml.ml_alerts(id);

ALTER TABLE ONLY minibar_ml.ml_alerts
    ADD CONSTRAINT ml_alerts_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES minibar_ml.ml_alerts(id);

ALTER TABLE ONLY minibar_ml.ml_alerts
    ADD CONSTRAINT ml_alerts_mute_id_fkey FOREIGN KEY (mute_id) REFERENCES minibar_ml.ml_mutes(id);

ALTER TABLE ONLY minibar_ml.ml_alerts
    ADD CONSTRAINT ml_alerts_muted_by_fkey FOREIGN KEY (muted_by) REFERENCES minibar_ml.ml_alerts(id);

ALTER TABLE ONLY minibar_ml.ml_alerts
    ADD CONSTRAINT ml_alerts_previous_id_fkey FOREIGN KEY (previous_id) REFERENCES minibar_ml.ml_alerts(id);

ALTER TABLE ONLY minibar_ml.ml_attachments
    ADD CONSTRAINT ml_attachments_mail_id_fkey FOREIGN KEY (mail_id) REFERENCES minibar_ml.ml_mails(id) ON DELETE CASCADE;

ALTER TABLE ONLY minibar_ml.ml_changed_days
    ADD CONSTRAINT ml_changed_days_run_id_fkey FOREIGN KEY (run_id) REFERENCES minibar_ml.ml_job_runs(id) ON DELETE CASCADE;

ALTER TABLE ONLY minibar_ml.ml_channels
    ADD CONSTRAINT ml_channels_person_id_fkey FOREIGN KEY (person_id) REFERENCES minibar_ml.ml_people(id) ON DELETE CASCADE;

ALTER TABLE ONLY minibar_ml.ml_muted_findings
    ADD CONSTRAINT ml_muted_findings_mute_id_fkey FOREIGN KEY (mute_id) REFERENCES minibar_ml.ml_mutes(id);

ALTER TABLE ONLY minibar_ml.ml_outbox
    ADD CONSTRAINT ml_outbox_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES minibar_ml.ml_alerts(id);

ALTER TABLE ONLY minibar_ml.ml_outbox
    ADD CONSTRAINT ml_outbox_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES minibar_ml.ml_channels(id) ON DELETE CASCADE;

ALTER TABLE ONLY minibar_ml.ml_outbox
    ADD CONSTRAINT ml_outbox_digest_id_fkey FOREIGN KEY (digest_id) REFERENCES minibar_ml.ml_outbox(id) ON DELETE CASCADE;

ALTER TABLE ONLY minibar_ml.ml_outbox
    ADD CONSTRAINT ml_outbox_event_id_fkey FOREIGN KEY (event_id) REFERENCES minibar_ml.ml_alert_events(id);

ALTER TABLE ONLY minibar_ml.ml_outbox
    ADD CONSTRAINT ml_outbox_mail_id_fkey FOREIGN KEY (mail_id) REFERENCES minibar_ml.ml_mails(id);

ALTER TABLE ONLY minibar_ml.ml_run_marks
    ADD CONSTRAINT ml_run_marks_run_id_fkey FOREIGN KEY (run_id) REFERENCES minibar_ml.ml_job_runs(id) ON DELETE CASCADE;

CREATE POLICY added ON minibar_ml.ml_mutes FOR INSERT WITH CHECK ((( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{administrator}'::text[]) AS hotels_as)::integer[]))));

CREATE POLICY changed ON minibar_ml.ml_attachments USING (( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator}'::text[]) AS is_everywhere));

CREATE POLICY changed ON minibar_ml.ml_channels USING (( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator}'::text[]) AS is_everywhere));

CREATE POLICY changed ON minibar_ml.ml_mails USING (( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator}'::text[]) AS is_everywhere));

CREATE POLICY changed ON minibar_ml.ml_outbox USING (( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator}'::text[]) AS is_everywhere));

CREATE POLICY changed ON minibar_ml.ml_people USING (( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator}'::text[]) AS is_everywhere));

CREATE POLICY common ON minibar_ml.ml_models AS RESTRICTIVE FOR UPDATE USING (((hotel_id <> 0) OR ( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs) OR ( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator}'::text[]) AS is_everywhere)));

CREATE POLICY common ON minibar_ml.ml_mutes AS RESTRICTIVE FOR INSERT WITH CHECK (((hotel_id <> 0) OR ( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs) OR ( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator}'::text[]) AS is_everywhere)));

CREATE POLICY common_ended ON minibar_ml.ml_mutes AS RESTRICTIVE FOR UPDATE USING (((hotel_id <> 0) OR ( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs) OR ( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator}'::text[]) AS is_everywhere)));

CREATE POLICY ended ON minibar_ml.ml_mutes FOR UPDATE USING ((( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{administrator}'::text[]) AS hotels_as)::integer[]))));

CREATE POLICY installation ON minibar_ml.ml_alerts AS RESTRICTIVE FOR UPDATE USING (((hotel_id <> 0) OR (type <> ALL (ARRAY['model_fallback'::text, 'data_stale'::text, 'rows_refused'::text, 'job_late'::text])) OR ( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs) OR ( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator}'::text[]) AS is_everywhere)));

CREATE POLICY jobs ON minibar_ml.ml_alert_comments USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_alert_days USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_alert_events USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_alerts USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_attachments USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_changed_days USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_channels USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_facts USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_forecasts USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_job_locks FOR UPDATE USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs)) WITH CHECK (false);

CREATE POLICY jobs ON minibar_ml.ml_job_runs USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_kept USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_kept_record USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_kept_stays USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_mails USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_metrics USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_models USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_muted_findings USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_mutes USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_nights USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_outbox USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_people USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_run_marks USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_setup_rises USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_setups USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_source_ids USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_source_problems USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

CREATE POLICY jobs ON minibar_ml.ml_training_logs USING (( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs));

ALTER TABLE minibar_ml.ml_access ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_alert_comments ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_alert_days ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_alert_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_alerts ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_attachments ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_audit_log ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_audit_shares ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_audit_waiting ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_changed_days ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_channels ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_facts ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_forecasts ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_job_locks ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_job_runs ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_kept ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_kept_record ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_kept_stays ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_mails ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_metrics ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_models ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_muted_findings ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_mutes ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_nights ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_outbox ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_people ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_run_marks ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_setup_rises ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_setups ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_source_ids ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_source_problems ENABLE ROW LEVEL SECURITY;

ALTER TABLE minibar_ml.ml_training_logs ENABLE ROW LEVEL SECURITY;

CREATE POLICY only_who_keeps_the_server_adds_sms_push_and_chat ON minibar_ml.ml_channels AS RESTRICTIVE FOR INSERT WITH CHECK (((kind = 'email'::text) OR ( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs)));

CREATE POLICY only_who_keeps_the_server_changes_sms_push_and_chat ON minibar_ml.ml_channels AS RESTRICTIVE FOR UPDATE USING (((kind = 'email'::text) OR ( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs)));

CREATE POLICY seen ON minibar_ml.ml_access FOR SELECT USING (((database_role = CURRENT_USER) OR ( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs) OR ( SELECT minibar_ml.is_any(CURRENT_USER, '{administrator}'::text[]) AS is_any)));

CREATE POLICY seen ON minibar_ml.ml_alert_comments USING ((EXISTS ( SELECT
   FROM minibar_ml.ml_alerts a
  WHERE (a.id = ml_alert_comments.alert_id))));

CREATE POLICY seen ON minibar_ml.ml_alert_days FOR SELECT USING ((EXISTS ( SELECT
   FROM minibar_ml.ml_alerts a
  WHERE (a.id = ml_alert_days.alert_id))));

CREATE POLICY seen ON minibar_ml.ml_alert_events FOR SELECT USING ((EXISTS ( SELECT
   FROM minibar_ml.ml_alerts a
  WHERE (a.id = ml_alert_events.alert_id))));

CREATE POLICY seen ON minibar_ml.ml_alerts FOR SELECT USING ((( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator,viewer}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{administrator,viewer}'::text[]) AS hotels_as)::integer[])) OR ((type = ANY (ARRAY['stock_anomaly'::text, 'shrinkage'::text, 'stock_depletion'::text])) AND (( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{storekeeper}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{storekeeper}'::text[]) AS hotels_as)::integer[]))))));

CREATE POLICY seen ON minibar_ml.ml_audit_log FOR SELECT USING ((( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs) OR ( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator}'::text[]) AS is_everywhere) OR (( SELECT minibar_ml.is_any(CURRENT_USER, '{administrator}'::text[]) AS is_any) AND ((database_role = CURRENT_USER) OR minibar_ml.sees_entry(action, subject, before, after, ( SELECT minibar_ml.hotels_as(CURRENT_USER, '{administrator}'::text[]) AS hotels_as))))));

CREATE POLICY seen ON minibar_ml.ml_channels FOR SELECT USING ((EXISTS ( SELECT
   FROM minibar_ml.ml_people p
  WHERE (p.id = ml_channels.person_id))));

CREATE POLICY seen ON minibar_ml.ml_facts FOR SELECT USING ((((fact <> ALL (ARRAY['alert_budget'::text, 'stock_deviation'::text, 'consumption_deviation'::text, 'refill_deviation'::text, 'consumption_floor'::text, 'product_floor'::text])) OR ( SELECT minibar_ml.sees_thresholds() AS sees_thresholds)) AND (((hotel_id IS NULL) AND ( SELECT minibar_ml.is_any(CURRENT_USER, '{administrator,viewer,storekeeper}'::text[]) AS is_any)) OR ( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator,viewer,storekeeper}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{administrator,viewer,storekeeper}'::text[]) AS hotels_as)::integer[])))));

CREATE POLICY seen ON minibar_ml.ml_forecasts FOR SELECT USING ((( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator,viewer,storekeeper}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{administrator,viewer,storekeeper}'::text[]) AS hotels_as)::integer[]))));

CREATE POLICY seen ON minibar_ml.ml_job_locks FOR SELECT USING ((( SELECT minibar_ml.runs_jobs(CURRENT_USER) AS runs_jobs) OR ( SELECT minibar_ml.is_any(CURRENT_USER, '{administrator,viewer,storekeeper}'::text[]) AS is_any)));

CREATE POLICY seen ON minibar_ml.ml_job_runs FOR SELECT USING (( SELECT minibar_ml.is_any(CURRENT_USER, '{administrator,viewer,storekeeper}'::text[]) AS is_any));

CREATE POLICY seen ON minibar_ml.ml_metrics FOR SELECT USING ((( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator,viewer}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{administrator,viewer}'::text[]) AS hotels_as)::integer[])) OR ((metric_type = ANY (ARRAY['stock_level'::text, 'stock_outflow'::text, 'floor_stock'::text, 'product_consumption'::text, 'stock_days_left'::text])) AND (( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{storekeeper}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{storekeeper}'::text[]) AS hotels_as)::integer[]))))));

CREATE POLICY seen ON minibar_ml.ml_models USING ((( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{administrator}'::text[]) AS hotels_as)::integer[]))));

CREATE POLICY seen ON minibar_ml.ml_muted_findings FOR SELECT USING ((( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator,viewer}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{administrator,viewer}'::text[]) AS hotels_as)::integer[])) OR ((type = ANY (ARRAY['stock_anomaly'::text, 'shrinkage'::text, 'stock_depletion'::text])) AND (( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{storekeeper}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{storekeeper}'::text[]) AS hotels_as)::integer[]))))));

CREATE POLICY seen ON minibar_ml.ml_mutes FOR SELECT USING ((( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator,viewer}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{administrator,viewer}'::text[]) AS hotels_as)::integer[])) OR ((entity_type IS DISTINCT FROM 'room'::text) AND ((alert_types IS NULL) OR (alert_types && '{stock_anomaly,shrinkage,stock_depletion}'::text[])) AND (( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{storekeeper}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{storekeeper}'::text[]) AS hotels_as)::integer[]))))));

CREATE POLICY seen ON minibar_ml.ml_nights FOR SELECT USING ((( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator,viewer}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{administrator,viewer}'::text[]) AS hotels_as)::integer[]))));

CREATE POLICY seen ON minibar_ml.ml_outbox FOR SELECT USING (((alert_id IS NOT NULL) AND (EXISTS ( SELECT
   FROM minibar_ml.ml_alerts a
  WHERE (a.id = ml_outbox.alert_id)))));

CREATE POLICY seen ON minibar_ml.ml_people FOR SELECT USING ((( SELECT minibar_ml.is_any(CURRENT_USER, '{administrator}'::text[]) AS is_any) AND ((hotels IS NULL) OR (hotels && ( SELECT minibar_ml.hotels_as(CURRENT_USER, '{administrator}'::text[]) AS hotels_as)))));

CREATE POLICY seen ON minibar_ml.ml_setup_rises FOR SELECT USING ((( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator,viewer}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{administrator,viewer}'::text[]) AS hotels_as)::integer[]))));

CREATE POLICY seen ON minibar_ml.ml_setups FOR SELECT USING ((( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator,viewer}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{administrator,viewer}'::text[]) AS hotels_as)::integer[]))));

CREATE POLICY seen ON minibar_ml.ml_source_ids FOR SELECT USING (((kind <> 'user'::text) OR ( SELECT minibar_ml.is_any(CURRENT_USER, '{administrator}'::text[]) AS is_any)));

CREATE POLICY seen ON minibar_ml.ml_source_problems FOR SELECT USING (( SELECT minibar_ml.is_any(CURRENT_USER, '{administrator,viewer,storekeeper}'::text[]) AS is_any));

CREATE POLICY seen ON minibar_ml.ml_training_logs FOR SELECT USING ((( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{administrator}'::text[]) AS hotels_as)::integer[]))));

CREATE POLICY stated ON minibar_ml.ml_facts FOR INSERT WITH CHECK (((fact <> 'timezone'::text) AND (( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator}'::text[]) AS is_everywhere) OR ((hotel_id <> 0) AND (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{administrator}'::text[]) AS hotels_as)::integer[]))))));

CREATE POLICY verdicts ON minibar_ml.ml_alerts FOR UPDATE USING ((( SELECT minibar_ml.is_everywhere(CURRENT_USER, '{administrator}'::text[]) AS is_everywhere) OR (hotel_id = ANY (( SELECT minibar_ml.hotels_as(CURRENT_USER, '{administrator}'::text[]) AS hotels_as)::integer[]))));
