-- The record of applied migrations.

-- name: find_strange_owner
-- Who owns the store's schema, where that is neither this role nor a superuser; its owner could change every function.
-- Nobody logs in as the role that sql/roles.sql gives the store to, and only superusers put anybody into it.
SELECT r.rolname FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner
WHERE n.nspname = 'minibar_ml' AND r.rolname <> current_user AND NOT r.rolsuper
  AND NOT (r.rolname = 'minibar_ml_owner' AND NOT r.rolcanlogin AND pg_catalog.pg_has_role(r.oid, 'USAGE'))

-- name: create_schema
-- The store's schema. IF NOT EXISTS would need CREATE on the database also where it does.
DO $$
BEGIN
    IF to_regnamespace('minibar_ml') IS NULL THEN
        CREATE SCHEMA minibar_ml;
    END IF;
END
$$

-- name: create_table
-- The record itself: which files were applied, and what they said.
CREATE TABLE IF NOT EXISTS minibar_ml.ml_schema_migrations (
    version integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)

-- name: lock
-- Locks the record against every other upgrade until the transaction ends; fails at once where there is one.
LOCK TABLE minibar_ml.ml_schema_migrations IN SHARE ROW EXCLUSIVE MODE NOWAIT

-- name: insert
-- Records one applied migration.
INSERT INTO minibar_ml.ml_schema_migrations (version, name, checksum) VALUES (:version, :name, :checksum)

-- name: fetch
-- What was applied, in order.
SELECT version, name, checksum, applied_at FROM minibar_ml.ml_schema_migrations ORDER BY version
