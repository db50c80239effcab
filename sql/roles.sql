-- The roles of the database: who may give which commands. Which rows they see is said by the policies of the
-- migrations and by ml_access, which `minibar-ml access` writes. Can be run again, and should be after every upgrade.
--
-- As a superuser, with the search_path of the hotel's application, in its database and after `minibar-ml db init`:
--     minibar-ml db roles | psql -1 -v ON_ERROR_STOP=1 hotel
-- or `minibar-ml db roles --apply`. It is refused where others may CREATE in a schema that it deals with. The roles
-- can't log in; logins are made by the administrator and put into them.
--
--   minibar_ml_owner      owns the store: upgrades it, binds logins to hotels
--   minibar_ml_collector  runs the jobs; of the application's tables it may read what the source contract names
--   minibar_ml_operator   administrators of a hotel: read and handle alerts, models, the audit log
--   minibar_ml_viewer     storekeepers and who else may only look

-- Others may not CREATE where the application's tables or the store are: what they put there would be taken for them.
-- The schema's owner, the tables' owners and superusers are not others.
DO $$
DECLARE
    opened record;
BEGIN
    SELECT n.nspname AS schema, coalesce(CAST(r.rolname AS text), 'PUBLIC') AS grantee INTO opened
    FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee
    WHERE (n.nspname = 'minibar_ml' OR n.oid IN (SELECT schema FROM minibar_ml_source))
      AND g.privilege_type = 'CREATE' AND g.grantee <> n.nspowner AND r.rolsuper IS NOT TRUE
      AND (n.nspname = 'minibar_ml' OR g.grantee NOT IN (SELECT owner FROM minibar_ml_source))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% may CREATE in schema %, and could plant what others would then run', opened.grantee,
            opened.schema
            USING HINT = format('REVOKE CREATE ON SCHEMA %I FROM %s;', opened.schema,
                                CASE opened.grantee WHEN 'PUBLIC' THEN 'PUBLIC' ELSE quote_ident(opened.grantee) END);
    END IF;
END
$$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['minibar_ml_owner', 'minibar_ml_collector', 'minibar_ml_operator', 'minibar_ml_viewer']
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
    END LOOP;
END
$$;
GRANT minibar_ml_viewer TO minibar_ml_operator;
-- So that the owner can put a login into them without being a superuser.
GRANT minibar_ml_viewer, minibar_ml_operator TO minibar_ml_owner WITH ADMIN OPTION;

-- Whoever owned the store so far stays able to do all of it. Functions that act for the owner then act for a role that
-- can do nothing else.
DO $$
DECLARE
    was text := (SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'minibar_ml');
    object record;
BEGIN
    IF was NOT IN ('minibar_ml_owner', (SELECT rolname FROM pg_roles WHERE oid = 10)) THEN
        EXECUTE format('GRANT minibar_ml_owner TO %I', was);
    END IF;
    EXECUTE 'ALTER SCHEMA minibar_ml OWNER TO minibar_ml_owner';
    FOR object IN
        SELECT format('ALTER TABLE %s OWNER TO minibar_ml_owner', oid::regclass) AS change FROM pg_class
        WHERE relnamespace = 'minibar_ml'::regnamespace AND relkind IN ('r', 'p')
          AND relowner <> 'minibar_ml_owner'::regrole
        UNION ALL
        SELECT format('ALTER TYPE %s OWNER TO minibar_ml_owner', CAST(oid AS regtype)) FROM pg_type
        WHERE typnamespace = 'minibar_ml'::regnamespace AND typtype = 'e' AND typowner <> 'minibar_ml_owner'::regrole
        UNION ALL
        SELECT format('ALTER FUNCTION %s OWNER TO minibar_ml_owner', oid::regprocedure) FROM pg_proc
        WHERE pronamespace = 'minibar_ml'::regnamespace AND proowner <> 'minibar_ml_owner'::regrole
    LOOP
        EXECUTE object.change;
    END LOOP;
    -- The owner recognises the source and keeps the contract, and jobs use temporary tables.
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO minibar_ml_owner, minibar_ml_collector',
                   current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO minibar_ml_viewer', current_database());
END
$$;

