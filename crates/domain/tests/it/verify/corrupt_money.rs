//! Money that was tampered with is told, by its rule.

use crate::caught;

caught!(a_changed_balance, "L3", ["UPDATE account SET available = available + 10000 WHERE name = 'ann'"]);

caught!(a_changed_hold_balance, "L3", ["UPDATE account SET held = held + 10000 WHERE name = 'ann'"]);

caught!(a_changed_amount, "L4", ["UPDATE transfer SET amount = amount + 10000 WHERE account_id = 1 AND seq = 1"]);

caught!(
    a_changed_running_balance,
    "L4",
    ["UPDATE transfer SET available_after = available_after + 10000 WHERE account_id = 1 AND seq = 3"]
);

caught!(a_deleted_transfer, "L5", ["DELETE FROM transfer WHERE account_id = 1 AND seq = 3"]);

caught!(
    a_deleted_last_transfer,
    "L5",
    ["DELETE FROM transfer WHERE account_id = 1 AND seq = (SELECT ledger_seq FROM account WHERE id = 1)"]
);

caught!(
    books_that_do_not_fit_the_kind,
    "L1",
    ["UPDATE transfer SET credit = 'revenue' WHERE account_id = 1 AND seq = 2"]
);

caught!(a_part_of_a_cent, "L1", ["UPDATE transfer SET amount = amount + 1 WHERE account_id = 1 AND seq = 1"]);

caught!(
    a_hold_that_is_ended_twice,
    "L6",
    [
        "DROP INDEX transfer_resolves",
        "INSERT INTO transfer
       (account_id, seq, kind, debit, credit, amount, order_id, resolves, available_after, held_after, at_ms)
     SELECT t.account_id, a.ledger_seq + 1, t.kind, t.debit, t.credit, t.amount, t.order_id, t.resolves,
       a.available + t.amount, a.held - t.amount, t.at_ms
     FROM transfer t JOIN account a ON a.id = t.account_id
     WHERE t.account_id = 1 AND t.seq = 3",
        "UPDATE account SET ledger_seq = ledger_seq + 1 WHERE id = 1",
    ]
);

caught!(
    a_payment_that_is_booked_twice,
    "L10",
    [
        "DROP INDEX transfer_reference",
        "INSERT INTO transfer
           (account_id, seq, kind, debit, credit, amount, reference, available_after, held_after, at_ms)
         SELECT id, ledger_seq + 1, 'credit', 'funding', 'available', 10000, 'pay-1', available + 10000, held, 0
         FROM account WHERE id <= 2",
        "UPDATE account SET ledger_seq = ledger_seq + 1, available = available + 10000 WHERE id <= 2",
    ]
);

caught!(an_ended_order_whose_hold_is_open, "L7", ["UPDATE orders SET state = 'cancelled' WHERE state = 'waiting'"]);

caught!(a_waiting_order_whose_hold_has_ended, "L7", ["UPDATE orders SET state = 'waiting' WHERE state = 'cancelled'"]);

caught!(a_hold_without_an_order, "L7", ["DELETE FROM orders WHERE state = 'waiting'"]);

caught!(
    a_refund_above_its_capture,
    "L7",
    ["UPDATE transfer SET amount = amount + 10000 WHERE account_id = 2 AND kind = 'refund'"]
);

caught!(a_cancelled_rental_without_a_refund, "L7", ["UPDATE rental SET state = 'cancelled' WHERE state = 'active'"]);

caught!(
    a_cancelled_rental_whose_renewal_did_not_come_back,
    "L7",
    [
        "INSERT INTO transfer
       (account_id, seq, kind, debit, credit, amount, order_id, product, resolves, available_after, held_after, at_ms)
     SELECT t.account_id, a.ledger_seq + 1, 'refund', 'revenue', 'available', t.amount, t.order_id, t.product, t.seq,
       a.available + t.amount, a.held, t.at_ms
     FROM rental r
     JOIN account a ON a.id = r.account_id
     JOIN transfer t ON t.account_id = r.account_id AND t.seq = r.capture
     WHERE r.state = 'active' AND r.renewals = 1",
        "UPDATE account
     SET ledger_seq = ledger_seq + 1, available = available + (SELECT price FROM rental WHERE state = 'active')
     WHERE id = (SELECT account_id FROM rental WHERE state = 'active')",
        "UPDATE rental SET state = 'cancelled' WHERE state = 'active'",
    ]
);

caught!(a_price_that_was_not_held, "L9", ["UPDATE orders SET price = price + 10000 WHERE state = 'received'"]);

caught!(
    an_order_that_was_never_ended,
    "L8",
    ["UPDATE orders SET created_ms = created_ms - 2400000, end_ms = end_ms - 2400000
     WHERE state = 'waiting'"]
);

caught!(an_event_that_is_gone, "S10", ["DELETE FROM event WHERE account_id = 1 AND seq = 2"]);

caught!(
    a_last_event_that_is_gone,
    "S10",
    ["DELETE FROM event WHERE account_id = 2 AND seq = (SELECT event_seq FROM account WHERE id = 2)"]
);

caught!(a_remembered_request_without_an_outcome, "I4", ["UPDATE idempotency SET outcome = NULL"]);

caught!(a_changed_audit_row, "AUDIT", ["UPDATE audit SET who = 'mallory' WHERE seq = 2"]);

caught!(a_cut_off_audit_log, "AUDIT", ["DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit)"]);
