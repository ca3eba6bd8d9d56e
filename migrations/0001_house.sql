-- The house, from its first day. Money is micro-dollars, time is ms since 1970 UTC, flags are 0 or 1.
-- Rooms own their tables: the comment above a group names the room.

-- db -----------------------------------------------------------------------------------------------------------

-- The next free value of each kind of id; nodes take blocks of them.
CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  next BIGINT NOT NULL CHECK (next >= 0)
) STRICT;

-- What the house knows of itself: the key of its id permutation, the mark of its key file, whether sales are paused.
CREATE TABLE house (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT;

-- account ------------------------------------------------------------------------------------------------------

-- One row a customer. The row is the lock for everything of that customer, and its counters number the customer's
-- transfers and events without a gap. `available` and `held` are a cache of the transfers (L3).
CREATE TABLE account (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'frozen')),
  tier TEXT NOT NULL CHECK (tier IN ('new', 'verified', 'business')),
  available BIGINT NOT NULL DEFAULT 0 CHECK (available >= 0),
  held BIGINT NOT NULL DEFAULT 0 CHECK (held >= 0),
  ledger_seq BIGINT NOT NULL DEFAULT 0 CHECK (ledger_seq >= 0),
  event_seq BIGINT NOT NULL DEFAULT 0 CHECK (event_seq >= 0),
  -- Events at or before this one were deleted with age; a cursor before it has expired.
  event_floor BIGINT NOT NULL DEFAULT 0 CHECK (event_floor >= 0),
  risk BIGINT NOT NULL DEFAULT 0 CHECK (risk >= 0),
  retention_hours BIGINT NOT NULL DEFAULT 24 CHECK (retention_hours BETWEEN 0 AND 168),
  created_ms BIGINT NOT NULL
) STRICT;

-- A key is kept as its SHA-256: it has 178 bits of chance, so nothing slower is needed.
CREATE TABLE api_key (
  id BIGINT PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES account (id),
  hash BLOB NOT NULL UNIQUE,
  prefix TEXT NOT NULL,
  name TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  expires_ms BIGINT,
  revoked_ms BIGINT
) STRICT;
CREATE INDEX api_key_account ON api_key (account_id);

-- ledger -------------------------------------------------------------------------------------------------------

-- A transfer moves one amount from one book to another, so it sums to zero by its shape (L1, L2): there is no way to
-- write half of it. `available` and `held` are the customer's own books; `revenue` and `funding` the house's.
-- The balances after it are part of the row, so that no prefix of history can be negative (L4).
CREATE TABLE transfer (
  account_id BIGINT NOT NULL REFERENCES account (id),
  seq BIGINT NOT NULL CHECK (seq > 0),
  kind TEXT NOT NULL,
  debit TEXT NOT NULL,
  credit TEXT NOT NULL,
  -- Whole cents: 10,000 micro-dollars.
  amount BIGINT NOT NULL CHECK (amount > 0 AND amount % 10000 = 0),
  order_id BIGINT,
  -- What kind of order it is, so that a statement shows its id as the customer knows it.
  product TEXT CHECK (product IN ('short_term', 'rental_1day', 'rental_30day')),
  -- The hold that a capture or release ends, or the capture that a refund gives back from.
  resolves BIGINT,
  -- An outside event that may be told twice, such as a payment; it counts once (L10).
  reference TEXT,
  reason TEXT,
  available_after BIGINT NOT NULL CHECK (available_after >= 0),
  held_after BIGINT NOT NULL CHECK (held_after >= 0),
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (account_id, seq),
  CHECK ((order_id IS NULL) = (product IS NULL)),
  CHECK (
    (kind = 'credit' AND debit = 'funding' AND credit = 'available' AND resolves IS NULL)
    OR (kind = 'debit' AND debit = 'available' AND credit = 'funding' AND resolves IS NULL)
    OR (kind = 'hold' AND debit = 'available' AND credit = 'held' AND resolves IS NULL AND order_id IS NOT NULL)
    OR (kind = 'capture' AND debit = 'held' AND credit = 'revenue' AND resolves IS NOT NULL AND order_id IS NOT NULL)
    OR (kind = 'release' AND debit = 'held' AND credit = 'available' AND resolves IS NOT NULL AND order_id IS NOT NULL)
    OR (kind = 'refund' AND debit = 'revenue' AND credit = 'available' AND resolves IS NOT NULL AND order_id IS NOT NULL)
  )
) STRICT;
-- A hold ends at most once (L6).
CREATE UNIQUE INDEX transfer_resolves ON transfer (account_id, resolves) WHERE kind IN ('capture', 'release');
CREATE UNIQUE INDEX transfer_reference ON transfer (reference) WHERE reference IS NOT NULL;

