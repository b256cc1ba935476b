-- depends: z-first
-- transactional: false
CREATE TABLE b ();
