export const user = pgTable('users', {});
export const jobs = pgTable('executor_jobs', {});
