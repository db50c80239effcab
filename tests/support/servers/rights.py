"""What roles may do to the store's tables, and whose rows, as PostgreSQL says it."""

POLICIES = """
SELECT p.tablename, v.verb, string_agg(p.policyname, ' ' ORDER BY p.policyname)
FROM pg_policies p
JOIN (VALUES ('INSERT'), ('UPDATE'), ('DELETE')) v (verb) ON p.cmd IN ('ALL', v.verb)
WHERE p.schemaname = 'minibar_ml' AND p.policyname <> 'jobs'
GROUP BY p.tablename, v.verb
"""
RIGHTS = """
SELECT c.relname, v.verb, array_agg(DISTINCT CAST(a.attname AS text) ORDER BY CAST(a.attname AS text)),
       count(DISTINCT a.attname) = (SELECT count(*) FROM pg_attribute w
                                    WHERE w.attrelid = c.oid AND w.attnum > 0 AND NOT w.attisdropped
                                      AND (w.attidentity = '' OR v.verb = 'DELETE')) AS is_all,
       EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D'
               AND t.tgtype & v.bit <> 0) AS is_guarded
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
CROSS JOIN (VALUES ('INSERT', 4), ('UPDATE', 16), ('DELETE', 8), ('TRUNCATE', 32)) v (verb, bit)
CROSS JOIN unnest(CAST(:roles AS text[])) r (role)
WHERE c.relnamespace = 'minibar_ml'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
  AND CASE WHEN v.verb IN ('INSERT', 'UPDATE') THEN has_column_privilege(r.role, c.oid, a.attnum, v.verb)
           ELSE has_table_privilege(r.role, c.oid, v.verb) END
GROUP BY c.oid, c.relname, v.verb, v.bit
"""
