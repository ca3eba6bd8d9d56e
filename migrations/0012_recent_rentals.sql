-- Operators see the newest rentals of all customers beside the newest orders.

CREATE INDEX rental_recent ON rental (created_ms);
