-- Each function is created and called; the server raises 42702 or it does not, and the rule must say the same.
-- Plain statements
-- case: where_variable
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE status text := 'x'; n int; BEGIN SELECT count(*) INTO n FROM jobs WHERE status = 'queued'; END $$;
-- case: where_other_name
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE v_status text := 'x'; n int; BEGIN SELECT count(*) INTO n FROM jobs WHERE status = v_status; END $$;
-- case: where_qualified_by_alias
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE status text := 'x'; n int; BEGIN SELECT count(*) INTO n FROM jobs j WHERE j.status = 'queued'; END $$;
-- case: one_side_qualified_the_other_not
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE status text := 'x'; n int; BEGIN SELECT count(*) INTO n FROM jobs j WHERE j.status = status; END $$;
-- case: parameter
CREATE FUNCTION case_f(dedupe_key text DEFAULT 'x') RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM jobs WHERE dedupe_key = 'x'; END $$;
-- case: parameter_qualified_by_function_name
CREATE FUNCTION case_f(dedupe_key text DEFAULT 'x') RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM jobs j WHERE j.dedupe_key = case_f.dedupe_key; END $$;
-- case: parameter_by_number
CREATE FUNCTION case_f(dedupe_key text DEFAULT 'x') RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM jobs j WHERE j.dedupe_key = $1; END $$;
-- case: out_parameter
CREATE FUNCTION case_f(OUT status text) LANGUAGE plpgsql AS $$ BEGIN SELECT j.type INTO status FROM jobs j WHERE status IS NULL LIMIT 1; END $$;
-- case: out_parameter_not_used
CREATE FUNCTION case_f(OUT status text) LANGUAGE plpgsql AS $$ BEGIN SELECT j.type INTO status FROM jobs j WHERE j.status IS NULL LIMIT 1; END $$;
-- case: inout_parameter
CREATE FUNCTION case_f(INOUT amount integer DEFAULT 3) LANGUAGE plpgsql AS $$ BEGIN UPDATE jobs SET type = 'z' WHERE amount = 1; END $$;
-- case: returns_table
CREATE FUNCTION case_f() RETURNS TABLE(id bigint, type text) LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT id, type FROM jobs; END $$;
-- case: returns_table_qualified
CREATE FUNCTION case_f() RETURNS TABLE(id bigint, type text) LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT j.id, j.type FROM jobs j; END $$;
-- case: returns_table_star
CREATE FUNCTION case_f() RETURNS TABLE(app_id bigint, label text) LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT * FROM app.jobs; END $$;
-- case: returns_table_order_by_output
CREATE FUNCTION case_f() RETURNS TABLE(id bigint, type text) LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT j.id, j.type FROM jobs j ORDER BY id; END $$;
-- case: returns_table_order_by_expression
CREATE FUNCTION case_f() RETURNS TABLE(id bigint, type text) LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT j.id, j.type FROM jobs j ORDER BY id + 1; END $$;
-- case: returns_table_order_by_other_column
CREATE FUNCTION case_f() RETURNS TABLE(status text) LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT j.type FROM jobs j ORDER BY status; END $$;
-- case: returns_table_group_by_input
CREATE FUNCTION case_f() RETURNS TABLE(type text, n bigint) LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT j.type, count(*) FROM jobs j GROUP BY type; END $$;
-- case: group_by_output_only
CREATE FUNCTION case_f() RETURNS TABLE(kind text, n bigint) LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT j.type AS kind, count(*) FROM jobs j GROUP BY kind; END $$;
-- case: distinct_on_output
CREATE FUNCTION case_f() RETURNS TABLE(type text) LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT DISTINCT ON (type) j.type FROM jobs j ORDER BY type; END $$;
-- case: window_order
CREATE FUNCTION case_f() RETURNS TABLE(id bigint, n bigint) LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT j.id, row_number() OVER (ORDER BY id) FROM jobs j; END $$;
-- case: aggregate_order
CREATE FUNCTION case_f() RETURNS text LANGUAGE plpgsql AS $$ DECLARE id int; BEGIN RETURN (SELECT string_agg(j.type, ',' ORDER BY id) FROM jobs j); END $$;
-- case: aggregate_filter
CREATE FUNCTION case_f() RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE amount int; BEGIN RETURN (SELECT count(*) FILTER (WHERE amount > 1) FROM jobs); END $$;
-- case: having
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE type text; BEGIN PERFORM count(*) FROM jobs j GROUP BY j.type HAVING max(type) = 'a'; END $$;
-- case: limit_variable_is_a_column
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE amount int := 1; BEGIN PERFORM j.id FROM jobs j LIMIT amount; END $$;
-- case: limit_variable_is_no_column
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE how_many int := 1; BEGIN PERFORM j.id FROM jobs j LIMIT how_many; END $$;
-- INSERT
-- case: insert_columns_are_names
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE type text := 'a'; dedupe_key text := 'n'; BEGIN INSERT INTO jobs (type, dedupe_key) VALUES (type, dedupe_key); END $$;
-- case: insert_select_reads_the_column
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE type text := 'a'; BEGIN INSERT INTO jobs (type) SELECT type FROM jobs; END $$;
-- case: insert_select_from_another
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE type text := 'a'; BEGIN INSERT INTO jobs (type) SELECT type FROM runs; END $$;
-- case: on_conflict_column
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE dedupe_key text := 'n'; BEGIN INSERT INTO jobs (type, dedupe_key) VALUES ('a', dedupe_key) ON CONFLICT (dedupe_key) DO NOTHING; END $$;
-- case: on_conflict_other_variable
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE v_key text := 'n'; BEGIN INSERT INTO jobs (type, dedupe_key) VALUES ('a', v_key) ON CONFLICT (dedupe_key) DO NOTHING; END $$;
-- case: on_conflict_on_constraint
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE dedupe_key text := 'n'; BEGIN INSERT INTO jobs (type, dedupe_key) VALUES ('a', dedupe_key) ON CONFLICT ON CONSTRAINT jobs_dedupe_key_key DO NOTHING; END $$;
-- case: on_conflict_do_nothing_bare
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE dedupe_key text := 'n'; BEGIN INSERT INTO jobs (type, dedupe_key) VALUES ('a', dedupe_key) ON CONFLICT DO NOTHING; END $$;
-- case: on_conflict_returns_table
CREATE FUNCTION case_f() RETURNS TABLE(dedupe_key text) LANGUAGE plpgsql AS $$ BEGIN INSERT INTO jobs AS t (type, dedupe_key) VALUES ('a', 'n') ON CONFLICT (dedupe_key) DO UPDATE SET type = 'u'; END $$;
-- case: do_update_set_names
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE type text := 'u'; BEGIN INSERT INTO jobs (dedupe_key) VALUES ('k1') ON CONFLICT (dedupe_key) DO UPDATE SET type = EXCLUDED.type; END $$;
-- case: do_update_set_value
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE type text := 'u'; BEGIN INSERT INTO jobs (dedupe_key) VALUES ('k1') ON CONFLICT (dedupe_key) DO UPDATE SET type = type; END $$;
-- case: do_update_unqualified_without_variable
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO jobs (dedupe_key) VALUES ('k1') ON CONFLICT (dedupe_key) DO UPDATE SET amount = amount + 1; END $$;
-- case: do_update_where
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE amount int := 1; BEGIN INSERT INTO jobs (dedupe_key) VALUES ('k1') ON CONFLICT (dedupe_key) DO UPDATE SET type = 'q' WHERE jobs.amount > amount; END $$;
-- case: insert_returning
CREATE FUNCTION case_f() RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE id bigint; BEGIN INSERT INTO jobs (type) VALUES ('a') RETURNING id INTO id; RETURN id; END $$;
-- case: insert_returning_qualified
CREATE FUNCTION case_f() RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE id bigint; BEGIN INSERT INTO jobs (type) VALUES ('a') RETURNING jobs.id INTO id; RETURN id; END $$;
-- UPDATE, DELETE, MERGE
-- case: update_set_target_is_a_name
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE status text := 's'; BEGIN UPDATE jobs SET status = 'x' WHERE jobs.id = 1; END $$;
-- case: update_set_value
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE status text := 's'; BEGIN UPDATE jobs SET status = status WHERE jobs.id = 1; END $$;
-- case: update_set_row
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE status text := 's'; BEGIN UPDATE jobs SET (status, type) = ('x', 'y') WHERE jobs.id = 1; END $$;
-- case: update_set_row_value
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE status text := 's'; BEGIN UPDATE jobs SET (status, type) = (SELECT status, 'y') WHERE jobs.id = 1; END $$;
-- case: update_array_element
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE amount int := 1; BEGIN UPDATE jobs SET tags[amount] = 'x' WHERE jobs.id = 1; END $$;
-- case: update_from
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE note text := 'n'; BEGIN UPDATE jobs SET type = note FROM runs WHERE runs.job_id = jobs.id; END $$;
-- case: update_returning
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE amount int; n int; BEGIN UPDATE jobs SET type = 'x' WHERE jobs.id = 1 RETURNING amount INTO n; END $$;
-- case: delete_where
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE job_id bigint := 1; BEGIN DELETE FROM runs WHERE job_id = 1; END $$;
-- case: delete_using
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE amount int := 1; BEGIN DELETE FROM runs USING jobs WHERE runs.job_id = jobs.id AND amount = 1; END $$;
-- case: merge_condition
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE amount int := 1; BEGIN MERGE INTO jobs j USING runs r ON r.job_id = j.id WHEN MATCHED AND amount = 1 THEN UPDATE SET type = 'm'; END $$;
-- case: merge_insert_sees_the_source_only
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE amount int := 1; BEGIN MERGE INTO jobs j USING runs r ON false WHEN NOT MATCHED THEN INSERT (amount) VALUES (amount); END $$;
-- case: merge_set_names
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE type text := 'm'; BEGIN MERGE INTO jobs j USING runs r ON r.job_id = j.id WHEN MATCHED THEN UPDATE SET type = r.note; END $$;
-- Sub-selects, CTEs, joins
-- case: subselect_sees_outer
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE amount int := 1; BEGIN PERFORM 1 FROM jobs j WHERE EXISTS (SELECT 1 FROM runs r WHERE r.job_id = amount); END $$;
-- case: subselect_hides_columns
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE amount int := 1; BEGIN PERFORM s.n FROM (SELECT count(*) AS n FROM jobs) s WHERE amount = 1; END $$;
-- case: subselect_output
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE n int := 1; BEGIN PERFORM 1 FROM (SELECT count(*) AS n FROM jobs) s WHERE n = 1; END $$;
-- case: from_subselect_sees_no_sibling
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE amount int := 1; BEGIN PERFORM 1 FROM jobs j, (SELECT amount AS x) s; END $$;
-- case: lateral_sees_sibling
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE amount int := 1; BEGIN PERFORM 1 FROM jobs j, LATERAL (SELECT amount AS x) s; END $$;
-- case: function_in_from_is_lateral
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE amount int := 1; BEGIN PERFORM 1 FROM jobs j, generate_series(1, amount) g; END $$;
-- case: generate_series_column
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE g int := 1; BEGIN PERFORM 1 FROM generate_series(1, 3) AS g WHERE g = 1; END $$;
-- case: unnest_renamed
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE x text; BEGIN PERFORM 1 FROM unnest(ARRAY['a']) AS u(x) WHERE x = 'a'; END $$;
-- case: jsonb_elements_are_called_value
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE value text; BEGIN PERFORM 1 FROM jsonb_array_elements('[1]') AS e WHERE value = '1'; END $$;
-- case: function_result_columns
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE recent_id bigint; BEGIN PERFORM 1 FROM recent(3) WHERE recent_id = 1; END $$;
-- case: values_renamed
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE a int; BEGIN PERFORM 1 FROM (VALUES (1, 2)) AS v(a, b) WHERE a = 1; END $$;
-- case: values_column1
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE column1 int; BEGIN PERFORM 1 FROM (VALUES (1, 2)) AS v WHERE column1 = 1; END $$;
-- case: cte_hides_the_table
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE amount int := 1; BEGIN PERFORM 1 FROM (WITH jobs AS (SELECT 1 AS one) SELECT one FROM jobs WHERE amount = 1) s; END $$;
-- case: cte_output
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE picked bigint; n int; BEGIN WITH p AS (SELECT j.id AS picked FROM jobs j) SELECT count(*) INTO n FROM p WHERE picked = 1; END $$;
-- case: cte_renamed
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE id bigint; n int; BEGIN WITH p(x) AS (SELECT j.id FROM jobs j) SELECT count(*) INTO n FROM p WHERE id = 1; END $$;
-- case: cte_recursive
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE step int; n int; BEGIN WITH RECURSIVE t AS (SELECT 1 AS step UNION ALL SELECT step + 1 FROM t WHERE t.step < 3) SELECT count(*) INTO n FROM t; END $$;
-- case: data_modifying_cte
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE id bigint; n int; BEGIN WITH d AS (DELETE FROM jobs WHERE jobs.type = 'b' RETURNING jobs.id) SELECT count(*) INTO n FROM d WHERE id > 0; END $$;
-- case: join_on
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE job_id bigint; BEGIN PERFORM 1 FROM jobs j JOIN runs r ON job_id = j.id; END $$;
-- case: join_using
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE k int; BEGIN PERFORM 1 FROM pair_a a JOIN pair_b b USING (k); END $$;
-- case: join_using_merged
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE k int; BEGIN PERFORM 1 FROM pair_a a JOIN pair_b b USING (k) WHERE k = 1; END $$;
-- case: two_tables_have_it
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM jobs j JOIN runs r ON r.job_id = j.id WHERE status = 'open'; END $$;
-- case: natural_join_merges
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM pair_a NATURAL JOIN pair_b WHERE shared = 3 AND k = 1; END $$;
-- case: join_alias
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE left_only int; BEGIN PERFORM 1 FROM (pair_a a JOIN pair_b b USING (k)) AS both_of WHERE both_of.left_only = 1; END $$;
-- case: alias_columns_hide
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE k int; BEGIN PERFORM 1 FROM pair_a AS p(x, y, z) WHERE k IS NULL AND x = 1; END $$;
-- case: union_arms
CREATE FUNCTION case_f() RETURNS SETOF text LANGUAGE plpgsql AS $$ DECLARE note text; BEGIN RETURN QUERY SELECT j.type FROM jobs j UNION SELECT note FROM runs; END $$;
-- case: union_order_by_output
CREATE FUNCTION case_f() RETURNS TABLE(type text) LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT j.type FROM jobs j UNION SELECT r.note FROM runs r ORDER BY type; END $$;
-- case: view_column
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE open_id bigint; BEGIN PERFORM 1 FROM open_jobs WHERE open_id = 1; END $$;
-- case: view_does_not_show_it
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE id bigint; BEGIN PERFORM 1 FROM open_jobs WHERE id IS NULL; END $$;
-- case: materialized_view_column
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE how_many bigint; BEGIN PERFORM 1 FROM job_counts WHERE how_many = 1; END $$;
-- case: schema_qualified_table
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE type text; label text; BEGIN PERFORM 1 FROM app.jobs WHERE label = 'x'; END $$;
-- case: search_path_decides_the_table
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql SET search_path = app, public AS $$ DECLARE type text; BEGIN PERFORM 1 FROM jobs WHERE type IS NULL; END $$;
-- case: three_part_name
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE status text; BEGIN PERFORM 1 FROM public.jobs WHERE public.jobs.status = 'x'; END $$;
-- case: system_column
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE ctid tid; BEGIN PERFORM 1 FROM jobs WHERE ctid IS NULL; END $$;
-- Blocks, labels, loops, records
-- case: inner_block_variable_not_in_sight
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DECLARE
        amount int := 1;
    BEGIN
        amount := 2;
    END;
    PERFORM 1 FROM jobs WHERE amount = 1;
