export async function a() { await supabase.from('executor_jobs').insert({}); }
export function b( { ((( ;
