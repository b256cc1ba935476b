-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN 1;
END;
$$;
-- +goose StatementEnd
-- +goose ENVSUB ON
CREATE TABLE ${NAME} ();
-- +goose Down
-- +goose StatementBegin
DROP FUNCTION f();
-- +goose StatementEnd
