-- Sources whose numbers are all VoIP, whatever a file says of them: they are not sold as numbers that are not.

ALTER TABLE source ADD COLUMN is_voip BIGINT NOT NULL DEFAULT 0 CHECK (is_voip IN (0, 1));
