-- Moving a store with its lists to another database.

-- name: fetch_tables
-- The tables with rows of their own in the schemas, and the parents of partitions, whose rows count once.
SELECT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY(:schemas) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY 1

-- name: find_room
-- The server's version, who asks, whether that role may create schemas, and one of ours that is there.
SELECT current_setting('server_version_num')::integer AS version, quote_ident(current_user) AS role,
       quote_ident(current_database()) AS database,
       has_database_privilege(current_database(), 'CREATE') AS may_create,
       (SELECT min(nspname::text) FROM pg_namespace WHERE nspname = ANY(:schemas)) AS taken
