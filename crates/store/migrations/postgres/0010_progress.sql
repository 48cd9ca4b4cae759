-- How far the last complete run of a source came, where it asks only for what is newer.

ALTER TABLE source ADD COLUMN progress TEXT;

ALTER TABLE batch ADD COLUMN progress_before TEXT;   -- the source's progress when it began
