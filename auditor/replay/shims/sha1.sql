-- SHA-1 (FIPS 180-4), which PostgreSQL has no function for. Correct, and slow.
create function shim_sha1(data bytea) returns bytea language plpgsql immutable strict parallel safe as $$
declare
    mask constant bigint := x'ffffffff'::bigint;
    message bytea;
    h bigint[] := array[x'67452301'::bigint, x'efcdab89'::bigint, x'98badcfe'::bigint, x'10325476'::bigint,
                        x'c3d2e1f0'::bigint];
    w bigint[];
    a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; t bigint;
begin
    message := data || '\x80'::bytea
        || decode(repeat('00', (119 - length(data) % 64) % 64), 'hex')
        || int8send(length(data)::bigint * 8);
    for block in 0 .. length(message) / 64 - 1 loop
        for i in 0 .. 15 loop
            t := 0;
            for j in 0 .. 3 loop
                t := (t << 8) | get_byte(message, block * 64 + i * 4 + j);
            end loop;
            w[i] := t;
        end loop;
        for i in 16 .. 79 loop
            t := w[i - 3] # w[i - 8] # w[i - 14] # w[i - 16];
            w[i] := ((t << 1) | (t >> 31)) & mask;
        end loop;
        a := h[1]; b := h[2]; c := h[3]; d := h[4]; e := h[5];
        for i in 0 .. 79 loop
            if i < 20 then
                f := (b & c) | (~b & d);
                k := x'5a827999'::bigint;
            elsif i < 40 then
                f := b # c # d;
                k := x'6ed9eba1'::bigint;
            elsif i < 60 then
                f := (b & c) | (b & d) | (c & d);
                k := x'8f1bbcdc'::bigint;
            else
                f := b # c # d;
                k := x'ca62c1d6'::bigint;
            end if;
            t := (((a << 5) | (a >> 27)) + (f & mask) + e + k + w[i]) & mask;
            e := d; d := c; c := ((b << 30) | (b >> 2)) & mask; b := a; a := t;
        end loop;
        h := array[(h[1] + a) & mask, (h[2] + b) & mask, (h[3] + c) & mask, (h[4] + d) & mask, (h[5] + e) & mask];
    end loop;
    return decode(lpad(to_hex(h[1]), 8, '0') || lpad(to_hex(h[2]), 8, '0') || lpad(to_hex(h[3]), 8, '0')
        || lpad(to_hex(h[4]), 8, '0') || lpad(to_hex(h[5]), 8, '0'), 'hex');
end
$$;

