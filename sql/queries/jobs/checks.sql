-- What status and doctor ask: how the jobs are, and what of server and store is not as it should be.

-- name: fetch_jobs
-- For each job its last run up to an instant, the last of all hotels that did its work, and the last that reported an
-- error; null where there was none. is_locked: whether a session holds the job's lock now.
SELECT j.job, last.as_of AS last_as_of, last.started_at, last.ended_at, last.outcome, good.as_of AS success_as_of,
       good.counts, bad.as_of AS error_as_of, bad.error,
       EXISTS (
           SELECT FROM ml_job_locks l JOIN pg_locks h ON h.locktype = 'transactionid' AND h.transactionid = l.xmax
           WHERE l.name = j.job AND h.granted AND h.mode = 'ExclusiveLock'
       ) AS is_locked
FROM unnest(CAST(:jobs AS text[])) WITH ORDINALITY AS j (job, place)
LEFT JOIN LATERAL (
    SELECT as_of, started_at, ended_at, outcome FROM ml_job_runs r
    WHERE r.job = j.job AND as_of <= :as_of ORDER BY as_of DESC, id DESC LIMIT 1
) last ON true
LEFT JOIN LATERAL (
    SELECT as_of, counts FROM ml_job_runs r
    WHERE r.job = j.job AND as_of <= :as_of AND outcome IN ('done', 'partly') AND NOT jsonb_exists(counts, 'only_hotels')
    ORDER BY as_of DESC, id DESC LIMIT 1
) good ON true
LEFT JOIN LATERAL (
    SELECT as_of, error FROM ml_job_runs r
    WHERE r.job = j.job AND as_of <= :as_of AND error IS NOT NULL ORDER BY as_of DESC, id DESC LIMIT 1
) bad ON true
ORDER BY j.place

-- name: find_installed
-- When the store was made.
SELECT min(applied_at) FROM ml_schema_migrations

-- name: count_open
-- Alerts by severity that were raised and not closed at an instant. A clock that was ahead has written instants that lie in
-- the future now: what it raised is there, and what it closed is closed.
SELECT severity, count(*) AS alerts FROM ml_alerts
WHERE (raised_at <= :as_of OR raised_at > clock_timestamp())
  AND (resolved_at IS NULL OR (resolved_at > :as_of AND resolved_at <= clock_timestamp()))
GROUP BY severity

-- name: find_ahead
-- Runs that say they are of more than a day after an instant and after now: how many, the job of the latest and when that
-- is; no row where there are none.
SELECT (SELECT count(*) FROM ml_job_runs r WHERE r.as_of > a.until OR r.started_at > a.until OR r.ended_at > a.until) AS runs,
       l.job, l.latest_at
FROM (SELECT greatest(CAST(:as_of AS timestamptz), clock_timestamp()) + interval '1 day' AS until) a
CROSS JOIN LATERAL (
    SELECT r.job, greatest(r.as_of, r.started_at, r.ended_at) AS latest_at FROM ml_job_runs r
    WHERE r.as_of > a.until OR r.started_at > a.until OR r.ended_at > a.until
    ORDER BY latest_at DESC, r.id DESC LIMIT 1) l

-- name: count_ahead_trainings
-- Trainings that say they are of more than a day after now.
SELECT count(*) FROM ml_training_logs
WHERE greatest(started_at, ended_at) > clock_timestamp() + interval '1 day'

-- name: find_server
-- What the server is and what this session may do in it.
SELECT current_setting('server_version') AS version, CAST(current_setting('server_version_num') AS integer) AS number,
       clock_timestamp() AS clock, current_user AS role, current_setting('is_superuser') = 'on' AS is_superuser,
       pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS is_read_only,
       has_database_privilege(current_database(), 'TEMPORARY') AS may_make_temporary

-- name: fetch_wall_clock
-- What the server takes for the wall clock of a zone at some instants, in their order.
SELECT instant AT TIME ZONE :zone AS wall
FROM unnest(CAST(:instants AS timestamptz[])) WITH ORDINALITY AS i (instant, place) ORDER BY place

