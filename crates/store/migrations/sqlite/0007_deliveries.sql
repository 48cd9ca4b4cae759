-- Channels and what goes out on them -----------------------------------------------------------------

-- Where notices go. What may not be shown stands in `secret`, and nowhere else.
CREATE TABLE channel (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  owner        BIGINT NOT NULL REFERENCES account (id),
  name         TEXT NOT NULL,
  kind         SMALLINT NOT NULL,              -- 1 slack_webhook, 2 slack_bot, 3 email, 4 webhook, 5 teams, 6 discord, 7 mattermost, 8 timeline
  config       TEXT NOT NULL,                  -- JSON, fit to be shown
  secret       TEXT,                           -- JSON: address, token, key
  language     TEXT NOT NULL,
  zone         TEXT NOT NULL,
  cadence      SMALLINT NOT NULL,              -- 1 each, 2 hourly, 3 daily
  per_hour     BIGINT NOT NULL,
  audience     BIGINT REFERENCES audience (id),  -- whom it reaches; NULL: the owner alone
  enabled      SMALLINT NOT NULL,
  failures     BIGINT NOT NULL,                -- deliveries given up since the last good one
  paused_until BIGINT,
  created      BIGINT NOT NULL,
  deleted      BIGINT
);
CREATE UNIQUE INDEX channel_name ON channel (owner, name) WHERE deleted IS NULL;

-- A hit that is to be told on a channel.
CREATE TABLE notice (
  channel  BIGINT NOT NULL,
  hit      BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  delivery BIGINT,                             -- the one that it went into
  PRIMARY KEY (channel, hit)
) WITHOUT ROWID;
CREATE INDEX notice_pending ON notice (channel, hit) WHERE delivery IS NULL;
CREATE INDEX notice_delivery ON notice (delivery) WHERE delivery IS NOT NULL;

-- One message on its way out.
CREATE TABLE delivery (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  channel  BIGINT NOT NULL,
  kind     SMALLINT NOT NULL,                  -- 1 hits, 2 test, 3 sheet
  hunt     BIGINT NOT NULL,                    -- whose hits it tells of; 0: of several, or none
  gathers  SMALLINT NOT NULL,                  -- 1: still takes notices
  hits     BIGINT NOT NULL,
  state    SMALLINT NOT NULL,                  -- 1 waiting, 2 sending, 3 sent, 4 failed
  attempts BIGINT NOT NULL,
  next_try BIGINT,
  body     TEXT,                               -- made before the first attempt; every attempt sends the same
  key      TEXT NOT NULL,                      -- by which the far side knows it again
  created  BIGINT NOT NULL,
  sent     BIGINT,
  status   BIGINT,                             -- what the far side answered, and in which words
  answer   TEXT,
  error    TEXT
);
CREATE INDEX delivery_channel ON delivery (channel, id);
CREATE INDEX delivery_due ON delivery (next_try) WHERE state = 1;
CREATE INDEX delivery_rate ON delivery (channel, created);
CREATE INDEX delivery_sending ON delivery (id) WHERE state = 2;
CREATE UNIQUE INDEX delivery_open ON delivery (channel, hunt) WHERE gathers = 1;

-- A notification that a channel does not get through.
ALTER TABLE notification ADD COLUMN channel BIGINT;

-- Since when somebody is on shift.
CREATE TABLE shift (
  account BIGINT PRIMARY KEY REFERENCES account (id),
  since   BIGINT NOT NULL
);
