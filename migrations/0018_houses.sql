-- Numbers that are bought from other houses at the moment of sale.

-- supply -------------------------------------------------------------------------------------------------------

-- Whether a source is another house: its numbers are bought one by one, and never sold from stock.
ALTER TABLE source ADD COLUMN is_house BIGINT NOT NULL DEFAULT 0 CHECK (is_house IN (0, 1));

-- number -------------------------------------------------------------------------------------------------------

-- Whether a number was bought for one order. It is never for sale by itself; it may be bought again.
ALTER TABLE number ADD COLUMN is_bought BIGINT NOT NULL DEFAULT 0 CHECK (is_bought IN (0, 1));

-- request ------------------------------------------------------------------------------------------------------

-- The order that a request began and that is not decided yet: its outcome is written when it is.
ALTER TABLE idempotency ADD COLUMN open_order BIGINT;
ALTER TABLE idempotency ADD COLUMN open_product TEXT;

-- purchase -----------------------------------------------------------------------------------------------------

-- What a house sells as one of our services: the operator names the code, the house's own list brings the rest.
CREATE TABLE offer (
  source_id BIGINT NOT NULL REFERENCES source (id),
  service_id BIGINT NOT NULL,
  product TEXT NOT NULL CHECK (product IN ('short_term', 'rental_1day', 'rental_30day')),
  code TEXT NOT NULL CHECK (code <> ''),
  enabled BIGINT NOT NULL CHECK (enabled IN (0, 1)),
  -- Whether the operator accepts orders that are shorter than usual, where its window is and cannot be opened again.
  short_ok BIGINT NOT NULL DEFAULT 0 CHECK (short_ok IN (0, 1)),
  -- What it costs, how many there are (null: not told), how it receives and for how long; null before the first list.
  cost BIGINT CHECK (cost >= 0),
  available BIGINT,
  manner TEXT CHECK (manner IN ('whole', 'reused', 'activated')),
  window_ms BIGINT,
  refreshed_ms BIGINT,
  PRIMARY KEY (source_id, service_id, product)
) STRICT;

-- The search for a number at other houses, for one order that is paid for and not made yet.
CREATE TABLE sourcing (
  order_id BIGINT PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES account (id),
  service_id BIGINT NOT NULL,
  product TEXT NOT NULL CHECK (product IN ('short_term', 'rental_1day', 'rental_30day')),
  price BIGINT NOT NULL CHECK (price > 0),
  -- The hold of its price, by its transfer.
  hold BIGINT NOT NULL,
  keep_ms BIGINT NOT NULL,
  area_code BIGINT,
  state TEXT NOT NULL CHECK (state IN ('open', 'made', 'given_up')),
  -- The Idempotency-Key that is answered when it is decided.
  route TEXT,
  key_name TEXT,
  -- Why the houses were asked in this order.
  choice TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  end_ms BIGINT NOT NULL CHECK (end_ms > created_ms),
  decided_ms BIGINT,
  CHECK ((state = 'open') = (decided_ms IS NULL))
) STRICT;
CREATE INDEX sourcing_open ON sourcing (order_id) WHERE state = 'open';

-- One attempt to buy a number from one house: written before it is asked, and after.
CREATE TABLE purchase (
  id BIGINT PRIMARY KEY,
  order_id BIGINT NOT NULL REFERENCES sourcing (order_id),
  source_id BIGINT NOT NULL REFERENCES source (id),
  service_id BIGINT NOT NULL,
  product TEXT NOT NULL CHECK (product IN ('short_term', 'rental_1day', 'rental_30day')),
  code TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('asking', 'refused', 'in_doubt', 'bought', 'rejecting', 'rejected', 'done')),
  -- What it was to cost, what it did, and what came back.
  asked BIGINT NOT NULL CHECK (asked >= 0),
  charged BIGINT NOT NULL DEFAULT 0 CHECK (charged >= 0),
  refunded BIGINT NOT NULL DEFAULT 0 CHECK (refunded >= 0),
  -- Whether it is what its order is made on.
  serves BIGINT NOT NULL DEFAULT 0 CHECK (serves IN (0, 1)),
  -- The house's id of it and its number.
  their_id TEXT,
  digits TEXT,
  -- Why it is in the state that it is in.
  reason TEXT NOT NULL DEFAULT '',
  manner TEXT NOT NULL CHECK (manner IN ('whole', 'reused', 'activated')),
  window_ms BIGINT,
  -- Until when it receives; null: it does not just now, or is not known to end.
  open_until_ms BIGINT,
  -- Since when its customer wishes to be rid of it.
  cancel_ms BIGINT,
  -- When somebody last waited for a message on it.
  wanted_ms BIGINT NOT NULL DEFAULT 0,
  -- When the house is asked about it next; null: never again.
  look_ms BIGINT,
  -- Answers that were missing in a row.
  faults BIGINT NOT NULL DEFAULT 0 CHECK (faults >= 0),
  created_ms BIGINT NOT NULL,
  -- Until when an answer is waited for.
  deadline_ms BIGINT NOT NULL,
  answered_ms BIGINT,
  delivered_ms BIGINT,
  ended_ms BIGINT,
  CHECK ((state IN ('refused', 'rejected', 'done')) = (ended_ms IS NOT NULL)),
  CHECK (state NOT IN ('bought', 'rejecting', 'rejected') OR their_id IS NOT NULL)
) STRICT;
CREATE INDEX purchase_order ON purchase (order_id, id);
CREATE UNIQUE INDEX purchase_serves ON purchase (order_id) WHERE serves = 1;
CREATE UNIQUE INDEX purchase_theirs ON purchase (source_id, their_id) WHERE their_id IS NOT NULL;
CREATE INDEX purchase_due ON purchase (source_id, look_ms) WHERE look_ms IS NOT NULL;
CREATE INDEX purchase_lately ON purchase (created_ms);
CREATE INDEX purchase_open ON purchase (state, id) WHERE state IN ('asking', 'in_doubt', 'rejecting');

-- What is left in our account at a house, and since when it refuses for want of money.
CREATE TABLE wallet (
  source_id BIGINT PRIMARY KEY REFERENCES source (id),
  balance BIGINT,
  asked_ms BIGINT,
  -- What was left when nothing was in doubt last: a doubt is found out by what is missing since.
  base BIGINT,
  base_ms BIGINT,
  empty_ms BIGINT
) STRICT;

-- alert --------------------------------------------------------------------------------------------------------

-- The kinds of alerts are the program's, so that a new one needs no new table.
CREATE TABLE alert_of_any_kind (
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  words TEXT NOT NULL,
  since_ms BIGINT NOT NULL,
  ended_ms BIGINT,
  end_told BIGINT NOT NULL DEFAULT 0 CHECK (end_told IN (0, 1)),
  PRIMARY KEY (kind, subject)
) STRICT;
INSERT INTO alert_of_any_kind (kind, subject, words, since_ms, ended_ms, end_told)
SELECT kind, subject, words, since_ms, ended_ms, end_told FROM alert;
DROP TABLE alert;
ALTER TABLE alert_of_any_kind RENAME TO alert;
