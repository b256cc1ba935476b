-- PostGIS. True: the names of the types, functions and relations, what they take and give, the casts between types,
-- and GiST indexes on them. A geometry or geography here is a point of PostgreSQL's own, whatever it says in brackets
-- after the type, which is forgotten. Functions that would have to calculate refuse.
--
-- The script runs as superuser, since nobody else may create a type. What it takes from PostgreSQL itself is made for
-- values of exactly this layout.

create type geometry;
create function geometry_in(cstring) returns geometry language internal immutable strict parallel safe as 'point_in';
create function geometry_out(geometry) returns cstring language internal immutable strict parallel safe as 'point_out';
create function geometry_typmod_in(cstring[]) returns integer language internal immutable strict parallel safe
    as 'array_ndims';
create function postgis_typmod_out(integer) returns cstring language internal immutable strict parallel safe
    as 'varchartypmodout';
create type geometry (
    input = geometry_in, output = geometry_out, typmod_in = geometry_typmod_in, typmod_out = postgis_typmod_out,
    like = point
);

create type geography;
create function geography_in(cstring) returns geography language internal immutable strict parallel safe as 'point_in';
create function geography_out(geography) returns cstring language internal immutable strict parallel safe
    as 'point_out';
create function geography_typmod_in(cstring[]) returns integer language internal immutable strict parallel safe
    as 'array_ndims';
create type geography (
    input = geography_in, output = geography_out, typmod_in = geography_typmod_in, typmod_out = postgis_typmod_out,
    like = point
);

create domain box2d as box;
create domain box3d as box;
create type geometry_dump as (path integer[], geom geometry);

create cast (geometry as geography) without function as implicit;
create cast (geography as geometry) without function;
create cast (geometry as point) without function;
create cast (point as geometry) without function;

create function geometry_eq(geometry, geometry) returns boolean language internal immutable strict parallel safe
    as 'point_eq';
create function geometry_overlaps(geometry, geometry) returns boolean language internal immutable strict parallel safe
    as 'point_eq';
create function geometry_distance_centroid(geometry, geometry) returns double precision
    language internal immutable strict parallel safe as 'point_distance';
create function geography_eq(geography, geography) returns boolean language internal immutable strict parallel safe
    as 'point_eq';
create function geography_overlaps(geography, geography) returns boolean
    language internal immutable strict parallel safe as 'point_eq';
create function geography_distance_knn(geography, geography) returns double precision
    language internal immutable strict parallel safe as 'point_distance';

create operator = (leftarg = geometry, rightarg = geometry, function = geometry_eq, commutator = =);
create operator && (leftarg = geometry, rightarg = geometry, function = geometry_overlaps, commutator = &&);
create operator <-> (
    leftarg = geometry, rightarg = geometry, function = geometry_distance_centroid, commutator = <->
);
create operator = (leftarg = geography, rightarg = geography, function = geography_eq, commutator = =);
create operator && (leftarg = geography, rightarg = geography, function = geography_overlaps, commutator = &&);
create operator <-> (leftarg = geography, rightarg = geography, function = geography_distance_knn, commutator = <->);

create function geometry_cmp(geometry, geometry) returns integer language sql immutable strict parallel safe
    return pg_catalog.bttextcmp($1::text, $2::text);
create function geometry_lt(geometry, geometry) returns boolean language sql immutable strict parallel safe
    return geometry_cmp($1, $2) operator(pg_catalog.<) 0;
create function geometry_le(geometry, geometry) returns boolean language sql immutable strict parallel safe
    return geometry_cmp($1, $2) operator(pg_catalog.<=) 0;
create function geometry_ge(geometry, geometry) returns boolean language sql immutable strict parallel safe
    return geometry_cmp($1, $2) operator(pg_catalog.>=) 0;
create function geometry_gt(geometry, geometry) returns boolean language sql immutable strict parallel safe
    return geometry_cmp($1, $2) operator(pg_catalog.>) 0;
create operator < (leftarg = geometry, rightarg = geometry, function = geometry_lt, commutator = >);
create operator <= (leftarg = geometry, rightarg = geometry, function = geometry_le, commutator = >=);
create operator >= (leftarg = geometry, rightarg = geometry, function = geometry_ge, commutator = <=);
create operator > (leftarg = geometry, rightarg = geometry, function = geometry_gt, commutator = <);

create function geography_cmp(geography, geography) returns integer language sql immutable strict parallel safe
    return pg_catalog.bttextcmp($1::text, $2::text);
create function geography_lt(geography, geography) returns boolean language sql immutable strict parallel safe
    return geography_cmp($1, $2) operator(pg_catalog.<) 0;
