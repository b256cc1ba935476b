import { createClient } from '@supabase/supabase-js';
import { TABLES } from './tables';

// supabase.from('executor_jobs').insert({}) in a comment is nothing
const JOBS = 'executor_jobs' as const;
const supabase = createClient(url, key);

export async function enqueue(row: Row) {
  const { data, error } = await supabase
    .from(JOBS)
    .insert(row)
    .select('id');
  await (supabase as any).from('executor_jobs').upsert(row, { onConflict: 'dedupe_key' });
  await supabase.schema('other').from('executor_jobs').delete().eq('id', 1);
  await supabase.from(`executor_jobs`).update({ status: 'done' }).eq('id', row.id);
}

export async function look() {
  const q = supabase.from('executor_jobs');
  const one = await q.select('*, user_documents(*), owner:profiles!jobs_owner_fkey(name)').single();
  let query = supabase.from('user_documents').select('id');
  query = query.eq('id', 1);
  const jobs = () => supabase.from(TABLES.jobs);
  await jobs().delete().eq('id', 2);
  await supabase.rpc('claim_initial_decision_jobs', { n: 1 });
  await supabase.schema('ops').rpc('tick');
  await supabase.rpc(name as never);
}

class Store {
  private table = 'notes';
  async put(kind: 'drafts' | 'letters', row: Row) {
    await this.client.from(this.table).insert(row);
    await this.client.from(kind).insert(row);
  }
}

async function generic(table: string, row: Row) {
  return supabase.from(table).insert(row);
}
await generic('executor_jobs', {});

supabase.channel('x').on('postgres_changes', { event: '*', schema: 'public', table: 'user_documents' }, f).subscribe();
await supabase.storage.from('executor_jobs').upload(path, file);
Array.from(new Set(['executor_jobs'])).map((x) => x);
Buffer.from('executor_jobs').toString('base64');
for (const t of ['a_table', 'b_table']) await supabase.from(t).delete().neq('id', 0);
