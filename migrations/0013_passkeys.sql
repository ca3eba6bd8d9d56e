-- A passkey counts its signatures, if its device does: a count that does not grow is a copy's.
ALTER TABLE passkey ADD COLUMN counter BIGINT NOT NULL DEFAULT 0 CHECK (counter >= 0);

-- Sign-ins by passkey that were begun by whoever it may be, the oldest first: there are only so many at once.
CREATE INDEX link_open ON link (end_ms) WHERE purpose = 'passkey' AND login_id IS NULL;