-- @sqlite
CREATE TRIGGER transfer_is_not_updated BEFORE UPDATE ON transfer
BEGIN
  SELECT RAISE(ABORT, 'a transfer is never changed: write another one');
END;
CREATE TRIGGER transfer_is_not_deleted BEFORE DELETE ON transfer
BEGIN
  SELECT RAISE(ABORT, 'a transfer is never deleted: write another one');
END;
-- @end
-- @postgres
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a row of % is never changed or deleted: write another one', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER transfer_is_append_only BEFORE UPDATE OR DELETE ON transfer
  FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER transfer_is_not_truncated BEFORE TRUNCATE ON transfer
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
-- @end

-- catalog ------------------------------------------------------------------------------------------------------

CREATE TABLE service (
  id BIGINT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  -- The two letters by which handler_api clients name it.
  code TEXT UNIQUE,
  category TEXT NOT NULL,
  enabled BIGINT NOT NULL CHECK (enabled IN (0, 1)),
  -- Whether a text without a code or a link captures an order too.
  any_text_counts BIGINT NOT NULL DEFAULT 0 CHECK (any_text_counts IN (0, 1)),
  -- Patterns that tell this service's messages, a line each.
  senders TEXT NOT NULL,
  texts TEXT NOT NULL
) STRICT;

CREATE TABLE price (
  service_id BIGINT NOT NULL REFERENCES service (id),
  product TEXT NOT NULL CHECK (product IN ('short_term', 'rental_1day', 'rental_30day')),
  amount BIGINT NOT NULL CHECK (amount > 0 AND amount % 10000 = 0),
  PRIMARY KEY (service_id, product)
) STRICT;

-- supply -------------------------------------------------------------------------------------------------------

-- Where SMS come from. The settings are what its connector asks for, sealed, because secrets are among them.
CREATE TABLE source (
  id BIGINT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  connector TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('enabled', 'paused')),
  settings BLOB NOT NULL,
  created_ms BIGINT NOT NULL
) STRICT;

-- number -------------------------------------------------------------------------------------------------------

CREATE TABLE number (
  id BIGINT PRIMARY KEY,
  -- E.164 digits without the plus: 12025550147.
  digits TEXT NOT NULL UNIQUE,
  area_code BIGINT NOT NULL,
  region TEXT NOT NULL,
  carrier TEXT NOT NULL,
  line_type TEXT NOT NULL CHECK (line_type IN ('mobile', 'landline', 'voip', 'unknown')),
  source_id BIGINT NOT NULL REFERENCES source (id),
  -- Provenance: who it is from, under which contract, since when (YYYY-MM-DD). Without it a number is not leased (N5).
  supplier TEXT NOT NULL CHECK (supplier <> ''),
  contract TEXT NOT NULL CHECK (contract <> ''),
  acquired_on TEXT NOT NULL CHECK (length(acquired_on) = 10),
  state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'retired')),
  import_id BIGINT NOT NULL,
  -- What one lease of it costs the house.
  cost BIGINT NOT NULL DEFAULT 0 CHECK (cost >= 0),
  -- From when on no short-term lease and no pause after one stands against a rental (N2, N4).
  quiet_ms BIGINT NOT NULL DEFAULT 0,
  -- Until when a rental, and the pause after it, keeps everything else off this number (N2, N4).
  rented_until_ms BIGINT NOT NULL DEFAULT 0,
  created_ms BIGINT NOT NULL
) STRICT;
CREATE INDEX number_area ON number (area_code, id);
CREATE INDEX number_by_import ON number (import_id, id);

-- A number was or is leased for a service. Until `free_ms` it is not for sale again for that service, which covers the
-- lease itself and the pause after it (N1, N4); `burnt`: a text was delivered, so it never is (N3).
CREATE TABLE number_use (
  number_id BIGINT NOT NULL REFERENCES number (id),
  service_id BIGINT NOT NULL REFERENCES service (id),
  free_ms BIGINT NOT NULL,
  burnt BIGINT NOT NULL CHECK (burnt IN (0, 1)),
  -- Who leased it last; of a burnt one, whom it delivered to: that customer alone may reuse it.
  account_id BIGINT NOT NULL,
  PRIMARY KEY (number_id, service_id)
) STRICT;
CREATE INDEX number_use_free ON number_use (service_id, free_ms) WHERE burnt = 0;

