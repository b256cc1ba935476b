-- ip4r. True: the names of the types, what can be written as one, the constructors of ranges, and GiST indexes on
-- them. Missing: its own operators and functions.

create domain ip4 as inet check (family(value) = 4);
create domain ip6 as inet check (family(value) = 6);
create domain ipaddress as inet;

create type ip4r as range (subtype = ip4);
create type ip6r as range (subtype = ip6);
create type iprange as range (subtype = ipaddress);
