-- Whom the Web API of EXIST answers, which asked nobody who he is -----------------------------------------

CREATE TABLE exist_access (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  network TEXT,                                -- whoever asks from there; NULL: whoever shows a key of the account
  account BIGINT NOT NULL REFERENCES account (id),  -- as whom they read
  tlp     SMALLINT NOT NULL,                   -- nothing of a higher marking
  created BIGINT NOT NULL
);

-- Its collections go by date, newest first.
CREATE INDEX post_published ON post (form, published, id) WHERE form > 0;
CREATE INDEX item_updated ON item ((coalesce(updated, 0)), post) WHERE facts IS NOT NULL;
