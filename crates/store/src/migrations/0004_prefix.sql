-- How a prompt begins, so that it can go where others that begin alike went; none: nothing would be gained.
ALTER TABLE tasks ADD COLUMN prefix INTEGER;
ALTER TABLE history ADD COLUMN prefix INTEGER;
