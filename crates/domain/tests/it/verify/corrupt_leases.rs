//! Numbers and leases that were tampered with are told, by their rule.

use crate::caught;

caught!(
    two_orders_on_one_number_at_once,
    "N1",
    ["INSERT INTO lease (order_id, account_id, number_id, service_id, product, start_ms, end_ms, cost)
     SELECT 77, 2, number_id, service_id, product, start_ms + 1, end_ms + 1, cost
     FROM lease WHERE order_id = (SELECT id FROM orders WHERE state = 'waiting')"]
);

caught!(
    an_order_on_a_rented_number,
    "N2",
    ["UPDATE lease SET number_id = (SELECT number_id FROM rental WHERE state = 'active')
     WHERE order_id = (SELECT id FROM orders WHERE state = 'waiting')"]
);

caught!(a_delivery_that_did_not_burn, "N3", ["UPDATE number_use SET burnt = 0 WHERE burnt = 1"]);

caught!(
    a_number_sold_after_its_delivery,
    "N3",
    ["INSERT INTO lease (order_id, account_id, number_id, service_id, product, start_ms, end_ms, cost)
     SELECT 77, 2, number_id, service_id, product, end_ms + 9000000, end_ms + 9000001, cost
     FROM lease WHERE order_id = (SELECT id FROM orders WHERE state = 'received')"]
);

caught!(
    a_number_that_did_not_rest,
    "N4",
    ["INSERT INTO lease (order_id, account_id, number_id, service_id, product, start_ms, end_ms, cost)
     SELECT 77, 2, number_id, service_id, product, end_ms + 1000, end_ms + 2000, cost
     FROM lease WHERE order_id = (SELECT id FROM orders WHERE state = 'received')"]
);

caught!(a_number_that_is_free_too_early, "N4", ["UPDATE number_use SET free_ms = 0"]);

caught!(a_rented_number_that_is_free_too_early, "N4", ["UPDATE number SET rented_until_ms = 0"]);

caught!(a_number_without_provenance, "N5", ["UPDATE number SET supplier = '' WHERE id = 1"]);

caught!(a_number_without_a_source, "N5", ["DELETE FROM source"]);

caught!(a_complete_import_that_lost_a_number, "N5", ["DELETE FROM number WHERE id = 30"]);

caught!(an_import_that_says_it_is_complete, "N5", ["UPDATE number_import SET rows_done = rows_done - 1"]);

caught!(a_lease_that_runs_backwards, "N6", ["UPDATE lease SET start_ms = end_ms + 1 WHERE product = 'short_term'"]);

caught!(
    a_lease_that_outlives_its_order,
    "N6",
    ["UPDATE lease SET end_ms = end_ms + 60000 WHERE order_id = (SELECT id FROM orders WHERE state = 'waiting')"]
);

caught!(a_rental_without_a_lease, "N6", ["DELETE FROM lease WHERE product = 'rental_1day'"]);