-- The application's tables: reading, and only the columns that the source contract names. Names of hotels, rooms and
-- products are for all, names of persons and the stays for those who see alerts about rooms and persons.
DO $$
DECLARE
    source record;
    columns text;
BEGIN
    FOR source IN SELECT * FROM minibar_ml_source LOOP
        columns := (
            SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
            WHERE attrelid = source.oid AND attnum > 0 AND attname = ANY (string_to_array(source.columns, ', ')));
        EXECUTE format('GRANT SELECT (%s) ON %s TO %s', columns, CAST(source.oid AS regclass),
                       concat_ws(', ', 'minibar_ml_owner', 'minibar_ml_collector', source.readers));
        EXECUTE format(
            'GRANT USAGE ON SCHEMA %s TO minibar_ml_owner, minibar_ml_collector, minibar_ml_viewer',
            CAST(source.schema AS regnamespace));
    END LOOP;
END
$$;
DROP TABLE minibar_ml_source;

GRANT USAGE ON SCHEMA minibar_ml TO minibar_ml_collector, minibar_ml_viewer;

-- The store. Never grant on a partition of ml_metrics, nor ON ALL TABLES: policies hold for the parent.
GRANT SELECT ON minibar_ml.ml_schema_migrations, minibar_ml.ml_source_contract, minibar_ml.ml_access,
    minibar_ml.ml_job_runs, minibar_ml.ml_metrics, minibar_ml.ml_forecasts,
    minibar_ml.ml_facts,
    minibar_ml.ml_alerts, minibar_ml.ml_alert_comments, minibar_ml.ml_alert_events, minibar_ml.ml_alert_days,
    minibar_ml.ml_mutes, minibar_ml.ml_muted_findings, minibar_ml.ml_source_problems
    TO minibar_ml_viewer, minibar_ml_collector;
GRANT SELECT ON minibar_ml.ml_models, minibar_ml.ml_training_logs, minibar_ml.ml_audit_log, minibar_ml.ml_audit_head
    TO minibar_ml_operator, minibar_ml_collector;

-- Everybody leaves a trace, by a function that says who may record what. Nobody is granted INSERT.
REVOKE INSERT (os_user, operator, action, subject, before, after) ON minibar_ml.ml_audit_log
    FROM minibar_ml_viewer, minibar_ml_collector;
GRANT EXECUTE ON FUNCTION minibar_ml.record_action(text, text, text, jsonb, jsonb), minibar_ml.record_waiting(),
    minibar_ml.entries_wait(), minibar_ml.waiting_entries()
    TO minibar_ml_viewer, minibar_ml_collector;
GRANT EXECUTE ON FUNCTION minibar_ml.sees_entry(text, text, jsonb, jsonb, integer[]), minibar_ml.audit_end(),
    minibar_ml.audit_fault(), minibar_ml.audit_ids(text[])
    TO minibar_ml_operator, minibar_ml_collector;
-- What policies and views of the program ask.
GRANT EXECUTE ON FUNCTION minibar_ml.runs_jobs(name), minibar_ml.is_any(name, text[]),
    minibar_ml.is_everywhere(name, text[]), minibar_ml.hotels_as(name, text[]), minibar_ml.is_person(name),
    minibar_ml.noted_settings(), minibar_ml.noted_settings(text), minibar_ml.staff_name(integer, text),
    minibar_ml.staff(), minibar_ml.held(text)
    TO minibar_ml_viewer, minibar_ml_collector;

-- People's rights to write are by column, and never on a number that the table counts itself: whoever chose it would take
-- that of a row to come. Rights on the whole table, which earlier versions gave, are taken back.
REVOKE INSERT, UPDATE ON minibar_ml.ml_alert_comments, minibar_ml.ml_job_runs, minibar_ml.ml_people,
    minibar_ml.ml_channels, minibar_ml.ml_outbox, minibar_ml.ml_mails, minibar_ml.ml_attachments
    FROM minibar_ml_operator, minibar_ml_viewer;

-- A verdict changes what was decided about an alert, never what it says.
GRANT UPDATE (status, read_at, read_by, snoozed_until, snoozed_by, muted_by, resolved_at, resolved_by)
    ON minibar_ml.ml_alerts TO minibar_ml_operator;
