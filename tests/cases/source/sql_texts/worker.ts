const TABLE = 'executor_jobs';
export async function run(client, where: string, cols: string[], rows: string, table: string) {
  await client.query('INSERT INTO executor_jobs (type) VALUES ($1)', ['x']);
  await client.query(`
    WITH due AS (SELECT id FROM notes n JOIN documents d ON d.id = n.doc)
    INSERT INTO ${TABLE} (id, type)
    SELECT id, 'x' FROM due`);
  await sql`UPDATE other.executor_jobs SET status = ${status} WHERE id IN ${sql(ids)}`;
  await client.query(`SELECT * FROM ${TABLE} ${where} ORDER BY ${cols.join(',')} LIMIT 10`);
  await client.query(`INSERT INTO executor_jobs (${cols.join(', ')}) VALUES ${rows} ON CONFLICT DO NOTHING`);
  await client.query('DELETE FROM ' + TABLE + ' WHERE id = ' + id);
  await client.query(`DELETE FROM ${table} WHERE id = 1`);
  await client.query('SELECT claim_initial_decision_jobs($1)', [1]);
  await client.query("COPY executor_jobs FROM STDIN");
  let text = 'SELECT * FROM notes WHERE 1 = 1';
  if (where) text += ' AND x = 1';
  text += ' UNION ALL SELECT * FROM user_documents';
  await client.query(text);
  await client.query({ text: 'TRUNCATE executor_jobs', values: [] });
  console.log('insert into executor_jobs values (1)');
  throw new Error('delete from executor_jobs');
}
const label = 'Delete from executor_jobs';
const help = 'Select a plan from the list';
it('delete from executor_jobs', () => {});
