import psycopg
from psycopg import sql
JOBS = "executor_jobs"

def run(conn, table, limit):
    conn.execute("INSERT INTO executor_jobs (type) VALUES (%s)", ("x",))
    conn.execute("INSERT INTO executor_jobs (type) VALUES (%(type)s)", {"type": "x"})
    conn.execute(f"DELETE FROM {JOBS} WHERE id = %s", (1,))
    conn.execute("UPDATE %s SET a = 1" % JOBS)
    conn.execute("SELECT * FROM {} LIMIT {}".format(JOBS, limit))
    conn.execute(sql.SQL("INSERT INTO {} (type) VALUES (%s)").format(sql.Identifier("executor_jobs")), ("x",))
    conn.execute(
        "SELECT * "
        "FROM public.user_documents "
        "WHERE id = ANY(%s)", ([1],))
    with conn.cursor() as cur:
        cur.execute(f"TRUNCATE {table}")
        cur.callproc("claim_orchestrator_jobs", [10])
        cur.copy_expert("COPY executor_jobs FROM STDIN", f)
    await conn.fetch("SELECT * FROM claim_initial_decision_jobs($1)", 10)
    logger.info("insert into executor_jobs values (1)")
    client.table("executor_jobs").insert({"a": 1}).execute()
    client.table(JOBS).select("*").execute()