END $$;
-- case: inner_block_variable_in_sight
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DECLARE
        amount int := 1;
    BEGIN
        PERFORM 1 FROM jobs WHERE amount = 1;
    END;
END $$;
-- case: block_label_qualifies
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$
<<vars>>
DECLARE
    status text := 'x';
BEGIN
    PERFORM 1 FROM jobs j WHERE j.status = vars.status;
END $$;
-- case: label_named_as_the_alias
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$
<<j>>
DECLARE
    status text := 'x';
BEGIN
    PERFORM 1 FROM jobs j WHERE j.status = 'x';
END $$;
-- case: integer_loop_variable
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR amount IN 1..2 LOOP
        PERFORM 1 FROM jobs WHERE amount = 1;
    END LOOP;
END $$;
-- case: integer_loop_variable_is_gone
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR amount IN 1..2 LOOP
        NULL;
    END LOOP;
    PERFORM 1 FROM jobs WHERE amount = 1;
END $$;
-- case: record_alias_of_another_name
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN FOR r IN SELECT j.id, j.type FROM jobs j LOOP PERFORM 1 FROM runs WHERE job_id = r.id; END LOOP; END $$;
-- case: record_named_as_the_alias
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE j record; BEGIN SELECT 1 AS id INTO j; PERFORM 1 FROM jobs j WHERE j.id = 1; END $$;
-- case: row_named_as_the_alias
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE j public.jobs%ROWTYPE; BEGIN PERFORM 1 FROM jobs j WHERE j.id = 1; END $$;
-- case: row_star_named_as_the_alias
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE j public.jobs%ROWTYPE; BEGIN SELECT j.* INTO j FROM jobs j LIMIT 1; END $$;
-- case: scalar_named_as_the_alias_qualified
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE j int; BEGIN PERFORM 1 FROM jobs j WHERE j.id = 1; END $$;
-- case: scalar_named_as_the_alias_whole_row
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE j int; BEGIN PERFORM to_jsonb(j) FROM jobs AS j; END $$;
-- case: composite_variable_is_a_row
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE o public.outcome; BEGIN o.code := 1; PERFORM 1 FROM jobs o WHERE o.id = 1; END $$;
-- case: function_named_as_the_table
CREATE FUNCTION runs(note text DEFAULT 'x') RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM runs WHERE runs.note = 'x'; END $$;
-- call: SELECT runs('x')
-- case: found_is_a_variable
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM jobs WHERE found; END $$;
-- case: handler_variable
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'x'; EXCEPTION WHEN OTHERS THEN PERFORM 1 FROM (SELECT 'a' AS sqlerrm) s WHERE sqlerrm = 'a'; END $$;
-- case: cursor_argument
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c CURSOR (amount int) FOR SELECT id FROM jobs WHERE amount = 1;
BEGIN
    OPEN c(1);
