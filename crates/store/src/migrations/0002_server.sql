-- What a server must remember beside what a run does: types of tasks, pauses, what was spent ahead of its rows, clients to
-- be told, and requests that are known again one by one.

-- Bits of flags: 1 only workers that name the type know it, 2 plain texts and nothing else, 4 somebody waits for it,
-- 8 kept beyond a crash, 16 somebody elsewhere is to be told of its end. Added at the end of either table, so that no row is written anew, however many there are.
ALTER TABLE tasks ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN flags INTEGER NOT NULL DEFAULT 10;
ALTER TABLE history ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE history ADD COLUMN flags INTEGER NOT NULL DEFAULT 10;

-- What somebody holds back.
CREATE TABLE pauses (
    kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 1),
    id   INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- So much more than the attempts and leases say may have been spent.
CREATE TABLE allowances (
    target        INTEGER PRIMARY KEY,
    requests      INTEGER NOT NULL CHECK (requests >= 0),
    input_tokens  INTEGER NOT NULL CHECK (input_tokens >= 0),
    output_tokens INTEGER NOT NULL CHECK (output_tokens >= 0),
    cost          INTEGER NOT NULL CHECK (cost >= 0)
) STRICT;

-- Ended tasks whose client is still to be told.
CREATE TABLE callbacks (
    task INTEGER PRIMARY KEY
) STRICT;

-- Keys that are looked up one by one. They are random, and each costs a page of its own when it is written: only for who
-- asks for it, and only for a while. Those to be dropped are found by their age.
CREATE TABLE requests (
    key  BLOB NOT NULL PRIMARY KEY CHECK (length(key) = 16),
    task INTEGER NOT NULL,
    at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_by_age ON requests (at, task);
