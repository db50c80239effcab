-- The month's report and the dashboard are jobs of their own: each has its lock and its schedule, and one that runs
-- every hour must not hide that another has not run for a week.

ALTER TABLE minibar_ml.ml_job_runs
    DROP CONSTRAINT ml_job_runs_job_check,
    ADD CONSTRAINT ml_job_runs_job_check
        CHECK (job IN ('collect', 'train', 'detect', 'notify', 'report', 'monthly', 'dashboard'));
