-- The rounds of a day are mailed to those who ask for them, as reports are.
ALTER TABLE minibar_ml.ml_people
    DROP CONSTRAINT ml_people_reports_check,
    ADD CONSTRAINT ml_people_reports_check CHECK (reports <@ ARRAY['weekly', 'monthly', 'rounds']);
