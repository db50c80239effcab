-- What the store forgets.

-- name: prune_messages
-- Deletes what was sent, skipped or given up so long ago. A live alert's messages stay, because repeats and the notice
-- that it is over look at them; so does the digest that contained it.
DELETE FROM ml_outbox o
WHERE o.ended_at < CAST(:as_of AS timestamptz) - CAST(:kept_days AS integer) * interval '1 day'
  AND NOT EXISTS (
      SELECT FROM ml_alerts a
      WHERE a.id = o.alert_id AND is_live(a.status))
  AND NOT EXISTS (
      SELECT FROM ml_outbox m JOIN ml_alerts a ON a.id = m.alert_id
      WHERE m.digest_id = o.id AND is_live(a.status))

-- name: prune_mails
-- Deletes mails that no message needs any more, with their attachments; those that an open transaction refers to, another
-- night.
DELETE FROM ml_mails WHERE id IN (
    SELECT m.id FROM ml_mails m WHERE m.id NOT IN (SELECT mail_id FROM ml_outbox WHERE mail_id IS NOT NULL)
    FOR UPDATE SKIP LOCKED)

-- name: prune_runs
-- Deletes runs that ended so long ago, except the last of each job that did its work.
DELETE FROM ml_job_runs r
WHERE r.ended_at < CAST(:as_of AS timestamptz) - CAST(:kept_days AS integer) * interval '1 day'
  AND EXISTS (SELECT FROM ml_job_runs n
              WHERE n.job = r.job AND n.outcome IN ('done', 'partly') AND n.started_at > r.started_at)

-- name: prune_muted
-- Deletes what was found so long ago under a mute that is over.
DELETE FROM ml_muted_findings k USING ml_mutes m
WHERE m.id = k.mute_id AND least(m.until, m.ended_at) < CAST(:as_of AS timestamptz)
  AND k.occurred_on < CAST(CAST(:as_of AS timestamptz) AS date) - CAST(:kept_days AS integer)

-- name: prune_problems
-- Deletes what was refused so long ago.
DELETE FROM ml_source_problems
WHERE greatest(day, first_on) < CAST(CAST(:as_of AS timestamptz) AS date) - CAST(:kept_days AS integer)

-- name: prune_forecasts
-- Deletes the forecasts of nights so long ago.
DELETE FROM ml_forecasts WHERE made_at < CAST(:as_of AS timestamptz) - CAST(:kept_days AS integer) * interval '1 day'
