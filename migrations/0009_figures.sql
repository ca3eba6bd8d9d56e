-- What the house did, counted.

-- figures ------------------------------------------------------------------------------------------------------

-- What was ordered within an hour, by service and source, and what became of it; a rental counts when it is paid, and
-- what comes back counts when it does. An hour is counted again until nothing of it can change.
CREATE TABLE figure (
  hour_ms BIGINT NOT NULL,
  service_id BIGINT NOT NULL,
  source_id BIGINT NOT NULL,
  orders BIGINT NOT NULL,
  delivered BIGINT NOT NULL,
  given_up BIGINT NOT NULL,
  rentals BIGINT NOT NULL,
  revenue BIGINT NOT NULL,
  released BIGINT NOT NULL,
  refunded BIGINT NOT NULL,
  cost BIGINT NOT NULL,
  PRIMARY KEY (hour_ms, service_id, source_id)
) STRICT;

-- How many codes of an hour's orders came within how long, in steps that widen.
CREATE TABLE figure_wait (
  hour_ms BIGINT NOT NULL,
  step BIGINT NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (hour_ms, step)
) STRICT;

-- Up to which hour all is final, and when a node last counted.
CREATE TABLE figure_mark (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  final_ms BIGINT NOT NULL,
  counted_ms BIGINT NOT NULL
) STRICT;

-- ledger -------------------------------------------------------------------------------------------------------

-- The refunds and the rentals that were paid within an hour: few among the transfers.
CREATE INDEX transfer_refund_time ON transfer (at_ms) WHERE kind = 'refund';
CREATE INDEX transfer_rental_time ON transfer (at_ms) WHERE kind = 'capture' AND product <> 'short_term';
