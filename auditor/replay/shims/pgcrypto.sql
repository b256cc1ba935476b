-- pgcrypto. True: digest, hmac, gen_random_bytes, gen_random_uuid. Of the right form, with other values: gen_salt,
-- crypt (the same password and salt give the same hash). Reversed by their counterparts here, and by nothing else:
-- encrypt, encrypt_iv, pgp_sym_encrypt. Missing: armor, pgp_pub_*, pgp_key_id.
--
-- Bodies are RETURN expressions where they call each other: bound once, they survive ALTER EXTENSION ... SET SCHEMA.

create function pgcrypto_no_such_hash(type text) returns bytea language plpgsql immutable as $$
begin
    raise exception 'Cannot use "%": No such hash algorithm', type using errcode = 'invalid_parameter_value';
end
$$;

create function digest(data bytea, type text) returns bytea language sql immutable strict parallel safe
return case lower(type)
    when 'md5' then decode(md5(data), 'hex')
    when 'sha1' then shim_sha1(data)
    when 'sha224' then sha224(data)
    when 'sha256' then sha256(data)
    when 'sha384' then sha384(data)
    when 'sha512' then sha512(data)
    else pgcrypto_no_such_hash(type)
end;

create function digest(data text, type text) returns bytea language sql immutable strict parallel safe
return digest(convert_to(data, 'UTF8'), type);

-- RFC 2104: the key, filled up to a block, with every byte XORed.
create function pgcrypto_pad(key bytea, type text, with_byte integer) returns bytea
language sql immutable strict parallel safe
begin atomic
    select string_agg(
        set_byte('\x00', 0, with_byte # case when i < length(block.key) then get_byte(block.key, i) else 0 end),
        ''::bytea order by i
    )
    from (
        select size, case when length(pgcrypto_pad.key) > size then digest(pgcrypto_pad.key, type)
                          else pgcrypto_pad.key end as key
        from (values (case when lower(type) in ('sha384', 'sha512') then 128 else 64 end)) as of_hash (size)
    ) as block,
    generate_series(0, block.size - 1) as i;
end;

create function hmac(data bytea, key bytea, type text) returns bytea language sql immutable strict parallel safe
return digest(pgcrypto_pad(key, type, 92) || digest(pgcrypto_pad(key, type, 54) || data, type), type);

create function hmac(data text, key text, type text) returns bytea language sql immutable strict parallel safe
return hmac(convert_to(data, 'UTF8'), convert_to(key, 'UTF8'), type);

create function gen_random_bytes(count integer) returns bytea language plpgsql volatile strict as $$
declare
    bytes bytea := '';
begin
    if count < 1 or count > 1024 then
        raise exception 'Length not in range' using errcode = 'external_routine_invocation_exception';
    end if;
    while length(bytes) < count loop
        bytes := bytes || sha256(uuid_send(gen_random_uuid()));
    end loop;
    return substr(bytes, 1, count);
end
$$;

create function gen_random_uuid() returns uuid language sql volatile
return pg_catalog.gen_random_uuid();

create function gen_salt(type text, iter_count integer) returns text language plpgsql volatile strict as $$
declare
    random_text constant text := translate(encode(sha256(uuid_send(gen_random_uuid())), 'base64'), '+=', '..');
    salt constant text := case lower(type)
        when 'bf' then '$2a$' || lpad(coalesce(nullif(iter_count, 0), 6)::text, 2, '0') || '$' || left(random_text, 22)
        when 'md5' then '$1$' || left(random_text, 8)
        when 'xdes' then '_J9..' || left(random_text, 4)
        when 'des' then left(random_text, 2)
        when 'sha256crypt' then '$5$' || left(random_text, 16)
        when 'sha512crypt' then '$6$' || left(random_text, 16)
    end;
begin
    if salt is null then
        raise exception 'gen_salt: Unknown salt algorithm' using errcode = 'invalid_parameter_value';
    end if;
    return salt;
end
$$;

create function gen_salt(type text) returns text language sql volatile strict
return gen_salt(type, 0);

-- crypt(5): a prefix that says how, then the hash in a fixed number of characters.
create function crypt(password text, salt text) returns text language plpgsql immutable strict parallel safe as $$
declare
    prefix text := coalesce(
        substring(salt from '^\$2[axy]\$\d\d\$[./A-Za-z0-9]{22}'),
        substring(salt from '^\$[156]\$(?:rounds=\d+\$)?[^$]{1,16}') || '$',
        substring(salt from '^_.{8}'),
        substring(salt from '^[^$_].')
    );
    size integer := case left(prefix, 3)
        when '$2a' then 31 when '$2x' then 31 when '$2y' then 31 when '$1$' then 22 when '$5$' then 43 when '$6$' then 86
        else 11
    end;
begin
    if prefix is null then
        raise exception 'invalid salt' using errcode = 'invalid_parameter_value';
    end if;
    return prefix || left(
        translate(encode(sha512(convert_to(prefix || password, 'UTF8')), 'base64'), E'+=\n', '..'), size
    );
end
$$;

create function pgcrypto_open(data bytea, key bytea) returns bytea language plpgsql immutable strict parallel safe as $$
begin
    if substr(data, 1, 32) <> sha256(key) then
        raise exception 'Wrong key or corrupt data' using errcode = 'external_routine_invocation_exception';
    end if;
    return substr(data, 33);
end
$$;

create function encrypt(data bytea, key bytea, type text) returns bytea language sql immutable strict parallel safe
return sha256(key || convert_to(type, 'UTF8')) || data;

create function decrypt(data bytea, key bytea, type text) returns bytea language sql immutable strict parallel safe
return pgcrypto_open(data, key || convert_to(type, 'UTF8'));

create function encrypt_iv(data bytea, key bytea, iv bytea, type text) returns bytea
language sql immutable strict parallel safe
return encrypt(data, key || iv, type);

create function decrypt_iv(data bytea, key bytea, iv bytea, type text) returns bytea
language sql immutable strict parallel safe
return decrypt(data, key || iv, type);

create function pgp_sym_encrypt_bytea(data bytea, psw text, options text default '') returns bytea
language sql volatile strict parallel safe
return sha256(convert_to(psw, 'UTF8')) || data;

create function pgp_sym_decrypt_bytea(msg bytea, psw text, options text default '') returns bytea
language sql immutable strict parallel safe
return pgcrypto_open(msg, convert_to(psw, 'UTF8'));

create function pgp_sym_encrypt(data text, psw text, options text default '') returns bytea
language sql volatile strict parallel safe
return pgp_sym_encrypt_bytea(convert_to(data, 'UTF8'), psw);

create function pgp_sym_decrypt(msg bytea, psw text, options text default '') returns text
language sql immutable strict parallel safe
return convert_from(pgp_sym_decrypt_bytea(msg, psw), 'UTF8');
