-- Sessions get a number to be listed and ended by. Who was signed in signs in again.
DROP TABLE session;
CREATE TABLE session (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  hash    BLOB NOT NULL UNIQUE,                -- SHA-256 of the cookie's token
  account BIGINT NOT NULL REFERENCES account (id),
  agent   TEXT,
  created BIGINT NOT NULL,
  seen    BIGINT NOT NULL,
  expires BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account);

-- Links that are good once: for somebody new, or for a password that was forgotten.
CREATE TABLE link (
  hash    BLOB PRIMARY KEY,                    -- SHA-256 of the link's token
  account BIGINT REFERENCES account (id),      -- NULL: makes the first administrator
  purpose SMALLINT NOT NULL,                   -- 1 welcome, 2 reset
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  used    BIGINT
) WITHOUT ROWID;
CREATE INDEX link_account ON link (account);

-- How somebody wants to see pages; NULL is what the browser says.
CREATE TABLE preference (
  account  BIGINT PRIMARY KEY REFERENCES account (id),
  language TEXT,
  theme    TEXT,
  zone     TEXT,
  seen     BIGINT,                             -- last page
  visit    BIGINT                              -- last page of the visit before this one
) WITHOUT ROWID;

CREATE INDEX audit_account ON audit (account, id);
CREATE INDEX audit_action ON audit (action, id);
CREATE INDEX audit_object ON audit (object, id);
