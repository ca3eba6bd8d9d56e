-- What is written once stays so, also where no row is updated or deleted: on SQLite `INSERT OR REPLACE` takes a row away
-- that has the same key, and no trigger against DELETE hears of it; PostgreSQL has TRUNCATE.

-- policy -------------------------------------------------------------------------------------------------------

-- Up to where the audit log was deleted with age, and the hash of the last row that is gone: the chain begins after it.
CREATE TABLE audit_mark (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  upto BIGINT NOT NULL CHECK (upto >= 0),
  hash BLOB NOT NULL
) STRICT;
INSERT INTO audit_mark (id, upto, hash) VALUES (1, 0, CAST('' AS BLOB));

-- @sqlite
-- A row can be hit by each of its keys, and by its rowid, which is -1 here if, and only if, the statement names none:
-- SQLite's page on CREATE TRIGGER calls that undefined, so the tests hold the built-in SQLite to it. Each
-- of these looks is for a key that the insert itself looks for next, so its pages are at hand: some microseconds a row.
CREATE TRIGGER transfer_is_not_replaced BEFORE INSERT ON transfer
WHEN NEW.rowid <> -1
  OR EXISTS (SELECT 1 FROM transfer WHERE account_id = NEW.account_id AND seq = NEW.seq)
  OR (NEW.reference IS NOT NULL AND EXISTS (SELECT 1 FROM transfer WHERE reference = NEW.reference))
  OR (NEW.kind IN ('capture', 'release') AND EXISTS (
    SELECT 1 FROM transfer
    WHERE account_id = NEW.account_id AND resolves = NEW.resolves AND kind IN ('capture', 'release')
  ))
BEGIN
  SELECT RAISE(ABORT, 'a transfer is never replaced: write another one');
END;
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)
BEGIN
  SELECT RAISE(ABORT, 'the audit log is never changed');
END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
WHEN OLD.seq > COALESCE((SELECT upto FROM audit_mark WHERE id = 1), 0)
BEGIN
  SELECT RAISE(ABORT, 'the audit log is only deleted with age');
END;
CREATE TRIGGER event_is_not_updated BEFORE UPDATE ON event
BEGIN
  SELECT RAISE(ABORT, 'an event is never changed');
END;
CREATE TRIGGER event_is_not_replaced BEFORE INSERT ON event
WHEN NEW.rowid <> -1
  OR EXISTS (SELECT 1 FROM event WHERE account_id = NEW.account_id AND seq = NEW.seq)
BEGIN
  SELECT RAISE(ABORT, 'an event is never changed');
END;
CREATE TRIGGER event_is_kept BEFORE DELETE ON event
WHEN OLD.seq > COALESCE((SELECT event_floor FROM account WHERE id = OLD.account_id), 0)
BEGIN
  SELECT RAISE(ABORT, 'an event is only deleted with age');
END;
-- @end
-- @postgres
CREATE FUNCTION audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.seq > COALESCE((SELECT upto FROM audit_mark WHERE id = 1), 0) THEN
    RAISE EXCEPTION 'the audit log is only deleted with age' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END
$$;
CREATE FUNCTION event_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.seq > COALESCE((SELECT event_floor FROM account WHERE id = OLD.account_id), 0) THEN
    RAISE EXCEPTION 'an event is only deleted with age' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END
$$;
CREATE TRIGGER audit_is_not_truncated BEFORE TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION audit_is_kept();
CREATE TRIGGER event_is_append_only BEFORE UPDATE ON event
  FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER event_is_not_truncated BEFORE TRUNCATE ON event
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER event_is_kept BEFORE DELETE ON event
  FOR EACH ROW EXECUTE FUNCTION event_is_kept();
-- @end
