-- Another program may write lists: no time of theirs stops a run, or hides what is written later.
CREATE FUNCTION minibar_in.bound_written_at() RETURNS trigger LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp' AS $$
BEGIN
    -- What was written is read by this time: one to come would hide all that follows.
    NEW.written_at := greatest(least(NEW.written_at, clock_timestamp()), '2000-01-01');
    RETURN NEW;
END
$$;
REVOKE EXECUTE ON FUNCTION minibar_in.bound_written_at() FROM PUBLIC;
CREATE TRIGGER night_written BEFORE INSERT OR UPDATE ON minibar_in.night
    FOR EACH ROW EXECUTE FUNCTION minibar_in.bound_written_at();
CREATE TRIGGER stay_hint_written BEFORE INSERT OR UPDATE ON minibar_in.stay_hint
    FOR EACH ROW EXECUTE FUNCTION minibar_in.bound_written_at();
CREATE TRIGGER check_written BEFORE INSERT OR UPDATE ON minibar_in.check
    FOR EACH ROW EXECUTE FUNCTION minibar_in.bound_written_at();
CREATE TRIGGER movement_written BEFORE INSERT OR UPDATE ON minibar_in.movement
    FOR EACH ROW EXECUTE FUNCTION minibar_in.bound_written_at();
ALTER TABLE minibar_in.batch
    ADD CONSTRAINT batch_day_check CHECK (day BETWEEN '1900-01-01' AND '2199-12-31') NOT VALID,
    ADD CONSTRAINT batch_at_check CHECK (at >= '1900-01-01' AND at < '2200-01-01') NOT VALID,
    ADD CONSTRAINT batch_listed_at_check CHECK (listed_at >= '1900-01-01' AND listed_at < '2200-01-01') NOT VALID,
    ADD CONSTRAINT batch_rows_check CHECK (accepted <= 10000000 AND rejected <= 10000000) NOT VALID;
