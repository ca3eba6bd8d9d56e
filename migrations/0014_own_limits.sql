-- Limits that an operator set for one account, where they are others than its tier's.

-- account: what of it is set, as JSON of policy/limits.rs; none, where all are the tier's.
ALTER TABLE account ADD COLUMN own_limits TEXT;
