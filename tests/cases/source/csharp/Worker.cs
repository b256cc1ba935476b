class Worker {
    const string Table = "executor_jobs";
    async Task Run(NpgsqlConnection conn) {
        await conn.ExecuteAsync(@"INSERT INTO executor_jobs (type)
            VALUES (@type)", new { type = "x" });
        using var cmd = new NpgsqlCommand($"DELETE FROM {Table} WHERE id = @id", conn);
        var rows = conn.Query<Job>("SELECT * FROM " + Table + " WHERE id = @id");
        await conn.ExecuteAsync("""UPDATE executor_jobs SET status = 'done'""");
        logger.LogInformation("insert into executor_jobs values (1)");
        throw new Exception("delete from executor_jobs");
    }
}
