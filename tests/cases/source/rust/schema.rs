diesel::table! {
    executor_jobs (id) {
        id -> Int4,
    }
}
diesel::table! {
    ops.ticks (id) {
        id -> Int4,
    }
}
