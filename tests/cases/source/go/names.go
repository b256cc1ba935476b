package store

const SharedTable = "executor_jobs"
