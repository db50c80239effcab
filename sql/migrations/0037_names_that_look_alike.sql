-- Signs that show nothing are found by Unicode's rules and not one by one: what is normalised first can become a blank.

-- A name without case, marks above and below its letters, blanks, and signs that show nothing: those of Unicode's categories Cc,
-- Cf, Zs, Zl, Zp, what it calls default ignorable, and three that are drawn as nothing.
CREATE OR REPLACE FUNCTION minibar_ml.bare(name text) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path TO 'pg_catalog', 'pg_temp' AS $$
    SELECT lower(translate(regexp_replace(normalize(name, NFKD),
                     '[\u0001-\u0020\u007f-\u00a0\u00ad\u0300-\u036f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u2000-\u200f\u2028-\u202f\u205f-\u206f\u20d0-\u20ff\u2800\u3000\u3164\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+',
                     '', 'g'), 'ı', 'i') COLLATE "C")
$$;
