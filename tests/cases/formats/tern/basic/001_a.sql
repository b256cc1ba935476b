CREATE TABLE {{.prefix}}a ();
{{ template "shared/users.sql" . }}
---- create above / drop below ----
DROP TABLE a;
