-- uuid-ossp. True: the constants, uuid_generate_v3, v4 and v5. Of the right form, but random instead of made from
-- the time and the network card: uuid_generate_v1, v1mc.

create function uuid_nil() returns uuid language sql immutable strict parallel safe
return '00000000-0000-0000-0000-000000000000'::uuid;

create function uuid_ns_dns() returns uuid language sql immutable strict parallel safe
return '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid;

create function uuid_ns_url() returns uuid language sql immutable strict parallel safe
return '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::uuid;

create function uuid_ns_oid() returns uuid language sql immutable strict parallel safe
return '6ba7b812-9dad-11d1-80b4-00c04fd430c8'::uuid;

create function uuid_ns_x500() returns uuid language sql immutable strict parallel safe
return '6ba7b814-9dad-11d1-80b4-00c04fd430c8'::uuid;

-- RFC 9562: the version in the upper half of byte 6, the variant in the two upper bits of byte 8.
create function uuid_ossp_of(bytes bytea, version integer) returns uuid language sql immutable strict parallel safe
return encode(
    set_byte(
        set_byte(substr(bytes, 1, 16), 6, (get_byte(bytes, 6) & 15) | (version << 4)),
        8, (get_byte(bytes, 8) & 63) | 128
    ), 'hex'
)::uuid;

create function uuid_generate_v1() returns uuid language sql volatile strict parallel safe
return uuid_ossp_of(uuid_send(gen_random_uuid()), 1);

create function uuid_generate_v1mc() returns uuid language sql volatile strict parallel safe
return uuid_ossp_of(uuid_send(gen_random_uuid()), 1);

create function uuid_generate_v3(namespace uuid, name text) returns uuid
language sql immutable strict parallel safe
return uuid_ossp_of(decode(md5(uuid_send(namespace) || convert_to(name, 'UTF8')), 'hex'), 3);

create function uuid_generate_v4() returns uuid language sql volatile strict parallel safe
return gen_random_uuid();

create function uuid_generate_v5(namespace uuid, name text) returns uuid
language sql immutable strict parallel safe
return uuid_ossp_of(shim_sha1(uuid_send(namespace) || convert_to(name, 'UTF8')), 5);
