-- alert --------------------------------------------------------------------------------------------------------

-- What is wrong with the house, once for each thing that it is wrong with. It is told when it begins and when it is
-- over.
CREATE TABLE alert (
  kind TEXT NOT NULL CHECK (kind IN ('source_silent', 'stock_low', 'check_failed', 'disk_full', 'mail_failing')),
  -- A source or service by its slug; empty where the house as a whole is meant.
  subject TEXT NOT NULL,
  -- What is seen of it, as it was last.
  words TEXT NOT NULL,
  since_ms BIGINT NOT NULL,
  -- Since when it is not seen any more, and whether that was told.
  ended_ms BIGINT,
  end_told BIGINT NOT NULL DEFAULT 0 CHECK (end_told IN (0, 1)),
  PRIMARY KEY (kind, subject)
) STRICT;
