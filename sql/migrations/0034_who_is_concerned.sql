-- A digest also says how many more alerts wait that concern the person: the rule has one place.

-- Whether alerts of a hotel and a type concern a person. Hotel 0 is the common store: whoever serves a hotel is served by it.
-- The installation is the concern of who keeps the server, and of administrators where nobody is named for it.
CREATE FUNCTION minibar_ml.concerns(person minibar_ml.ml_people, hotel integer, kind text, is_of_server boolean) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT (person.hotels IS NULL OR hotel = ANY(person.hotels) OR (hotel = 0 AND person.hotels <> '{}'))
       AND (person.alert_types IS NULL OR kind = ANY(person.alert_types))
       AND (person.role = 'server' OR NOT is_of_server OR NOT EXISTS (
           SELECT FROM minibar_ml.ml_people k JOIN minibar_ml.ml_channels c ON c.person_id = k.id
           WHERE k.role = 'server' AND k.is_active))
$$;
