-- Locks of jobs, and who holds what others wait for.

-- name: take
-- Locks a job's row until the transaction ends; no row where another session has it, or this role may not lock it. The
-- transaction is idle for as long as the job takes, and no limit on such transactions or on long ones may end it.
SELECT l.name, (SELECT count(set_config(s.name, '0', true)) FROM pg_settings s
                WHERE s.name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')) AS limits
FROM ml_job_locks l
WHERE l.name = :name
FOR UPDATE OF l SKIP LOCKED

-- name: find_holder
-- Which role, process and application holds a job's lock, and since when; no row where nobody does. A row keeps the number
-- of the last transaction that has locked it.
SELECT coalesce(a.usename, x.owner) AS usename, a.pid, a.application_name, x.gid,
       coalesce(a.xact_start, x.prepared, (SELECT max(r.started_at) FROM ml_job_runs r
                                           WHERE r.job = l.name AND r.outcome = 'running')) AS since
FROM ml_job_locks l
JOIN pg_locks h ON h.locktype = 'transactionid' AND h.granted AND h.mode = 'ExclusiveLock' AND h.transactionid = l.xmax
LEFT JOIN pg_stat_activity a ON a.pid = h.pid
LEFT JOIN pg_prepared_xacts x ON x.transaction = h.transactionid
WHERE l.name = :name AND coalesce(a.usename, x.owner) IS NOT NULL

-- name: find_blockers
-- The open transactions of other sessions that hold locks on the store's tables, job locks aside: those that do more than
-- read first, then the oldest. A prepared one (`gid`) belongs to no session, and outlives the server.
SELECT coalesce(a.usename, x.owner) AS usename, a.pid, a.application_name, x.gid,
       coalesce(a.xact_start, x.prepared) AS since, string_agg(DISTINCT CAST(c.relname AS text), ', ') AS tables
FROM pg_locks l
JOIN pg_class c ON c.oid = l.relation AND c.relnamespace = to_regnamespace('minibar_ml') AND c.relkind IN ('r', 'p')
LEFT JOIN pg_stat_activity a ON a.pid = l.pid AND a.pid <> pg_backend_pid() AND a.datname = current_database()
LEFT JOIN pg_locks h ON l.pid IS NULL AND h.pid IS NULL AND h.virtualtransaction = l.virtualtransaction
                    AND h.locktype = 'transactionid' AND h.mode = 'ExclusiveLock'
LEFT JOIN pg_prepared_xacts x ON x.transaction = h.transactionid AND x.database = current_database()
WHERE l.granted AND l.locktype = 'relation' AND coalesce(a.usename, x.owner) IS NOT NULL
  AND c.relname <> 'ml_job_locks' AND NOT c.relispartition
GROUP BY a.usename, a.pid, a.application_name, a.xact_start, x.owner, x.gid, x.prepared
ORDER BY bool_or(l.mode NOT IN ('AccessShareLock')) DESC, coalesce(a.xact_start, x.prepared), a.pid
LIMIT 3

-- name: set_aside
-- Has the rest of the transaction leave alone what other sessions hold of alerts and mutes, and returns it, a row a kind and
-- hotel. All others are locked from here on, so that nothing waits.
WITH found AS MATERIALIZED (
    SELECT kind, hotel_id, id FROM find_held()
), kept AS MATERIALIZED (
    SELECT kind, set_config('minibar_ml.held_' || kind, CAST(array_agg(id) AS text), true) AS ids FROM found GROUP BY kind
)
SELECT f.hotel_id, f.kind, array_agg(f.id ORDER BY f.id) AS ids
FROM found f JOIN kept k ON k.kind = f.kind AND k.ids IS NOT NULL
GROUP BY f.hotel_id, f.kind ORDER BY f.hotel_id, f.kind
