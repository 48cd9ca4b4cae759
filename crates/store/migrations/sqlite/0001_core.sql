-- People, bots and sources -------------------------------------------------------------------------

CREATE TABLE organisation (
  id      INTEGER PRIMARY KEY,
  name    TEXT NOT NULL UNIQUE,
  created BIGINT NOT NULL
);

CREATE TABLE account (
  id           INTEGER PRIMARY KEY,
  name         TEXT NOT NULL UNIQUE,
  kind         SMALLINT NOT NULL,              -- 1 person, 2 bot, 3 source
  role         SMALLINT NOT NULL,              -- 1 admin, 2 analyst, 3 reader, 4 bot
  organisation BIGINT REFERENCES organisation (id),
  description  TEXT,
  password     TEXT,                           -- PHC string, argon2id
  created      BIGINT NOT NULL,
  disabled     BIGINT
);

CREATE TABLE audience (
  id      INTEGER PRIMARY KEY,
  name    TEXT NOT NULL UNIQUE,
  kind    SMALLINT NOT NULL,                   -- 1 everyone here, 2 organisations, 3 named accounts
  created BIGINT NOT NULL
);

CREATE TABLE audience_organisation (
  audience     BIGINT NOT NULL REFERENCES audience (id),
  organisation BIGINT NOT NULL REFERENCES organisation (id),
  PRIMARY KEY (audience, organisation)
) WITHOUT ROWID;

CREATE TABLE audience_account (
  audience BIGINT NOT NULL REFERENCES audience (id),
  account  BIGINT NOT NULL REFERENCES account (id),
  PRIMARY KEY (audience, account)
) WITHOUT ROWID;

INSERT INTO audience (id, name, kind, created) VALUES (1, 'everyone', 1, 0);

CREATE TABLE api_key (
  id        INTEGER PRIMARY KEY,
  account   BIGINT NOT NULL REFERENCES account (id),
  name      TEXT NOT NULL,
  hash      BLOB NOT NULL UNIQUE,              -- SHA-256 of the secret; the secret itself is never kept
  scopes    TEXT NOT NULL,                     -- space-separated
  tlp       SMALLINT NOT NULL,                 -- highest TLP that may leave through this key
  created   BIGINT NOT NULL,
  expires   BIGINT,
  revoked   BIGINT,
  last_used BIGINT
);
CREATE INDEX api_key_account ON api_key (account);

