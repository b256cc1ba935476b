export async function run(db, tableDef, sql: string, map: Map<string, string>) {
  await db.insert(tableDef).values({});
  await db.update(tableDef).set({});
  await pool.query(sql, []);
  map.delete(tableDef);
  hash.update(tableDef).digest('hex');
}
