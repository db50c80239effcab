-- The settings of a job are compared with those that the same settings file gave before: whoever runs a job by hand with
-- a file of their own changes nothing of what cron's jobs run with. `file` is null for the last of any, empty for jobs
-- whose settings came from the environment alone.
CREATE FUNCTION minibar_ml.noted_settings(file text) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.after FROM minibar_ml.ml_audit_log l JOIN pg_roles r ON r.rolname = l.database_role
    WHERE l.action = 'settings.changed' AND jsonb_typeof(l.after) = 'object' AND NOT minibar_ml.is_person(r.rolname)
      AND NOT minibar_ml.is_person(session_user)
      AND (noted_settings.file IS NULL OR coalesce(l.after ->> 'file', '') = noted_settings.file)
    ORDER BY l.id DESC LIMIT 1
$$;
REVOKE EXECUTE ON FUNCTION minibar_ml.noted_settings(text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION minibar_ml.noted_settings() RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT minibar_ml.noted_settings(NULL)
$$;
