-- Who sees which rows, by hotel and by what they are about; and an audit log that only grows and shows tampering.
-- Which commands a role may give at all is a matter of grants: sql/roles.sql.

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
    SELECT EXISTS (SELECT FROM minibar_ml.ml_access WHERE database_role = who AND role = ANY(roles) AND hotel_ids IS NULL)
$$;

-- The hotels where a role is one of these. The common store, hotel 0, belongs to whoever has a hotel.
CREATE FUNCTION minibar_ml.hotels_as(who name, roles text[]) RETURNS integer[] LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT hotel_ids || 0 FROM minibar_ml.ml_access WHERE database_role = who AND role = ANY(roles)
$$;

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
CREATE POLICY judged ON minibar_ml.ml_alerts FOR UPDATE USING (
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

-- Runs name no hotel; that detect ran, and how young a hotel is, belongs beside any list of alerts. A report is the one
-- job that administrators run themselves.
ALTER TABLE minibar_ml.ml_job_runs ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_job_runs USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_job_runs FOR SELECT USING (
    (SELECT minibar_ml.is_any(current_user, '{administrator,viewer,storekeeper}')));
CREATE POLICY reports ON minibar_ml.ml_job_runs USING (
    job IN ('report', 'monthly', 'dashboard') AND (SELECT minibar_ml.is_any(current_user, '{administrator}')));

-- Whoever does something adds to the log; jobs and administrators read it, whole, for a chain is checked whole.
ALTER TABLE minibar_ml.ml_audit_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY added ON minibar_ml.ml_audit_log FOR INSERT WITH CHECK (true);
CREATE POLICY seen ON minibar_ml.ml_audit_log FOR SELECT USING (
    (SELECT minibar_ml.runs_jobs(current_user)) OR (SELECT minibar_ml.is_any(current_user, '{administrator}')));

-- Persons who are told, and what they are told: jobs, and the administrators of a hotel of theirs; whoever changes a
-- person has to be administrator everywhere, for a person may be told of any hotel. Messages about an alert are seen by
-- those administrators who see the alert.
ALTER TABLE minibar_ml.ml_people ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_people USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY changed ON minibar_ml.ml_people USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}')));
CREATE POLICY seen ON minibar_ml.ml_people FOR SELECT USING (
    (SELECT minibar_ml.is_any(current_user, '{administrator}'))
    AND (hotels IS NULL
         OR hotels && CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator}')) AS integer[])));
ALTER TABLE minibar_ml.ml_channels ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_channels USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY changed ON minibar_ml.ml_channels USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}')));
CREATE POLICY seen ON minibar_ml.ml_channels FOR SELECT USING (
    EXISTS (SELECT FROM minibar_ml.ml_people p WHERE p.id = person_id));
ALTER TABLE minibar_ml.ml_outbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_outbox USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY changed ON minibar_ml.ml_outbox USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}')));
CREATE POLICY seen ON minibar_ml.ml_outbox FOR SELECT USING (
    alert_id IS NOT NULL AND EXISTS (SELECT FROM minibar_ml.ml_alerts a WHERE a.id = alert_id));
ALTER TABLE minibar_ml.ml_mails ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_mails USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY changed ON minibar_ml.ml_mails USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}')));
ALTER TABLE minibar_ml.ml_attachments ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_attachments USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY changed ON minibar_ml.ml_attachments USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}')));

-- A role sees its own binding, administrators all of them.
ALTER TABLE minibar_ml.ml_access ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON minibar_ml.ml_access FOR SELECT USING (
    database_role = current_user OR (SELECT minibar_ml.is_any(current_user, '{administrator}')));

-- Policies of a partitioned table don't hold for who asks a partition itself: each has security of its own and no
-- policy, so that it shows nothing. Jobs make partitions as the owner would.
CREATE OR REPLACE FUNCTION minibar_ml.ensure_partitions(since timestamptz, until timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    month_start timestamp := date_trunc('month', since AT TIME ZONE 'UTC');
    partition_name text;
    made integer := 0;
BEGIN
    WHILE month_start <= (until AT TIME ZONE 'UTC') + interval '2 months' LOOP
        partition_name := 'ml_metrics_' || to_char(month_start, 'YYYY_MM');
        IF to_regclass('minibar_ml.' || partition_name) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE minibar_ml.%I PARTITION OF minibar_ml.ml_metrics FOR VALUES FROM (%L) TO (%L)',
                partition_name,
                month_start AT TIME ZONE 'UTC',
                (month_start + interval '1 month') AT TIME ZONE 'UTC');
            EXECUTE format('ALTER TABLE minibar_ml.%I ENABLE ROW LEVEL SECURITY', partition_name);
            made := made + 1;
        END IF;
        month_start := month_start + interval '1 month';
    END LOOP;
    RETURN made;
