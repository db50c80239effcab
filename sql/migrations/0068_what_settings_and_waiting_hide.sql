-- What an entry says is seen by the same people whether it waited or not, and no setting of a session changes what a
-- function compares.

-- As before; what an entry that waited said stands one level deeper (`record_waiting`), and concerns the same hotels.
CREATE OR REPLACE FUNCTION minibar_ml.sees_entry(action text, subject text, before jsonb, after jsonb, hotels integer[])
RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
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
$$;

-- As before, and of words in two scripts: the Armenian օ is drawn as the Latin o.
CREATE OR REPLACE FUNCTION minibar_ml.is_anothers(named text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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

-- With `extra_float_digits = -15` a figure is written in one digit, so that 6.2 and 6.4 compare as equal where rows are
-- compared as JSON; without `standard_conforming_strings` a backslash in a function's text is another character. Whoever
-- calls a function sets both: functions that say where they look names up say this too.
DO $$
DECLARE
    pinned regprocedure;
BEGIN
    FOR pinned IN
        SELECT p.oid FROM pg_catalog.pg_proc p
        WHERE p.pronamespace = 'minibar_ml'::regnamespace
          AND EXISTS (SELECT FROM unnest(p.proconfig) AS c (setting) WHERE c.setting LIKE 'search_path=%')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET extra_float_digits = 1', pinned);
        EXECUTE format('ALTER FUNCTION %s SET standard_conforming_strings = on', pinned);
    END LOOP;
END
$$;
