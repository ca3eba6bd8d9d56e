-- What operators give back.

-- ledger -------------------------------------------------------------------------------------------------------

-- What came back of an order. Refunds are few among the transfers, and so are the captures of rentals.
CREATE INDEX transfer_refund ON transfer (account_id, order_id) WHERE kind = 'refund';
CREATE INDEX transfer_rental ON transfer (account_id, order_id, seq) WHERE kind = 'capture' AND product <> 'short_term';

-- What an operator has given back on a day (since 1970, UTC): their role's limit of a day is kept by it.
CREATE TABLE refund_day (
  who TEXT NOT NULL,
  day BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  PRIMARY KEY (who, day)
) STRICT;
