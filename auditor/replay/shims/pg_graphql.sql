-- pg_graphql. True: the signatures. Every query is answered with an error.

create sequence graphql.seq_schema_version as integer cycle;

create function graphql.get_schema_version() returns integer language sql security definer
return (select last_value from graphql.seq_schema_version);

create function graphql.increment_schema_version() returns event_trigger language plpgsql security definer as $$
begin
    perform nextval('graphql.seq_schema_version');
end
$$;

create function graphql.comment_directive(comment_ text) returns jsonb language sql immutable
return coalesce(substring(comment_ from '@graphql\((.+?)\)')::jsonb, '{}');

create function graphql._internal_resolve(
    query text, variables jsonb default '{}', "operationName" text default null, extensions jsonb default null
) returns jsonb language sql
return jsonb_build_object(
    'data', null,
    'errors', jsonb_build_array(jsonb_build_object('message', 'a replay resolves no GraphQL queries'))
);

create function graphql.resolve(
    query text, variables jsonb default '{}', "operationName" text default null, extensions jsonb default null
) returns jsonb language sql
return graphql._internal_resolve(query, variables, "operationName", extensions);
