package store

func Run(db *sql.DB, table string) error {
	psql.Insert(b.eventsTable()).Columns("a").Values(1).Exec()
	psql.Update(table).Set("a", 1).Exec()
	psql.Delete("containers c USING workers w").Where("c.w = w.id").Exec()
	db.Exec(statement)
	cache.Delete(key)
	return nil
}
