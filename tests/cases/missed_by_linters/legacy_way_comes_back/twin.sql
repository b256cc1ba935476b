CREATE TABLE ops.enqueue_counts (source text, day date, enqueued bigint);
