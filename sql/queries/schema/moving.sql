-- Moving a store with its lists to another database.

-- name: fetch_tables
-- The tables with rows of their own in the schemas, and the parents of partitions, whose rows count once.
SELECT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY(:schemas) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
ORDER BY 1

-- name: find_taken
-- Which of the schemas are there.
SELECT nspname FROM pg_namespace WHERE nspname = ANY(:schemas) ORDER BY 1
