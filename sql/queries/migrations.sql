-- The record of applied migrations.

-- name: create_schema
-- The store's schema.
CREATE SCHEMA IF NOT EXISTS minibar_ml

-- name: create_table
-- The record itself: which files were applied, and what they said.
CREATE TABLE IF NOT EXISTS minibar_ml.ml_schema_migrations (
    version integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)

-- name: insert
-- Records one applied migration.
INSERT INTO minibar_ml.ml_schema_migrations (version, name, checksum) VALUES (:version, :name, :checksum)

-- name: fetch
-- What was applied, in order.
SELECT version, name, checksum, applied_at FROM minibar_ml.ml_schema_migrations ORDER BY version