-- name: fetch_writable
-- Those of some tables of some schemas that this role may change, or owns and so may let itself change.
SELECT c.relname
FROM unnest(CAST(:schemas AS text[]), CAST(:tables AS text[])) AS t (schema, name)
JOIN pg_namespace n ON n.nspname = t.schema
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
       OR has_any_column_privilege(c.oid, 'INSERT, UPDATE') OR pg_has_role(c.relowner, 'MEMBER'))
ORDER BY c.relname

-- name: fetch_own_settings
-- What this role, here or in every database, has set of itself for sessions to come and changes how long or by what plan a
-- statement runs, or what it may do; name and value.
SELECT split_part(c.setting, '=', 1) AS name, substr(c.setting, strpos(c.setting, '=') + 1) AS value
FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) AS c (setting)
WHERE s.setrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)
  AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  AND split_part(c.setting, '=', 1) ~* '_timeout$|^enable_|^default_transaction_|^row_security$|^role$|_cost$|^(join|from)_collapse|^geqo|^plan_cache_mode$|^session_preload|^local_preload|^work_mem$|^temp_|^client_encoding$|^(date|interval)style$'
ORDER BY s.setdatabase, 1

-- name: fetch_unseen_schemas
-- Schemas of the installed contract's tables that the role's own search_path does not have.
SELECT DISTINCT t.schema FROM ml_source_contract c CROSS JOIN LATERAL jsonb_each_text(c.schemas) AS t (name, schema)
WHERE t.schema <> ALL (CAST(current_setting('minibar_ml.source_schemas') AS text[])) AND t.schema <> :own
ORDER BY 1

-- name: fetch_opened
-- Schemas of the store and of some tables in which others may create: neither the schema's owner, nor a superuser, nor
-- who owns such a table.
WITH source AS (
    SELECT c.relnamespace AS schema, c.relowner AS owner
    FROM unnest(CAST(:schemas AS text[]), CAST(:tables AS text[])) AS t (schema, name)
    JOIN pg_namespace n ON n.nspname = t.schema
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name
)
SELECT quote_ident(n.nspname) AS schema, coalesce(quote_ident(r.rolname), 'PUBLIC') AS grantee
FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee
WHERE (n.nspname = 'minibar_ml' OR n.oid IN (SELECT schema FROM source))
  AND g.privilege_type = 'CREATE' AND g.grantee <> n.nspowner AND r.rolsuper IS NOT TRUE
  AND (n.nspname = 'minibar_ml' OR g.grantee NOT IN (SELECT owner FROM source))
ORDER BY 1, 2

-- name: fetch_unwritable
-- Those of the store's tables that jobs write and this role may not. Rows of ml_alert_events come by a trigger that acts
-- for its owner; jobs only tick them off. Rows of ml_job_locks are only locked. Entries of ml_audit_log come by a function.
SELECT c.relname
FROM (VALUES ('ml_metrics', 'INSERT UPDATE DELETE'), ('ml_watermarks', 'INSERT UPDATE'),
             ('ml_forecasts', 'INSERT UPDATE DELETE'),
             ('ml_job_runs', 'INSERT UPDATE DELETE'), ('ml_alerts', 'INSERT UPDATE'),
             ('ml_models', 'INSERT UPDATE DELETE'), ('ml_training_logs', 'INSERT'), ('ml_changed_days', 'INSERT DELETE'),
             ('ml_alert_days', 'INSERT UPDATE DELETE'), ('ml_muted_findings', 'INSERT UPDATE DELETE'),
             ('ml_source_problems', 'INSERT UPDATE DELETE'),
             ('ml_alert_events', 'UPDATE'), ('ml_people', 'INSERT UPDATE'), ('ml_channels', 'INSERT UPDATE DELETE'),
             ('ml_outbox', 'INSERT UPDATE DELETE'), ('ml_mails', 'INSERT DELETE'), ('ml_attachments', 'INSERT DELETE'),
             ('ml_run_marks', 'INSERT UPDATE'), ('ml_job_locks', 'UPDATE')
     ) AS needed (name, rights)