GRANT INSERT (alert_id, by, body) ON minibar_ml.ml_alert_comments TO minibar_ml_operator;
-- Facts of the hotels: policies say whose. Number, instant and login are the trigger's.
GRANT INSERT (fact, hotel_id, product, value, since, operator) ON minibar_ml.ml_facts
    TO minibar_ml_operator, minibar_ml_collector;
-- A mute is said once, and ended once: nothing of it is changed.
GRANT INSERT (hotel_id, alert_types, entity_type, entity_ids, floor, since, until, reason, added_by),
    UPDATE (ended_at, ended_by) ON minibar_ml.ml_mutes TO minibar_ml_operator;
GRANT UPDATE (is_active) ON minibar_ml.ml_models TO minibar_ml_operator;

-- Jobs write by column too where a table counts its rows: whoever chose a number would take those of the runs to come,
-- or change it so that no trigger knows the row again. Rights that earlier versions gave are taken back.
REVOKE INSERT, UPDATE ON minibar_ml.ml_job_runs, minibar_ml.ml_alerts, minibar_ml.ml_models, minibar_ml.ml_training_logs,
    minibar_ml.ml_nights, minibar_ml.ml_setup_rises, minibar_ml.ml_people, minibar_ml.ml_channels, minibar_ml.ml_outbox,
    minibar_ml.ml_mails, minibar_ml.ml_attachments FROM minibar_ml_collector;
GRANT SELECT, INSERT, UPDATE ON minibar_ml.ml_watermarks TO minibar_ml_collector;
GRANT SELECT, INSERT (job, as_of, started_at, ended_at, outcome, counts), UPDATE (ended_at, outcome, counts, error)
    ON minibar_ml.ml_job_runs TO minibar_ml_collector;
-- An alert begins without a verdict, and stays of the type and entity of which it was raised; when, triggers keep.
GRANT SELECT, INSERT (type, severity, hotel_id, entity_type, entity_id, entity_name, metric, value, expected, lower, upper,
    deviation_percent, score, detector, impact, reason, facts, message, suggested_action, occurred_on, last_occurred_on,
    measured_on, raised_at, last_seen, previous_id), UPDATE (severity, status, hotel_id, entity_name, metric, value,
    expected, lower, upper, deviation_percent, score, detector, impact, reason, facts, message, suggested_action,
    occurred_on, last_occurred_on, measured_on, raised_at, last_seen, occurrences, read_at, read_by, resolved_at,
    resolved_by, snoozed_until, snoozed_by, muted_by, end_reason, corrected_at, incident_id, is_counted, mute_id, lower_since)
    ON minibar_ml.ml_alerts TO minibar_ml_collector;
GRANT SELECT, INSERT, UPDATE, DELETE ON minibar_ml.ml_metrics, minibar_ml.ml_forecasts, minibar_ml.ml_alert_days
    TO minibar_ml_collector;
-- A model is not in use before a trigger has recorded it, and is always of the metric, hotel and version it was made for.
GRANT SELECT, DELETE, INSERT (model_type, metric_type, hotel_id, version, model_data, parameters, data_points, trained_at,
    accuracy, precision, recall, evaluated_on), UPDATE (is_active, model_data)
    ON minibar_ml.ml_models TO minibar_ml_collector;
GRANT SELECT, INSERT, UPDATE ON minibar_ml.ml_run_marks TO minibar_ml_collector;
GRANT INSERT (model, metric_type, hotel_id, started_at, ended_at, data_points, success, error, metrics)
    ON minibar_ml.ml_training_logs TO minibar_ml_collector;
GRANT SELECT, INSERT, DELETE ON minibar_ml.ml_changed_days TO minibar_ml_collector;
GRANT INSERT, UPDATE, DELETE ON minibar_ml.ml_muted_findings, minibar_ml.ml_source_problems TO minibar_ml_collector;
-- The record of nights only grows.
GRANT SELECT ON minibar_ml.ml_nights TO minibar_ml_collector;
GRANT SELECT ON minibar_ml.ml_nights TO minibar_ml_operator;
GRANT SELECT, INSERT, UPDATE, DELETE ON minibar_ml.ml_setups TO minibar_ml_collector;
GRANT SELECT, INSERT, UPDATE, DELETE ON minibar_ml.ml_kept, minibar_ml.ml_kept_stays, minibar_ml.ml_kept_record
    TO minibar_ml_collector;
