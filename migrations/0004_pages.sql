-- What the customers' pages ask beside the house's first schema.

-- order: the newest orders of all accounts, for the figures of how often and how fast codes came.
CREATE INDEX orders_recent ON orders (created_ms);

-- rental: what its customer calls it and writes down of it.
ALTER TABLE rental ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE rental ADD COLUMN note TEXT NOT NULL DEFAULT '';
-- The most that the house may renew it for by itself, as its customer was shown it; null: it does not.
ALTER TABLE rental ADD COLUMN auto_renew_max BIGINT CHECK (auto_renew_max > 0);
-- When the house last tried, and could not.
ALTER TABLE rental ADD COLUMN auto_tried_ms BIGINT NOT NULL DEFAULT 0;
CREATE INDEX rental_auto ON rental (end_ms) WHERE state = 'active' AND auto_renew_max IS NOT NULL;