JOIN pg_class c ON c.relnamespace = to_regnamespace('minibar_ml') AND c.relname = needed.name
WHERE NOT has_schema_privilege(c.relnamespace, 'USAGE') OR NOT has_table_privilege(c.oid, 'SELECT')
   OR EXISTS (
       SELECT FROM unnest(string_to_array(needed.rights, ' ')) AS asked (verb)
       WHERE NOT CASE verb WHEN 'DELETE' THEN has_table_privilege(c.oid, verb)
                           ELSE has_any_column_privilege(c.oid, verb) END)
UNION ALL
SELECT 'ml_audit_log'
WHERE NOT EXISTS (
    SELECT FROM pg_proc p WHERE p.pronamespace = to_regnamespace('minibar_ml') AND p.proname = 'record_action'
      AND has_schema_privilege(p.pronamespace, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE'))
ORDER BY relname

-- name: fetch_missing_partitions
-- The months, of the present one and the next, that have no partition of ml_metrics yet.
SELECT to_char(month, 'YYYY-MM') AS month
FROM generate_series(date_trunc('month', CAST(:as_of AS timestamptz) AT TIME ZONE 'UTC'),
                     CAST(:as_of AS timestamptz) AT TIME ZONE 'UTC' + interval '1 month', interval '1 month') AS month
WHERE to_regclass('minibar_ml.ml_metrics_' || to_char(month, 'YYYY_MM')) IS NULL
ORDER BY month

-- name: may_make_partitions
-- Whether this role may make partitions, by itself or through a function that acts for the owner.
SELECT bool_or(p.prosecdef AND has_function_privilege(p.oid, 'EXECUTE'))
    OR bool_and(pg_has_role(c.relowner, 'USAGE') AND has_schema_privilege(c.relnamespace, 'CREATE'))
FROM pg_class c JOIN pg_proc p ON p.pronamespace = c.relnamespace AND p.proname = 'ensure_partitions'
WHERE c.relnamespace = to_regnamespace('minibar_ml') AND c.relname = 'ml_metrics'

-- name: has_store
-- Whether there is a store; asks only the catalogue, which every role may.
SELECT EXISTS (
    SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'minibar_ml' AND c.relname = 'ml_schema_migrations'
)

-- name: may_read_outbox
-- Whether this role may read messages and the channels that they go by.
SELECT has_table_privilege('ml_outbox', 'SELECT') AND has_table_privilege('ml_channels', 'SELECT')

-- name: fetch_unheard
-- Hotels in use of which nobody with an address hears of some alerts, and the types of these.
SELECT h.name, array_agg(t.type ORDER BY t.type) AS types
FROM source_hotels() h CROSS JOIN unnest(CAST(:types AS text[])) AS t (type)
WHERE h.is_active AND NOT EXISTS (
    SELECT FROM ml_people p JOIN ml_channels c ON c.person_id = p.id
    WHERE p.is_active AND concerns(p, h.hotel_id, t.type, false))
GROUP BY h.hotel_id, h.name ORDER BY h.hotel_id

-- name: last_days
-- The last business day of the month up to a day of which each of these hotels has a metric point of these types.
SELECT h.hotel_id, max(p.business_date) AS last_day
FROM unnest(CAST(:hotels AS integer[])) AS h (hotel_id) CROSS JOIN unnest(CAST(:metrics AS text[])) AS k (metric)
CROSS JOIN LATERAL (
    SELECT m.business_date FROM ml_metrics m
    WHERE m.metric_type = k.metric AND m.hotel_id = h.hotel_id AND m.business_date <= CAST(:today AS date)
      AND m.observed_at >= CAST(:today AS date) - 31 AND m.observed_at < CAST(:today AS date) + 2
    ORDER BY m.observed_at DESC LIMIT 1) p
GROUP BY h.hotel_id
