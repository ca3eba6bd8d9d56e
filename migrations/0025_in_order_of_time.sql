-- On SQLite, orders and leases lie in the order in which they were made.
--
-- What an INTEGER PRIMARY KEY names is where a row lies, and the ids of orders are shuffled so that they tell nothing. So
-- each code that came wrote a page of its own for its order, its lease and the end of its waiting; those of one moment
-- lie side by side now. INT is the same type and a key alone (sqlite.org/lang_createtable.html, "ROWIDs and the INTEGER
-- PRIMARY KEY"). PostgreSQL's tables lie so already.

-- @sqlite
CREATE TABLE lease_in_order (
  order_id INT NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL,
  number_id BIGINT NOT NULL REFERENCES number (id),
  service_id BIGINT NOT NULL,
  product TEXT NOT NULL CHECK (product IN ('short_term', 'rental_1day', 'rental_30day')),
  start_ms BIGINT NOT NULL,
  end_ms BIGINT NOT NULL,
  messages BIGINT NOT NULL DEFAULT 0 CHECK (messages >= 0),
  cost BIGINT NOT NULL CHECK (cost >= 0),
  keep_ms BIGINT NOT NULL DEFAULT 86400000 CHECK (keep_ms BETWEEN 0 AND 604800000),
  sealed_key BLOB,
  CHECK (start_ms <= end_ms)
) STRICT;
INSERT INTO lease_in_order
  (order_id, account_id, number_id, service_id, product, start_ms, end_ms, messages, cost, keep_ms, sealed_key)
SELECT order_id, account_id, number_id, service_id, product, start_ms, end_ms, messages, cost, keep_ms, sealed_key
FROM lease
ORDER BY start_ms, order_id;
DROP TABLE lease;
ALTER TABLE lease_in_order RENAME TO lease;
CREATE INDEX lease_number ON lease (number_id, end_ms);
CREATE INDEX lease_erase ON lease ((end_ms + keep_ms)) WHERE sealed_key IS NOT NULL;

CREATE TABLE orders_in_order (
  id INT NOT NULL PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES account (id),
  service_id BIGINT NOT NULL,
  number_id BIGINT NOT NULL,
  digits TEXT NOT NULL,
  price BIGINT NOT NULL CHECK (price > 0),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'received', 'cancelled', 'expired')),
  hold BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  end_ms BIGINT NOT NULL CHECK (end_ms > created_ms),
  received_ms BIGINT,
  again_ms BIGINT,
  CHECK ((state = 'received') = (received_ms IS NOT NULL))
) STRICT;
INSERT INTO orders_in_order
  (id, account_id, service_id, number_id, digits, price, state, hold, created_ms, end_ms, received_ms, again_ms)
SELECT id, account_id, service_id, number_id, digits, price, state, hold, created_ms, end_ms, received_ms, again_ms
FROM orders
ORDER BY created_ms, id;
DROP TABLE orders;
ALTER TABLE orders_in_order RENAME TO orders;
CREATE INDEX orders_account ON orders (account_id, created_ms, id);
CREATE INDEX orders_due ON orders (end_ms) WHERE state = 'waiting';
-- @end

-- The newest orders are told by time and id, and SQLite adds the id to an index no more.
-- @postgres
DROP INDEX orders_recent;
-- @end
CREATE INDEX orders_recent ON orders (created_ms, id);
