-- Locks of tasks: whoever runs a job for a fleet by a cluster looks whether it is done and does it under one of these.
INSERT INTO minibar_ml.ml_job_locks (name) VALUES
    ('fleet collect'), ('fleet train'), ('fleet detect'), ('fleet notify');
COMMENT ON TABLE minibar_ml.ml_job_locks IS
    'Locks of jobs, of a cluster''s tasks (fleet ...), of the first import of facts (config), of key rotation (keys) and of imported files. A run has its row locked.';
