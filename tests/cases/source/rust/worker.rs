use crate::schema::{executor_jobs, ticks};
const TABLE: &str = "executor_jobs";
// sqlx::query("DELETE FROM executor_jobs")
async fn run(pool: &PgPool, conn: &mut C) -> Result<()> {
    sqlx::query!("INSERT INTO executor_jobs (type) VALUES ($1)", "x").execute(pool).await?;
    sqlx::query_as::<_, Job>("SELECT * FROM user_documents").fetch_all(pool).await?;
    sqlx::query(&format!("DELETE FROM {} WHERE id = $1", TABLE)).bind(1).execute(pool).await?;
    sqlx::query(r#"UPDATE executor_jobs SET status = 'done'"#).execute(pool).await?;
    diesel::insert_into(executor_jobs::table).values(&x).execute(conn)?;
    diesel::update(executor_jobs::table.find(1)).set(executor_jobs::id.eq(2)).execute(conn)?;
    diesel::delete(ticks::table).execute(conn)?;
    executor_jobs::table.filter(executor_jobs::id.eq(1)).load::<Job>(conn)?;
    executor_jobs.iter().filter(|one| one.id == 1).count();
    let mut map = HashMap::new();
    map.insert("executor_jobs", 1);
    println!("insert into executor_jobs values (1)");
    Ok(())
}
