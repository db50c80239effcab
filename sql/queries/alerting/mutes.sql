-- Mutes said beforehand, and what is found under them. What a mute covers is decided by the function covers().

-- name: insert
-- Adds a mute; returns its number. Triggers check who says it and write the audit entry.
INSERT INTO ml_mutes (hotel_id, alert_types, entity_type, entity_ids, floor, since, until, reason, added_by)
VALUES (:hotel_id, CAST(:alert_types AS text[]), :entity_type, CAST(:entity_ids AS integer[]), :floor, :since, :until,
        :reason, :added_by)
RETURNING id

-- name: fetch
-- Mutes that are not over at an instant, or all of them, each with what was found under it; the next to end first.
SELECT m.*, coalesce(f.findings, 0) AS findings, f.impact
FROM ml_mutes m
LEFT JOIN LATERAL (SELECT count(*) AS findings, sum(impact) AS impact FROM ml_muted_findings
                   WHERE mute_id = m.id) f ON true
WHERE (CAST(:at AS timestamptz) IS NULL OR least(m.until, m.ended_at) > :at)
  AND (CAST(:hotel_id AS integer) IS NULL OR m.hotel_id = :hotel_id)
  AND (CAST(:id AS bigint) IS NULL OR m.id = :id)
ORDER BY least(m.until, m.ended_at), m.id

-- name: fetch_findings
-- What was found under a mute, the latest first.
SELECT * FROM ml_muted_findings WHERE mute_id = :id
ORDER BY occurred_on DESC, severity DESC, type, entity_name LIMIT :limit

-- name: mark_ended
-- Ends a mute; no row where somebody has, or where this role may not.
UPDATE ml_mutes SET ended_at = statement_timestamp(), ended_by = :ended_by
WHERE id = :id AND ended_at IS NULL AND until > statement_timestamp()
RETURNING id

-- name: touch_days
-- Whether any mute may cover what is found from a day on.
SELECT EXISTS (SELECT FROM ml_mutes WHERE until > CAST(CAST(:since AS date) AS timestamptz))

-- name: take
-- Puts those of one day's findings that a mute covers where muted findings are kept; returns their places. Repeats and
-- another night's figures change the row that is there. As alerts do, it keeps a digest of what an event rests on: nothing
-- of before :not_before.
WITH found AS (
    SELECT f.*, least(f.since_on, f.occurred_on) AS first_on, greatest(f.occurred_on, CAST(:judged_on AS date)) AS judged_on
    FROM jsonb_to_recordset(CAST(:findings AS jsonb)) AS f(
        place integer, type text, severity severity, hotel_id integer, entity_type text, entity_id integer,
        entity_name text, metric text, value double precision, impact numeric(14, 2), message text, occurred_on date,
        since_on date, is_state boolean)
), covered AS (
    SELECT f.*, m.mute_id, g.ground FROM found f
    LEFT JOIN LATERAL ground_of(f.metric, CAST(:rests_also AS jsonb) -> f.type, f.hotel_id, f.entity_type, f.entity_id,
                                f.first_on, f.judged_on, CAST(:not_before AS timestamptz)) g ON NOT f.is_state
    CROSS JOIN LATERAL (
        SELECT min(m.id) AS mute_id FROM ml_mutes m
        WHERE covers(m, f.hotel_id, f.type, f.entity_type, f.entity_id, f.occurred_on, f.occurred_on, f.is_state, :as_of)
          AND m.id NOT IN (SELECT held('mutes'))
    ) m
    WHERE m.mute_id IS NOT NULL
), kept AS (
    INSERT INTO ml_muted_findings AS k (mute_id, type, hotel_id, entity_type, entity_id, occurred_on, entity_name,
                                        severity, value, impact, message, first_seen, last_seen, metric, since_on,
                                        judged_on, ground)
    SELECT DISTINCT ON (mute_id, type, hotel_id, entity_type, entity_id, occurred_on)
           mute_id, type, hotel_id, entity_type, entity_id, occurred_on, entity_name, severity, value, impact, message,
           :as_of, :as_of, metric, first_on, judged_on, ground
    FROM covered
    ORDER BY mute_id, type, hotel_id, entity_type, entity_id, occurred_on, severity DESC, value DESC
    ON CONFLICT (mute_id, type, hotel_id, entity_type, entity_id, occurred_on) DO UPDATE
    SET entity_name = excluded.entity_name, severity = excluded.severity, value = excluded.value,
        impact = excluded.impact, message = excluded.message, last_seen = greatest(k.last_seen, excluded.last_seen),
        metric = excluded.metric, since_on = excluded.since_on, judged_on = excluded.judged_on, ground = excluded.ground
    WHERE (k.entity_name, k.severity, k.value, k.impact, k.message, k.since_on, k.judged_on, k.ground)
          IS DISTINCT FROM (excluded.entity_name, excluded.severity, excluded.value, excluded.impact, excluded.message,
                            excluded.since_on, excluded.judged_on, excluded.ground)
       OR k.last_seen < excluded.last_seen
)
SELECT place FROM covered

-- name: forget
-- Forgets muted findings of these days that were looked at again and not found: the records no longer show them.
DELETE FROM ml_muted_findings k
USING jsonb_to_recordset(CAST(:gone AS jsonb)) AS g(
    type text, hotel_id integer, entity_type text, entity_id integer, occurred_on date)
WHERE (k.type, k.hotel_id, k.entity_type, k.entity_id, k.occurred_on)
      = (g.type, g.hotel_id, g.entity_type, g.entity_id, g.occurred_on)

-- name: close
-- Ends live alerts that a mute covers, one row each: they are not over, but nobody is to be bothered.
WITH covered AS (
    SELECT a.id, min(m.id) AS mute_id
    FROM ml_mutes m
    JOIN ml_alerts a ON a.hotel_id = m.hotel_id AND is_live(a.status)
     AND covers(m, a.hotel_id, a.type, a.entity_type, a.entity_id, a.occurred_on, a.last_occurred_on,
                a.type = ANY(:state_types) OR a.reason = ANY(:state_reasons), :as_of)
    WHERE a.id NOT IN (SELECT held('alerts')) AND m.id NOT IN (SELECT held('mutes'))
    GROUP BY a.id
)
UPDATE ml_alerts a
SET status = 'resolved', resolved_at = greatest(CAST(:as_of AS timestamptz), a.raised_at), resolved_by = 'system',
    mute_id = c.mute_id, muted_by = NULL, snoozed_until = NULL, snoozed_by = NULL
FROM covered c WHERE a.id = c.id
RETURNING a.id
