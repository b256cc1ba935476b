package x;
class Worker {
    private static final String TABLE = "executor_jobs";
    private final JobRepository jobs;
    void run(Connection conn, JdbcTemplate jdbc, EntityManager em) throws SQLException {
        PreparedStatement ps = conn.prepareStatement("INSERT INTO " + TABLE + " (type) VALUES (?)");
        jdbc.update("UPDATE executor_jobs SET status = ? WHERE id = ?", "done", 1);
        jdbc.query("""
            SELECT *
              FROM user_documents
            """, mapper);
        conn.prepareCall("{call claim_orchestrator_jobs(?)}");
        jdbc.update(String.format("DELETE FROM %s WHERE id = ?", TABLE), 1);
        jobs.save(new Job());
        this.jobs.findAll();
        em.persist(new Job());
        log.info("insert into executor_jobs values (1)");
        throw new IllegalStateException("delete from executor_jobs");
    }
}