create function geography_le(geography, geography) returns boolean language sql immutable strict parallel safe
    return geography_cmp($1, $2) operator(pg_catalog.<=) 0;
create function geography_ge(geography, geography) returns boolean language sql immutable strict parallel safe
    return geography_cmp($1, $2) operator(pg_catalog.>=) 0;
create function geography_gt(geography, geography) returns boolean language sql immutable strict parallel safe
    return geography_cmp($1, $2) operator(pg_catalog.>) 0;
create operator < (leftarg = geography, rightarg = geography, function = geography_lt, commutator = >);
create operator <= (leftarg = geography, rightarg = geography, function = geography_le, commutator = >=);
create operator >= (leftarg = geography, rightarg = geography, function = geography_ge, commutator = <=);
create operator > (leftarg = geography, rightarg = geography, function = geography_gt, commutator = <);

create operator class btree_geometry_ops default for type geometry using btree as
    operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 geometry_cmp(geometry, geometry);
create operator class btree_geography_ops default for type geography using btree as
    operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 geography_cmp(geography, geography);
create operator class gist_geometry_ops_2d default for type geometry using gist as
    operator 6 && (geometry, geometry),
    operator 15 <-> (geometry, geometry) for order by pg_catalog.float_ops,
    function 1 pg_catalog.gist_point_consistent(internal, point, smallint, oid, internal),
    function 2 pg_catalog.gist_box_union(internal, internal),
    function 3 pg_catalog.gist_point_compress(internal),
    function 5 pg_catalog.gist_box_penalty(internal, internal, internal),
    function 6 pg_catalog.gist_box_picksplit(internal, internal),
    function 7 pg_catalog.gist_box_same(box, box, internal),
    function 8 pg_catalog.gist_point_distance(internal, point, smallint, oid, internal),
    storage box;
create operator class gist_geography_ops default for type geography using gist as
    operator 6 && (geography, geography),
    operator 15 <-> (geography, geography) for order by pg_catalog.float_ops,
    function 1 pg_catalog.gist_point_consistent(internal, point, smallint, oid, internal),
    function 2 pg_catalog.gist_box_union(internal, internal),
    function 3 pg_catalog.gist_point_compress(internal),
    function 5 pg_catalog.gist_box_penalty(internal, internal, internal),
    function 6 pg_catalog.gist_box_picksplit(internal, internal),
    function 7 pg_catalog.gist_box_same(box, box, internal),
    function 8 pg_catalog.gist_point_distance(internal, point, smallint, oid, internal),
    storage box;

create function st_makepoint(double precision, double precision) returns geometry
    language internal immutable strict parallel safe as 'construct_point';
create function st_point(double precision, double precision) returns geometry
    language internal immutable strict parallel safe as 'construct_point';
create function st_point(double precision, double precision, srid integer) returns geometry
    language sql immutable strict parallel safe return point($1, $2)::geometry;
create function st_setsrid(geom geometry, srid integer) returns geometry
    language sql immutable strict parallel safe return geom;
create function st_setsrid(geog geography, srid integer) returns geography
    language sql immutable strict parallel safe return geog;
create function st_x(geometry) returns double precision
    language sql immutable strict parallel safe return ($1::point)[0];
create function st_y(geometry) returns double precision
    language sql immutable strict parallel safe return ($1::point)[1];

do $$
declare
    signature text;
