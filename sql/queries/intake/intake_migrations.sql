-- The record of migrations that made the schema of imported lists.

-- name: create_schema
-- The schema of imported lists. IF NOT EXISTS would need CREATE on the database also where it does.
DO $$
BEGIN
    IF to_regnamespace('minibar_in') IS NULL THEN
        CREATE SCHEMA minibar_in;
    END IF;
END
$$

-- name: create_table
-- Its record of migrations.
CREATE TABLE IF NOT EXISTS minibar_in.schema_migration (
    version integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)

-- name: lock
-- Locks the record against every other upgrade until the transaction ends; fails at once where there is one.
LOCK TABLE minibar_in.schema_migration IN SHARE ROW EXCLUSIVE MODE NOWAIT

-- name: insert
-- Records one applied migration.
INSERT INTO minibar_in.schema_migration (version, name, checksum) VALUES (:version, :name, :checksum)

-- name: fetch
-- What was applied, in order.
SELECT version, name, checksum, applied_at FROM minibar_in.schema_migration ORDER BY version
