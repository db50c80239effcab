-- Layouts that stand outside the package, and hotel systems whose ids are not small integers.

-- A layout outside the package is kept here: jobs don't depend on a file that others could change.
ALTER TABLE minibar_ml.ml_source_contract ADD COLUMN content text;
COMMENT ON COLUMN minibar_ml.ml_source_contract.layout IS 'The name of the layout that fits.';
COMMENT ON COLUMN minibar_ml.ml_source_contract.checksum IS 'SHA-256 of its text.';
COMMENT ON COLUMN minibar_ml.ml_source_contract.content IS
    'The text of a layout that stands outside the package (ML_SOURCE_FILE); null: it is one of the program''s own.';

-- The numbers that stand for hotels, rooms, products and users of a system with other keys. A number is never given
-- twice, and points and alerts of the past keep theirs: rows are only added.
CREATE TABLE minibar_ml.ml_source_ids (
    kind text NOT NULL CHECK (kind IN ('hotel', 'room', 'product', 'user')),
    key text NOT NULL,
    id integer NOT NULL CHECK (id > 0),
    PRIMARY KEY (kind, key),
    UNIQUE (kind, id)
);
COMMENT ON TABLE minibar_ml.ml_source_ids IS
    'Numbers of ours for the keys of a hotel system whose ids are bigint, uuid or text; else empty.';
COMMENT ON COLUMN minibar_ml.ml_source_ids.kind IS 'hotel, room, product or user.';
COMMENT ON COLUMN minibar_ml.ml_source_ids.key IS 'The id in the source, as text.';
COMMENT ON COLUMN minibar_ml.ml_source_ids.id IS 'The number that stands for it in the store and on screens.';

-- Keys of users may be their logins: they are for those who see alerts about persons.
ALTER TABLE minibar_ml.ml_source_ids ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_source_ids USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_source_ids FOR SELECT USING (
    kind <> 'user' OR (SELECT minibar_ml.is_any(current_user, '{administrator}')));

-- The ids of a source's rows may be large.
ALTER TABLE minibar_ml.ml_nights ALTER COLUMN stay_id TYPE bigint;
