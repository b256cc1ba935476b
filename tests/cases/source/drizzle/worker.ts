import { db } from './db';
import { jobs, ticks as clock } from './schema';
import * as schema from './schema';
import { eq, sql } from 'drizzle-orm';

export async function run(row: Row, set: Set<string>) {
  await db.insert(jobs).values(row).onConflictDoNothing();
  await db.update(schema.jobs).set(row).where(eq(jobs.id, 1));
  await db.delete(clock);
  const found = await db.select({ id: jobs.id }).from(jobs).leftJoin(clock, eq(clock.id, jobs.id));
  const one = await db.query.jobs.findFirst({ where: eq(jobs.id, 1) });
  await db.execute(sql`update ${jobs} set status = ${row.status}`);
  set.delete(row.id);
  items.filter((x) => x).find((y) => y);
}
