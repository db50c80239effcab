-- Rounds that are mailed are a run of a job, which can be late.

ALTER TABLE minibar_ml.ml_job_runs DROP CONSTRAINT ml_job_runs_job_check,
    ADD CONSTRAINT ml_job_runs_job_check CHECK (
        job IN ('collect', 'train', 'detect', 'notify', 'rounds', 'report', 'monthly', 'dashboard'));
INSERT INTO minibar_ml.ml_job_locks (name) VALUES ('rounds');
ALTER POLICY reports ON minibar_ml.ml_job_runs USING (
    job IN ('rounds', 'report', 'monthly', 'dashboard')
    AND (SELECT minibar_ml.is_any(current_user, '{administrator}')));
ALTER POLICY reports ON minibar_ml.ml_job_locks
    USING (name IN ('rounds', 'report', 'monthly', 'dashboard')
           AND (SELECT minibar_ml.is_any(current_user, '{administrator}')))
    WITH CHECK (false);
