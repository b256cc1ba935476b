CREATE TABLE {{ index .Options "Namespace" }}.users (id int);
CREATE INDEX users_id ON {{ index .Options "Namespace" }}.users (id);
CREATE TABLE {{ .Env.SCHEMA }}.other (id int);
CREATE TABLE /* TEMPLATE: schema */river_job (id int);
CREATE TABLE :GRAPHILE.x (id int);
