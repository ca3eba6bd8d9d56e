-- The messages of an order are found by its number and when it began, not by its id.
--
-- The ids of orders are shuffled so that they tell nothing, so an index of them had another page to write for each message
-- that came. The order stands in the index of numbers instead, whose entries of one moment lie together.
DROP INDEX message_order;
DROP INDEX message_number;
CREATE INDEX message_number ON message (number_id, received_ms, order_id) WHERE number_id IS NOT NULL;
