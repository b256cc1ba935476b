-- name: Enqueue :exec
INSERT INTO executor_jobs (type) VALUES (@type);

-- name: Look :many
SELECT e.id FROM other.executor_jobs e
  JOIN user_documents d ON d.id = e.doc WHERE e.id = ANY($1::int[]);

-- name: Claim :many
SELECT * FROM claim_orchestrator_jobs(sqlc.arg(n));

CREATE TABLE executor_jobs (id int);
CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM executor_jobs';