END $$;
-- case: cursor_argument_elsewhere
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c CURSOR (amount int) FOR SELECT r.run_id FROM runs r WHERE r.run_id = amount;
BEGIN
    OPEN c(1);
    PERFORM 1 FROM jobs WHERE amount = 1;
END $$;
-- case: expression_with_from
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE n int; amount int; BEGIN n := count(*) FROM jobs WHERE amount = 1; END $$;
-- case: expression_without_from
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE n int; amount int := 1; BEGIN n := amount + 1; END $$;
-- case: if_condition
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE amount int := 1; BEGIN IF EXISTS (SELECT 1 FROM jobs WHERE amount = 1) THEN NULL; END IF; END $$;
-- case: return_expression
CREATE FUNCTION case_f() RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE type text := 'a'; BEGIN RETURN (SELECT count(*) FROM jobs WHERE type = 'a'); END $$;
-- case: dynamic_sql_sees_no_variable
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE type text := 'a'; BEGIN EXECUTE 'SELECT 1 FROM jobs WHERE type = $1' USING type; END $$;
-- case: temporary_table
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE tmp_col int; BEGIN CREATE TEMP TABLE scratch (tmp_col int) ON COMMIT DROP; PERFORM 1 FROM scratch WHERE tmp_col = 1; END $$;
-- case: nested_function_hides_nothing
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE a int := 1; BEGIN PERFORM abs(a) FROM jobs; END $$;
-- Settings
-- case: conflict_use_column
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE status text; BEGIN PERFORM 1 FROM jobs WHERE status = 'x'; END $$;
-- case: conflict_use_variable
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE status text; BEGIN PERFORM 1 FROM jobs WHERE status = 'x'; END $$;
-- case: conflict_error
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict error
DECLARE status text; BEGIN PERFORM 1 FROM jobs WHERE status = 'x'; END $$;
-- case: conflict_by_setting
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql SET plpgsql.variable_conflict = 'use_column' AS $$ DECLARE status text; BEGIN PERFORM 1 FROM jobs WHERE status = 'x'; END $$;
-- case: use_variable_between_two_tables
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE status text; BEGIN PERFORM 1 FROM jobs j JOIN runs r ON true WHERE status = 'x'; END $$;
-- case: use_column_between_two_tables
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE status text; BEGIN PERFORM 1 FROM jobs j JOIN runs r ON true WHERE status = 'x'; END $$;
-- case: sql_function_prefers_the_column
CREATE FUNCTION case_f(status text DEFAULT 'x') RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM jobs WHERE status = 'x' $$;
-- case: quoted_variable
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE "Status" text; BEGIN PERFORM 1 FROM jobs WHERE status = 'x'; END $$;
-- case: case_folded_variable
CREATE FUNCTION case_f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE STATUS text; BEGIN PERFORM 1 FROM jobs WHERE Status = 'x'; END $$;
-- Triggers
-- case: trigger_new_field
CREATE FUNCTION case_f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM runs WHERE job_id = NEW.id; RETURN NEW; END $$;
CREATE TRIGGER t BEFORE INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION case_f();
-- call: INSERT INTO jobs (type) VALUES ('x')
-- case: trigger_variable
CREATE FUNCTION case_f() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE dedupe_key text := 'z'; BEGIN INSERT INTO jobs (dedupe_key) VALUES (dedupe_key) ON CONFLICT (dedupe_key) DO NOTHING; RETURN NEW; END $$;
CREATE TRIGGER t BEFORE INSERT ON runs FOR EACH ROW EXECUTE FUNCTION case_f();
-- call: INSERT INTO runs (job_id) VALUES (1)
-- case: transition_table
CREATE FUNCTION case_f() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE note text; BEGIN PERFORM 1 FROM fresh WHERE note = 'x'; RETURN NULL; END $$;
CREATE TRIGGER t AFTER INSERT ON runs REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION case_f();
-- call: INSERT INTO runs (job_id) VALUES (1)
-- case: tg_variable
CREATE FUNCTION case_f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM (SELECT 1 AS tg_op) s WHERE tg_op = 1; RETURN NULL; END $$;
CREATE TRIGGER t AFTER INSERT ON runs FOR EACH ROW EXECUTE FUNCTION case_f();
-- call: INSERT INTO runs (job_id) VALUES (1)
-- Declarations: a default does not know its own variable, nor those behind it
-- case: default_names_its_own_variable
CREATE FUNCTION case_f() RETURNS text LANGUAGE plpgsql AS $$ DECLARE status text := (SELECT status FROM jobs LIMIT 1); BEGIN RETURN status; END $$;
-- case: default_names_the_row_it_becomes
CREATE FUNCTION case_f() RETURNS text LANGUAGE plpgsql AS $$ DECLARE job jobs = job FROM jobs job WHERE id = 1; BEGIN RETURN job.status; END $$;
-- case: default_names_a_later_variable
CREATE FUNCTION case_f() RETURNS text LANGUAGE plpgsql AS $$ DECLARE first text := (SELECT status FROM jobs LIMIT 1); status text := 'x'; BEGIN RETURN first; END $$;
-- case: default_names_an_earlier_variable
CREATE FUNCTION case_f() RETURNS text LANGUAGE plpgsql AS $$ DECLARE status text := 'x'; first text := (SELECT status FROM jobs LIMIT 1); BEGIN RETURN first; END $$;
-- case: default_names_a_parameter
CREATE FUNCTION case_f(status text DEFAULT 'x') RETURNS text LANGUAGE plpgsql AS $$ DECLARE first text := (SELECT status FROM jobs LIMIT 1); BEGIN RETURN first; END $$;
-- case: default_in_an_inner_block
CREATE FUNCTION case_f() RETURNS text LANGUAGE plpgsql AS $$ DECLARE status text := 'x'; BEGIN
DECLARE status text := (SELECT status FROM jobs LIMIT 1);
BEGIN RETURN status; END; END $$;
-- case: assigned_after_its_declaration
CREATE FUNCTION case_f() RETURNS text LANGUAGE plpgsql AS $$ DECLARE status text; BEGIN status := (SELECT status FROM jobs LIMIT 1); RETURN status; END $$;
-- case: cursor_declared_before_the_variable
CREATE FUNCTION case_f() RETURNS text LANGUAGE plpgsql AS $$ DECLARE c CURSOR FOR SELECT status FROM jobs; status text; BEGIN OPEN c; FETCH c INTO status; RETURN status; END $$;
-- case: cursor_declared_behind_the_variable
CREATE FUNCTION case_f() RETURNS text LANGUAGE plpgsql AS $$ DECLARE status text; c CURSOR FOR SELECT status FROM jobs; BEGIN OPEN c; FETCH c INTO status; RETURN status; END $$;
