-- What people, bots and sources write ---------------------------------------------------------------

-- Who answers for a bot.
ALTER TABLE account ADD COLUMN owner BIGINT;

-- One timeline, one sequence of numbers: a repost is a row of its own that has no words of its own.
CREATE TABLE post (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  account   BIGINT NOT NULL REFERENCES account (id),  -- who put it on the timeline
  author    BIGINT NOT NULL REFERENCES account (id),  -- whose words it has; somebody else's in a repost
  repost_of BIGINT,
  reply_to  BIGINT,
  thread    BIGINT,                            -- the first post of the thread; NULL in that one
  audience  BIGINT NOT NULL REFERENCES audience (id),
  tlp       SMALLINT NOT NULL,
  text      TEXT NOT NULL,                     -- as written; empty in a repost and once deleted
  revision  BIGINT NOT NULL DEFAULT 0,
  batch     BIGINT,                            -- the newest batch that a source's digest tells of
  digest    TEXT,                              -- what the digest says, as JSON
  observed  BIGINT,                            -- when what it tells was seen, where that is said
  published BIGINT NOT NULL,
  received  BIGINT NOT NULL,
  edited    BIGINT,
  deleted   BIGINT
);
CREATE UNIQUE INDEX post_repost ON post (repost_of, account) WHERE repost_of IS NOT NULL;
CREATE INDEX post_account ON post (account, id);
CREATE INDEX post_author ON post (author, id);
CREATE INDEX post_audience ON post (audience, id);
CREATE INDEX post_thread ON post (thread, id) WHERE thread IS NOT NULL;
CREATE INDEX post_reply ON post (reply_to, id) WHERE reply_to IS NOT NULL;
CREATE INDEX post_received ON post (received, id);
CREATE INDEX post_batch ON post (batch) WHERE batch IS NOT NULL;

-- Former texts.
CREATE TABLE post_revision (
  post     BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  text     TEXT NOT NULL,
  at       BIGINT NOT NULL,
  PRIMARY KEY (post, revision)
) WITHOUT ROWID;

CREATE TABLE post_tag (
  tag   TEXT NOT NULL,                         -- folded
  post  BIGINT NOT NULL,
  label TEXT NOT NULL,                         -- as written
  PRIMARY KEY (tag, post)
) WITHOUT ROWID;
CREATE INDEX post_tag_post ON post_tag (post);

-- Whom a post is for: the accounts that it mentions, and the one that it answers.
CREATE TABLE post_to (
  account BIGINT NOT NULL,
  post    BIGINT NOT NULL,
  PRIMARY KEY (account, post)
) WITHOUT ROWID;
CREATE INDEX post_to_post ON post_to (post);

CREATE VIRTUAL TABLE post_prose USING fts5 (
  tokens, content = '', contentless_delete = 1, detail = none, tokenize = 'unicode61 remove_diacritics 0'
);

-- Observables that statements name; a listing is its own mention.
CREATE TABLE mention (
  observable BIGINT NOT NULL,
  kind       SMALLINT NOT NULL,                -- 1 post
  statement  BIGINT NOT NULL,
  PRIMARY KEY (observable, kind, statement)
) WITHOUT ROWID;
CREATE INDEX mention_statement ON mention (kind, statement, observable);

CREATE TABLE star (
  post    BIGINT NOT NULL,
  account BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (post, account)
) WITHOUT ROWID;
CREATE INDEX star_account ON star (account, post);

CREATE TABLE attachment (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  account BIGINT NOT NULL REFERENCES account (id),
  post    BIGINT,                              -- NULL until it is posted
  body    BLOB NOT NULL,                       -- SHA-256
  name    TEXT NOT NULL,
  media   TEXT NOT NULL,                       -- what the content looks like
  size    BIGINT NOT NULL,
  created BIGINT NOT NULL
);
CREATE INDEX attachment_post ON attachment (post) WHERE post IS NOT NULL;
CREATE INDEX attachment_body ON attachment (body);
CREATE INDEX attachment_loose ON attachment (created) WHERE post IS NULL;

