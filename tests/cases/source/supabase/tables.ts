export const TABLES = { jobs: 'executor_jobs', docs: 'documents' } as const;
