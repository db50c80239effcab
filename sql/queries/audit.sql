-- The audit log.

-- name: insert
-- Records who did what to what, before and after; the database adds number, instant, role, operating-system user, hash.
SELECT record_action(:operator, :action, :subject, CAST(:before AS jsonb), CAST(:after AS jsonb))

-- name: record_waiting
-- Moves entries that wait into the log; how many wait on, because somebody holds the log.
SELECT record_waiting()

-- name: find_waiting
-- How many entries wait for the log, and since when; no row where none does.
SELECT entries, oldest_at FROM waiting_entries() WHERE entries > 0

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
-- The first entry whose hash is not that of itself and the entry before it; none where the chain holds. Its subject where
-- this session sees every entry.
SELECT id, action, subject FROM audit_fault()

-- name: find_head
-- How many entries there are, the last one's number and hash, and what the head says they are.
SELECT e.entries, h.last_id AS head_id, encode(h.hash, 'hex') AS head_hash, e.last_id,
       coalesce(encode(e.last_hash, 'hex'), '') AS last_hash
FROM ml_audit_head h CROSS JOIN audit_end() e

-- name: fetch_by_hash
-- The entries that have one of these hashes (hexadecimal).
SELECT id, hash FROM audit_ids(CAST(:hashes AS text[]))

-- name: find_settings
-- The settings that jobs noted last out of this file, whether this session may note others, and how many entries
-- wait because somebody holds the log.
SELECT noted_settings(:file) AS noted, NOT is_person(session_user) AS may_note, record_waiting() AS waiting
