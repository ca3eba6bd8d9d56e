//! Measurements anyone can run: each prints a ratio against a limit measured in the same run.
//!
//! `cargo run --release -p jesusnumber-bench -- --help` lists them.

#![expect(clippy::print_stdout, reason = "what is measured is told on the standard output")]

mod bare;
mod centre;
mod door;
mod fixture;
mod ingest;
mod jasmin;
mod kannel;
mod load;
mod orders;
mod orders_postgres;
mod pages;
mod pgbench;
mod pick;
mod program;
mod push;
mod replay;
mod sink;
mod smpp;
mod sms;
mod streams;
mod uniform;

use std::time::Duration;

use clap::{Parser, Subcommand};

/// What can be measured.
#[derive(Parser)]
#[command(about = "Measures the house against limits of the same machine in the same run")]
struct Options {
    #[command(subcommand)]
    what: What,
    /// Seconds that each figure is measured for.
    #[arg(long, global = true, default_value_t = 10)]
    seconds: u64,
}

#[derive(Subcommand)]
enum What {
    /// Figure 1: group commit against one commit a story, on SQLite with 256 callers.
    Door,
    /// The pick with 1,000 numbers against 1,000,000 of which 99 % are used up.
    Pick {
        /// Measure on PostgreSQL too.
        #[arg(long)]
        postgres: bool,
    },
    /// Figure 2: orders over HTTP on SQLite, against their statements through the driver alone.
    Orders {
        /// Numbers in stock: each order takes one for the whole run.
        #[arg(long, default_value_t = 1_500_000)]
        numbers: usize,
    },
    /// Figure 3: orders over HTTP on PostgreSQL, against pgbench running their statements.
    OrdersPostgres {
        /// Numbers in stock: each order takes one for the whole run.
        #[arg(long, default_value_t = 400_000)]
        numbers: usize,
    },
    /// Figure 4: reading an order over HTTP, on SQLite against a bare handler, on PostgreSQL against pgbench.
    Sms {
        /// Measure on PostgreSQL.
        #[arg(long)]
        postgres: bool,
    },
    /// Figure 5: how soon a waiting customer has the code.
    Latency,
    /// Figure 6: pushed SMS that capture an order, against figure 2's limit and against their own statements.
    Ingest {
        /// Numbers with an open order before the measurement begins.
        #[arg(long, default_value_t = 300_000)]
        numbers: usize,
    },
    /// Figure 7: SMS by SMPP that capture an order, against what Kannel and Jasmin forward to HTTP.
    Smpp {
        /// Messages, each to a number with an open order.
        #[arg(long, default_value_t = 102_400)]
        messages: usize,
    },
    /// What 1,000 open pages cost, and how soon a code reaches those that watch for it.
    Streams,
    /// How long each of the customers' pages takes on the demo's data.
    Pages,
    /// Whether the time of an answer tells a stranger that an address has an account.
    Uniform,
    /// What the limit of figure 4 runs in a process of its own.
    #[command(hide = true)]
    Bare {
        /// Where it listens.
        address: std::net::SocketAddr,
        /// What it answers, head and body.
        answer: String,
    },
}

#[tokio::main]
async fn main() {
    let options = Options::parse();
    let time = Duration::from_secs(options.seconds);
    match options.what {
        What::Door => door::run(time).await,
        What::Pick { postgres } => {
            pick::run(time, if postgres { pick::WithPostgres::Yes } else { pick::WithPostgres::No }).await;
        }
        What::Orders { numbers } => orders::run(time, numbers).await,
        What::OrdersPostgres { numbers } => orders_postgres::run(time, numbers).await,
        What::Sms { postgres } => sms::run(if postgres { sms::On::Postgres } else { sms::On::Sqlite }, time).await,
        What::Latency => ingest::latency().await,
        What::Ingest { numbers } => ingest::run(time, numbers).await,
        What::Smpp { messages } => smpp::run(messages).await,
        What::Streams => streams::run().await,
        What::Pages => pages::run().await,
        What::Uniform => uniform::run().await,
        What::Bare { address, answer } => bare::serve(address, answer).await,
    }
}
