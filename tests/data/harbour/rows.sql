-- Two hotels of 30 rooms, seven products, three employees a hotel, 70 days up to 2025-11-16. Rows depend on no chance.
INSERT INTO pms.property
SELECT md5('p' || n)::uuid, (ARRAY['Harbour House', 'Harbour Annex'])[n], false FROM generate_series(1, 2) n;
INSERT INTO pms.room
SELECT md5('r' || h || '-' || n)::uuid, md5('p' || h)::uuid, (100 * h + n)::text,
       CASE WHEN n % 5 = 0 THEN 'suite' ELSE 'double' END, NULL
FROM generate_series(1, 2) h, generate_series(1, 30) n;
INSERT INTO pms.article
SELECT 'SKU-' || n, (ARRAY['Water', 'Cola', 'Beer', 'Wine', 'Nuts', 'Chocolate', 'Juice'])[n], 150 * n
FROM generate_series(1, 7) n;
INSERT INTO pms.employee
SELECT 9000000000 + 10 * h + n, 'b' || h || n, (ARRAY['Ada', 'Ben', 'Cem'])[n], 'Kaya', 'attendant', NULL
FROM generate_series(1, 2) h, generate_series(1, 3) n;
INSERT INTO pms."RoomVisit"
SELECT md5('v' || h || '-' || n || '-' || d)::uuid, md5('r' || h || '-' || n)::uuid,
       9000000000 + 10 * h + 1 + n % 3, at, CASE WHEN (n + d) % 17 = 0 THEN 'refused' ELSE 'checked' END, at, NULL
FROM generate_series(1, 2) h, generate_series(1, 30) n, generate_series(0, 69) d,
     LATERAL (SELECT timestamp '2025-11-16 09:00' - d * interval '1 day' + (n / 3) * interval '11 minutes'
                     + (('x' || substr(md5(n || 'm' || d), 1, 2))::bit(8)::integer % 5) * interval '1 minute' AS at) t;
INSERT INTO pms."RoomVisitItem"
SELECT md5('v' || h || '-' || n || '-' || d)::uuid, 'SKU-' || i,
       1 + (('x' || substr(md5(h || 'q' || n || '-' || d || i), 1, 2))::bit(8)::integer % 2), 1
FROM generate_series(1, 2) h, generate_series(1, 30) n, generate_series(0, 69) d, generate_series(1, 7) i
WHERE ('x' || substr(md5(h || 'u' || n || '-' || d || i), 1, 2))::bit(8)::integer < 40 AND (n + d) % 17 <> 0;
