-- Whether the SIM of a number is in the network, as its source tells. A number whose SIM is not is not sold.

ALTER TABLE number ADD COLUMN is_offline BIGINT NOT NULL DEFAULT 0 CHECK (is_offline IN (0, 1));

-- What a source last told of the SIM of a number.
CREATE TABLE number_line (
  number_id BIGINT PRIMARY KEY,
  source_id BIGINT NOT NULL,
  is_online BIGINT NOT NULL CHECK (is_online IN (0, 1)),
  -- Since when it is so.
  since_ms BIGINT NOT NULL,
  -- When it was told last, at most some minutes ago more than that.
  seen_ms BIGINT NOT NULL,
  -- Where the SIM sits, and how well it hears, in the device's own words; empty where it does not tell.
  port TEXT NOT NULL,
  signal TEXT NOT NULL
) STRICT;
CREATE INDEX number_line_port ON number_line (source_id, port);
