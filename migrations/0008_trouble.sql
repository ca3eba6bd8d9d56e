-- What the console needs to keep of trouble and of the books.

-- verify -------------------------------------------------------------------------------------------------------

-- Looks at the whole house: asked for by a person, or by the house itself once a day. A worker carries one out at a
-- time; what it found is kept.
CREATE TABLE verify_run (
  id BIGINT PRIMARY KEY,
  -- Who asked; null: the house itself.
  asker TEXT,
  state TEXT NOT NULL CHECK (state IN ('asked', 'running', 'sound', 'broken', 'failed')),
  asked_ms BIGINT NOT NULL,
  -- When it was taken up, and when who carries it out last said so.
  began_ms BIGINT,
  seen_ms BIGINT NOT NULL,
  ended_ms BIGINT,
  -- What it looks at just now.
  room TEXT NOT NULL DEFAULT '',
  -- How many rows break an invariant, also beyond those that are kept.
  findings BIGINT NOT NULL DEFAULT 0 CHECK (findings >= 0),
  -- Why it could not be carried out.
  fault TEXT,
  CHECK ((state IN ('asked', 'running')) = (ended_ms IS NULL))
) STRICT;
-- One at a time.
CREATE UNIQUE INDEX verify_run_open ON verify_run ((ended_ms IS NULL)) WHERE ended_ms IS NULL;

CREATE TABLE verify_finding (
  run_id BIGINT NOT NULL REFERENCES verify_run (id),
  place BIGINT NOT NULL CHECK (place > 0),
  rule TEXT NOT NULL,
  subject TEXT NOT NULL,
  what TEXT NOT NULL,
  PRIMARY KEY (run_id, place)
) STRICT;

-- complaint ----------------------------------------------------------------------------------------------------

-- What a customer says went wrong with an order or rental, and what was answered.
CREATE TABLE complaint (
  id BIGINT PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES account (id),
  product TEXT NOT NULL CHECK (product IN ('short_term', 'rental_1day', 'rental_30day')),
  order_id BIGINT NOT NULL,
  number_id BIGINT NOT NULL,
  service_id BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('bad_number', 'no_code', 'wrong_text')),
  -- In the customer's words; emptied with age.
  words TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'answered')),
  answer TEXT,
  answered_by TEXT,
  answered_ms BIGINT,
  -- What came back with the answer.
  refunded BIGINT NOT NULL DEFAULT 0 CHECK (refunded >= 0),
  created_ms BIGINT NOT NULL,
  CHECK ((state = 'answered') = (answered_ms IS NOT NULL)),
  CHECK ((state = 'answered') = (answered_by IS NOT NULL))
) STRICT;
-- One open complaint an order.
CREATE UNIQUE INDEX complaint_open ON complaint (order_id) WHERE state = 'open';
CREATE INDEX complaint_order ON complaint (order_id, id);
CREATE INDEX complaint_account ON complaint (account_id, id);
CREATE INDEX complaint_state ON complaint (state, id);
CREATE INDEX complaint_age ON complaint (answered_ms) WHERE state = 'answered';

-- ledger -------------------------------------------------------------------------------------------------------

-- The sums of the house's own books: what came in is few rows among many.
CREATE INDEX transfer_funding ON transfer (kind, amount) WHERE kind IN ('credit', 'debit');

-- account ------------------------------------------------------------------------------------------------------

-- What operators note of a customer.
ALTER TABLE account ADD COLUMN note TEXT NOT NULL DEFAULT '';