CREATE TABLE session (
  hash    BLOB PRIMARY KEY,                    -- SHA-256 of the cookie's token
  account BIGINT NOT NULL REFERENCES account (id),
  agent   TEXT,
  created BIGINT NOT NULL,
  seen    BIGINT NOT NULL,
  expires BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_account ON session (account);

CREATE TABLE audit (
  id      INTEGER PRIMARY KEY,
  at      BIGINT NOT NULL,
  account BIGINT,                              -- NULL: somebody at the command line
  action  TEXT NOT NULL,
  object  TEXT NOT NULL,
  detail  TEXT
);

-- Keys of the hub itself, made when the database is.
CREATE TABLE secret (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;

-- What can be seen ---------------------------------------------------------------------------------

CREATE TABLE observable (
  id    INTEGER PRIMARY KEY,                   -- dense, in order of arrival
  key   BIGINT NOT NULL,                       -- xxh3 of kind and value; key + 1 on a true collision
  kind  SMALLINT NOT NULL,
  value TEXT NOT NULL
);
CREATE UNIQUE INDEX observable_key ON observable (key);
CREATE INDEX observable_rare ON observable (kind, id) WHERE kind NOT IN (1, 4, 5, 7, 8, 10);

-- Names are reversed ("example.evil.www."), so that everything below a name is one range.
CREATE TABLE observable_name (
  name       TEXT NOT NULL,
  observable BIGINT NOT NULL,
  PRIMARY KEY (name, observable)
) WITHOUT ROWID;

-- First address of an address, a network or a URL on an address, as 16 bytes.
CREATE TABLE observable_address (
  address    BLOB NOT NULL,
  observable BIGINT NOT NULL,
  PRIMARY KEY (address, observable)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE observable_part USING fts5 (
  value, content = '', columnsize = 0, detail = none, tokenize = 'trigram'
);

-- What sources say -------------------------------------------------------------------------------

CREATE TABLE source (
  id            INTEGER PRIMARY KEY,
  account       BIGINT NOT NULL UNIQUE REFERENCES account (id),
  name          TEXT NOT NULL UNIQUE,
  owner         BIGINT REFERENCES account (id),
  enabled       SMALLINT NOT NULL,
  mode          SMALLINT NOT NULL,             -- 1 snapshot, 2 increment
  audience      BIGINT NOT NULL REFERENCES audience (id),
  tlp           SMALLINT NOT NULL,
  expiry        BIGINT,                        -- microseconds after last_seen
  etag          TEXT,
  last_modified TEXT,
  last_good     BIGINT,                        -- end of the last complete run
  last_run      BIGINT,
  next_run      BIGINT,
  failures      BIGINT NOT NULL DEFAULT 0,
  last_error    TEXT,
  created       BIGINT NOT NULL
);
CREATE INDEX source_audience ON source (audience);

CREATE TABLE batch (
  id         INTEGER PRIMARY KEY,
  source     BIGINT NOT NULL REFERENCES source (id),
  state      SMALLINT NOT NULL,                -- 1 running, 2 complete, 3 interrupted, 4 failed, 5 rolling back, 6 rolled back
  actor      TEXT NOT NULL,                    -- who started it
  body       BLOB,                             -- SHA-256 of what was read
  good_before BIGINT,                          -- the source's last_good when it began
  started    BIGINT NOT NULL,
  finished   BIGINT,
  row_count  BIGINT NOT NULL DEFAULT 0,
  new        BIGINT NOT NULL DEFAULT 0,
  changed    BIGINT NOT NULL DEFAULT 0,
  unchanged  BIGINT NOT NULL DEFAULT 0,
  folded     BIGINT NOT NULL DEFAULT 0,
  delisted   BIGINT NOT NULL DEFAULT 0,
  bad        BIGINT NOT NULL DEFAULT 0,
  error      TEXT
);
CREATE INDEX batch_source ON batch (source, id);

-- One transaction of a batch. Listings carry the chunk that last changed them.
CREATE TABLE chunk (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  batch    BIGINT NOT NULL REFERENCES batch (id),
  at       BIGINT NOT NULL,
  new      BIGINT NOT NULL,
  changed  BIGINT NOT NULL,
  delisted BIGINT NOT NULL
);
CREATE INDEX chunk_batch ON chunk (batch, id);
CREATE INDEX chunk_at ON chunk (at);

CREATE TABLE bad_row (
  batch  BIGINT NOT NULL REFERENCES batch (id),
  number BIGINT NOT NULL,
  line   BIGINT NOT NULL,
  reason TEXT NOT NULL,
  text   TEXT NOT NULL,
  PRIMARY KEY (batch, number)
) WITHOUT ROWID;

-- Family, tags and note of listings, kept once however many listings share them.
CREATE TABLE context (
  id     INTEGER PRIMARY KEY,
  key    BLOB NOT NULL UNIQUE,                 -- first 16 bytes of SHA-256
  family TEXT,
  tags   TEXT NOT NULL,                        -- JSON array, sorted
  note   TEXT
);

CREATE TABLE context_label (
  kind    SMALLINT NOT NULL,                   -- 1 family, 2 tag
  label   TEXT NOT NULL,                       -- folded
  context BIGINT NOT NULL,
  PRIMARY KEY (kind, label, context)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE context_prose USING fts5 (
  tokens, content = '', columnsize = 0, detail = none, tokenize = 'unicode61 remove_diacritics 0'
);

CREATE TABLE listing (
  observable BIGINT NOT NULL,
  source     BIGINT NOT NULL,
  item       BIGINT NOT NULL,
  state      SMALLINT NOT NULL,                -- 1 listed, 2 delisted (expired is worked out when read)
  first_seen BIGINT NOT NULL,
  last_seen  BIGINT,                           -- NULL: that of the source's last good run
  port       INTEGER,
  context    BIGINT NOT NULL,                  -- 0: none
  confidence SMALLINT,
  reference  TEXT,
  chunk      BIGINT NOT NULL,
  PRIMARY KEY (observable, source, item)
) WITHOUT ROWID;
CREATE INDEX listing_source ON listing (source, observable, item);
CREATE INDEX listing_chunk ON listing (chunk, observable);
CREATE INDEX listing_context ON listing (context, observable) WHERE context <> 0;

-- Former images of the rows that a batch changed or delisted.
CREATE TABLE batch_before (
  batch      BIGINT NOT NULL,
  observable BIGINT NOT NULL,
  item       BIGINT NOT NULL,
  state      SMALLINT NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen  BIGINT,
  port       INTEGER,
  context    BIGINT NOT NULL,
  confidence SMALLINT,
  reference  TEXT,
  chunk      BIGINT NOT NULL,
  PRIMARY KEY (batch, observable, item)
) WITHOUT ROWID;

-- The one feed of what became new or different; a row is never skipped by a reader that goes by seq.
CREATE TABLE change (
  seq    INTEGER PRIMARY KEY AUTOINCREMENT,
  at     BIGINT NOT NULL,
  kind   SMALLINT NOT NULL,                    -- 1 chunk of listings, 2 batch rolled back
  source BIGINT NOT NULL,
  ref    BIGINT NOT NULL                       -- chunk or batch
);

CREATE TABLE blob (
  hash    BLOB PRIMARY KEY,                    -- SHA-256
  size    BIGINT NOT NULL,
  created BIGINT NOT NULL
) WITHOUT ROWID;