GRANT SELECT ON minibar_ml.ml_setup_rises TO minibar_ml_collector;
-- So do the numbers that stand for keys, which the contract's functions look up for whoever calls them.
GRANT SELECT ON minibar_ml.ml_source_ids TO minibar_ml_viewer;
GRANT SELECT, INSERT ON minibar_ml.ml_source_ids TO minibar_ml_collector;
GRANT DELETE ON minibar_ml.ml_job_runs TO minibar_ml_collector;
GRANT EXECUTE ON FUNCTION minibar_ml.ensure_partitions(timestamptz, timestamptz), minibar_ml.find_held()
    TO minibar_ml_collector;

-- Locks: who may update a row may lock it, and policies say which.
GRANT SELECT ON minibar_ml.ml_job_locks TO minibar_ml_viewer, minibar_ml_collector;
GRANT UPDATE (name) ON minibar_ml.ml_job_locks TO minibar_ml_collector;
REVOKE UPDATE ON minibar_ml.ml_job_locks FROM minibar_ml_operator;

-- Persons and messages: jobs deliver them, administrators look after them.
GRANT SELECT, DELETE ON minibar_ml.ml_people, minibar_ml.ml_channels, minibar_ml.ml_outbox, minibar_ml.ml_mails,
    minibar_ml.ml_attachments TO minibar_ml_collector;
GRANT SELECT ON minibar_ml.ml_outbox, minibar_ml.ml_mails, minibar_ml.ml_attachments TO minibar_ml_operator;
GRANT SELECT ON minibar_ml.ml_people, minibar_ml.ml_channels TO minibar_ml_operator;
-- Who may DELETE may LOCK the whole table: people are removed by functions.
REVOKE DELETE ON minibar_ml.ml_people, minibar_ml.ml_channels, minibar_ml.ml_outbox, minibar_ml.ml_mails,
    minibar_ml.ml_attachments FROM minibar_ml_operator;
GRANT EXECUTE ON FUNCTION minibar_ml.remove_person(bigint), minibar_ml.remove_channel(bigint, text)
    TO minibar_ml_operator, minibar_ml_collector;
-- Of messages an administrator writes those of a report, and changes none: whoever may UPDATE a row may lock it without
-- a trace, and whoever writes its count of attempts stops the job that adds to it.
GRANT INSERT (kind, channel_id, report, mail_id, next_at) ON minibar_ml.ml_outbox TO minibar_ml_operator;
GRANT INSERT (subject, body, html) ON minibar_ml.ml_mails TO minibar_ml_operator;
GRANT INSERT (mail_id, name, media_type, content) ON minibar_ml.ml_attachments TO minibar_ml_operator;
DO $$
DECLARE
    target record;
BEGIN
    FOR target IN
        SELECT CAST(a.attrelid AS regclass) AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
        FROM pg_attribute a
        WHERE a.attrelid = ANY (CAST('{minibar_ml.ml_people,minibar_ml.ml_channels,minibar_ml.ml_outbox,'
                                     'minibar_ml.ml_mails,minibar_ml.ml_attachments,minibar_ml.ml_nights,'
                                     'minibar_ml.ml_setup_rises}' AS regclass[]))
          AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = ''
        GROUP BY a.attrelid
    LOOP
        EXECUTE format('GRANT INSERT (%s) ON %s TO minibar_ml_collector', target.columns, target.name);
        CONTINUE WHEN target.name = ANY (CAST('{minibar_ml.ml_nights,minibar_ml.ml_setup_rises}' AS regclass[]));
        EXECUTE format('GRANT UPDATE (%s) ON %s TO minibar_ml_collector', target.columns, target.name);
        CONTINUE WHEN target.name <> ALL (CAST('{minibar_ml.ml_people,minibar_ml.ml_channels}' AS regclass[]));
        EXECUTE format('GRANT INSERT (%s), UPDATE (%s) ON %s TO minibar_ml_operator', target.columns, target.columns,
                       target.name);
    END LOOP;
END
$$;
GRANT UPDATE (considered_at) ON minibar_ml.ml_alert_events TO minibar_ml_collector;
