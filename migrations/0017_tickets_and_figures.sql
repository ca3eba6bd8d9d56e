-- Challenges of passkeys, mails that are worth nothing after a while, and figures that were counted by an older rule.

-- used_ticket: a sign-in by passkey keeps its challenge sealed in the browser's cookie; here stands which were used, until
-- they would be too old anyway. No room is needed for those that are only asked for.
CREATE TABLE used_ticket (
  hash BLOB PRIMARY KEY,
  end_ms BIGINT NOT NULL
);
CREATE INDEX used_ticket_end ON used_ticket (end_ms);
DROP INDEX link_open;
DELETE FROM link WHERE purpose = 'passkey' AND login_id IS NULL;

-- mail: after this it is not sent any more, because what it says does not hold.
ALTER TABLE mail ADD COLUMN end_ms BIGINT;

-- figure: renewals were once counted as costs. Without its mark every hour that is kept is counted again, from the orders
-- and transfers themselves, six hours a round.
DELETE FROM figure_mark;
