-- Queries that watch, and what they found ------------------------------------------------------------

CREATE TABLE hunt (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  owner       BIGINT NOT NULL REFERENCES account (id),  -- with whose eyes it looks
  name        TEXT NOT NULL,
  form        SMALLINT NOT NULL,               -- 1 query, 2 words with commas, 3 watch-list
  words       TEXT NOT NULL,                   -- as typed
  rules       SMALLINT NOT NULL,               -- which look-alikes a watch-list looks for
  query       TEXT NOT NULL,                   -- what is parsed: a query a line
  audience    BIGINT REFERENCES audience (id), -- who else sees it; NULL: nobody
  enabled     SMALLINT NOT NULL,
  paused      BIGINT,                          -- since when it found too much
  since       BIGINT NOT NULL,                 -- changes behind this number count
  muted_until BIGINT,                          -- no notices until then
  hour        BIGINT NOT NULL DEFAULT 0,       -- the last hour with hits
  hour_hits   BIGINT NOT NULL DEFAULT 0,       -- and how many these were
  version     BIGINT NOT NULL,                 -- of all hunts, when this one last changed
  token       BLOB UNIQUE,                     -- SHA-256 of the secret of its feed
  created     BIGINT NOT NULL,
  edited      BIGINT NOT NULL,
  deleted     BIGINT
);
CREATE UNIQUE INDEX hunt_name ON hunt (owner, name) WHERE deleted IS NULL;
CREATE INDEX hunt_version ON hunt (version);

-- How far the change feed was held against the hunts; one row. Whoever changes hunts raises the version in
-- the same transaction, so that no hunt is made while a change goes past it.
CREATE TABLE hunt_place (
  id         SMALLINT PRIMARY KEY,
  seq        BIGINT NOT NULL,
  observable BIGINT NOT NULL,                  -- how far in the listings of the next change
  version    BIGINT NOT NULL
);
INSERT INTO hunt_place (id, seq, observable, version)
  SELECT 1, coalesce(max(seq), 0), 0, 0 FROM change;

CREATE TABLE hunt_channel (
  hunt    BIGINT NOT NULL,
  channel BIGINT NOT NULL,
  PRIMARY KEY (hunt, channel)
) WITHOUT ROWID;
CREATE INDEX hunt_channel_channel ON hunt_channel (channel);

-- The sources whose search or subscription a hunt's words are.
CREATE TABLE hunt_drive (
  hunt   BIGINT NOT NULL,
  source BIGINT NOT NULL,
  PRIMARY KEY (hunt, source)
) WITHOUT ROWID;
CREATE INDEX hunt_drive_source ON hunt_drive (source);

-- Values about which a hunt is to be quiet.
CREATE TABLE hunt_mute (
  hunt       BIGINT NOT NULL,
  observable BIGINT NOT NULL,
  account    BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  muted_until BIGINT,                          -- NULL: for good
  PRIMARY KEY (hunt, observable)
) WITHOUT ROWID;

-- A statement, in one of its states, that a hunt found.
CREATE TABLE hit (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  hunt       BIGINT NOT NULL,
  kind       SMALLINT NOT NULL,                -- 1 post or item, 2 listing
  post       BIGINT,
  observable BIGINT,
  source     BIGINT,
  item       BIGINT,
  revision   BIGINT NOT NULL,                  -- of the post; the chunk that brought the listing
  at         BIGINT NOT NULL,
  state      SMALLINT NOT NULL,                -- 1 open, 2 acknowledged, 3 closed, 4 false positive
  assignee   BIGINT,
  changed    BIGINT NOT NULL
);
CREATE UNIQUE INDEX hit_post ON hit (post, hunt, revision) WHERE kind = 1;
CREATE UNIQUE INDEX hit_listing ON hit (observable, source, item, hunt, revision) WHERE kind = 2;
CREATE INDEX hit_hunt ON hit (hunt, id);
CREATE INDEX hit_state ON hit (hunt, state, id);
CREATE INDEX hit_at ON hit (hunt, at);
CREATE INDEX hit_assignee ON hit (assignee, id) WHERE assignee IS NOT NULL;

CREATE TABLE hit_action (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  hit     BIGINT NOT NULL,
  account BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  action  TEXT NOT NULL,
  detail  TEXT
);
CREATE INDEX hit_action_hit ON hit_action (hit, id);
CREATE INDEX hit_action_at ON hit_action (at);

-- Hunts through the past.
CREATE TABLE hunt_job (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  hunt     BIGINT NOT NULL,
  account  BIGINT NOT NULL,                    -- who asked for it
  received BIGINT NOT NULL,                    -- statements received since then
  query    TEXT NOT NULL,                      -- a query a line, as when it began
  state    SMALLINT NOT NULL,                  -- 1 waiting, 2 running, 3 done, 4 cancelled, 5 failed, 6 found too much
  line     BIGINT NOT NULL,                    -- the query that it is at
  posts    SMALLINT NOT NULL,                  -- 1: its listings are done, its posts are looked through
  place    TEXT,                               -- where in these
  looked   BIGINT NOT NULL,                    -- pages read
  found    BIGINT NOT NULL,                    -- hits made
  oldest   BIGINT,                             -- how far back it came
  created  BIGINT NOT NULL,
  finished BIGINT,
  error    TEXT
);
CREATE INDEX hunt_job_hunt ON hunt_job (hunt, id);
CREATE INDEX hunt_job_state ON hunt_job (state, id);

-- Own names whose registration is watched, as it stood when last asked about.
CREATE TABLE watched_domain (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  hunt       BIGINT NOT NULL,
  domain     TEXT NOT NULL,
  state      SMALLINT NOT NULL,                -- 0 never asked, 1 registered, 2 not registered, 3 cannot be asked
  registrar  TEXT,
  servers    TEXT,                             -- name servers, sorted, a line each
  status     TEXT,                             -- EPP states, sorted, a line each
  expires    BIGINT,
  warned     BIGINT,                           -- the fewest days before the end that were told
  checked    BIGINT,
  next_check BIGINT NOT NULL,
  error      TEXT,
  UNIQUE (hunt, domain)
);
CREATE INDEX watched_domain_next ON watched_domain (next_check);

-- A notification may be about a hunt: 6 it was paused.
ALTER TABLE notification ADD COLUMN hunt BIGINT;
