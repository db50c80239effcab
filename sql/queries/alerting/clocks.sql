-- What runs have written whose clock was ahead.

-- name: rewind_alerts
-- Opens again what the system ended at an instant that has not come, the latest episode of each fault where none is live;
-- withdraws what was first seen more than a day ahead, which this run raises again if it is true; moves every other instant
-- and day of such a run back to now.
WITH ahead AS (
    SELECT id, type, hotel_id, entity_type, entity_id, is_state, is_live(status) AS is_live,
           raised_at > CAST(:as_of AS timestamptz) + interval '1 day' AS is_false,
           NOT is_live(status) AND resolved_by = 'system' AND resolved_at > :as_of AS is_ended
    FROM ml_alerts
    WHERE (raised_at > :as_of OR last_seen > :as_of OR (resolved_by = 'system' AND resolved_at > :as_of))
      AND id NOT IN (SELECT held('alerts'))
    FOR UPDATE
), fates AS (
    SELECT id, CASE
        WHEN is_false AND (is_live OR is_ended) THEN 'withdrawn'
        WHEN is_ended AND NOT EXISTS (
            SELECT FROM ml_alerts o
            WHERE (o.type, o.hotel_id, o.entity_type, o.entity_id, o.is_state)
                  = (h.type, h.hotel_id, h.entity_type, h.entity_id, h.is_state)
              AND o.id <> h.id AND (is_live(o.status) OR o.id > h.id)
              AND o.raised_at <= CAST(:as_of AS timestamptz) + interval '1 day') THEN 'reopened'
        WHEN is_ended THEN 'ended'
        ELSE 'kept' END AS fate
    FROM ahead h
)
UPDATE ml_alerts a
SET raised_at = least(a.raised_at, :as_of), last_seen = least(a.last_seen, :as_of),
    last_occurred_on = greatest(a.occurred_on, least(a.last_occurred_on, CAST(CAST(:as_of AS timestamptz) AS date))),
    status = CASE f.fate WHEN 'withdrawn' THEN 'resolved' WHEN 'reopened' THEN 'open' ELSE a.status END,
    resolved_at = CASE f.fate WHEN 'reopened' THEN NULL WHEN 'kept' THEN a.resolved_at ELSE :as_of END,
    resolved_by = CASE f.fate WHEN 'withdrawn' THEN 'system' WHEN 'reopened' THEN NULL ELSE a.resolved_by END,
    end_reason = CASE f.fate WHEN 'withdrawn' THEN 'records_changed' WHEN 'reopened' THEN NULL ELSE a.end_reason END,
    snoozed_until = CASE f.fate WHEN 'withdrawn' THEN NULL ELSE a.snoozed_until END,
    snoozed_by = CASE f.fate WHEN 'withdrawn' THEN NULL ELSE a.snoozed_by END,
    muted_by = CASE f.fate WHEN 'withdrawn' THEN NULL ELSE a.muted_by END,
    is_counted = a.is_counted AND f.fate <> 'withdrawn'
FROM fates f
WHERE a.id = f.id

-- name: rewind_messages
-- Makes messages due that wait for longer than any digest, pause or lease.
UPDATE ml_outbox SET next_at = :as_of
WHERE status = 'waiting' AND next_at > CAST(:as_of AS timestamptz) + interval '2 days'
