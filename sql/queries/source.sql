-- The source contract: recognising a layout, checking what it reads, recording what was installed.

-- name: columns
-- Every table and column that can be seen in the search path's schemas, its type, and whether we may read it.
SELECT c.relname AS table_name, a.attname AS column_name, format_type(a.atttypid, NULL) AS type,
       has_column_privilege(c.oid, a.attnum, 'SELECT') AS readable
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relname = ANY(:tables) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_table_is_visible(c.oid)
  AND a.attnum > 0 AND NOT a.attisdropped

-- name: functions
-- The contract functions that are installed, as DROP takes them.
SELECT p.oid::regprocedure::text AS signature FROM pg_proc p
WHERE p.pronamespace = to_regnamespace('minibar_ml') AND p.proname LIKE 'source\_%'

-- name: find_contract
-- Which layout the contract was installed for.
SELECT layout, checksum, absent FROM minibar_ml.ml_source_contract

-- name: upsert_contract
-- Records the installed contract.
INSERT INTO minibar_ml.ml_source_contract (layout, checksum, absent) VALUES (:layout, :checksum, :absent)
ON CONFLICT (only_row) DO UPDATE SET layout = excluded.layout, checksum = excluded.checksum, absent = excluded.absent,
    installed_at = now()
