-- What customers do for themselves on their account's pages.

-- login: the account that a link gives a sign-in to, where an operator made the account before.
ALTER TABLE link ADD COLUMN account_id BIGINT REFERENCES account (id);
