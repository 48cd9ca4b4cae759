-- Blocks of numbers whose values are indexed by their parts, and the pages of each block: which of its
-- values have which trigrams, by the first trigram of the page. They take the place of FTS5's index.
DROP TABLE observable_part;
CREATE TABLE part_block (
  first INTEGER PRIMARY KEY,
  size  BIGINT NOT NULL
);

CREATE TABLE observable_part (
  block    BIGINT NOT NULL,
  trigram  BIGINT NOT NULL,
  postings BLOB NOT NULL,
  PRIMARY KEY (block, trigram)
) WITHOUT ROWID;
