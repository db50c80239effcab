-- Who sees what: bindings of login roles to hotels.

-- name: sees_nothing
-- Whether row-level security leaves this session nothing to see: no owner, no job, no binding.
SELECT row_security_active('minibar_ml.ml_alerts')
   AND NOT runs_jobs(current_user)
   AND NOT is_any(current_user, ARRAY['administrator', 'viewer', 'storekeeper']) AS sees_nothing,
       current_user AS role

-- name: current_role
-- Whose rights this session has.
SELECT current_user

-- name: sees_everything
-- Whether this session sees and may change all hotels' rows: the owner, a job, an administrator of all hotels.
SELECT sees_everything()

-- name: fetch
-- All bindings that this role may see, and whether the login they are about is still there.
SELECT a.database_role, a.role, a.hotel_ids, a.user_id, a.added_at, a.added_by,
       EXISTS (SELECT FROM pg_roles r WHERE r.rolname = a.database_role) AS exists
FROM ml_access a ORDER BY a.database_role

-- name: upsert
-- Binds a login role; returns what it was before, null where it was nothing.
WITH before AS (
    SELECT role, hotel_ids, user_id FROM ml_access WHERE database_role = :database_role
), bound AS (
    INSERT INTO ml_access (database_role, role, hotel_ids, user_id)
    VALUES (:database_role, :role, CAST(:hotel_ids AS integer[]), :user_id)
    ON CONFLICT (database_role) DO UPDATE
    SET role = excluded.role, hotel_ids = excluded.hotel_ids, user_id = excluded.user_id,
        added_at = now(), added_by = session_user
)
SELECT (SELECT to_jsonb(before) FROM before) AS before

-- name: delete
-- Unbinds a login role; returns what it was.
DELETE FROM ml_access WHERE database_role = :database_role
RETURNING jsonb_build_object('role', role, 'hotel_ids', hotel_ids, 'user_id', user_id) AS before

-- name: find_groups
-- Whether a login role is there, and which of the group roles are.
SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :database_role AND rolcanlogin) AS can_log_in,
       ARRAY(SELECT CAST(rolname AS text) FROM pg_roles
             WHERE rolname IN ('minibar_ml_owner', 'minibar_ml_collector', 'minibar_ml_operator', 'minibar_ml_viewer')
            ) AS groups

-- name: is_installed
-- Whether roles.sql was run in this database.
SELECT EXISTS (SELECT FROM pg_namespace
               WHERE nspname = 'minibar_ml' AND pg_get_userbyid(nspowner) = 'minibar_ml_owner')

-- name: join_group
-- Puts a login role into its group, and out of the other one.
SELECT put_into_group(:database_role, :group)

-- name: find_user
-- A user of the hotel's application: role and hotel.
SELECT role, hotel_id, is_active FROM source_users() WHERE user_id = :user_id

-- name: fetch_foreign
-- The store's tables that the owner role does not own, or of which jobs may write numbers that the table counts:
-- roles.sql was not run since they were made, or since jobs write by column.
SELECT c.relname AS name FROM pg_class c
WHERE c.relnamespace = to_regnamespace('minibar_ml') AND c.relkind IN ('r', 'p')
  AND (pg_get_userbyid(c.relowner) <> 'minibar_ml_owner' OR EXISTS (
      SELECT FROM aclexplode(c.relacl) g JOIN pg_attribute a ON a.attrelid = c.oid AND a.attidentity <> ''
      WHERE g.grantee = to_regrole('minibar_ml_collector') AND g.privilege_type IN ('INSERT', 'UPDATE')))
ORDER BY c.relname
