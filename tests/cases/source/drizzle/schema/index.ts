import { pgSchema, pgTable, text } from 'drizzle-orm/pg-core';
export const jobs = pgTable('executor_jobs', { id: text('id') });
const ops = pgSchema('ops');
export const ticks = ops.table('ticks', { id: text('id') });