-- The span in which a number serves one order. Its key seals what arrives in it; erasing the key erases the texts.
CREATE TABLE lease (
  order_id BIGINT PRIMARY KEY,
  account_id BIGINT NOT NULL,
  number_id BIGINT NOT NULL REFERENCES number (id),
  service_id BIGINT NOT NULL,
  product TEXT NOT NULL CHECK (product IN ('short_term', 'rental_1day', 'rental_30day')),
  start_ms BIGINT NOT NULL,
  end_ms BIGINT NOT NULL,
  messages BIGINT NOT NULL DEFAULT 0 CHECK (messages >= 0),
  cost BIGINT NOT NULL CHECK (cost >= 0),
  -- How long after its end its texts are kept, as its customer wished when it began: seven days at most (S9).
  keep_ms BIGINT NOT NULL DEFAULT 86400000 CHECK (keep_ms BETWEEN 0 AND 604800000),
  sealed_key BLOB,
  CHECK (start_ms <= end_ms)
) STRICT;
CREATE INDEX lease_number ON lease (number_id, end_ms);
CREATE INDEX lease_erase ON lease ((end_ms + keep_ms)) WHERE sealed_key IS NOT NULL;

-- Which line a SIM is: phones and boxes name a slot or a card, not a number.
CREATE TABLE sim (
  source_id BIGINT NOT NULL REFERENCES source (id),
  -- ICCID, port, or device and slot, as the connector spells it.
  name TEXT NOT NULL,
  number_id BIGINT NOT NULL REFERENCES number (id),
  from_ms BIGINT NOT NULL,
  until_ms BIGINT,
  PRIMARY KEY (source_id, name, from_ms)
) STRICT;

CREATE TABLE number_import (
  id BIGINT PRIMARY KEY,
  source_id BIGINT NOT NULL REFERENCES source (id),
  -- SHA-256 of the file, so that a broken import is resumed with the same one.
  file_hash BLOB NOT NULL,
  -- Its numbers have ids from here on, without a gap.
  first_id BIGINT NOT NULL,
  rows_total BIGINT NOT NULL,
  rows_done BIGINT NOT NULL CHECK (rows_done <= rows_total),
  state TEXT NOT NULL CHECK (state IN ('loading', 'complete', 'undone')),
  created_ms BIGINT NOT NULL
) STRICT;

-- order --------------------------------------------------------------------------------------------------------

CREATE TABLE orders (
  id BIGINT PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES account (id),
  service_id BIGINT NOT NULL,
  number_id BIGINT NOT NULL,
  digits TEXT NOT NULL,
  price BIGINT NOT NULL CHECK (price > 0),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'received', 'cancelled', 'expired')),
  -- The hold of its price, by its transfer.
  hold BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  end_ms BIGINT NOT NULL CHECK (end_ms > created_ms),
  received_ms BIGINT,
  -- When the customer last asked for another code.
  again_ms BIGINT,
  CHECK ((state = 'received') = (received_ms IS NOT NULL))
) STRICT;
CREATE INDEX orders_account ON orders (account_id, created_ms, id);
CREATE INDEX orders_due ON orders (end_ms) WHERE state = 'waiting';

-- rental -------------------------------------------------------------------------------------------------------

CREATE TABLE rental (
  id BIGINT PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES account (id),
  product TEXT NOT NULL CHECK (product IN ('rental_1day', 'rental_30day')),
  service_id BIGINT NOT NULL,
  number_id BIGINT NOT NULL,
  digits TEXT NOT NULL,
  price BIGINT NOT NULL CHECK (price > 0),
  state TEXT NOT NULL CHECK (state IN ('active', 'cancelled', 'expired')),
  -- The capture of its first price, by its transfer.
  capture BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  end_ms BIGINT NOT NULL CHECK (end_ms >= created_ms),
  renewals BIGINT NOT NULL DEFAULT 0 CHECK (renewals >= 0)
) STRICT;
CREATE INDEX rental_account ON rental (account_id, product, created_ms, id);
CREATE INDEX rental_due ON rental (end_ms) WHERE state = 'active';

-- message ------------------------------------------------------------------------------------------------------

