"""Rules about runtime source code: who may read, write and call what."""
