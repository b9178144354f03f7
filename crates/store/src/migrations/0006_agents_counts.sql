-- What an agent has done so far, and what it has left out: of a store from before, from now on.
ALTER TABLE agents ADD COLUMN delivered INTEGER NOT NULL DEFAULT 0 CHECK (delivered >= 0);
ALTER TABLE agents ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0 CHECK (skipped >= 0);
