-- The audit log.

-- name: insert
-- Records who did what to what, before and after; the database adds number, instant, role, operating-system user, hash.
SELECT record_action(:operator, :action, :subject, CAST(:before AS jsonb), CAST(:after AS jsonb))

-- name: insert_waiting
-- Leaves an entry of a job to be recorded once the log is free.
INSERT INTO ml_audit_waiting (action, subject) VALUES (:action, :subject)

-- name: record_waiting
-- Moves the entries that wait into the log, in their order; when it was done is said where that was over a minute ago.
WITH moved AS MATERIALIZED (
    DELETE FROM ml_audit_waiting RETURNING id, at, action, subject, before, after
), sorted AS MATERIALIZED (
    SELECT * FROM moved ORDER BY id
)
SELECT record_action(NULL, action, subject, before,
                     CASE WHEN at < clock_timestamp() - interval '1 minute'
                          THEN jsonb_build_object('done_at', at, 'after', after) ELSE after END)
FROM sorted

-- name: fetch
-- Entries that match, the latest first. An action matches itself and what it begins: alert matches alert.view.
SELECT id, at, database_role, os_user, operator, action, subject, before, after, encode(hash, 'hex') AS hash
FROM ml_audit_log
WHERE (CAST(:since AS timestamptz) IS NULL OR at >= :since)
  AND (CAST(:until AS timestamptz) IS NULL OR at < :until)
  AND (CAST(:action AS text) IS NULL OR action = :action OR starts_with(action, CAST(:action AS text) || '.'))
  AND (CAST(:subject AS text) IS NULL OR subject = :subject)
  AND (CAST(:by AS text) IS NULL OR :by IN (database_role, os_user, operator))
ORDER BY id DESC
LIMIT :limit

-- name: find_broken
-- The first entry whose hash is not that of itself and the entry before it; none where the chain holds.
SELECT id, at, action, subject FROM (
    SELECT l.id, l.at, l.action, l.subject,
           l.hash = audit_hash(coalesce(lag(l.hash) OVER (ORDER BY l.id), ''), l) AS holds
    FROM ml_audit_log l
) checked
WHERE holds IS NOT TRUE ORDER BY id LIMIT 1

-- name: find_head
-- How many entries there are, the last one's number and hash, and what the head says they are.
SELECT (SELECT count(*) FROM ml_audit_log) AS entries, h.last_id AS head_id, encode(h.hash, 'hex') AS head_hash,
       coalesce(l.id, 0) AS last_id, coalesce(encode(l.hash, 'hex'), '') AS last_hash
FROM ml_audit_head h
LEFT JOIN LATERAL (SELECT id, hash FROM ml_audit_log ORDER BY id DESC LIMIT 1) l ON true

-- name: fetch_by_hash
-- The entries that have one of these hashes (hexadecimal).
SELECT id, encode(hash, 'hex') AS hash FROM ml_audit_log WHERE encode(hash, 'hex') = ANY (CAST(:hashes AS text[]))

-- name: find_settings
-- The settings that jobs noted last out of this file, and whether this session may note others.
SELECT noted_settings(:file) AS noted, NOT is_person(session_user) AS may_note
