-- Spans of texts that people label --------------------------------------------------------------------

CREATE TABLE annotation_label (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  name    TEXT NOT NULL UNIQUE,
  colour  SMALLINT NOT NULL,                   -- 1 to 10
  hotkey  SMALLINT UNIQUE,                     -- 1 to 9
  kinds   TEXT NOT NULL,                       -- kinds of observables that are proposed with it, by name
  created BIGINT NOT NULL
);

-- Marked to be labelled.
CREATE TABLE annotation_target (
  post    BIGINT PRIMARY KEY,
  account BIGINT NOT NULL,                     -- who marked it
  at      BIGINT NOT NULL
) WITHOUT ROWID;

-- What one account labelled in one post; without spans, that there is nothing to label.
CREATE TABLE annotation (
  post     BIGINT NOT NULL,
  account  BIGINT NOT NULL REFERENCES account (id),
  revision BIGINT NOT NULL,                    -- of the text that the offsets go by
  at       BIGINT NOT NULL,
  PRIMARY KEY (post, account)
) WITHOUT ROWID;
CREATE INDEX annotation_account ON annotation (account, post);

CREATE TABLE annotation_span (
  post    BIGINT NOT NULL,
  account BIGINT NOT NULL,
  first   BIGINT NOT NULL,                     -- in code points
  behind  BIGINT NOT NULL,
  label   BIGINT NOT NULL REFERENCES annotation_label (id),
  PRIMARY KEY (post, account, first)
) WITHOUT ROWID;
CREATE INDEX annotation_span_label ON annotation_span (label);
