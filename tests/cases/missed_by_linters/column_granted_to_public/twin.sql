GRANT UPDATE (status) ON ops.notes TO PUBLIC;
