-- Alerts of rooms below a possible loss that the hotel states wait for the day's digest; attendants may have pseudonyms.

ALTER TABLE minibar_ml.ml_outbox ADD COLUMN waits_for_digest boolean NOT NULL DEFAULT false;

COMMENT ON COLUMN minibar_ml.ml_outbox.waits_for_digest IS
    'Whether the message goes out in a digest and not by itself.';

-- What attendants are called wherever they are named: by the fact `staff_names`, their names, initials or a code, which is
-- their id in the source. Whoever asks gets the same, also who may not see the fact.
CREATE FUNCTION minibar_ml.staff_name(user_id integer, name text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE (SELECT value FROM minibar_ml.ml_facts
                 WHERE fact = 'staff_names' AND hotel_id IS NULL AND since <= now() ORDER BY id DESC LIMIT 1)
           WHEN 'codes' THEN '#' || user_id
           -- What is a code already has no initials.
           WHEN 'initials' THEN CASE WHEN name LIKE '#%' THEN name ELSE regexp_replace(name, '(\S)\S*', '\1.', 'g') END
           ELSE name END
$$;

-- Alerts keep the name that their entity had: of attendants they keep no more of it than is wanted now.
CREATE FUNCTION minibar_ml.rename_staff() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE minibar_ml.ml_alerts a SET message = replace(a.message, a.entity_name, n.name), entity_name = n.name
    FROM (SELECT id, minibar_ml.staff_name(entity_id, entity_name) AS name FROM minibar_ml.ml_alerts
          WHERE entity_type = 'attendant') n
    WHERE a.id = n.id AND a.entity_name <> n.name;
    UPDATE minibar_ml.ml_muted_findings f SET message = replace(f.message, f.entity_name, n.name), entity_name = n.name
    FROM (SELECT ctid AS place, minibar_ml.staff_name(entity_id, entity_name) AS name FROM minibar_ml.ml_muted_findings
          WHERE entity_type = 'attendant') n
    WHERE f.ctid = n.place AND f.entity_name <> n.name;
    RETURN NULL;
END
$$;
CREATE TRIGGER rename_staff AFTER INSERT ON minibar_ml.ml_facts
    FOR EACH ROW WHEN (NEW.fact = 'staff_names') EXECUTE FUNCTION minibar_ml.rename_staff();

-- As of every function that acts for the owner: nobody calls it but who is granted it.
REVOKE EXECUTE ON FUNCTION minibar_ml.staff_name(integer, text), minibar_ml.rename_staff() FROM PUBLIC;
