-- What is kept of people goes with age: orders, rentals, what came in on them, and what was done by people with power.

-- policy -------------------------------------------------------------------------------------------------------

-- Orders and rentals that ended before this are gone, with all that was kept of them but their transfers.
CREATE TABLE record_mark (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  before_ms BIGINT NOT NULL
) STRICT;
INSERT INTO record_mark (id, before_ms) VALUES (1, 0);

-- message: those that no order's records take along. Few come without an order.
CREATE INDEX message_loose ON message (received_ms) WHERE order_id IS NULL;

-- purchase: searches that came to nothing, which no order takes along either.
CREATE INDEX sourcing_given_up ON sourcing (decided_ms) WHERE state = 'given_up';
