//! One table over all wires: which test shows each of ten cases, or why a wire cannot come to it. A connector that is
//! missing here fails a test, and so does one of whose ways to be told something there is no row.

use std::collections::BTreeSet;

use domain::supply::{Settings, Supply};

use crate::{at, cases, handler_api, houses, modemmanager, nonvoipusnumber, partner, polls, smpp, spool};

/// What is known of a wire in a case.
enum Case {
    /// A test shows it.
    Shown(fn()),
    /// It cannot come to it, for this reason.
    Never(&'static str),
}

use Case::{Never, Shown};

/// How something comes to the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// It is pushed to us.
    Pushed,
    /// The house holds a wire.
    Held,
    /// The house asks for what was pushed in vain.
    Asked,
    /// The house buys numbers there, and asks for what comes in on them.
    Bought,
}

/// A connector and one of its ways.
struct Row {
    connector: &'static str,
    way: Way,
    /// What is told is kept, and then acknowledged.
    good: Case,
    /// What is told again is one message.
    repeated: Case,
    /// What comes in another order is the same.
    out_of_order: Case,
    /// What is larger than anything that makes sense costs nothing.
    oversized: Case,
    /// What nobody can read costs nothing.
    garbage: Case,
    /// A secret that is another one opens nothing, or is told.
    wrong_secret: Case,
    /// Who wants to be left alone for a while is.
    throttled: Case,
    /// Who fails is asked, or held, again.
    broken: Case,
    /// What cannot be kept is not acknowledged.
    not_kept: Case,
    /// Neither a secret nor a text shows in the log.
    log: Case,
}

const COMES: &str = "Who pushes comes to us: nobody is asked, so nobody can want to be left alone, or fail.";

/// The row of a sender of `cases.rs`.
macro_rules! pushed {
    ($peer:ident) => {
        Row {
            connector: crate::$peer::PEER.connector,
            way: Way::Pushed,
            good: Shown(cases::table::$peer::a_good_push_is_one_piece),
            repeated: Shown(cases::table::$peer::a_push_is_kept_once_and_says_nothing_in_the_log),
            out_of_order: Shown(cases::table::$peer::messages_are_heard_in_any_order),
            oversized: Shown(cases::table::$peer::an_oversized_body_is_refused),
            garbage: Shown(cases::table::$peer::garbage_is_refused),
            wrong_secret: Shown(cases::table::$peer::another_secret_is_refused),
            throttled: Never(COMES),
            broken: Never(COMES),
            not_kept: Shown(cases::table::$peer::what_cannot_be_kept_is_not_acknowledged),
            log: Shown(cases::table::$peer::a_push_is_kept_once_and_says_nothing_in_the_log),
        }
    };
}

/// The row of a box of `polls.rs`.
macro_rules! asked {
    ($kind:ident) => {
        Row {
            connector: crate::$kind::PEER.connector,
            way: Way::Asked,
            good: Shown(polls::$kind::all_that_is_there_is_kept_and_what_comes_later_too),
            repeated: Shown(polls::$kind::what_was_pushed_is_known_when_it_is_asked_for),
            out_of_order: Shown(polls::$kind::the_next_holder_goes_on_where_the_last_one_was),
            oversized: Shown(polls::$kind::a_box_that_fails_is_asked_again_and_nothing_is_lost),
            garbage: Shown(polls::$kind::a_box_that_fails_is_asked_again_and_nothing_is_lost),
            wrong_secret: Shown(polls::$kind::a_box_that_fails_is_asked_again_and_nothing_is_lost),
            throttled: Shown(polls::$kind::a_box_that_wants_to_be_left_alone_is),
            broken: Shown(polls::$kind::a_box_that_fails_is_asked_again_and_nothing_is_lost),
            not_kept: Shown(polls::$kind::what_cannot_be_kept_is_asked_for_again),
            log: Shown(polls::$kind::nothing_secret_shows_in_the_log_or_the_fault),
        }
    };
}

/// The row of a kind of `spool.rs`.
macro_rules! spooled {
    ($kind:ident) => {
        Row {
            connector: stringify!($kind),
            way: Way::Held,
            good: Shown(spool::$kind::a_file_is_kept_and_then_taken_away),
            repeated: Shown(spool::$kind::a_file_that_is_there_again_is_a_repeat),
            out_of_order: Shown(spool::$kind::parts_are_joined_in_any_order),
            oversized: Shown(spool::$kind::links_and_what_is_too_large_are_left_alone),
            garbage: Shown(spool::$kind::what_nobody_can_read_is_kept_for_the_operator),
            wrong_secret: Never("A folder asks for no secret: who may open it is the machine's to say."),
            throttled: Never("A folder cannot want to be left alone."),
            broken: Shown(spool::$kind::a_folder_that_is_not_there_is_told_and_waited_for),
            not_kept: Shown(spool::$kind::what_cannot_be_kept_stays_in_the_folder),
            log: Shown(spool::$kind::nothing_of_a_file_is_in_the_log),
        }
    };
}

