-- Who sees which rows, by hotel and by what they are about. Which commands a role may give at all is a matter of
-- grants: sql/roles.sql.

-- What a login role of the database is in the hotels. No hotel_ids: in all hotels.
CREATE TABLE minibar_ml.ml_access (
    database_role name PRIMARY KEY,
    role text NOT NULL CHECK (role IN ('administrator', 'viewer', 'storekeeper')),
    hotel_ids integer[] CHECK (cardinality(hotel_ids) > 0),
    user_id integer,
    added_at timestamptz NOT NULL DEFAULT now(),
    added_by name NOT NULL DEFAULT session_user
);

-- The functions below act for the store's owner, so that whom policies hold for needs no right on ml_access. Policies
-- ask them in a subselect: once a statement and not once a row. Who asks is an argument, for inside it is the owner.

-- Whether a role runs the jobs, which see every row.
CREATE FUNCTION minibar_ml.runs_jobs(who name) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT pg_has_role(who, oid, 'USAGE') FROM pg_roles WHERE rolname = 'minibar_ml_collector'), false)
$$;

-- Whether a role is one of these somewhere, and whether it is that in all hotels.
CREATE FUNCTION minibar_ml.is_any(who name, roles text[]) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM minibar_ml.ml_access WHERE database_role = who AND role = ANY(roles))
$$;
CREATE FUNCTION minibar_ml.is_everywhere(who name, roles text[]) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM minibar_ml.ml_access
                   WHERE database_role = who AND role = ANY(roles) AND hotel_ids IS NULL)
$$;

-- The hotels where a role is one of these. The common store, hotel 0, belongs to whoever has a hotel.
CREATE FUNCTION minibar_ml.hotels_as(who name, roles text[]) RETURNS integer[] LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT hotel_ids || 0 FROM minibar_ml.ml_access WHERE database_role = who AND role = ANY(roles)
$$;

-- Whether a login is a person's: it neither runs jobs nor owns the store.
CREATE FUNCTION minibar_ml.is_person(who name) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT NOT minibar_ml.runs_jobs(who)
       AND NOT pg_has_role(
           who, (SELECT relowner FROM pg_class WHERE oid = CAST('minibar_ml.ml_alerts' AS regclass)), 'MEMBER')
$$;

-- Whether this session sees and may change all hotels' rows: the owner, a job, an administrator of all hotels.
CREATE FUNCTION minibar_ml.sees_everything() RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT NOT row_security_active('minibar_ml.ml_alerts')
        OR minibar_ml.runs_jobs(current_user)
        OR minibar_ml.is_everywhere(current_user, ARRAY['administrator'])
$$;

-- Whether a name is the login of somebody else: who acts may leave themselves unnamed, but not pass for another.
CREATE FUNCTION minibar_ml.is_anothers(named text) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM minibar_ml.ml_access WHERE database_role = named AND database_role <> session_user)
$$;

REVOKE EXECUTE ON FUNCTION minibar_ml.is_anothers(text) FROM PUBLIC;

-- Puts a login role into one of the two groups of persons and out of the other; null: out of both. With the rights of
-- whoever calls it.
CREATE FUNCTION minibar_ml.put_into_group(login name, wanted name) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
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

-- Row-level security holds for everybody but the store's owner and superusers. Jobs may do with rows what their grants
-- allow. No policy is a right: what a role has no grant for it can't do, whatever rows it sees.
ALTER TABLE minibar_ml.ml_alerts ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_alerts USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_alerts FOR SELECT USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator,viewer}'))
    OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator,viewer}')) AS integer[]))
    OR (type IN ('stock_anomaly', 'shrinkage', 'stock_depletion')
        AND ((SELECT minibar_ml.is_everywhere(current_user, '{storekeeper}'))
             OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{storekeeper}')) AS integer[])))));
CREATE POLICY verdicts ON minibar_ml.ml_alerts FOR UPDATE USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}'))
    OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator}')) AS integer[])));

-- What hangs on an alert is seen, and said, by whoever sees the alert: one look at its primary key.
ALTER TABLE minibar_ml.ml_alert_comments ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_alert_comments USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_alert_comments USING (
    EXISTS (SELECT FROM minibar_ml.ml_alerts a WHERE a.id = alert_id));
ALTER TABLE minibar_ml.ml_alert_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_alert_events USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_alert_events FOR SELECT USING (
    EXISTS (SELECT FROM minibar_ml.ml_alerts a WHERE a.id = alert_id));

ALTER TABLE minibar_ml.ml_metrics ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_metrics USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_metrics FOR SELECT USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator,viewer}'))
    OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator,viewer}')) AS integer[]))
    OR (metric_type IN ('stock_level', 'stock_outflow', 'product_consumption', 'stock_days_left')
        AND ((SELECT minibar_ml.is_everywhere(current_user, '{storekeeper}'))
             OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{storekeeper}')) AS integer[])))));

ALTER TABLE minibar_ml.ml_nights ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_nights USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_nights FOR SELECT USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator,viewer}'))
    OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator,viewer}')) AS integer[])));

-- Models and trainings are the administrators'.
ALTER TABLE minibar_ml.ml_models ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_models USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_models USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}'))
    OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator}')) AS integer[])));
ALTER TABLE minibar_ml.ml_training_logs ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_training_logs USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_training_logs FOR SELECT USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}'))
    OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator}')) AS integer[])));

-- Runs name no hotel; that detect ran, and how young a hotel is, belongs next to any list of alerts. A report is the one
-- job that administrators run themselves.
ALTER TABLE minibar_ml.ml_job_runs ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_job_runs USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_job_runs FOR SELECT USING (
    (SELECT minibar_ml.is_any(current_user, '{administrator,viewer,storekeeper}')));
CREATE POLICY reports ON minibar_ml.ml_job_runs USING (
    job IN ('report', 'monthly', 'dashboard') AND (SELECT minibar_ml.is_any(current_user, '{administrator}')));

-- Entries come by functions that act for the owner; jobs and administrators read the log, whole, for a chain is checked
-- whole.
ALTER TABLE minibar_ml.ml_audit_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON minibar_ml.ml_audit_log FOR SELECT USING (
    (SELECT minibar_ml.runs_jobs(current_user)) OR (SELECT minibar_ml.is_any(current_user, '{administrator}')));

ALTER TABLE minibar_ml.ml_changed_days ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_changed_days USING ((SELECT minibar_ml.runs_jobs(current_user)));

-- A role sees its own binding, administrators all of them.
ALTER TABLE minibar_ml.ml_access ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON minibar_ml.ml_access FOR SELECT USING (
    database_role = current_user OR (SELECT minibar_ml.is_any(current_user, '{administrator}')));
