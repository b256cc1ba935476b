const val TABLE = "executor_jobs"
class Worker(private val jdbc: JdbcTemplate) {
    fun run() {
        jdbc.update("INSERT INTO $TABLE (type) VALUES (?)", "x")
        jdbc.query("""
            SELECT * FROM user_documents
        """.trimIndent())
        client.from("executor_jobs").insert(row)
        logger.info("insert into executor_jobs values (1)")
    }
}
