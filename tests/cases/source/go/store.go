package store

import (
	"context"
	sq "github.com/Masterminds/squirrel"
)

const jobsTable = "executor_jobs"

// db.Exec(ctx, "DELETE FROM executor_jobs") in a comment
func Run(ctx context.Context, db *pgx.Conn, table string) error {
	q := `INSERT INTO ` + jobsTable + ` (type) VALUES ($1)`
	db.Exec(ctx, q, "x")
	db.QueryRow(ctx, fmt.Sprintf("SELECT * FROM %s WHERE id = $1", jobsTable), 1)
	db.Exec(ctx, fmt.Sprintf("DELETE FROM %s", table))
	db.Exec(ctx, `
		UPDATE executor_jobs j SET status = 'done'
		FROM user_documents d WHERE d.id = j.doc`)
	psql.Insert("executor_jobs").Columns("type").Values("x").RunWith(db).Exec()
	psql.Select("id").From("executor_jobs e").Join("notes n ON n.id = e.note").Where(sq.Eq{"id": 1})
	psql.Update("notes").Set("a", 1).Where(sq.Eq{"id": 1})
	cache.Delete("executor_jobs")
	db.CopyFrom(ctx, pgx.Identifier{"executor_jobs"}, cols, rows)
	log.Printf("insert into executor_jobs values (1)")
	client.From(SharedTable).Insert(row, false, "", "", "").Execute()
	return nil
}