/// The row of a house of `houses.rs`: what is good and what is repeated there is its own.
macro_rules! bought {
    ($house:ident, $good:path, $repeated:path, $wrong_secret:path) => {
        Row {
            connector: crate::$house::HOUSE.connector,
            way: Way::Bought,
            good: Shown($good),
            repeated: Shown($repeated),
            out_of_order: Never("An answer comes by the connection of its question, and by no other."),
            oversized: Shown(houses::table::$house::a_huge_answer_is_in_doubt),
            garbage: Shown(houses::table::$house::an_answer_that_cannot_be_read_is_in_doubt),
            wrong_secret: Shown($wrong_secret),
            throttled: Shown(houses::table::$house::a_throttled_house_says_when_to_come_again),
            broken: Shown(houses::table::$house::a_house_that_is_broken_is_in_doubt),
            not_kept: Never("A house waits for no acknowledgement: what it told is asked for again until it is kept."),
            log: Shown(houses::table::$house::the_log_says_nothing),
        }
    };
}

fn held() -> [Row; 3] {
    [
        Row {
            connector: "smpp",
            way: Way::Held,
            good: Shown(smpp::a_message_is_answered_when_it_is_kept),
            repeated: Shown(smpp::a_message_told_again_after_a_new_bind_is_one),
            out_of_order: Shown(smpp::odd::parts_join_however_they_are_told),
            oversized: Shown(smpp::odd::a_text_of_64_kib_is_kept_whole),
            garbage: Shown(smpp::odd::a_bind_survives_all_of_them_and_loses_nothing),
            wrong_secret: Shown(smpp::a_refused_bind_is_told_without_the_password_and_tried_again),
            throttled: Shown(smpp::a_centre_that_wants_to_be_left_alone_is_bound_to_later),
            broken: Shown(smpp::a_bind_that_is_lost_or_ended_is_made_again),
            not_kept: Shown(smpp::a_message_that_cannot_be_kept_is_to_come_again),
            log: Shown(smpp::nothing_of_a_message_is_in_the_log),
        },
        Row {
            connector: "at",
            way: Way::Held,
            good: Shown(at::all_that_is_stored_is_kept_and_then_taken_out),
            repeated: Shown(at::one_that_is_kept_and_still_there_after_a_kill_is_one),
            out_of_order: Shown(at::parts_join_in_any_order_in_all_alphabets),
            oversized: Shown(at::a_line_without_end_is_skipped_and_what_comes_after_it_is_read),
            garbage: Shown(at::what_is_no_message_to_us_is_kept_for_the_operator),
            wrong_secret: Shown(at::a_sim_that_wants_a_pin_is_told_and_given_none),
            throttled: Never("A modem cannot want to be left alone: it answers one command at a time."),
            broken: Shown(at::a_connection_that_is_lost_in_the_middle_loses_nothing),
            not_kept: Shown(at::what_cannot_be_kept_stays_in_the_modem),
            log: Shown(at::nothing_of_a_message_is_in_the_log),
        },
        Row {
            connector: "modemmanager",
            way: Way::Held,
            good: Shown(modemmanager::what_was_received_before_is_kept_and_deleted),
            repeated: Shown(modemmanager::one_that_is_kept_and_still_there_after_a_kill_is_one),
            out_of_order: Shown(modemmanager::a_message_is_fetched_when_all_its_parts_are_there),
            oversized: Shown(modemmanager::odd_messages_are_kept_and_cost_nothing),
            garbage: Shown(modemmanager::odd_messages_are_kept_and_cost_nothing),
            wrong_secret: Never("A bus asks for no secret: who may use it is the machine's to say."),
            throttled: Never("ModemManager cannot want to be left alone."),
            broken: Shown(modemmanager::a_lost_bus_is_found_again),
            not_kept: Shown(modemmanager::what_cannot_be_kept_stays_in_the_modem),
            log: Shown(modemmanager::nothing_of_a_message_is_in_the_log),
        },
    ]
}

