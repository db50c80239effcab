-- The outbox: which messages go to whom, by which channel, and what became of them.
-- Quiet hours and digest times are clock times of the session's zone, which is the hotel's.

-- name: enqueue
-- Turns what happened to alerts into messages; each event is considered once. Only an alert that is live now and was
-- found lately, or by records of its own that came late or were corrected after it was raised, or that a person snoozed or
-- reopened, is news, and of several events only the last, or that it is about another request. What lasts is of now, however
-- long ago it began. What was found long ago
-- and is reopened is news only for whoever had a message about its incident, be it one that was skipped because it was closed
-- in time. Whoever received a message about an incident is notified that the records no longer show one of it, and of any
-- other end of what the message was about where they want that.
WITH fresh AS (
    UPDATE ml_alert_events SET considered_at = :as_of
    WHERE id IN (
        SELECT id FROM ml_alert_events
        WHERE considered_at IS NULL AND alert_id NOT IN (
            SELECT id FROM ml_alerts WHERE id IN (SELECT held('alerts')) OR muted_by IN (SELECT held('alerts')))
        FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING id, alert_id, event
), news AS (
    -- A muted alert is news of the one that explains it where it is more severe.
    SELECT DISTINCT ON (f.alert_id) f.id AS event_id, f.event IN ('resolved', 'false_positive') AS is_end,
           f.event IN ('opened', 'unmuted') AS is_opening, f.event = 'reopened' AND NOT l.is_lately AS is_old,
           f.event = 'next_request' AS is_next,
           a.id AS own_id, coalesce(e.id, a.id) AS alert_id,
           coalesce(a.incident_id, a.id) AS incident_id, a.hotel_id,
           a.entity_type = 'room' AND e.id IS NULL AND a.impact < CAST(coalesce(
               CAST(:least_values AS jsonb) ->> CAST(a.hotel_id AS text), CAST(:least_values AS jsonb) ->> '0', '0'
           ) AS numeric) AS is_small, a.type, a.severity, a.is_counted,
           a.end_reason IS NOT DISTINCT FROM 'records_changed' AS is_withdrawn
    FROM fresh f JOIN ml_alerts a ON a.id = f.alert_id
    LEFT JOIN ml_alerts e ON e.id = a.muted_by AND e.incident_id = a.incident_id AND e.status = 'open'
                         AND e.muted_by IS NULL AND a.severity > e.severity AND f.event = 'opened'
    CROSS JOIN LATERAL (
        SELECT CASE WHEN a.is_state THEN CAST(a.last_seen AS date) ELSE a.last_occurred_on END
                   >= CAST(CAST(:as_of AS timestamptz) AS date) - CAST(:recent_days AS integer)
               OR jsonb_exists(a.facts, 'found_late_on') OR (a.corrected_at IS NOT NULL AND f.event <> 'opened')) l (is_lately)
    -- What a mute ended is not over: nobody is notified of its end.
    WHERE (a.muted_by IS NULL OR e.id IS NOT NULL) AND a.mute_id IS NULL
      AND CASE
          WHEN f.event IN ('resolved', 'false_positive') THEN a.status = f.event
          WHEN f.event IN ('escalated', 'recurred') THEN a.status IN ('open', 'acknowledged')
          ELSE f.event IN ('opened', 'next_request', 'reopened', 'unmuted', 'unsnoozed') AND a.status = 'open'
          END
      AND (f.event IN ('resolved', 'false_positive', 'unsnoozed', 'reopened') OR l.is_lately)
    ORDER BY f.alert_id, f.event = 'next_request' DESC, f.id DESC
)
INSERT INTO ml_outbox (kind, channel_id, event_id, alert_id, waits_for_digest, next_at)
SELECT DISTINCT ON (n.incident_id, n.is_end, mailbox(c)) 'alert', c.id, n.event_id, n.alert_id, s.waits,
       CASE WHEN NOT s.waits THEN CAST(:as_of AS timestamptz)
            ELSE CAST(CAST(CAST(:as_of AS timestamptz) AS date) + s.digest_at
                      + CASE WHEN CAST(CAST(:as_of AS timestamptz) AS time) < s.digest_at THEN interval '0'
                             ELSE interval '1 day' END AS timestamptz) END
FROM news n
JOIN ml_people p ON p.is_active AND concerns(p, n.hotel_id, n.type, n.type = ANY(CAST(:server_types AS text[])))
-- An incident is as severe as the most severe of its alerts that the person may hear of; before: without today's.
CROSS JOIN LATERAL (
    SELECT greatest(n.severity, max(m.severity)) AS severity,
           max(m.severity) FILTER (WHERE m.id NOT IN (SELECT own_id FROM news WHERE is_opening)) AS before
    FROM ml_alerts m
    WHERE m.incident_id = n.incident_id AND is_live(m.status) AND NOT n.is_end
      AND (p.alert_types IS NULL OR m.type = ANY(p.alert_types))) w
-- Of small alerts nobody needs to hear at once, unless one of the incident is critical.
CROSS JOIN LATERAL (
    SELECT p.digest_at IS NOT NULL OR coalesce(n.is_small AND w.severity < 'critical', false) AS waits,
           coalesce(p.digest_at, CAST(:digest_at AS time)) AS digest_at) s
JOIN ml_channels c ON c.person_id = p.id
CROSS JOIN LATERAL (
    SELECT count(*) > 0 AS is_concerned, coalesce(bool_or(o.status = 'sent'), false) AS is_sent,
           coalesce(bool_or(o.status = 'sent' AND o.alert_id = n.alert_id), false) AS is_own_sent,
           coalesce(bool_or(o.status = 'waiting' AND o.alert_id = n.alert_id), false) AS is_own_waiting,
           coalesce(bool_or(o.status IN ('waiting', 'bundled', 'sent') AND is_live(m.status)), false) AS is_known
    FROM ml_outbox o JOIN ml_channels oc ON oc.id = o.channel_id JOIN ml_alerts m ON m.id = o.alert_id
    WHERE (m.id = n.incident_id OR m.incident_id = n.incident_id) AND mailbox(oc) = mailbox(c)) k
WHERE w.severity >= p.min_severity
  AND CASE WHEN n.is_end THEN (n.is_withdrawn AND k.is_sent) OR (p.wants_resolved AND k.is_own_sent)
           ELSE (k.is_concerned OR NOT n.is_old)
                -- What still waits says of which request the alert is when it is sent.
                AND NOT (n.is_next AND k.is_own_waiting)
                AND NOT (n.is_opening AND k.is_known AND coalesce(w.before >= w.severity, false)) END
-- One mail for an incident, about the alert that counts. Two accounts with one mailbox get one mail, as the one of them
-- asks that gets it sooner.
ORDER BY n.incident_id, n.is_end, mailbox(c), n.is_withdrawn DESC, n.is_counted DESC, n.severity DESC, n.own_id,
         p.digest_at IS NOT NULL, c.id
ON CONFLICT DO NOTHING

-- name: fetch_parts
-- The other alerts of each of these alerts' incidents that whoever is behind a channel may hear of: live ones, or once the
-- alert is over those that ended with it.
SELECT a.id AS of_id, m.id FROM ml_alerts a JOIN ml_alerts m ON m.incident_id = a.incident_id AND m.id <> a.id
JOIN ml_channels c ON c.id = :channel_id JOIN ml_people p ON p.id = c.person_id
WHERE a.id = ANY(:ids) AND (p.alert_types IS NULL OR m.type = ANY(p.alert_types))
  AND CASE WHEN is_live(a.status) THEN is_live(m.status) ELSE m.resolved_at = a.resolved_at END
ORDER BY a.id, m.severity DESC, m.id

-- name: enqueue_repeats
-- Reminds of alerts that nobody has read, whoever wants that, so long after the last time, while the incident is as severe
-- as they want.
WITH last AS (
    SELECT DISTINCT ON (o.channel_id, o.alert_id) o.channel_id, o.alert_id, o.event_id, o.repetition, o.status,
           o.ended_at + p.repeat_minutes * interval '1 minute' AS again_at
    FROM ml_people p
    JOIN ml_channels c ON c.person_id = p.id
    JOIN ml_outbox o ON o.channel_id = c.id
    JOIN ml_alerts a ON a.id = o.alert_id
    WHERE p.is_active AND p.repeat_minutes IS NOT NULL AND a.status = 'open' AND a.muted_by IS NULL
      AND (a.severity >= p.min_severity OR EXISTS (
          SELECT FROM ml_alerts m WHERE m.incident_id = a.incident_id AND is_live(m.status) AND m.severity >= p.min_severity
             AND (p.alert_types IS NULL OR m.type = ANY(p.alert_types))))
    ORDER BY o.channel_id, o.alert_id, o.id DESC
)
INSERT INTO ml_outbox (kind, channel_id, event_id, alert_id, repetition, next_at)
SELECT 'alert', channel_id, event_id, alert_id, repetition + 1, :as_of
FROM last WHERE status = 'sent' AND again_at <= :as_of AND alert_id NOT IN (SELECT held('alerts'))
ON CONFLICT DO NOTHING

-- name: skip_over
-- Skips what need not be sent any more: the alert is closed, snoozed or muted by now, somebody has read it (unless
-- its severity rose), or the person is inactive.
UPDATE ml_outbox o SET status = 'skipped', ended_at = :as_of, reason = 'over'
FROM ml_alerts a, ml_alert_events e, ml_channels c, ml_people p
WHERE o.status = 'waiting' AND o.kind = 'alert' AND a.id = o.alert_id AND e.id = o.event_id
  AND c.id = o.channel_id AND p.id = c.person_id
  AND (NOT p.is_active
       OR CASE WHEN e.event IN ('resolved', 'false_positive') THEN a.status <> e.event
               ELSE a.muted_by IS NOT NULL
                    OR NOT (a.status = 'open'
                            OR (a.status = 'acknowledged' AND e.event IN ('escalated', 'recurred') AND o.repetition = 0)) END)

-- name: bundle
-- Makes one digest a channel, of these kinds, of what is due: for whoever wants digests, of what has waited for one, and for
-- anybody where more than :digest_threshold messages are due.
-- What was tried before stays by itself, so that a second copy is known for one.
WITH due AS (
    SELECT o.id, o.channel_id, p.digest_at IS NOT NULL OR o.waits_for_digest AS wants_digest, count(*) OVER (PARTITION BY o.channel_id) AS due
    FROM ml_outbox o
    JOIN ml_channels c ON c.id = o.channel_id
    JOIN ml_people p ON p.id = c.person_id
    JOIN ml_alerts a ON a.id = o.alert_id
    WHERE o.status = 'waiting' AND o.next_at <= :as_of AND o.attempts = 0 AND c.kind = ANY(:kinds)
      AND (a.severity = 'critical' OR NOT in_quiet_hours(CAST(:as_of AS timestamptz), p.quiet_from, p.quiet_until))
), chosen AS (
    SELECT id, channel_id FROM due WHERE wants_digest OR due > CAST(:digest_threshold AS integer)
), digests AS (
    INSERT INTO ml_outbox (kind, channel_id, next_at)
    SELECT DISTINCT 'digest', channel_id, CAST(:as_of AS timestamptz) FROM chosen
    RETURNING id, channel_id
)
UPDATE ml_outbox o SET status = 'bundled', digest_id = d.id
FROM chosen JOIN digests d USING (channel_id)
WHERE o.id = chosen.id AND o.status = 'waiting'

-- name: claim
-- Takes up to :batch due messages of these kinds of channel, the most severe first, out of every other run's reach for the
-- lease; returns them. Whoever only refers to a message or an event (FOR KEY SHARE) holds none up, here and in enqueue.
WITH due AS (
    SELECT o.id
    FROM ml_outbox o
    JOIN ml_channels c ON c.id = o.channel_id
    JOIN ml_people p ON p.id = c.person_id
    LEFT JOIN ml_alerts a ON a.id = o.alert_id
    WHERE o.status = 'waiting' AND o.next_at <= :as_of AND c.kind = ANY(:kinds) AND p.is_active
      AND (o.kind = 'report' OR a.severity = 'critical' OR NOT in_quiet_hours(CAST(:as_of AS timestamptz), p.quiet_from, p.quiet_until)
           OR EXISTS (SELECT FROM ml_outbox m JOIN ml_alerts b ON b.id = m.alert_id
                      WHERE m.digest_id = o.id AND b.severity = 'critical'))
    ORDER BY a.severity DESC NULLS LAST, o.next_at, o.id
    LIMIT :batch FOR NO KEY UPDATE OF o SKIP LOCKED
)
UPDATE ml_outbox o
SET attempts = o.attempts + 1, next_at = CAST(:as_of AS timestamptz) + :lease_seconds * interval '1 second'
FROM due
JOIN ml_outbox w ON w.id = due.id
JOIN ml_channels c ON c.id = w.channel_id
JOIN ml_people p ON p.id = c.person_id
LEFT JOIN ml_alert_events e ON e.id = w.event_id
WHERE o.id = due.id
RETURNING o.id, o.kind, o.attempts, o.alert_id, o.event_id, o.repetition, o.mail_id, o.created_at, c.id AS channel_id,
          c.kind AS channel, c.shown, c.sealed, p.id AS person_id, p.name AS person, p.language,
          -- To whom nothing of the incident was sent before, it is a new alert; to others a new part of it, which is only
          -- sent where it is worse, is a higher severity.
          CASE WHEN e.event NOT IN ('escalated', 'recurred', 'reopened', 'opened', 'unmuted', 'next_request') THEN e.event
               ELSE (SELECT CASE WHEN count(*) = 0 AND e.event <> 'unmuted' THEN 'opened'
                                 WHEN e.event IN ('opened', 'unmuted') AND bool_or(is_live(m.status)) THEN 'escalated'
                                 ELSE e.event END
                     FROM ml_alerts a JOIN ml_alerts m ON m.id = a.id OR m.incident_id = a.incident_id
                     JOIN ml_outbox s ON s.alert_id = m.id AND s.status = 'sent' JOIN ml_channels sc ON sc.id = s.channel_id
                     WHERE a.id = o.alert_id AND mailbox(sc) = mailbox(c)) END AS event

-- name: fetch_digest
-- The ids of a digest's alerts that nobody has read yet, the most severe and the latest first; those whose severity rose
-- count too. Apart from them, those whose end it reports. Counts by severity and sums are of the live ones and of the rest of
-- their incidents, as far as whoever gets the digest may hear of it. `others`: what waits besides and concerns them.
WITH reader AS (
    SELECT p FROM ml_outbox o JOIN ml_channels c ON c.id = o.channel_id JOIN ml_people p ON p.id = c.person_id WHERE o.id = :id
), members AS (
    SELECT DISTINCT a.id, a.incident_id, a.severity, a.raised_at, a.status IN ('resolved', 'false_positive') AS is_over
    FROM ml_outbox o
    JOIN ml_alerts a ON a.id = o.alert_id
    JOIN ml_alert_events e ON e.id = o.event_id
    WHERE o.digest_id = :id AND a.muted_by IS NULL
      AND (a.status = 'open' OR (a.status = 'acknowledged' AND e.event IN ('escalated', 'recurred')) OR a.status = e.event)
), heard_of AS (
    SELECT m.* FROM ml_alerts m CROSS JOIN reader r
    WHERE m.id IN (SELECT id FROM members WHERE NOT is_over)
       OR (m.incident_id IN (SELECT incident_id FROM members WHERE NOT is_over) AND is_live(m.status)
           AND ((r.p).alert_types IS NULL OR m.type = ANY((r.p).alert_types)))
), others AS (
    SELECT a.impact, a.is_counted FROM ml_alerts a CROSS JOIN reader r
    WHERE a.status IN ('open', 'acknowledged') AND a.muted_by IS NULL AND a.severity >= (r.p).min_severity
      AND concerns(r.p, a.hotel_id, a.type, a.type = ANY(CAST(:server_types AS text[])))
      AND a.id NOT IN (SELECT id FROM heard_of)
)
SELECT (SELECT coalesce(jsonb_object_agg(severity, alerts), '{}')
        FROM (SELECT severity, count(*) AS alerts FROM heard_of WHERE muted_by IS NULL GROUP BY severity) s) AS counts,
       ARRAY(SELECT id FROM members WHERE NOT is_over
             ORDER BY severity DESC, raised_at DESC, id DESC LIMIT :most) AS ids,
       (SELECT count(*) FROM members WHERE is_over) AS over,
       ARRAY(SELECT id FROM members WHERE is_over
             ORDER BY severity DESC, raised_at DESC, id DESC LIMIT :most) AS over_ids,
       CAST((SELECT sum(impact) FILTER (WHERE is_counted) FROM heard_of) AS double precision) AS impact,
       (SELECT min(CAST(facts ->> 'order_by' AS date)) FROM heard_of) AS order_by,
       ARRAY(SELECT DISTINCT hotel_id FROM heard_of ORDER BY hotel_id) AS hotel_ids,
       (SELECT count(*) FROM others) AS others,
       CAST((SELECT sum(impact) FILTER (WHERE is_counted) FROM others) AS double precision) AS others_impact

-- name: mark_sent
-- A message was accepted; with a digest all that it contained.
UPDATE ml_outbox SET status = 'sent', ended_at = :at, reason = NULL
WHERE id = :id OR (digest_id = :id AND status = 'bundled')

-- name: mark_skipped
-- A digest has nothing left to report.
UPDATE ml_outbox SET status = 'skipped', ended_at = :at, reason = 'over'
WHERE id = :id OR (digest_id = :id AND status = 'bundled')

-- name: mark_failed
-- A message won't be tried again, and why.
UPDATE ml_outbox SET status = 'failed', ended_at = :at, reason = :reason
WHERE id = :id OR (digest_id = :id AND status = 'bundled')

-- name: mark_delayed
-- A message could not be delivered yet: it comes due after a pause that doubles each time up to two hours, the shorter
-- by up to a half at random, so that not all come at once.
UPDATE ml_outbox
SET reason = :reason,
    next_at = CAST(:at AS timestamptz)
              + least(7200, 60 * power(2, least(attempts, 10) - 1)) * (1 - random() / 2) * interval '1 second'
WHERE id = :id

-- name: release
-- Gives claimed messages back that were not tried.
UPDATE ml_outbox SET attempts = attempts - 1, next_at = :as_of WHERE id = ANY(:ids) AND status = 'waiting'

-- name: retry_failed
-- Lets all that has failed be tried once more from the start; one row each.
UPDATE ml_outbox
SET status = CASE WHEN digest_id IS NULL THEN 'waiting' ELSE 'bundled' END, attempts = 0, next_at = :as_of,
    ended_at = NULL
WHERE status = 'failed'
RETURNING id

-- name: health
-- What waits and what has failed. tried_since: since when the oldest message waits that could not be delivered yet.
SELECT count(*) FILTER (WHERE o.status = 'waiting') AS waiting,
       count(*) FILTER (WHERE o.status = 'waiting' AND c.kind = 'email') AS mail_waiting,
       min(o.created_at) FILTER (WHERE o.status = 'waiting') AS oldest_at,
       min(o.created_at) FILTER (WHERE o.status = 'waiting' AND o.attempts > 0) AS tried_since,
       count(*) FILTER (WHERE o.status = 'failed' AND o.digest_id IS NULL) AS failed,
       (array_agg(o.reason ORDER BY o.ended_at DESC) FILTER (WHERE o.status = 'failed'))[1] AS last_failure
FROM ml_outbox o JOIN ml_channels c ON c.id = o.channel_id
WHERE o.status IN ('waiting', 'failed')

-- name: insert_mail
-- Keeps a mail that was rendered beforehand; returns its id.
INSERT INTO ml_mails (subject, body, html) VALUES (:subject, :body, :html) RETURNING id

-- name: insert_attachments
-- Adds the files of a mail, given as arrays of the same length.
INSERT INTO ml_attachments (mail_id, name, media_type, content)
SELECT :mail_id, name, media_type, content
FROM unnest(CAST(:names AS text[]), CAST(:media_types AS text[]), CAST(:contents AS bytea[]))
     AS f (name, media_type, content)

-- name: fetch_report_subscriptions
-- Which reports somebody wants and has not got: a hotel (null: all of them together) and a language each. Who is there for
-- all hotels wants one of all; who is there for some, one of each; where one hotel is :asked for, only that one.
-- A storekeeper gets none: a report shows more than stock.
-- Of two accounts with one mailbox the first one's language counts.
WITH takers AS (
    SELECT DISTINCT ON (mailbox(c), w.hotel_id) mailbox(c) AS mailbox, w.hotel_id, p.language
    FROM ml_people p JOIN ml_channels c ON c.person_id = p.id AND c.kind = 'email'
    CROSS JOIN LATERAL (
        SELECT CAST(:asked AS integer) AS hotel_id WHERE p.hotels IS NULL OR CAST(:asked AS integer) = ANY(p.hotels)
        UNION
        SELECT unnest(p.hotels) WHERE CAST(:asked AS integer) IS NULL
    ) w
    WHERE p.is_active AND CAST(:name AS text) = ANY(p.reports) AND p.role = 'administrator'
    ORDER BY mailbox(c), w.hotel_id, c.id
)
SELECT DISTINCT hotel_id, language FROM takers t
WHERE NOT EXISTS (
    SELECT FROM ml_outbox o JOIN ml_channels oc ON oc.id = o.channel_id
    WHERE mailbox(oc) = t.mailbox
      AND o.report = concat_ws(' ', CAST(:name AS text), CAST(:last_day AS date), coalesce('hotel ' || t.hotel_id, 'all')))
ORDER BY hotel_id NULLS FIRST, language

-- name: enqueue_report
-- One message with this mail for every mailbox that reads this language, wants this report of the hotel and has not got
-- it; one row each.
WITH takers AS (
    SELECT DISTINCT ON (mailbox(c)) c.id AS channel_id, mailbox(c) AS mailbox, p.language,
           concat_ws(' ', CAST(:name AS text), CAST(:last_day AS date),
                     coalesce('hotel ' || CAST(:hotel_id AS integer), 'all')) AS report
    FROM ml_people p JOIN ml_channels c ON c.person_id = p.id AND c.kind = 'email'
    WHERE p.is_active AND CAST(:name AS text) = ANY(p.reports) AND p.role = 'administrator'
      AND CASE WHEN p.hotels IS NULL THEN CAST(:hotel_id AS integer) IS NOT DISTINCT FROM CAST(:asked AS integer)
               ELSE CAST(:hotel_id AS integer) = ANY(p.hotels) END
    ORDER BY mailbox(c), c.id
)
INSERT INTO ml_outbox (kind, channel_id, report, mail_id, next_at)
SELECT 'report', channel_id, report, :mail_id, :as_of FROM takers t
WHERE language = :language AND NOT EXISTS (
    SELECT FROM ml_outbox o JOIN ml_channels oc ON oc.id = o.channel_id
    WHERE mailbox(oc) = t.mailbox AND o.report = t.report)
ON CONFLICT DO NOTHING
RETURNING id

-- name: get_mail
-- A mail that was rendered beforehand.
SELECT subject, body, html FROM ml_mails WHERE id = :id

-- name: fetch_attachments
-- The files of a mail, by name.
SELECT name, media_type, content FROM ml_attachments WHERE mail_id = :id ORDER BY name
