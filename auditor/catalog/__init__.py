"""The catalog of a database as plain values: connections, the kinds of object, the reader, saved snapshots."""
