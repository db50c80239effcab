-- The login that owns the store and runs the jobs. It can only read the hotel application's tables, and of these the
-- columns that the source contract names. Can be run again.
--
-- As a superuser or the tables' owner, with the search_path of the hotel's application, in its database:
--     minibar-ml setup --sql | psql -1 -v ON_ERROR_STOP=1 hotel
-- Where the server asks for a password, give the login one afterwards: \password (in psql).

DO $$
DECLARE
    login text := '/* login */';
    source record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
        EXECUTE format('CREATE ROLE %I LOGIN', login);
    END IF;
    -- CREATE is for the schema minibar_ml, and can be revoked after `db init`. collect needs TEMPORARY.
    EXECUTE format('GRANT CONNECT, TEMPORARY, CREATE ON DATABASE %I TO %I', current_database(), login);
    FOR source IN
        SELECT s.oid, s.schema, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
        FROM minibar_ml_source s
        JOIN pg_attribute a ON a.attrelid = s.oid AND a.attnum > 0 AND NOT a.attisdropped
            AND a.attname = ANY (string_to_array(s.columns, ', '))
        GROUP BY s.oid, s.schema
    LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA %s TO %I', CAST(source.schema AS regnamespace), login);
        EXECUTE format('GRANT SELECT (%s) ON %s TO %I', source.columns, CAST(source.oid AS regclass), login);
    END LOOP;
END
$$;
DROP TABLE minibar_ml_source;