-- Every SMS that was acknowledged, in exactly one state (S2). What it says is sealed: under its lease's key when it is
-- delivered, else under the day's key.
CREATE TABLE message (
  id BIGINT PRIMARY KEY,
  source_id BIGINT NOT NULL,
  -- HMAC of the sender's own id of this message: the same message told twice is one (S6).
  ref BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('delivered', 'quarantined', 'joining', 'dropped')),
  -- Why nobody got it.
  reason TEXT,
  number_id BIGINT,
  order_id BIGINT,
  account_id BIGINT,
  complete BIGINT NOT NULL CHECK (complete IN (0, 1)),
  -- HMAC of the sender, where it may have to be counted against pumping.
  sender_tag BLOB,
  received_ms BIGINT NOT NULL,
  sent_ms BIGINT,
  -- The day (since 1970) whose key seals it, if no lease's does.
  sealed_day BIGINT,
  sealed BLOB,
  CHECK ((state = 'delivered') = (order_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX message_ref ON message (source_id, ref);
CREATE INDEX message_order ON message (order_id, received_ms, id) WHERE order_id IS NOT NULL;
CREATE INDEX message_number ON message (number_id, received_ms) WHERE number_id IS NOT NULL;
CREATE INDEX message_quarantine ON message (received_ms, id) WHERE state = 'quarantined';
CREATE INDEX message_day ON message (sealed_day) WHERE sealed_day IS NOT NULL AND sealed IS NOT NULL;
CREATE INDEX message_sender ON message (account_id, sender_tag, received_ms) WHERE sender_tag IS NOT NULL;

-- The parts of a long message. The first part to arrive has a message row in state 'joining', which the others name.
CREATE TABLE message_part (
  message_id BIGINT NOT NULL REFERENCES message (id),
  seq BIGINT NOT NULL CHECK (seq BETWEEN 1 AND 255),
  -- HMAC of the part's bytes: an equal one is a repeat, another one belongs to another message.
  digest BLOB NOT NULL,
  sealed_day BIGINT NOT NULL,
  sealed BLOB,
  PRIMARY KEY (message_id, seq)
) STRICT;

-- The message that collects the parts of one group just now (S7).
CREATE TABLE message_join (
  source_id BIGINT NOT NULL,
  -- HMAC of the receiving line, the sender, the kind of reference, the reference and the number of parts.
  group_key BLOB NOT NULL,
  message_id BIGINT NOT NULL REFERENCES message (id),
  total BIGINT NOT NULL CHECK (total BETWEEN 2 AND 255),
  first_ms BIGINT NOT NULL,
  -- Whether it was told already although parts were missing.
  told BIGINT NOT NULL DEFAULT 0 CHECK (told IN (0, 1)),
  PRIMARY KEY (source_id, group_key)
) STRICT;
CREATE INDEX message_join_due ON message_join (first_ms) WHERE told = 0;

-- A key a day for what has no lease. Deleting the row erases the day.
CREATE TABLE day_key (
  day BIGINT PRIMARY KEY,
  sealed_key BLOB NOT NULL
) STRICT;

-- event --------------------------------------------------------------------------------------------------------

-- What happened, per account, without a gap (S10). Ids only, never a text.
CREATE TABLE event (
  account_id BIGINT NOT NULL,
  seq BIGINT NOT NULL CHECK (seq > 0),
  kind TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  order_id BIGINT,
  product TEXT,
  amount BIGINT,
  message_id BIGINT,
  PRIMARY KEY (account_id, seq)
) STRICT;
CREATE INDEX event_age ON event (at_ms);

-- request ------------------------------------------------------------------------------------------------------

-- What was answered under an Idempotency-Key. Key and effect commit together (I1, I4).
CREATE TABLE idempotency (
  account_id BIGINT NOT NULL,
  route TEXT NOT NULL,
  name TEXT NOT NULL,
  body_hash BLOB NOT NULL,
  -- JSON of what the verb returned. Null only inside the transaction that writes it.
  outcome TEXT,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (account_id, route, name)
) STRICT;
CREATE INDEX idempotency_age ON idempotency (at_ms);

-- policy -------------------------------------------------------------------------------------------------------

-- What people with power did: who, what, why, before and after. Each row carries the hash of the one before it.
CREATE TABLE audit (
  seq BIGINT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  who TEXT NOT NULL,
  deed TEXT NOT NULL,
  subject TEXT NOT NULL,
  reason TEXT NOT NULL,
  before TEXT,
  after TEXT,
  hash BLOB NOT NULL
) STRICT;
-- @sqlite
CREATE TRIGGER audit_is_not_updated BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit log is never changed');
END;
-- @end
-- @postgres
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
  FOR EACH ROW EXECUTE FUNCTION append_only();
-- @end
