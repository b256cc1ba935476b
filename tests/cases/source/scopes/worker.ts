import { user } from './schema';
export async function run(db, a: boolean) {
  if (a) {
    const [user] = await db.select().from(other);
  }
  const rows = a ? await db.select().from(user).limit(1) : [];
  const { jobs } = await import('./schema');
  await db.delete(jobs).where(x);
  let table = 'notes';
  if (a) {
    table = 'drafts';
  }
  await supabase.from(table).insert({});
  {
    const table = 'inner';
    await supabase.from(table).insert({});
  }
}