-- What somebody wants to read ------------------------------------------------------------------------

CREATE TABLE follow_account (
  account  BIGINT NOT NULL,
  followed BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  PRIMARY KEY (account, followed)
) WITHOUT ROWID;
CREATE INDEX follow_account_followed ON follow_account (followed);

CREATE TABLE follow_tag (
  account BIGINT NOT NULL,
  tag     TEXT NOT NULL,                       -- folded
  label   TEXT NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (account, tag)
) WITHOUT ROWID;

CREATE TABLE mute (
  account BIGINT NOT NULL,
  muted   BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (account, muted)
) WITHOUT ROWID;

-- A list of accounts is an audience of its own, so that one may post to it.
CREATE TABLE list (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  owner       BIGINT NOT NULL REFERENCES account (id),
  name        TEXT NOT NULL,
  description TEXT NOT NULL,
  hidden      SMALLINT NOT NULL,               -- 1: only the owner knows of it
  audience    BIGINT NOT NULL UNIQUE REFERENCES audience (id),
  created     BIGINT NOT NULL,
  UNIQUE (owner, name)
);
ALTER TABLE audience_account ADD COLUMN at BIGINT NOT NULL DEFAULT 0;

CREATE TABLE notification (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  account BIGINT NOT NULL,
  kind    SMALLINT NOT NULL,                   -- 1 mention, 2 reply, 3 repost, 4 star, 5 follow
  actor   BIGINT NOT NULL,
  post    BIGINT,
  at      BIGINT NOT NULL,
  seen    BIGINT
);
CREATE INDEX notification_account ON notification (account, id);
CREATE INDEX notification_fresh ON notification (account) WHERE seen IS NULL;
CREATE INDEX notification_post ON notification (post) WHERE post IS NOT NULL;

-- Stories ----------------------------------------------------------------------------------------------

CREATE TABLE story (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  account  BIGINT NOT NULL REFERENCES account (id),
  title    TEXT NOT NULL,
  audience BIGINT NOT NULL REFERENCES audience (id),
  tlp      SMALLINT NOT NULL,
  version  BIGINT NOT NULL,
  created  BIGINT NOT NULL,
  edited   BIGINT NOT NULL,
  deleted  BIGINT
);
CREATE INDEX story_account ON story (account, id);

CREATE TABLE story_part (
  story  BIGINT NOT NULL,
  number BIGINT NOT NULL,
  kind   SMALLINT NOT NULL,                    -- 1 post, 2 heading, 3 note
  post   BIGINT,
  text   TEXT,
  PRIMARY KEY (story, number)
) WITHOUT ROWID;
CREATE INDEX story_part_post ON story_part (post) WHERE post IS NOT NULL;

-- Every version as it was saved, for those whom it was for then.
CREATE TABLE story_version (
  story    BIGINT NOT NULL,
  version  BIGINT NOT NULL,
  account  BIGINT NOT NULL,
  audience BIGINT NOT NULL,
  tlp      SMALLINT NOT NULL,
  at       BIGINT NOT NULL,
  title    TEXT NOT NULL,
  parts    TEXT NOT NULL,                      -- JSON
  PRIMARY KEY (story, version)
) WITHOUT ROWID;

-- When a source speaks: never, or after a batch that brought so much, so many microseconds apart.
ALTER TABLE source ADD COLUMN digest SMALLINT NOT NULL DEFAULT 1;
ALTER TABLE source ADD COLUMN digest_least BIGINT NOT NULL DEFAULT 1;
ALTER TABLE source ADD COLUMN digest_pause BIGINT NOT NULL DEFAULT 3600000000;
ALTER TABLE source ADD COLUMN digested BIGINT;  -- the last chunk that a digest told of
UPDATE source SET digested = (SELECT coalesce(max(id), 0) FROM chunk);
