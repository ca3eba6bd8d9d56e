-- What left our account at a house on a day, or came to it, besides all that purchases and renewals tell.
--
-- Some houses do not tell what a sale cost or whether a price came back, so their books are held against their balance.
CREATE TABLE wallet_day (
  source_id BIGINT NOT NULL REFERENCES source (id),
  -- Days since 1970, of UTC.
  day BIGINT NOT NULL,
  spent BIGINT NOT NULL CHECK (spent >= 0),
  added BIGINT NOT NULL CHECK (added >= 0),
  PRIMARY KEY (source_id, day)
) STRICT;
