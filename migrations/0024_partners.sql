-- Houses that buy our idle numbers by the partner protocol, and the SMS that are pushed to them.

-- partner ------------------------------------------------------------------------------------------------------

-- A house that buys from us. All short-term orders of its account are its own, so one account is one partner's alone.
CREATE TABLE partner (
  id BIGINT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  account_id BIGINT NOT NULL UNIQUE REFERENCES account (id),
  -- SHA-256 of the key that it calls with.
  key_hash BLOB NOT NULL UNIQUE,
  -- Where its SMS are pushed to and with which key, sealed.
  settings BLOB NOT NULL,
  -- The networks that it calls from, with spaces between them; empty: from anywhere.
  networks TEXT NOT NULL,
  -- A paused one is sold nothing more; what came for it is pushed all the same.
  state TEXT NOT NULL CHECK (state IN ('active', 'paused')),
  -- The events of its account up to here are in the outbox.
  event_seq BIGINT NOT NULL CHECK (event_seq >= 0),
  created_ms BIGINT NOT NULL
) STRICT;

-- The outbox: SMS that a partner is to be told of. It holds ids; the text is opened when it is sent.
CREATE TABLE push (
  -- What the partner knows a repeat by.
  id BIGINT PRIMARY KEY,
  partner_id BIGINT NOT NULL REFERENCES partner (id),
  order_id BIGINT NOT NULL,
  message_id BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'taken', 'refused', 'given_up')),
  tries BIGINT NOT NULL DEFAULT 0 CHECK (tries >= 0),
  -- Not tried before.
  next_ms BIGINT NOT NULL,
  -- What the last try met.
  fault TEXT,
  created_ms BIGINT NOT NULL,
  settled_ms BIGINT,
  CHECK ((state = 'waiting') = (settled_ms IS NULL))
) STRICT;
CREATE INDEX push_waiting ON push (partner_id, next_ms, id) WHERE state = 'waiting';
CREATE INDEX push_settled ON push (settled_ms) WHERE state <> 'waiting';
