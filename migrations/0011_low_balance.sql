-- Customers hear of a low balance.

-- account: below what they want to hear of it, and whether they have since it was above.
ALTER TABLE account ADD COLUMN low_balance BIGINT CHECK (low_balance > 0 AND low_balance % 10000 = 0);
ALTER TABLE account ADD COLUMN low_told BIGINT NOT NULL DEFAULT 0 CHECK (low_told IN (0, 1));
CREATE INDEX account_low ON account (id) WHERE low_balance IS NOT NULL;
