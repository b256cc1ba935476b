-- Operators and their families and classes, casts, collations, conversions, statistics, text search.

-- case: operator without its estimator
-- expect: DRF004 core | operator | app.===(app.grade,app.grade) | restrict
alter operator app.=== (app.grade, app.grade) set (restrict = none);

-- case: operator with another estimator of joins
-- expect: DRF004 core | operator | app.===(app.grade,app.grade) | join
alter operator app.=== (app.grade, app.grade) set (join = neqjoinsel);

-- case: operator owner
-- expect: DRF007 core | operator | app.<!>(app.grade,app.grade) | owner
alter operator app.<!> (app.grade, app.grade) owner to mut_stranger;

-- case: operator comment
-- expect: DRF004 core | operator | app.===(app.grade,app.grade) | comment
comment on operator app.=== (app.grade, app.grade) is null;

-- case: operator of another function
-- expect: DRF004 core | operator | app.>>>(app.grade,app.grade) | function
drop operator app.>>> (app.grade, app.grade);
create operator app.>>> (function = kit.same, leftarg = app.grade, rightarg = app.grade, restrict = neqsel);

-- case: operator that hashes
-- expect: DRF004 core | operator | app.>>>(app.grade,app.grade) | hashes, merges
drop operator app.>>> (app.grade, app.grade);
create operator app.>>> (function = kit.differs, leftarg = app.grade, rightarg = app.grade, restrict = neqsel, hashes, merges);

-- case: operator dropped
-- expect: DRF001 core | operator | app.>>>(app.grade,app.grade) |
drop operator app.>>> (app.grade, app.grade);

-- case: operator dropped that others name
-- expect: DRF001 core | operator | app.<!>(app.grade,app.grade) |
drop operator app.<!> (app.grade, app.grade);
-- undo: no

-- case: operator without its commutator
-- expect: DRF004 core | operator | app.<!>(app.grade,app.grade) | commutator
drop operator app.<!> (app.grade, app.grade);
create operator app.<!> (function = kit.differs, leftarg = app.grade, rightarg = app.grade,
    negator = operator(app.===));

-- case: operator added
-- expect: DRF002 core | operator | app.&&&(app.grade,app.grade) |
create operator app.&&& (function = kit.same, leftarg = app.grade, rightarg = app.grade);
-- undo:
drop operator app.&&& (app.grade, app.grade);

-- case: operator family loses a member
-- expect: DRF004 core | operator family | app.grade_family USING btree | members
alter operator family app.grade_family using btree drop function 1 (app.grade, integer);

-- case: operator added to a family, and so to the class of its type
-- expect: DRF004 core | operator class | app.grade_ops USING btree | members
alter operator family app.grade_family using btree add operator 4 app.>>> (app.grade, app.grade);

-- case: operator family owner
-- expect: DRF007 core | operator family | app.grade_family USING btree | owner
alter operator family app.grade_family using btree owner to mut_stranger;

-- case: operator family dropped
-- expect: DRF001 core | operator family | app.grade_family USING btree |
drop operator family app.grade_family using btree cascade;
-- undo: no

-- case: operator family added
-- expect: DRF002 core | operator family | app.hotfix USING hash |
create operator family app.hotfix using hash;
-- undo:
drop operator family app.hotfix using hash;

-- case: operator class no longer the default
-- expect: DRF004 core | operator class | app.grade_hash USING hash | default
drop operator class app.grade_hash using hash;
create operator class app.grade_hash for type app.grade using hash as
    operator 1 app.=== (app.grade, app.grade), function 1 kit.hash(app.grade);

-- case: operator class of fewer members
-- expect: DRF004 core | operator class | app.grade_ops USING btree | members
drop operator class app.grade_ops using btree;
create operator class app.grade_ops for type app.grade using btree family app.grade_family as
    function 1 kit.compare(app.grade, app.grade);

-- case: operator class owner
-- expect: DRF007 core | operator class | app.grade_ops USING btree | owner
alter operator class app.grade_ops using btree owner to mut_stranger;

-- case: operator class dropped
-- expect: DRF001 core | operator class | app.grade_ops USING btree |
drop operator class app.grade_ops using btree;

-- case: cast without being asked
-- expect: DRF004 core | cast | (app.grade AS integer) | context
drop cast (app.grade as integer);
create cast (app.grade as integer) with function kit.as_number(app.grade) as implicit;
comment on cast (app.grade as integer) is 'how good';

-- case: cast by text
-- expect: DRF004 core | cast | (app.grade AS integer) | function, method
drop cast (app.grade as integer);
create cast (app.grade as integer) with inout as assignment;
comment on cast (app.grade as integer) is 'how good';

-- case: cast comment
-- expect: DRF004 core | cast | (app.grade AS integer) | comment
comment on cast (app.grade as integer) is null;

-- case: cast dropped
-- expect: DRF001 core | cast | (app.grade AS integer) |
drop cast (app.grade as integer);

-- case: cast added
-- expect: DRF002 core | cast | (bigint AS app.grade) |
create cast (bigint as app.grade) with inout;
-- undo:
drop cast (bigint as app.grade);