/// A phone that is asked pushes what it has: its answer holds nothing, and what it pushes is in the row of its pushes.
fn phone() -> Row {
    let pushes = "The answer holds no SMS: the phone pushes them again.";
    Row {
        connector: "sms-gateway-android",
        way: Way::Asked,
        good: Shown(polls::a_phone_is_asked_to_push_its_inbox_again_from_where_it_was_asked_last),
        repeated: Never(pushes),
        out_of_order: Never(pushes),
        oversized: Shown(polls::a_phone_that_fails_is_asked_again),
        garbage: Never("Nothing in the answer is read but its status."),
        wrong_secret: Shown(polls::a_phone_that_fails_is_asked_again),
        throttled: Shown(polls::a_phone_that_wants_to_be_left_alone_is),
        broken: Shown(polls::a_phone_that_fails_is_asked_again),
        not_kept: Never(pushes),
        log: Shown(polls::nothing_secret_of_a_phone_shows_in_the_log_or_the_fault),
    }
}

fn rows() -> Vec<Row> {
    let pushed = [
        pushed!(own),
        pushed!(sms_gateway_android),
        pushed!(httpsms),
        pushed!(textbee),
        pushed!(ejoin),
        pushed!(dinstar),
        pushed!(kannel),
        pushed!(openvox),
        pushed!(template),
        pushed!(jasmin),
        pushed!(twilio),
        pushed!(telnyx),
        pushed!(plivo),
        pushed!(bandwidth),
        pushed!(vonage),
        pushed!(vonage_messages),
        pushed!(partner),
    ];
    let asked = [asked!(ejoin), asked!(dinstar), phone(), spooled!(smstools), spooled!(gammu)];
    let bought = [
        bought!(
            nonvoipusnumber,
            nonvoipusnumber::what_is_bought_is_paid_for_and_tells_until_when_it_runs,
            nonvoipusnumber::a_dearer_price_and_an_id_told_twice_are_passed_on,
            nonvoipusnumber::a_wrong_password_is_ours_to_mend_whatever_was_asked
        ),
        bought!(
            handler_api,
            handler_api::what_is_bought_has_an_id_a_number_and_where_it_is_told_a_price,
            handler_api::a_second_purchase_under_one_name_is_in_doubt,
            handler_api::an_empty_wallet_an_empty_shelf_and_a_wrong_key_are_told_apart
        ),
        bought!(
            partner,
            partner::a_number_is_asked_for_at_the_price_agreed_and_never_above,
            cases::table::partner::a_repeat_has_the_same_reference,
            houses::table::partner::a_house_that_refuses_has_surely_sold_nothing
        ),
    ];
    pushed.into_iter().chain(held()).chain(asked).chain(bought).collect()
}

impl Row {
    fn cases(&self) -> [&Case; 10] {
        [
            &self.good,
            &self.repeated,
            &self.out_of_order,
            &self.oversized,
            &self.garbage,
            &self.wrong_secret,
            &self.throttled,
            &self.broken,
            &self.not_kept,
            &self.log,
        ]
    }
}

/// The ways of a connector, as it says itself.
fn ways(connector: &dyn Supply) -> Vec<Way> {
    let names: Vec<&str> = connector.settings().iter().map(|setting| setting.name).collect();
    let is_house = connector.house().is_some();
    let is_pushed = !connector.holds() && (!is_house || connector.name() == "partner");
    let ways = [
        (is_pushed, Way::Pushed),
        (connector.holds(), Way::Held),
        (names.contains(&"poll_address"), Way::Asked),
        (is_house, Way::Bought),
    ];
    ways.into_iter().filter(|(is_so, _)| *is_so).map(|(_, way)| way).collect()
}

#[test]
fn every_way_of_every_connector_is_in_the_table() {
    let registry = connectors::registry();
    let wanted: BTreeSet<(&str, Way)> = registry
        .all()
        .into_iter()
        .flat_map(|connector| ways(connector).into_iter().map(move |way| (connector.name(), way)))
        .collect();
    let rows = rows();
    let found: BTreeSet<(&str, Way)> = rows.iter().map(|row| (row.connector, row.way)).collect();
    assert_eq!((found.len(), &found), (rows.len(), &wanted));
    for connector in registry.all() {
        let polls = connector.polls(&Settings::default());
        assert!(!polls, "{}: it is asked only where it is said", connector.name());
    }
}

#[test]
fn whatever_is_not_shown_says_why() {
    for row in rows() {
        for case in row.cases() {
            match case {
                // It is named here, so it is there, and runs with the rest.
                Shown(_test) => {}
                Never(why) => assert!(why.len() > 30 && why.ends_with('.'), "{}: {why}", row.connector),
            }
        }
    }
}
