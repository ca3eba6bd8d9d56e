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
/// slower at. SQLite allocates here too (the crate's feature `override`).
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
            Ok(read_to_its_end(writeln!(io::stdout(), "{}", config::show(&layers)))?)
        }
        Command::Extract => {
            let out = io::BufWriter::new(io::stdout().lock());
            Ok(read_to_its_end(extract::run(io::stdin().lock(), out))?)
        }
        Command::Admin(admin) => {
            let (settings, _) = config::load(admin.config.as_deref())?;
            admin::execute(&settings, *admin).map_err(|refusal| refusal.to_string().into())
        }
    }
}

/// Whoever closed our output has read enough, as `head` does: that is no failure.
fn read_to_its_end(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Every command of the tree, with what is typed to get there.
    fn all(command: &clap::Command, typed: &str, told: &mut Vec<(String, clap::Command)>) {
        for deeper in command.get_subcommands() {
            let typed = format!("{typed} {}", deeper.get_name());
            all(deeper, &typed, told);
            told.push((typed, deeper.clone()));
        }
    }

    /// The words of a line as a shell parts them, as far as the examples need it.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut word, mut is_quoted) = (Vec::new(), String::new(), false);
        for sign in line.chars() {
            match sign {
                '\'' => is_quoted = !is_quoted,
                ' ' if !is_quoted => words.push(std::mem::take(&mut word)),
                other => word.push(other),
            }
        }
        words.push(word);
        words.into_iter().filter(|word| !word.is_empty()).collect()
    }

    #[test]
    fn every_command_has_a_sentence_and_an_example_that_is_understood() {
        let mut told = Vec::new();
        all(&Program::command(), "jesusnumber", &mut told);
        assert!(told.len() > 60, "{}", told.len());
        for (typed, command) in told {
            assert!(command.get_about().is_some(), "{typed} has no sentence");
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let examples: Vec<&str> = help
                .split_once("Example")
                .iter()
                .flat_map(|(_, rest)| rest.lines())
                .filter_map(|line| line.find("jesusnumber ").map(|start| &line[start..]))
                .collect();
            assert!(!examples.is_empty(), "{typed} has no example");
            for example in examples {
                assert!(example.starts_with(&typed), "{typed} shows another command: {example}");
                // What a shell does with the answer is not ours.
                let ours = example.split(" > ").next().unwrap_or(example);
                assert!(Program::try_parse_from(words(ours)).is_ok(), "{typed} has an example that is refused: {ours}");
            }
        }
    }
}