-- case: collation of other rules
-- expect: DRF004 core | collation | app.exact | collate
drop collation app.exact;
create collation app.exact (provider = libc, lc_collate = 'C.utf8', lc_ctype = 'C');

-- case: collation owner
-- expect: DRF007 core | collation | app.plain | owner
alter collation app.plain owner to mut_stranger;

-- case: collation comment
-- expect: DRF004 core | collation | app.plain | comment
comment on collation app.plain is 'other';

-- case: collation dropped
-- expect: DRF001 core | collation | app.plain |
drop collation app.plain;

-- case: conversion for all
-- expect: DRF004 core | conversion | app.to_latin | default
drop conversion app.to_latin;
create default conversion app.to_latin for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1;

-- case: conversion to another encoding
-- expect: DRF004 core | conversion | app.to_latin | target, function
drop conversion app.to_latin;
create conversion app.to_latin for 'UTF8' to 'LATIN2' from utf8_to_iso8859;

-- case: conversion dropped
-- expect: DRF001 core | conversion | app.to_latin |
drop conversion app.to_latin;

-- case: statistics target
-- expect: DRF004 core | statistics object | app.readings_shape | target
alter statistics app.readings_shape set statistics 1000;

-- case: statistics of another kind
-- expect: DRF004 core | statistics object | app.readings_together | kinds
drop statistics app.readings_together;
create statistics app.readings_together (mcv) on place, thing from app.readings;

-- case: statistics of another expression
-- expect: DRF004 core | statistics object | app.readings_shape | on
drop statistics app.readings_shape;
create statistics app.readings_shape (mcv) on place, (amount + 2) from app.readings;
alter statistics app.readings_shape set statistics 50;
comment on statistics app.readings_shape is 'for the planner';

-- case: statistics owner
-- expect: DRF007 core | statistics object | app.readings_together | owner
alter statistics app.readings_together owner to mut_stranger;

-- case: statistics comment
-- expect: DRF004 core | statistics object | app.readings_shape | comment
comment on statistics app.readings_shape is null;

-- case: statistics dropped
-- expect: DRF001 core | statistics object | app.readings_shape |
drop statistics app.readings_shape;

-- case: statistics added
-- expect: DRF002 core | statistics object | app.hotfix |
create statistics app.hotfix on place, amount from app.readings;
-- undo:
drop statistics app.hotfix;

-- case: statistics gone with their column
-- expect: DRF001 core | table column | app.readings.thing |
alter table app.readings drop thing;
-- undo: no

-- case: statistics gone with the column of their expression
-- expect: DRF001 core | table column | app.readings.amount |
alter table app.readings drop amount;
-- undo: no

-- case: words sought in another dictionary
-- expect: DRF004 core | text search configuration | app.words | mappings
alter text search configuration app.words alter mapping for word with pg_catalog.simple;

-- case: words of one kind not sought
-- expect: DRF004 core | text search configuration | app.words | mappings
alter text search configuration app.words drop mapping for asciiword;

-- case: words of one more kind sought
-- expect: DRF004 core | text search configuration | app.words | mappings
alter text search configuration app.words add mapping for email with app.others, pg_catalog.simple;

-- case: text search configuration owner
-- expect: DRF007 core | text search configuration | app.words | owner
alter text search configuration app.words owner to mut_stranger;

-- case: text search configuration of another parser
-- expect: DRF004 core | text search configuration | app.words | parser
drop text search configuration app.words;
create text search configuration app.words (parser = pg_catalog.default);
alter text search configuration app.words add mapping for asciiword, word with app.words, pg_catalog.simple;
comment on text search configuration app.words is 'words';

-- case: text search configuration dropped
-- expect: DRF001 core | text search configuration | app.words |
drop text search configuration app.words;

-- case: dictionary without its list of words
-- expect: DRF004 core | text search dictionary | app.words | options
alter text search dictionary app.words (stopwords);

-- case: dictionary that takes not all
-- expect: DRF004 core | text search dictionary | app.others | options
alter text search dictionary app.others (accept = false);

-- case: dictionary of another template
-- expect: DRF004 core | text search dictionary | app.others | template
drop text search dictionary app.others;
create text search dictionary app.others (template = app.words);

-- case: dictionary owner
-- expect: DRF007 core | text search dictionary | app.others | owner
alter text search dictionary app.others owner to mut_stranger;

-- case: dictionary dropped
-- expect: DRF001 core | text search dictionary | app.words |
drop text search dictionary app.words cascade;
-- undo: no

-- case: text search parser with headlines
-- expect: DRF004 core | text search parser | app.words | headline
drop text search parser app.words cascade;
create text search parser app.words (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype,
    headline = prsd_headline);
create text search configuration app.words (parser = app.words);
alter text search configuration app.words add mapping for asciiword, word with app.words, pg_catalog.simple;
comment on text search configuration app.words is 'words';
-- undo: no

-- case: text search parser dropped
-- expect: DRF001 core | text search parser | app.words |
drop text search parser app.words cascade;
-- undo: no

-- case: text search template dropped
-- expect: DRF001 core | text search template | app.words |
drop text search template app.words cascade;
-- undo: no

-- case: type dropped with all that is about it
-- expect: DRF001 core | type | app.grade |
drop type app.grade cascade;
-- undo: no
