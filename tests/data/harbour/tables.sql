-- The tables of an invented hotel system, as a stranger has them: UUIDs, local times without a zone, names with capital
-- letters, deleted rows that stay. No guest stays, no stock ledger, no custody, no requests.
CREATE SCHEMA pms;
CREATE TABLE pms.property (
    id uuid PRIMARY KEY, name varchar(80) NOT NULL, closed boolean);
CREATE TABLE pms.room (
    id uuid PRIMARY KEY, property_id uuid NOT NULL REFERENCES pms.property, door varchar(10) NOT NULL,
    class varchar(20), deleted_at timestamp);
CREATE TABLE pms.article (
    sku text PRIMARY KEY, label varchar(60) NOT NULL, price_cents integer, is_listed boolean NOT NULL DEFAULT true);
CREATE TABLE pms.employee (
    id bigint PRIMARY KEY, badge varchar(20) NOT NULL, first_name text, last_name text, job text, left_on date);
CREATE TABLE pms."RoomVisit" (
    id uuid PRIMARY KEY, "roomId" uuid NOT NULL REFERENCES pms.room, "employeeId" bigint REFERENCES pms.employee,
    "visitedAt" timestamp NOT NULL, outcome varchar(12) NOT NULL, "createdAt" timestamp NOT NULL, "deletedAt" timestamp);
CREATE INDEX ON pms."RoomVisit" ("visitedAt");
CREATE INDEX ON pms."RoomVisit" ("roomId", "visitedAt");
CREATE TABLE pms."RoomVisitItem" (
    "visitId" uuid NOT NULL REFERENCES pms."RoomVisit", sku text NOT NULL REFERENCES pms.article, missing smallint,
    added smallint NOT NULL DEFAULT 0, PRIMARY KEY ("visitId", sku));
