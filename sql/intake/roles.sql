
-- Schema minibar_in, where lists are imported from files: it belongs to the store's owner, and is written by jobs and by
-- whichever other program is given the role minibar_ml_importer. People read what the source contract shows them.
DO $$
DECLARE
    object record;
BEGIN
    IF to_regnamespace('minibar_in') IS NULL THEN
        RETURN;
    END IF;
    FOR object IN
        SELECT coalesce(CAST(r.rolname AS text), 'PUBLIC') AS grantee
        FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee
        WHERE n.nspname = 'minibar_in' AND g.privilege_type = 'CREATE' AND g.grantee <> n.nspowner
          AND r.rolsuper IS NOT TRUE
    LOOP
        RAISE EXCEPTION '% may CREATE in schema minibar_in, and could plant what others would then run', object.grantee;
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'minibar_ml_importer') THEN
        CREATE ROLE minibar_ml_importer NOLOGIN;
    END IF;
    GRANT minibar_ml_importer TO minibar_ml_collector;
    ALTER SCHEMA minibar_in OWNER TO minibar_ml_owner;
    FOR object IN
        SELECT format('ALTER TABLE %s OWNER TO minibar_ml_owner', CAST(oid AS regclass)) AS change FROM pg_class
        WHERE relnamespace = CAST('minibar_in' AS regnamespace) AND relkind = 'r'
          AND relowner <> CAST('minibar_ml_owner' AS regrole)
        UNION ALL
        SELECT format('ALTER SEQUENCE %s OWNER TO minibar_ml_owner', CAST(oid AS regclass)) FROM pg_class
        WHERE oid = to_regclass('minibar_in.stay_ids') AND relowner <> CAST('minibar_ml_owner' AS regrole)
        UNION ALL
        SELECT format('ALTER FUNCTION %s OWNER TO minibar_ml_owner', CAST(oid AS regprocedure)) FROM pg_proc
        WHERE pronamespace = CAST('minibar_in' AS regnamespace) AND proowner <> CAST('minibar_ml_owner' AS regrole)
    LOOP
        EXECUTE object.change;
    END LOOP;
    GRANT USAGE ON SCHEMA minibar_in TO minibar_ml_importer, minibar_ml_viewer;
    GRANT SELECT, INSERT, UPDATE, DELETE ON minibar_in.hotel, minibar_in.room, minibar_in.product, minibar_in.person,
        minibar_in.night, minibar_in.stay_hint, minibar_in.check, minibar_in.check_line, minibar_in.movement,
        minibar_in.order, minibar_in.batch TO minibar_ml_importer;
    -- Policies of these tables ask the store who sees what.
    GRANT USAGE ON SCHEMA minibar_ml TO minibar_ml_importer;
    GRANT EXECUTE ON FUNCTION minibar_ml.is_everywhere(name, text[]), minibar_ml.hotels_as(name, text[])
        TO minibar_ml_importer;
    GRANT USAGE ON SEQUENCE minibar_in.stay_ids TO minibar_ml_importer;
    GRANT SELECT ON minibar_in.schema_migration TO minibar_ml_importer;
    GRANT SELECT ON minibar_in.hotel, minibar_in.room, minibar_in.product TO minibar_ml_viewer;
    GRANT SELECT ON minibar_in.person, minibar_in.night, minibar_in.stay_hint TO minibar_ml_operator;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO minibar_ml_importer', current_database());
END
$$;