begin
    foreach signature in array array[
        '_st_bestsrid(geography) returns integer',
        '_st_bestsrid(geography, geography) returns integer',
        'postgis_version() returns text',
        'postgis_full_version() returns text',
        'geometry(text) returns geometry',
        'geometrytype(geometry) returns text',
        'st_addpoint(geom1 geometry, geom2 geometry) returns geometry',
        'st_area(geometry) returns double precision',
        'st_area(geog geography, use_spheroid boolean default true) returns double precision',
        'st_asbinary(geometry) returns bytea',
        'st_asbinary(geography) returns bytea',
        'st_asewkb(geometry) returns bytea',
        'st_asewkt(geometry) returns text',
        'st_asewkt(geography) returns text',
        'st_asgeojson(geom geometry, maxdecimaldigits integer default 9, options integer default 8) returns text',
        'st_asgeojson(geog geography, maxdecimaldigits integer default 9, options integer default 0) returns text',
        'st_asmvtgeom(geom geometry, bounds box2d, extent integer default 4096, buffer integer default 256,'
        ' clip_geom boolean default true) returns geometry',
        'st_astext(geometry) returns text',
        'st_astext(geography) returns text',
        'st_azimuth(geom1 geometry, geom2 geometry) returns double precision',
        'st_boundary(geometry) returns geometry',
        'st_buffer(geom geometry, radius double precision, options text default '''') returns geometry',
        'st_buffer(geography, double precision) returns geography',
        'st_centroid(geometry) returns geometry',
        'st_centroid(geography, use_spheroid boolean default true) returns geography',
        'st_closestpoint(geom1 geometry, geom2 geometry) returns geometry',
        'st_closestpoint(geography, geography, use_spheroid boolean default true) returns geography',
        'st_collect(geom1 geometry, geom2 geometry) returns geometry',
        'st_collect(geometry[]) returns geometry',
        'st_contains(geom1 geometry, geom2 geometry) returns boolean',
        'st_containsproperly(geom1 geometry, geom2 geometry) returns boolean',
        'st_convexhull(geometry) returns geometry',
        'st_coveredby(geom1 geometry, geom2 geometry) returns boolean',
        'st_coveredby(geog1 geography, geog2 geography) returns boolean',
        'st_covers(geom1 geometry, geom2 geometry) returns boolean',
        'st_covers(geog1 geography, geog2 geography) returns boolean',
        'st_crosses(geom1 geometry, geom2 geometry) returns boolean',
        'st_difference(geom1 geometry, geom2 geometry, gridsize double precision default -1.0) returns geometry',
        'st_dimension(geometry) returns integer',
        'st_disjoint(geom1 geometry, geom2 geometry) returns boolean',
        'st_distance(geom1 geometry, geom2 geometry) returns double precision',
        'st_distance(geog1 geography, geog2 geography, use_spheroid boolean default true) returns double precision',
        'st_distancesphere(geom1 geometry, geom2 geometry) returns double precision',
        'st_dump(geometry) returns setof geometry_dump',
        'st_dwithin(geom1 geometry, geom2 geometry, double precision) returns boolean',
        'st_dwithin(geog1 geography, geog2 geography, tolerance double precision, use_spheroid boolean default true)'
        ' returns boolean',
        'st_endpoint(geometry) returns geometry',
        'st_envelope(geometry) returns geometry',
        'st_equals(geom1 geometry, geom2 geometry) returns boolean',
        'st_expand(geometry, double precision) returns geometry',
        'st_exteriorring(geometry) returns geometry',
        'st_flipcoordinates(geometry) returns geometry',
        'st_force2d(geometry) returns geometry',
        'st_force3d(geom geometry, zvalue double precision default 0.0) returns geometry',
        'st_forcerhr(geometry) returns geometry',
        'st_generatepoints(area geometry, npoints integer) returns geometry',
        'st_geogfromtext(text) returns geography',
        'st_geographyfromtext(text) returns geography',
        'st_geogfromwkb(bytea) returns geography',
        'st_geohash(geom geometry, maxchars integer default 0) returns text',
        'st_geomfromewkb(bytea) returns geometry',
        'st_geomfromewkt(text) returns geometry',
        'st_geomfromgeojson(text) returns geometry',
        'st_geomfromgeojson(json) returns geometry',
        'st_geomfromgeojson(jsonb) returns geometry',
        'st_geomfromtext(text) returns geometry',
        'st_geomfromtext(text, integer) returns geometry',
        'st_geomfromwkb(bytea) returns geometry',
        'st_geomfromwkb(bytea, integer) returns geometry',
        'st_geometryfromtext(text) returns geometry',
        'st_geometryfromtext(text, integer) returns geometry',
        'st_geometryn(geometry, integer) returns geometry',
        'st_geometrytype(geometry) returns text',
        'st_intersection(geom1 geometry, geom2 geometry, gridsize double precision default -1) returns geometry',
        'st_intersection(geography, geography) returns geography',
        'st_intersects(geom1 geometry, geom2 geometry) returns boolean',
        'st_intersects(geog1 geography, geog2 geography) returns boolean',
        'st_isempty(geometry) returns boolean',
        'st_isvalid(geometry) returns boolean',
        'st_length(geometry) returns double precision',
        'st_length(geog geography, use_spheroid boolean default true) returns double precision',
        'st_3dlength(geometry) returns double precision',
        'st_linefrommultipoint(geometry) returns geometry',
        'st_lineinterpolatepoint(geometry, double precision) returns geometry',
        'st_lineinterpolatepoint(geography, double precision, use_spheroid boolean default true) returns geography',
        'st_linelocatepoint(geom1 geometry, geom2 geometry) returns double precision',
        'st_linelocatepoint(geography, geography, use_spheroid boolean default true) returns double precision',
        'st_linemerge(geometry) returns geometry',
        'st_linesubstring(geometry, double precision, double precision) returns geometry',
        'st_makebox2d(geom1 geometry, geom2 geometry) returns box2d',
        'st_makeenvelope(double precision, double precision, double precision, double precision, integer default 0)'
        ' returns geometry',
        'st_makeline(geom1 geometry, geom2 geometry) returns geometry',
        'st_makeline(geometry[]) returns geometry',
        'st_makepoint(double precision, double precision, double precision) returns geometry',
        'st_makepolygon(geometry) returns geometry',
        'st_makevalid(geometry) returns geometry',
        'st_multi(geometry) returns geometry',
        'st_npoints(geometry) returns integer',
        'st_numgeometries(geometry) returns integer',
        'st_overlaps(geom1 geometry, geom2 geometry) returns boolean',
        'st_perimeter(geometry) returns double precision',
        'st_perimeter(geog geography, use_spheroid boolean default true) returns double precision',
        'st_pointfromtext(text) returns geometry',
        'st_pointfromtext(text, integer) returns geometry',
        'st_pointn(geometry, integer) returns geometry',
        'st_pointonsurface(geometry) returns geometry',
        'st_polygon(geometry, integer) returns geometry',
        'st_polygonfromtext(text) returns geometry',
        'st_polygonfromtext(text, integer) returns geometry',
        'st_project(geog geography, distance double precision, azimuth double precision) returns geography',
        'st_relate(geom1 geometry, geom2 geometry) returns text',
        'st_reverse(geometry) returns geometry',
        'st_segmentize(geometry, double precision) returns geometry',
        'st_simplify(geometry, double precision) returns geometry',
        'st_simplify(geometry, double precision, boolean) returns geometry',
        'st_simplifypreservetopology(geometry, double precision) returns geometry',
        'st_snaptogrid(geometry, double precision) returns geometry',
        'st_srid(geom geometry) returns integer',
        'st_srid(geog geography) returns integer',
        'st_startpoint(geometry) returns geometry',
        'st_summary(geometry) returns text',
        'st_symdifference(geom1 geometry, geom2 geometry, gridsize double precision default -1.0) returns geometry',
        'st_tileenvelope(zoom integer, x integer, y integer) returns geometry',
        'st_touches(geom1 geometry, geom2 geometry) returns boolean',
        'st_transform(geometry, integer) returns geometry',
        'st_transform(geom geometry, from_proj text, to_proj text) returns geometry',
        'st_translate(geometry, double precision, double precision) returns geometry',
        'st_union(geom1 geometry, geom2 geometry) returns geometry',
        'st_union(geometry[]) returns geometry',
        'st_within(geom1 geometry, geom2 geometry) returns boolean',
        'st_xmax(box3d) returns double precision',
        'st_xmin(box3d) returns double precision',
        'st_ymax(box3d) returns double precision',
        'st_ymin(box3d) returns double precision',
        'st_z(geometry) returns double precision',
        'box2d(geometry) returns box2d',
        'box3d(geometry) returns box3d'
    ] loop
        execute format(
            'create function %s language plpgsql immutable strict parallel safe as %L', signature,
            'begin raise exception ''a replay does not calculate with geometries'''
            ' using errcode = ''feature_not_supported''; end'
        );
    end loop;
