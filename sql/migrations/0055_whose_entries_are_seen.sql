-- An administrator of some hotels reads of the audit log what concerns these, the common store, and what they did
-- themselves: entries about people of other hotels hold names and addresses. Whoever may read it can verify all of it.

-- Whether an entry concerns one of these hotels. What is not known to is for administrators of all hotels. Alerts by who
-- sees the alert; addresses by who sees the person that has them.
CREATE FUNCTION minibar_ml.sees_entry(action text, subject text, before jsonb, after jsonb, hotels integer[]) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT coalesce(CASE split_part(action, '.', 1)
        WHEN 'alert' THEN EXISTS (
            SELECT FROM minibar_ml.ml_alerts a WHERE a.id = CAST(substring(subject FROM '^alert ([0-9]{1,18})$') AS bigint))
        WHEN 'mute' THEN coalesce(after, before) ->> 'hotel_id' = ANY (CAST(hotels AS text[]))
        WHEN 'config' THEN coalesce(substring(subject FROM ', hotel ([0-9]+)') = ANY (CAST(hotels AS text[])), true)
        WHEN 'models' THEN EXISTS (
            SELECT FROM unnest(hotels) h (id)
            WHERE position(format(', hotel %s, version', h.id) IN concat_ws(' ', before, after)) > 0)
        WHEN 'access' THEN true
        WHEN 'people' THEN CASE action
            WHEN 'people.channel' THEN EXISTS (
                SELECT FROM minibar_ml.ml_people p JOIN minibar_ml.ml_channels c ON c.person_id = p.id
                WHERE 'person ' || p.name = subject AND position(to_jsonb(c.shown)::text IN concat_ws(' ', before, after)) > 0)
            ELSE jsonb_typeof(coalesce(after, before) -> 'hotels') = 'null' OR EXISTS (
                SELECT FROM unnest(hotels) h (id)
                WHERE h.id <> 0 AND (before -> 'hotels' @> to_jsonb(h.id) OR after -> 'hotels' @> to_jsonb(h.id))) END
        WHEN 'message' THEN EXISTS (
            SELECT FROM minibar_ml.ml_people p WHERE position(format(' to %s by ', p.name) IN subject) > 0)
        END, false)
$$;
REVOKE ALL ON FUNCTION minibar_ml.sees_entry(text, text, jsonb, jsonb, integer[]) FROM PUBLIC;

DROP POLICY seen ON minibar_ml.ml_audit_log;
CREATE POLICY seen ON minibar_ml.ml_audit_log FOR SELECT USING (
    (SELECT minibar_ml.runs_jobs(current_user)) OR (SELECT minibar_ml.is_everywhere(current_user, '{administrator}'))
    OR ((SELECT minibar_ml.is_any(current_user, '{administrator}'))
        AND (database_role = current_user
             OR minibar_ml.sees_entry(action, subject, before, after,
                                      CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator}')) AS integer[])))));

-- Who may read some of the log may ask whether all of it holds.
CREATE FUNCTION minibar_ml.verifies_audit() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT NOT minibar_ml.is_person(session_user) OR minibar_ml.is_any(session_user, '{administrator}')
$$;
REVOKE ALL ON FUNCTION minibar_ml.verifies_audit() FROM PUBLIC;

CREATE FUNCTION minibar_ml.audit_end() RETURNS TABLE(entries bigint, last_id bigint, last_hash bytea)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT count(*), coalesce(max(l.id), 0), (SELECT e.hash FROM minibar_ml.ml_audit_log e ORDER BY e.id DESC LIMIT 1)
    FROM minibar_ml.ml_audit_log l
    HAVING minibar_ml.verifies_audit()
$$;
REVOKE ALL ON FUNCTION minibar_ml.audit_end() FROM PUBLIC;

-- The first entry whose hash is not that of itself and the entry before it; its subject for those who see every entry.
CREATE FUNCTION minibar_ml.audit_fault() RETURNS TABLE(id bigint, action text, subject text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
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
REVOKE ALL ON FUNCTION minibar_ml.audit_fault() FROM PUBLIC;

CREATE FUNCTION minibar_ml.audit_ids(hashes text[]) RETURNS TABLE(id bigint, hash text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT l.id, encode(l.hash, 'hex') FROM minibar_ml.ml_audit_log l
    WHERE encode(l.hash, 'hex') = ANY (hashes) AND minibar_ml.verifies_audit()
$$;
REVOKE ALL ON FUNCTION minibar_ml.audit_ids(text[]) FROM PUBLIC;
