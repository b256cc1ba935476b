const url = `${BASE}/rest/v1/executor_jobs?select=*`;
export async function run(name, method) {
  await fetch(`${BASE}/rest/v1/executor_jobs`, { method: 'POST', body });
  await fetch(url, { headers });
  await fetch(BASE + '/rest/v1/user_documents?id=eq.1');
  await axios.patch(`${BASE}/rest/v1/executor_jobs?id=eq.1`, row);
  await fetch(`${BASE}/rest/v1/rpc/claim_initial_decision_jobs`, { method: 'POST' });
  await fetch(`${BASE}/rest/v1/${name}`, { method: 'DELETE' });
  await fetch(`${BASE}/rest/v1/notes`, { method });
  console.log('/rest/v1/executor_jobs');
}
