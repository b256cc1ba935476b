create tablespace mut_space location '';
