-- Work that comes by itself: how far each agent has come, and whose answers are still to be delivered.
CREATE TABLE agents (
    name   TEXT PRIMARY KEY,
    last   INTEGER,                                                 -- none: it has not worked by itself yet
    number INTEGER NOT NULL CHECK (number >= 0),
    paused INTEGER NOT NULL CHECK (paused IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE outputs (
    task INTEGER PRIMARY KEY,
    note TEXT NOT NULL
) STRICT;
