-- What waits for the audit log is counted, and a name that looks like somebody else's is theirs.

-- How many entries wait for the audit log, and since when: nobody may read the table that they wait in.
CREATE FUNCTION minibar_ml.waiting_entries(OUT entries bigint, OUT oldest_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*), min(at) FROM minibar_ml.ml_audit_waiting
$$;
REVOKE EXECUTE ON FUNCTION minibar_ml.waiting_entries() FROM PUBLIC;

-- Capital letters of Cyrillic and Greek are letters too: the collation "C" knows those of Latin alone.
CREATE OR REPLACE FUNCTION minibar_ml.bare(name text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT lower(translate(regexp_replace(normalize(name, NFKD),
                     '[\u0001-\u0020\u007f-\u00a0\u00ad\u0300-\u036f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u2000-\u200f\u2028-\u202f\u205f-\u206f\u20d0-\u20ff\u2800\u3000\u3164\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+',
                     '', 'g'), 'ıАБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЄІЈЅЂЉЊЋЏҐӘӨҮҢҚҒҺӀΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩς',
                     'iабвгдежзиклмнопрстуфхцчшщъыьэюяєіјѕђљњћџґәөүңқғһӏαβγδεζηθικλμνξοπρστυφχψωσ') COLLATE "C")
$$;

-- What a name looks like: `bare`, with the letters of Cyrillic and Greek that are drawn as Latin ones, and I, l and 1, O and 0.
-- Before lower(): capital and small letter look like different ones.
CREATE FUNCTION minibar_ml.looks(name text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT translate(minibar_ml.bare(translate(normalize(name, NFKD),
                'АВЕЅІЈКМНОРСТУХҮԌԜԚҺԁӀаеѕіјорсухүһԛԝӏкмнтвΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβγεικνορστυχωηµμ',
                'ABESIJKMHOPCTYXYGWQhdlaesijopcyxyhqwlkmhtbABEZHIKMNOPTYXabyelkvopotuxwnuu')),
            'i1|0', 'lllo')
$$;

-- As before, and of letters that no name is written with but that look like others' (phonetic signs, Cherokee, Lisu and so on).
CREATE OR REPLACE FUNCTION minibar_ml.is_anothers(named text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT named <> session_user AND (
        normalize(named, NFKD) ~ '[\u0180-\u018e\u0190-\u0217\u021c-\u0258\u025a-\u02ff\u13a0-\u13ff\u1d00-\u1dbf\u2c60-\u2cff\ua4d0-\ua4ff\ua640-\ua6ff\ua720-\ua7ff\uab30-\uabbf\U00010280-\U000104ff\U000118a0-\U000118ff]'
        OR EXISTS (
            SELECT FROM (SELECT CAST(rolname AS text) FROM pg_roles
                         UNION ALL SELECT CAST(database_role AS text) FROM minibar_ml.ml_access
                         UNION ALL SELECT 'system') taken (name)
            WHERE taken.name <> session_user
              AND (minibar_ml.bare(taken.name) = minibar_ml.bare(named) OR minibar_ml.looks(taken.name) = minibar_ml.looks(named))))
$$;

-- As before; a name that looks like another's in other letters has its number too.
CREATE OR REPLACE FUNCTION minibar_ml.staff()
RETURNS TABLE (user_id integer, name text, is_active boolean)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, minibar_ml, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT c.user_id, CASE WHEN c.called <> '#' || c.user_id
                            AND (count(*) OVER (PARTITION BY bare(c.called)) > 1
                                 OR count(*) OVER (PARTITION BY looks(c.called)) > 1 OR c.called ~ '#[0-9]+\)?\s*$')
                           THEN c.called || ' (#' || c.user_id || ')' ELSE c.called END, c.is_active
    FROM (SELECT u.user_id, staff_name(u.user_id, u.name) AS called, u.is_active FROM source_users() u) c;
END
$$;
