-- What outside authors wrote and publishers recorded ----------------------------------------------------

-- 0 what an account here wrote; 1 of an outside author, 2 news, 3 vulnerability, 4 exploit: these have a row in item.
ALTER TABLE post ADD COLUMN form SMALLINT NOT NULL DEFAULT 0;
CREATE INDEX post_said ON post (audience, id) WHERE form = 0;
CREATE INDEX post_told ON post (account, id) WHERE form <= 2;
CREATE INDEX post_form ON post (form, id) WHERE form > 0;

-- More about a post that was collected.
CREATE TABLE item (
  post     BIGINT PRIMARY KEY,
  source   BIGINT NOT NULL REFERENCES source (id),
  key      BIGINT NOT NULL,                    -- hash of the publisher's identifier
  content  BYTEA NOT NULL,                      -- hash of all it says, to see whether it changed
  chunk    BIGINT NOT NULL,                    -- the one that last changed it
  title    TEXT,
  url      TEXT,
  author   TEXT,
  handle   TEXT,
  profile  TEXT,
  language TEXT,
  updated  BIGINT,                             -- when its publisher last changed it
  cvss     SMALLINT,                           -- in tenths
  facts    TEXT,                               -- JSON
  cluster  BIGINT                              -- the first item that tells the same news
);
CREATE UNIQUE INDEX item_key ON item (source, key);
CREATE INDEX item_chunk ON item (chunk, post);
CREATE INDEX item_cluster ON item (cluster, post) WHERE cluster IS NOT NULL;

CREATE TABLE item_label (
  kind  SMALLINT NOT NULL,                     -- 1 vendor, 2 product
  label TEXT COLLATE "C" NOT NULL,                         -- folded
  post  BIGINT NOT NULL,
  name  TEXT NOT NULL,                         -- as written
  PRIMARY KEY (kind, label, post)
);
CREATE INDEX item_label_post ON item_label (post);

-- By what the same news is told again: hashes of its address and of its title.
CREATE TABLE item_same (
  key  BIGINT NOT NULL,
  post BIGINT NOT NULL,
  PRIMARY KEY (key, post)
);
CREATE INDEX item_same_post ON item_same (post);

-- Former images of the items that a batch changed.
CREATE TABLE batch_item (
  batch BIGINT NOT NULL,
  post  BIGINT NOT NULL,
  image TEXT NOT NULL,                         -- JSON
  PRIMARY KEY (batch, post)
);

-- How likely a vulnerability is exploited soon, as a source says day by day; a day on which nothing changed has no row.
CREATE TABLE score (
  observable BIGINT NOT NULL,
  source     BIGINT NOT NULL,
  day        INTEGER NOT NULL,                 -- since the epoch
  score      INTEGER NOT NULL,                 -- of 100,000
  percentile INTEGER NOT NULL,                 -- of 100,000
  chunk      BIGINT NOT NULL,
  PRIMARY KEY (observable, source, day)
);
CREATE INDEX score_chunk ON score (chunk, observable);
