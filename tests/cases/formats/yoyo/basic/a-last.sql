-- depends: z-first m-middle
CREATE TABLE c ();
