-- pgjwt. True, over whichever pgcrypto is there.

create function url_encode(data bytea) returns text language sql immutable
return translate(encode(data, 'base64'), E'+/=\n', '-_');

create function url_decode(data text) returns bytea language sql immutable
return decode(translate(data, '-_', '+/') || repeat('=', (4 - length(data) % 4) % 4), 'base64');

create function algorithm_sign(signables text, secret text, algorithm text) returns text language sql immutable
return url_encode(@extschema:pgcrypto@.hmac(signables, secret, replace(algorithm, 'HS', 'sha')));

create function sign(payload json, secret text, algorithm text default 'HS256') returns text language sql immutable
begin atomic
    select signables || '.' || algorithm_sign(signables, secret, algorithm)
    from (
        select url_encode(convert_to(format('{"alg":"%s","typ":"JWT"}', algorithm), 'UTF8'))
            || '.' || url_encode(convert_to(payload::text, 'UTF8'))
    ) as token (signables);
end;

create function try_cast_double(inp text) returns double precision language plpgsql immutable as $$
begin
    return inp::double precision;
exception when others then
    return null;
end
$$;

create function verify(token text, secret text, algorithm text default 'HS256')
returns table (header json, payload json, valid boolean) language sql immutable
begin atomic
    select claims.header, claims.payload,
        part[3] = algorithm_sign(part[1] || '.' || part[2], secret, algorithm)
        and tstzrange(to_timestamp(try_cast_double(claims.payload ->> 'nbf')),
                      to_timestamp(try_cast_double(claims.payload ->> 'exp'))) @> current_timestamp
    from string_to_array(token, '.') as part,
        lateral (select convert_from(url_decode(part[1]), 'UTF8')::json,
                        convert_from(url_decode(part[2]), 'UTF8')::json) as claims (header, payload);
end;
