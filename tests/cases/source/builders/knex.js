const knex = require('knex')(config);
const { T } = require('./names');

async function run(trx) {
  await knex('executor_jobs').where({ id: 1 }).update({ status: 'done' });
  await knex.insert(rows).into('executor_jobs');
  await trx('notes').select('*').join('executor_jobs as e', 'e.id', 'notes.job');
  await knex.withSchema('other').from('executor_jobs').del();
  await knex.raw('insert into executor_jobs (type) values (?)', ['x']);
  await knex(T).insert(row);
  await db.insertInto('executor_jobs').values(row).execute();
  await db.selectFrom('public.executor_jobs as e').selectAll().execute();
  await db.updateTable('notes').set({ a: 1 }).execute();
  await db.deleteFrom('notes').where('id', '=', 1).execute();
  cache.delete('executor_jobs');
  new Map().set('executor_jobs', 1);
  $('executor_jobs').first();
}