end
$$;

create aggregate st_collect(geometry) (sfunc = st_collect, stype = geometry);
create aggregate st_makeline(geometry) (sfunc = st_makeline, stype = geometry);
create aggregate st_union(geometry) (sfunc = st_union, stype = geometry);

create table spatial_ref_sys (
    srid integer primary key check (srid > 0 and srid <= 998999),
    auth_name varchar(256),
    auth_srid integer,
    srtext varchar(2048),
    proj4text varchar(2048)
);

create view geometry_columns as
select current_database()::varchar(256) as f_table_catalog, n.nspname as f_table_schema, c.relname as f_table_name,
    a.attname as f_geometry_column, 2 as coord_dimension, 0 as srid, 'GEOMETRY'::varchar(30) as type
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where a.atttypid = 'geometry'::regtype and not a.attisdropped and c.relkind in ('r', 'v', 'm', 'f', 'p');

create view geography_columns as
select current_database()::name as f_table_catalog, n.nspname as f_table_schema, c.relname as f_table_name,
    a.attname as f_geography_column, 2 as coord_dimension, 0 as srid, 'Geometry'::text as type
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where a.atttypid = 'geography'::regtype and not a.attisdropped and c.relkind in ('r', 'v', 'm', 'f', 'p');

grant select on spatial_ref_sys, geometry_columns, geography_columns to public;
