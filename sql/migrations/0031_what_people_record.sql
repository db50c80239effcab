-- What people may record of runs is numbers: the next run takes which hotels failed from there, and one row that no program
-- can read stopped every report. Names are compared in small letters of Turkish, too, and without signs that show nothing.
CREATE OR REPLACE FUNCTION minibar_ml.check_run() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'pg_catalog', 'pg_temp' AS $$
BEGIN
    IF NOT minibar_ml.is_person(session_user) THEN
        RETURN NEW;
    END IF;
    IF NEW.as_of > now() + interval '1 day' OR jsonb_typeof(NEW.counts) <> 'object'
       OR NOT minibar_ml.is_readable(NEW.counts) OR length(NEW.error) > 20000
       OR (TG_OP = 'UPDATE' AND (OLD.outcome <> 'running' OR (NEW.id, NEW.job, NEW.as_of, NEW.started_at)
                                 IS DISTINCT FROM (OLD.id, OLD.job, OLD.as_of, OLD.started_at))) THEN
        RAISE EXCEPTION 'role % records a run of a report as it takes place', session_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT FROM jsonb_each(NEW.counts) c WHERE c.key = 'failed_hotels' OR jsonb_typeof(c.value) <> 'number') THEN
        RAISE EXCEPTION 'role % may record numbers of a run, and not which hotels failed', session_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' THEN
        NEW.started_at := clock_timestamp();
    END IF;
    NEW.ended_at := CASE WHEN NEW.ended_at IS NOT NULL THEN clock_timestamp() END;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION minibar_ml.bare(name text) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp' AS $$
    SELECT lower(translate(normalize(regexp_replace(name,
                     '[[:space:][:cntrl:]\u00a0\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e01ef]+',
                     '', 'g'), NFKC), 'ÇĞİIÖŞÜçğıöşü', 'cgiiosucgiosu') COLLATE "C")
$$;

CREATE OR REPLACE FUNCTION minibar_ml.check_comment() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'pg_catalog', 'pg_temp' AS $$
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

-- Every command reads all statements of facts, which nobody can delete, and the audit log keeps them once more.
CREATE OR REPLACE FUNCTION minibar_ml.check_fact() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'pg_catalog', 'pg_temp' AS $_$
DECLARE
    widest numeric := minibar_ml.widest_threshold(NEW.fact);
BEGIN
    NEW.stated_at := clock_timestamp();
    NEW.stated_by := session_user;
    IF minibar_ml.is_person(session_user) AND minibar_ml.is_anothers(NEW.operator) THEN
        RAISE EXCEPTION 'role % may not state facts as %', session_user, NEW.operator
            USING ERRCODE = 'insufficient_privilege';
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

-- What the client says, as long as it can be read.
CREATE OR REPLACE FUNCTION minibar_ml.os_user() RETURNS text LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp' AS $$
    SELECT left(coalesce(nullif(current_setting('minibar_ml.os_user', true), ''), 'unknown'), 200)
$$;
