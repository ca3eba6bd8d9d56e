-- What customers do for themselves on their account's pages.

-- login: the account that a link gives a sign-in to, where an operator made the account before.
ALTER TABLE link ADD COLUMN account_id BIGINT REFERENCES account (id);

-- mail: texts that were never sent, to be erased with age.
CREATE INDEX mail_text ON mail (created_ms) WHERE sealed IS NOT NULL;
