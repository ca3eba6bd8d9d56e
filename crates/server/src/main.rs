//! The program: settings, wiring, workers, operator commands.

mod admin;
mod clock;
mod config;
mod demo;
mod extract;
mod house;
mod observe;
mod postman;
mod serve;
mod tls;
mod watch;
mod wires;
mod workers;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use config::{ConfigError, Layers, Settings};

/// A request makes a hundred small allocations on one thread and frees them there, which the system's allocator is
/// slower at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EXAMPLES: &str = "Examples:
  jesusnumber demo                            try it out: nothing to set up, all of it fictional
  jesusnumber serve --config house.toml       the real thing
  jesusnumber config --config house.toml      every setting, its value, and from where";

/// A house that rents out real USA phone numbers and hands each SMS to the one customer who rented the number.
#[derive(Parser)]
#[command(name = "jesusnumber", version, about, after_help = EXAMPLES)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve customers and suppliers until a SIGTERM or Ctrl-C.
    #[command(after_help = "Example:\n  jesusnumber serve --config /etc/jesusnumber/jesusnumber.toml")]
    Serve(Told),
    /// Try the house out: everything in it is fictional, and a simulated supply sends the texts.
    #[command(after_help = "Example:\n  jesusnumber demo --listen 127.0.0.1:8081 --fresh")]
    Demo(demo::Demo),
    /// Print every setting in force, from where it came, and what it is for.
    #[command(after_help = "Example:\n  jesusnumber config --config /etc/jesusnumber/jesusnumber.toml")]
    Config(Told),
    /// Read texts as JSON lines on stdin and write the code in each.
    #[command(after_help = "Example:\n  echo '{\"text\":\"G-123456 is your code\"}' | jesusnumber extract")]
    Extract,
    /// Operator commands: accounts, money, catalogue, numbers, sources, quarantine, backup.
    #[command(after_help = "Example:\n  jesusnumber admin --config /etc/jesusnumber/jesusnumber.toml account list")]
    Admin(Box<admin::Admin>),
}

#[derive(Args)]
struct Told {
    /// The settings file; else the one that JESUSNUMBER_CONFIG names, else /etc/jesusnumber/jesusnumber.toml, else
    /// defaults and `JESUSNUMBER_*` alone.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Told {
    fn settings(&self) -> Result<(Settings, Layers), ConfigError> {
        config::load(self.config.as_deref())
    }
}

/// What the program ends with, told on stderr.
type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run(Program::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // There is nobody left to tell when stderr is closed.
            drop(writeln!(io::stderr(), "jesusnumber: {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve(told) => {
            let (settings, layers) = told.settings()?;
            Ok(runtime()?.block_on(serve::serve(&settings, config::in_force(&layers)))?)
        }
        Command::Demo(demo) => Ok(runtime()?.block_on(demo::run(&demo))?),
        Command::Config(told) => {
            let (_, layers) = told.settings()?;
            writeln!(io::stdout(), "{}", config::show(&layers))?;
            Ok(())
        }
        Command::Extract => Ok(extract::run(io::stdin().lock(), io::BufWriter::new(io::stdout().lock()))?),
        Command::Admin(admin) => {
            let (settings, _) = config::load(admin.config.as_deref())?;
            admin::execute(&settings, *admin).map_err(|refusal| refusal.to_string().into())
        }
    }
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}
