-- The first schema. Migrations are only ever added; one that was released never changes.
--
-- Times are microseconds since the Unix epoch, money is picodollars, codes are those of sqlite/codes.rs.
-- What is hot (tasks, leases) is apart from what only grows (payloads, attempts, history, results, keys).

-- One row, written by every commit: who leads, and what must never go back.
CREATE TABLE leader (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    epoch     INTEGER NOT NULL CHECK (epoch >= 0),
    opened_at INTEGER NOT NULL,
    newest    INTEGER NOT NULL,
    next_task INTEGER NOT NULL CHECK (next_task > 0)
) STRICT;
INSERT INTO leader VALUES (1, 0, 0, 0, 1);

CREATE TABLE names (
    id   INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (kind, name)
) STRICT;

CREATE TABLE targets (
    id        INTEGER PRIMARY KEY,
    account   TEXT NOT NULL,
    provider  TEXT NOT NULL,
    model     TEXT NOT NULL,
    quota_key TEXT NOT NULL,
    UNIQUE (account, provider, model, quota_key)
) STRICT;

-- Open tasks.
CREATE TABLE tasks (
    id                 INTEGER PRIMARY KEY CHECK (id > 0),
    grp                INTEGER NOT NULL,
    client             INTEGER NOT NULL,
    route              INTEGER NOT NULL,
    priority           INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 10),
    created_at         INTEGER NOT NULL,
    not_before         INTEGER NOT NULL,
    deadline           INTEGER,                                     -- none: no deadline
    max_attempts       INTEGER NOT NULL CHECK (max_attempts >= 0),
    faults             INTEGER NOT NULL CHECK (faults >= 0),
    silences           INTEGER NOT NULL CHECK (silences >= 0),
    attempt            INTEGER NOT NULL CHECK (attempt >= 0),
    input_tokens       INTEGER NOT NULL CHECK (input_tokens >= 0),
    input_tokens_least INTEGER NOT NULL CHECK (input_tokens_least >= 0),
    max_output_tokens  INTEGER CHECK (max_output_tokens >= 0)
) STRICT;

-- Open attempts, at most one of a task.
CREATE TABLE leases (
    task          INTEGER PRIMARY KEY,
    attempt       INTEGER NOT NULL CHECK (attempt > 0),
    target        INTEGER NOT NULL,
    worker        INTEGER NOT NULL,
    granted_at    INTEGER NOT NULL,
    send_by       INTEGER NOT NULL CHECK (send_by >= granted_at),
    requests      INTEGER NOT NULL CHECK (requests >= 0),
    input_tokens  INTEGER NOT NULL CHECK (input_tokens >= 0),
    output_tokens INTEGER NOT NULL CHECK (output_tokens >= 0),
    cost          INTEGER NOT NULL CHECK (cost >= 0)
) STRICT;

-- Ended attempts in the order of their ends. `reached` is the latest end so far, so it rises with `seq` whatever the
-- ends do, and the first row that a cutoff concerns is found by halving.
CREATE TABLE attempts (
    seq           INTEGER PRIMARY KEY,
    task          INTEGER NOT NULL,
    attempt       INTEGER NOT NULL CHECK (attempt > 0),
    target        INTEGER NOT NULL,
    worker        INTEGER NOT NULL,
    granted_at    INTEGER NOT NULL,
    ended_at      INTEGER NOT NULL,
    reached       INTEGER NOT NULL CHECK (reached >= ended_at),
    outcome       INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 7),
    requests      INTEGER NOT NULL CHECK (requests >= 0),
    input_tokens  INTEGER NOT NULL CHECK (input_tokens >= 0),
    output_tokens INTEGER NOT NULL CHECK (output_tokens >= 0),
    cost          INTEGER NOT NULL CHECK (cost >= 0)
) STRICT;
CREATE INDEX attempts_of_task ON attempts (task);

-- Ended tasks.
CREATE TABLE history (
    id                 INTEGER PRIMARY KEY,
    grp                INTEGER NOT NULL,
    client             INTEGER NOT NULL,
    route              INTEGER NOT NULL,
    priority           INTEGER NOT NULL,
    created_at         INTEGER NOT NULL,
    not_before         INTEGER NOT NULL,
    deadline           INTEGER,
    max_attempts       INTEGER NOT NULL,
    faults             INTEGER NOT NULL,
    silences           INTEGER NOT NULL,
    attempt            INTEGER NOT NULL,
    input_tokens       INTEGER NOT NULL,
    input_tokens_least INTEGER NOT NULL,
    max_output_tokens  INTEGER,
    ending             INTEGER NOT NULL CHECK (ending IN (0, 1) OR ending BETWEEN 10 AND 14),
    ended_at           INTEGER NOT NULL
) STRICT;

CREATE TABLE payloads (
    task     INTEGER PRIMARY KEY,
    endpoint INTEGER NOT NULL,
    custom   TEXT,
    body     BLOB NOT NULL
) STRICT;

CREATE TABLE results (
    task   INTEGER PRIMARY KEY,
    status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 65535),
    body   BLOB NOT NULL
) STRICT;

-- What makes a task the same when it comes again. In the order of tasks, not of keys: keys are random, and a write for
-- each at a place of its own would cost a page each, which a memory card cannot take.
CREATE TABLE keys (
    grp  INTEGER NOT NULL,
    task INTEGER NOT NULL,
    key  BLOB NOT NULL CHECK (length(key) = 16),
    PRIMARY KEY (grp, task)
) STRICT, WITHOUT ROWID;

CREATE TABLE groups (
    id         INTEGER PRIMARY KEY,
    created_at INTEGER NOT NULL,
    sealed     INTEGER NOT NULL CHECK (sealed IN (0, 1)),
    total      INTEGER NOT NULL CHECK (total >= 0),
    completed  INTEGER NOT NULL CHECK (completed >= 0),
    failed     INTEGER NOT NULL CHECK (failed >= 0),
    cancelled  INTEGER NOT NULL CHECK (cancelled >= 0),
    CHECK (completed + failed + cancelled <= total)
) STRICT;

CREATE TABLE parks (
    kind  INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),
    id    INTEGER NOT NULL,
    until INTEGER,                                                  -- none: until somebody unparks it
    why   INTEGER NOT NULL CHECK (why BETWEEN 0 AND 4),
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE learnt (
    id     INTEGER PRIMARY KEY,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    at     INTEGER NOT NULL
) STRICT;
