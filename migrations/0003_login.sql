-- Who may sign in to the pages, and the mails that the house wants to send.

-- login --------------------------------------------------------------------------------------------------------

-- A person who signs in: a customer by an address that was confirmed before the row was made, or an operator by a name.
CREATE TABLE login (
  id BIGINT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('customer', 'operator')),
  -- A customer's address in lower case, or an operator's name.
  name TEXT NOT NULL,
  account_id BIGINT UNIQUE REFERENCES account (id),
  role TEXT CHECK (role IN ('owner', 'operator', 'support', 'auditor')),
  -- An Argon2id hash in PHC form; null until its person has chosen one.
  password TEXT,
  -- Whether it is shorter than what is enough without a second factor.
  is_short BIGINT NOT NULL DEFAULT 0 CHECK (is_short IN (0, 1)),
  -- The sealed secret of the code generator; it counts from `totp_ms` on, when its first code was shown.
  totp BLOB,
  totp_ms BIGINT,
  -- The step of the last code that was taken: none at or before it works again.
  totp_step BIGINT NOT NULL DEFAULT 0,
  -- The handle by which passkeys name this person: chance, so that it says nothing.
  handle BLOB NOT NULL UNIQUE,
  -- Which acceptable-use statement was accepted, and when.
  terms TEXT,
  terms_ms BIGINT,
  -- Since when an operator may no longer sign in.
  stopped_ms BIGINT,
  created_ms BIGINT NOT NULL,
  UNIQUE (kind, name),
  CHECK ((kind = 'customer') = (account_id IS NOT NULL)),
  CHECK ((kind = 'operator') = (role IS NOT NULL)),
  CHECK (totp_ms IS NULL OR totp IS NOT NULL)
) STRICT;

-- Somebody who is signed in. The secret in the cookie is kept as its SHA-256: it has 256 bits of chance.
CREATE TABLE session (
  id BIGINT PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  login_id BIGINT NOT NULL REFERENCES login (id),
  device TEXT NOT NULL,
  address TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  -- To the minute.
  seen_ms BIGINT NOT NULL
) STRICT;
CREATE INDEX session_login ON session (login_id, seen_ms);
CREATE INDEX session_age ON session (seen_ms);

-- A browser that signed in before, by a cookie of its own: another one is told to its person by mail.
CREATE TABLE device (
  login_id BIGINT NOT NULL REFERENCES login (id),
  hash BLOB NOT NULL,
  seen_ms BIGINT NOT NULL,
  PRIMARY KEY (login_id, hash)
) STRICT;
CREATE INDEX device_age ON device (seen_ms);

-- What a secret in a link, or in the form between two factors, is good for: once, for one purpose, for a short time.
CREATE TABLE link (
  hash BLOB PRIMARY KEY,
  purpose TEXT NOT NULL CHECK (purpose IN ('sign_up', 'reset', 'email', 'setup', 'second_factor', 'passkey')),
  login_id BIGINT REFERENCES login (id),
  -- The address that is to be confirmed.
  email TEXT,
  -- Which acceptable-use statement was accepted, for a sign-up; the sealed state of a passkey's ceremony.
  terms TEXT,
  state BLOB,
  tries BIGINT NOT NULL DEFAULT 0 CHECK (tries >= 0),
  created_ms BIGINT NOT NULL,
  end_ms BIGINT NOT NULL
) STRICT;
CREATE INDEX link_login ON link (login_id) WHERE login_id IS NOT NULL;
CREATE INDEX link_age ON link (end_ms);

-- How often something was tried in a window, by a tag of whom it is counted for.
CREATE TABLE throttle (
  deed TEXT NOT NULL,
  who BLOB NOT NULL,
  from_ms BIGINT NOT NULL,
  count BIGINT NOT NULL CHECK (count > 0),
  PRIMARY KEY (deed, who)
) STRICT;
CREATE INDEX throttle_age ON throttle (from_ms);

-- Codes that stand in for a lost code generator, each once.
CREATE TABLE recovery_code (
  login_id BIGINT NOT NULL REFERENCES login (id),
  hash BLOB NOT NULL,
  PRIMARY KEY (login_id, hash)
) STRICT;

CREATE TABLE passkey (
  id BIGINT PRIMARY KEY,
  login_id BIGINT NOT NULL REFERENCES login (id),
  credential BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,
  -- What its signatures are checked with, as JSON.
  public TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  used_ms BIGINT
) STRICT;
CREATE INDEX passkey_login ON passkey (login_id);

-- mail ---------------------------------------------------------------------------------------------------------

-- Mails that the house wants to send. Their text is sealed, because links in it are secrets, and erased once it is sent.
CREATE TABLE mail (
  id BIGINT PRIMARY KEY,
  kind TEXT NOT NULL,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  sealed BLOB,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
  tries BIGINT NOT NULL DEFAULT 0 CHECK (tries >= 0),
  -- When it is tried next; while it is being tried, when another node may.
  next_ms BIGINT NOT NULL,
  -- What its last try met.
  fault TEXT,
  created_ms BIGINT NOT NULL,
  sent_ms BIGINT,
  CHECK ((state = 'sent') = (sent_ms IS NOT NULL))
) STRICT;
CREATE INDEX mail_due ON mail (next_ms) WHERE state = 'waiting';
CREATE INDEX mail_age ON mail (created_ms);
