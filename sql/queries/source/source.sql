-- The source contract: recognising a layout, checking what it reads, recording what was installed.

-- name: locate
-- The first schema of the session's own search_path, as it was when it connected, that has each of these tables.
SELECT DISTINCT ON (c.relname) CAST(c.relname AS text) AS table_name, CAST(p.schema AS text) AS schema_name
FROM unnest(CAST(current_setting('minibar_ml.source_schemas') AS text[])) WITH ORDINALITY AS p (schema, place)
JOIN pg_namespace n ON n.nspname = p.schema
JOIN pg_class c ON c.relnamespace = n.oid
WHERE c.relname = ANY(:tables) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY c.relname, p.place

-- name: use_own_path
-- Gives this transaction the role's own search_path back: for what writes the application's tables, not ours.
SELECT set_config('search_path', array_to_string(ARRAY(
    SELECT quote_ident(schema) FROM unnest(CAST(current_setting('minibar_ml.source_schemas') AS text[])) AS p (schema)
), ', '), true)

-- name: columns
-- Every column of these tables of these schemas, its type, and whether we may read it. The owner of a table runs functions
-- of their own whenever it is read: `stranger` is an owner who is no superuser, owns none of the tables that show that the
-- application is there (`:marks`; null: every owner is believed), and is not the owner of most.
WITH tables AS (
    SELECT c.oid, c.relname, c.relowner
    FROM unnest(CAST(:schemas AS text[]), CAST(:tables AS text[])) AS t (schema, name)
    JOIN pg_namespace n ON n.nspname = t.schema
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
), believed AS (
    SELECT relowner FROM tables WHERE relname = ANY(CAST(:marks AS text[]))
    UNION SELECT mode() WITHIN GROUP (ORDER BY relowner) FROM tables
    UNION SELECT oid FROM pg_roles WHERE rolsuper OR CAST(:marks AS text[]) IS NULL
)
SELECT c.relname AS table_name, a.attname AS column_name, format_type(a.atttypid, NULL) AS type,
       has_column_privilege(c.oid, a.attnum, 'SELECT') AS readable,
       CASE WHEN c.relowner NOT IN (SELECT relowner FROM believed) THEN pg_get_userbyid(c.relowner) END AS stranger
FROM tables c
JOIN pg_attribute a ON a.attrelid = c.oid
WHERE a.attnum > 0 AND NOT a.attisdropped

-- name: reads
-- The source's tables that a function with an SQL-standard body reads, and which of their columns.
SELECT n.nspname AS schema_name, c.relname AS table_name,
       coalesce(array_agg(a.attname::text ORDER BY a.attname) FILTER (WHERE a.attname IS NOT NULL), '{}') AS columns
FROM pg_depend d
JOIN pg_class c ON c.oid = d.refobjid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND a.attnum > 0
WHERE d.classid = 'pg_proc'::regclass AND d.objid = CAST(:function AS regproc) AND d.refclassid = 'pg_class'::regclass
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'minibar_ml')
GROUP BY 1, 2 ORDER BY 1, 2

-- name: functions
-- The contract functions that are installed, as DROP takes them; `keyed_` are those that others translate.
SELECT p.oid::regprocedure::text AS signature FROM pg_proc p
WHERE p.pronamespace = to_regnamespace('minibar_ml') AND p.proname ~ '^(keyed_)?source_'

-- name: find_contract
-- Which layout the contract was installed for, and in which schema it looks for each table; its text where it is no file
-- of ours.
SELECT layout, checksum, content, absent, schemas FROM ml_source_contract

-- name: upsert_contract
-- Records the installed contract.
INSERT INTO ml_source_contract (layout, checksum, content, absent, schemas)
VALUES (:layout, :checksum, :content, :absent, CAST(:schemas AS jsonb))
ON CONFLICT (only_row) DO UPDATE SET layout = excluded.layout, checksum = excluded.checksum,
    content = excluded.content, absent = excluded.absent, schemas = excluded.schemas, installed_at = now()