END
$$;
DO $$
DECLARE
    partition regclass;
BEGIN
    FOR partition IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'minibar_ml.ml_metrics'::regclass LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', partition);
    END LOOP;
END
$$;
-- Only who may add points has use for a partition: anybody else could fill the catalogue with months.
REVOKE EXECUTE ON FUNCTION minibar_ml.ensure_partitions(timestamptz, timestamptz) FROM PUBLIC;

-- Who judges an alert may not write its history: triggers do, as the owner.
ALTER FUNCTION minibar_ml.record_opened_alerts() SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION minibar_ml.record_changed_alerts() SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

-- The audit log as a chain: each entry's hash covers the entry and the hash before it. Whoever changes, removes or puts
-- in an entry has to change all later hashes too, and the last one may be on record elsewhere.
CREATE TABLE minibar_ml.ml_audit_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_id bigint NOT NULL,
    hash bytea NOT NULL
);
ALTER TABLE minibar_ml.ml_audit_log ALTER COLUMN id DROP IDENTITY, ADD COLUMN hash bytea;

-- jsonb has one way to write each value, and an instant as seconds does not depend on the session's time zone.
CREATE FUNCTION minibar_ml.audit_hash(previous bytea, entry minibar_ml.ml_audit_log) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(previous || convert_to(CAST(jsonb_build_array(
        entry.id, extract(epoch FROM entry.at), entry.database_role, entry.os_user, entry.operator, entry.action,
        entry.subject, CAST(entry.before AS text), CAST(entry.after AS text)) AS text), 'UTF8'))
$$;

-- Entries get their number, instant, role and hash here, whatever was asked for. The lock on the one row of the head
-- lasts to the end of the transaction, so that entries of several sessions stand in one line without a gap. What this
-- very statement added is later than the head, which follows after each statement: as many versions of it as entries
-- would make a long statement quadratic.
CREATE FUNCTION minibar_ml.chain_audit_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head minibar_ml.ml_audit_head;
    last record;
BEGIN
    SELECT * INTO STRICT head FROM minibar_ml.ml_audit_head FOR UPDATE;
    SELECT id, hash INTO last FROM minibar_ml.ml_audit_log ORDER BY id DESC LIMIT 1;
    -- Never from an entry before the head: then later ones were removed, and the chain has to show it.
    IF last.id > head.last_id THEN
        head.last_id := last.id;
        head.hash := last.hash;
    END IF;
    NEW.id := head.last_id + 1;
    NEW.at := clock_timestamp();
    NEW.database_role := session_user;
    NEW.hash := minibar_ml.audit_hash(head.hash, NEW);
    RETURN NEW;
END
$$;
CREATE FUNCTION minibar_ml.move_audit_head() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE minibar_ml.ml_audit_head h SET last_id = l.id, hash = l.hash
    FROM (SELECT id, hash FROM minibar_ml.ml_audit_log ORDER BY id DESC LIMIT 1) l
    WHERE l.id > h.last_id;
    RETURN NULL;
END
$$;
CREATE FUNCTION minibar_ml.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the audit log only grows', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;

DO $$
DECLARE
    entry minibar_ml.ml_audit_log;
    head minibar_ml.ml_audit_head := ROW (true, 0, '');
BEGIN
    FOR entry IN SELECT * FROM minibar_ml.ml_audit_log ORDER BY id LOOP
        head.last_id := entry.id;
        head.hash := minibar_ml.audit_hash(head.hash, entry);
        UPDATE minibar_ml.ml_audit_log SET hash = head.hash WHERE id = entry.id;
    END LOOP;
    INSERT INTO minibar_ml.ml_audit_head SELECT head.*;
END
$$;
ALTER TABLE minibar_ml.ml_audit_log ALTER COLUMN hash SET NOT NULL;
CREATE INDEX ml_audit_log_action ON minibar_ml.ml_audit_log (action, id DESC);

CREATE TRIGGER ml_audit_log_chain BEFORE INSERT ON minibar_ml.ml_audit_log
    FOR EACH ROW EXECUTE FUNCTION minibar_ml.chain_audit_entry();
CREATE TRIGGER ml_audit_log_head AFTER INSERT ON minibar_ml.ml_audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.move_audit_head();
CREATE TRIGGER ml_audit_log_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON minibar_ml.ml_audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.refuse_change();
CREATE TRIGGER ml_audit_head_stays BEFORE DELETE OR TRUNCATE ON minibar_ml.ml_audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.refuse_change();
ALTER TABLE minibar_ml.ml_audit_log ENABLE ALWAYS TRIGGER ml_audit_log_chain,
    ENABLE ALWAYS TRIGGER ml_audit_log_head, ENABLE ALWAYS TRIGGER ml_audit_log_grows;
