-- What showed how much a limit holds: 0 the provider said so, 1 it was found by counting.
ALTER TABLE learnt ADD COLUMN evidence INTEGER NOT NULL DEFAULT 0;
-- Microseconds, where the period was found too.
ALTER TABLE learnt ADD COLUMN per INTEGER;
