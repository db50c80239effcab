-- People who are notified of alerts, and their channels. Administrators and storekeepers of the hotel application are
-- people by default; attendants are not.

-- name: begin_following
-- From here on what a job writes about people is not its own will: a trigger leaves it for the audit log.
SELECT set_config('minibar_ml.follows', 'on', true)

-- name: follow_source
-- Takes over who the hotel application's administrators and storekeepers are; a person set by hand is left alone, and
-- one of the same name stands in for the user. Whoever may not change everybody changes nobody.
WITH found AS (
    SELECT user_id, login, is_active,
           CASE WHEN role = 'depo_sorumlusu' THEN 'storekeeper' ELSE 'administrator' END AS role,
           -- An administrator of no hotel is the whole chain's; there is nothing to notify a storekeeper of no hotel of.
           CASE WHEN role = 'depo_sorumlusu' OR hotels <> '{}' THEN hotels END AS hotels,
           CASE WHEN role = 'depo_sorumlusu' THEN CAST(:stock_types AS text[]) END AS alert_types
    FROM source_recipients()
    WHERE role IN ('sistem_yoneticisi', 'admin', 'depo_sorumlusu') AND login <> ''
      AND (SELECT sees_everything())
), changed AS (
    UPDATE ml_people p
    SET is_active = f.is_active, role = f.role, hotels = f.hotels, alert_types = f.alert_types
    FROM found f
    WHERE p.source_user_id = f.user_id AND p.follows_source
      AND (p.is_active, p.role, p.hotels, p.alert_types)
          IS DISTINCT FROM (f.is_active, f.role, f.hotels, f.alert_types)
), gone AS (
    UPDATE ml_people p SET is_active = false
    WHERE p.follows_source AND p.is_active AND NOT EXISTS (SELECT FROM found f WHERE f.user_id = p.source_user_id)
      AND (SELECT sees_everything())
)
-- Administrators get the month's report unless they say otherwise.
INSERT INTO ml_people (name, source_user_id, follows_source, role, language, hotels, alert_types, reports)
SELECT f.login, f.user_id, true, f.role, :language, f.hotels, f.alert_types,
       CASE WHEN f.role = 'administrator' THEN ARRAY['monthly'] ELSE '{}' END
FROM found f
WHERE f.is_active AND NOT EXISTS (SELECT FROM ml_people p WHERE p.source_user_id = f.user_id)
ON CONFLICT DO NOTHING

-- name: follow_removed_addresses
-- Removes the mail addresses of people who follow the hotel application where that has none, or none that is an address.
SELECT remove_channel(c.person_id, c.kind)
FROM ml_people p
JOIN source_recipients() r ON r.user_id = p.source_user_id
JOIN ml_channels c ON c.person_id = p.id AND c.kind = 'email'
WHERE p.follows_source AND (SELECT sees_everything()) AND (trim(r.email) ~ :address) IS NOT TRUE

-- name: follow_addresses
-- Takes over the mail addresses of people who follow the hotel application; what is not an address is left out.
INSERT INTO ml_channels AS c (person_id, kind, shown)
SELECT p.id, 'email', trim(r.email)
FROM ml_people p JOIN source_recipients() r ON r.user_id = p.source_user_id
WHERE p.follows_source AND (SELECT sees_everything()) AND trim(r.email) ~ :address
ON CONFLICT (person_id, kind) DO UPDATE SET shown = excluded.shown WHERE c.shown <> excluded.shown

-- name: end_following
-- What a command writes about people from here on it records itself.
SELECT set_config('minibar_ml.follows', 'off', true)

-- name: fetch
-- All people by name, or the one of :name, each with what its channels show by their kind.
SELECT p.*, coalesce((SELECT jsonb_object_agg(c.kind, c.shown) FROM ml_channels c
                      WHERE c.person_id = p.id), '{}') AS channels
FROM ml_people p
WHERE CAST(:name AS text) IS NULL OR p.name = :name
ORDER BY p.name

-- name: insert
-- Adds a person; returns the id, no row where the name is taken.
INSERT INTO ml_people (name, role, language, is_active, hotels, alert_types, min_severity, quiet_from,
                                  quiet_until, digest_at, repeat_minutes, wants_resolved, reports)
VALUES (:name, :role, :language, :is_active, :hotels, :alert_types, :min_severity, :quiet_from, :quiet_until,
        :digest_at, :repeat_minutes, :wants_resolved, :reports)
ON CONFLICT (name) DO NOTHING
RETURNING id

-- name: update
-- Sets all of a person's preferences.
UPDATE ml_people
SET follows_source = :follows_source, role = :role, language = :language, is_active = :is_active, hotels = :hotels,
    alert_types = :alert_types, min_severity = :min_severity, quiet_from = :quiet_from, quiet_until = :quiet_until,
    digest_at = :digest_at, repeat_minutes = :repeat_minutes, wants_resolved = :wants_resolved, reports = :reports
WHERE id = :id

-- name: delete
-- Removes a person with channels and messages.
SELECT remove_person(:id)

-- name: upsert_channel
-- Sets a person's address of a kind.
INSERT INTO ml_channels (person_id, kind, shown, sealed) VALUES (:person_id, :kind, :shown, :sealed)
ON CONFLICT (person_id, kind) DO UPDATE SET shown = excluded.shown, sealed = excluded.sealed

-- name: delete_channel
-- Takes a person's address of a kind away.
SELECT remove_channel(:person_id, :kind)

-- name: fetch_channels
-- A person's channels, by id.
SELECT id, person_id, kind, shown, sealed FROM ml_channels WHERE person_id = :person_id ORDER BY id

-- name: fetch_seals
-- How many addresses each key has sealed, by the fingerprint that stands in front of their bytes.
SELECT encode(substring(sealed FROM 5 FOR 8), 'hex') AS fingerprint, count(*) AS addresses
FROM ml_channels WHERE sealed IS NOT NULL
GROUP BY 1
ORDER BY 1

-- name: claim_sealed_by
-- The addresses that one of some keys has sealed, locked until the transaction ends; a hotel has few.
SELECT id, person_id, kind, shown, sealed FROM ml_channels
WHERE encode(substring(sealed FROM 5 FOR 8), 'hex') = ANY(CAST(:keys AS text[]))
ORDER BY id
FOR UPDATE

-- name: mark_resealed
-- Puts the bytes that another key has sealed in the place of addresses' old ones.
UPDATE ml_channels c SET sealed = again.sealed
FROM unnest(CAST(:ids AS bigint[]), CAST(:sealed AS bytea[])) AS again (id, sealed)
WHERE c.id = again.id
