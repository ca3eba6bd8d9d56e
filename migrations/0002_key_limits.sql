-- What a key may do, from where, and how much it may spend.

-- account ------------------------------------------------------------------------------------------------------

-- Words apart by spaces: 'read' looks, 'order' orders, cancels and renews. Keys from before this could do all.
ALTER TABLE api_key ADD COLUMN scopes TEXT NOT NULL DEFAULT 'read order';
-- The networks that it may be used from, apart by spaces; none: from everywhere.
ALTER TABLE api_key ADD COLUMN networks TEXT NOT NULL DEFAULT '';
-- What it may set aside for orders within a day of UTC.
ALTER TABLE api_key ADD COLUMN daily_cap BIGINT CHECK (daily_cap > 0);
-- What it has set aside on the day (since 1970) on which it last did, counted where there is a cap.
ALTER TABLE api_key ADD COLUMN spent_day BIGINT NOT NULL DEFAULT 0;
ALTER TABLE api_key ADD COLUMN spent BIGINT NOT NULL DEFAULT 0 CHECK (spent >= 0);
-- About when it was last used: to the minute.
ALTER TABLE api_key ADD COLUMN used_ms BIGINT;
