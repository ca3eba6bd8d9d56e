-- What a partner knows an SMS by, and which of its SMS do not wait for which.

-- Its SMS are numbered for it alone, so that it does not see how many the house has.
ALTER TABLE partner ADD COLUMN sms_seq BIGINT NOT NULL DEFAULT 0 CHECK (sms_seq >= 0);
ALTER TABLE push ADD COLUMN sms_id BIGINT NOT NULL DEFAULT 0 CHECK (sms_id >= 0);
-- What was told before keeps its id, and what comes goes on above all that anybody was told.
UPDATE push SET sms_id = id;
UPDATE partner SET sms_seq = COALESCE((SELECT next - 1 FROM counter WHERE name = 'push'), 0);
CREATE UNIQUE INDEX push_sms ON push (partner_id, sms_id);

-- What was never tried is looked for by itself, so that it waits behind nothing that failed.
DROP INDEX push_waiting;
CREATE INDEX push_fresh ON push (partner_id, next_ms, id) WHERE state = 'waiting' AND tries = 0;
CREATE INDEX push_again ON push (partner_id, next_ms, id) WHERE state = 'waiting' AND tries > 0;
-- What was given up is counted for the operator, who may have it pushed again.
CREATE INDEX push_given_up ON push (partner_id, id) WHERE state = 'given_up';
