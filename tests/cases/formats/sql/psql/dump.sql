--
-- PostgreSQL database dump
--

\restrict 0123abc

SET statement_timeout = 0;
SET client_encoding = 'UTF8';

CREATE TABLE public.t (
    id integer NOT NULL,
    note text
);

COPY public.t (id, note) FROM stdin;
1	it's; a note
2	\N
\.

\set owner 'app owner'
ALTER TABLE public.t OWNER TO :"owner";
\i more.sql
CREATE VIEW public.v AS SELECT ${columns} FROM public.t;
\unrestrict 0123abc
