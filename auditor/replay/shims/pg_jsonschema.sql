-- pg_jsonschema. True: the signatures. Nothing is ever checked: they refuse.

create function json_matches_schema(schema json, instance json) returns boolean language plpgsql immutable strict as $$
begin
    raise exception 'a replay checks no JSON schema' using errcode = 'feature_not_supported';
end
$$;

create function jsonb_matches_schema(schema json, instance jsonb) returns boolean language sql immutable strict
return json_matches_schema(schema, instance::json);

create function jsonschema_is_valid(schema json) returns boolean language sql immutable strict
return json_matches_schema(schema, '{}');

create function jsonschema_validation_errors(schema json, instance json) returns text[] language sql immutable strict
return array[json_matches_schema(schema, instance)::text];
