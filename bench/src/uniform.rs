//! Whether the time of an answer tells a stranger that an address has an account.

use std::net::SocketAddr;
use std::ops::Range;
use std::time::Instant;

use crate::door::median;
use crate::fixture::Fixture;
use crate::load::{Connection, form};
use crate::program::{Program, build};

/// Accounts for each form, and as many addresses that have none.
const ACCOUNTS: usize = 100;
/// How often each address is asked for: the house takes five before it tells a stranger to wait.
const TIMES: usize = 5;
/// How much more often than by chance a stranger may be right who takes the slower of two answers for the known address.
const EDGE_MAX: f64 = 0.05;

pub(crate) async fn run() {
    let binary = build();
    let house = Fixture::open(|_| {}).await;
    for place in 0..3 * ACCOUNTS {
        house.person(&address(Known::Yes, place)).await;
    }
    let database = format!("sqlite:{}", house.folder.path().join("house.db").display());
    let program = Program::start(&binary, house.folder.path(), &database).await;
    let forms = [
        ("/sign-in/", "password=not+the+one+that+was+chosen"),
        ("/sign-up/", &*format!("accept={}", domain::login::STATEMENT_VERSION)),
        ("/reset/", ""),
    ];
    println!(
        "{:<12} {:>10} {:>10}   a stranger who guesses by the time is right (wanted: at most {:.2})",
        "form",
        "known",
        "unknown",
        0.5 + EDGE_MAX
    );
    for (form, (path, rest)) in forms.into_iter().enumerate() {
        measure(program.address, path, rest, form * ACCOUNTS..(form + 1) * ACCOUNTS).await;
    }
}

/// Sends a form for addresses that are known and for others of the same places, by turns, each from another client's.
async fn measure(server: SocketAddr, path: &str, rest: &str, places: Range<usize>) {
    let mut connection = Connection::open(server).await;
    let (mut of_known, mut of_unknown) = (Vec::new(), Vec::new());
    for turn in 0..TIMES {
        for place in places.clone() {
            for known in [Known::Yes, Known::No] {
                let client = format!("10.{turn}.{}.{}", place % ACCOUNTS, known as u8);
                let fields = format!("email={}&{rest}", address(known, place).replace('@', "%40"));
                let request = form(path, &[("X-Forwarded-For", &client)], &fields);
                let asked = Instant::now();
                let answer = connection.ask(&request).await;
                let took_ms = asked.elapsed().as_secs_f64() * 1e3;
                assert!(matches!(answer.status, 200 | 422), "{path} answers {}", answer.status);
                match known {
                    Known::Yes => of_known.push(took_ms),
                    Known::No => of_unknown.push(took_ms),
                }
            }
        }
    }
    let right = right_by_time(&of_known, &of_unknown);
    let (known, unknown) = (median(&mut of_known), median(&mut of_unknown));
    println!("{path:<12} {known:>7.2} ms {unknown:>7.2} ms   {right:.3} of the time");
}

/// Of all pairs of a known and an unknown address, the share in which one of the two is always the slower, whichever it is:
/// 0.5 tells nothing, 1 tells all.
fn right_by_time(known: &[f64], unknown: &[f64]) -> f64 {
    let slower = known.iter().map(|known| unknown.iter().filter(|unknown| known > *unknown).count()).sum::<usize>();
    let count = |count: usize| f64::from(u32::try_from(count).expect("few"));
    let share = count(slower) / count(known.len() * unknown.len());
    share.max(1.0 - share)
}

/// Whether an address has an account.
#[derive(Clone, Copy)]
enum Known {
    Yes,
    No,
}

/// An address: those of both kinds are as long.
fn address(known: Known, place: usize) -> String {
    let word = match known {
        Known::Yes => "member",
        Known::No => "nobody",
    };
    format!("{word}{place:03}@example.org")
}
