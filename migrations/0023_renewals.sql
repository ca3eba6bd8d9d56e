-- Terms that are bought of other houses for rented numbers, beyond the first.

-- purchase -----------------------------------------------------------------------------------------------------

-- When a house's list last told the price. What is not listed any more keeps its old one, and is not renewed at that.
ALTER TABLE offer ADD COLUMN priced_ms BIGINT;

-- One wish that a house let a rented number run on: written before it is asked, and after. Its id is of the same count
-- as those of purchases.
CREATE TABLE renewal (
  id BIGINT PRIMARY KEY,
  purchase_id BIGINT NOT NULL REFERENCES purchase (id),
  order_id BIGINT NOT NULL REFERENCES sourcing (order_id),
  account_id BIGINT NOT NULL REFERENCES account (id),
  source_id BIGINT NOT NULL REFERENCES source (id),
  product TEXT NOT NULL CHECK (product IN ('rental_1day', 'rental_30day')),
  state TEXT NOT NULL CHECK (state IN ('asking', 'refused', 'in_doubt', 'done')),
  -- What its customer pays, and the hold of that, by its transfer.
  price BIGINT NOT NULL CHECK (price > 0),
  hold BIGINT NOT NULL,
  -- What it was to cost at most, and what it did.
  asked BIGINT NOT NULL CHECK (asked >= 0 AND asked <= price),
  charged BIGINT NOT NULL DEFAULT 0 CHECK (charged >= 0),
  -- Whether its rental runs on by it; one that is done and does not serve was paid for in vain.
  serves BIGINT NOT NULL DEFAULT 0 CHECK (serves IN (0, 1)),
  -- Whether the house asked for it by itself.
  is_auto BIGINT NOT NULL CHECK (is_auto IN (0, 1)),
  -- Whether its house heard of it, or may have: then the house does not ask for this term by itself again.
  was_heard BIGINT NOT NULL DEFAULT 0 CHECK (was_heard IN (0, 1)),
  -- The end that was paid for before, and the one that it is to bring.
  from_ms BIGINT NOT NULL,
  until_ms BIGINT NOT NULL CHECK (until_ms > from_ms),
  -- The Idempotency-Key that is answered when it is decided.
  route TEXT,
  key_name TEXT,
  -- Why it is in the state that it is in.
  reason TEXT NOT NULL DEFAULT '',
  -- When the house is asked about it next; null: not by the worker.
  look_ms BIGINT,
  -- Looks that brought nothing, as those of purchases are counted.
  faults BIGINT NOT NULL DEFAULT 0 CHECK (faults >= 0),
  created_ms BIGINT NOT NULL,
  -- Until when an answer is waited for.
  deadline_ms BIGINT NOT NULL,
  answered_ms BIGINT,
  ended_ms BIGINT,
  CHECK ((state IN ('refused', 'done')) = (ended_ms IS NOT NULL)),
  CHECK (serves = 0 OR state = 'done'),
  CHECK (state = 'done' OR charged = 0)
) STRICT;
-- A rental is renewed by one wish at a time, and each term is had once.
CREATE UNIQUE INDEX renewal_open ON renewal (order_id) WHERE ended_ms IS NULL;
CREATE UNIQUE INDEX renewal_term ON renewal (order_id, from_ms) WHERE serves = 1;
CREATE INDEX renewal_order ON renewal (order_id, id);
CREATE INDEX renewal_due ON renewal (source_id, look_ms) WHERE look_ms IS NOT NULL;
CREATE INDEX renewal_lately ON renewal (created_ms);
CREATE INDEX renewal_undecided ON renewal (state, id) WHERE state IN ('asking', 'in_doubt');
CREATE INDEX renewal_answered ON renewal (source_id, answered_ms);
