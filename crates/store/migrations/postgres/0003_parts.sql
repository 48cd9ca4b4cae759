-- Blocks of numbers whose values are indexed by their parts, and the pages of each block: which of its
-- values have which trigrams, by the first trigram of the page. They take the place of pg_trgm's index.
-- Numbers are given without a sequence, one behind the other.
DROP INDEX observable_part;
DROP SEQUENCE observable_block;
CREATE TABLE part_block (
  first BIGINT PRIMARY KEY,
  size  BIGINT NOT NULL
);

CREATE TABLE observable_part (
  block    BIGINT NOT NULL,
  trigram  BIGINT NOT NULL,
  postings BYTEA NOT NULL,
  PRIMARY KEY (block, trigram)
);
