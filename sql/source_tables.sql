-- From here on PostgreSQL's own schema alone: whoever may CREATE in a schema of the path could otherwise offer a
-- function or operator that fits better, and it would run as the superuser. Where the path finds the application is
-- kept.
DO $$
BEGIN
    -- Sessions of the program know it already.
    IF coalesce(pg_catalog.current_setting('minibar_ml.source_schemas', true), '') OPERATOR(pg_catalog.=) '' THEN
        PERFORM pg_catalog.set_config('minibar_ml.source_schemas',
                                      CAST(pg_catalog.current_schemas(false) AS pg_catalog.text), false);
    END IF;
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', false);
END
$$;

-- The application's tables, where the path finds them. Which they are, and who may read them, is said by the source
-- contract: `minibar-ml db roles` and `minibar-ml setup --sql` put its rows here.
CREATE TEMPORARY TABLE minibar_ml_source AS
SELECT DISTINCT ON (t.name) t.name, t.columns, t.readers, c.oid, n.oid AS schema, c.relowner AS owner
FROM (VALUES /* tables, columns and readers of sql/source */) AS t (name, columns, readers)
CROSS JOIN unnest(CAST(current_setting('minibar_ml.source_schemas') AS text[])) WITH ORDINALITY AS p (schema, place)
JOIN pg_namespace n ON n.nspname = p.schema
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY t.name, p.place;
