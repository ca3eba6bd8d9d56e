//! PostgreSQL's own programs: `pg_dump` copies a database that is in use, `pg_restore` puts such a copy back.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use percent_encoding::percent_decode_str;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use super::Refusal;

/// What a copy in PostgreSQL's custom format begins with.
const HEAD: &[u8] = b"PGDMP";
/// Where Debian keeps the programs of each version, of which its PATH has one.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Bytes that are read of what a program says on each of its outputs.
const SAID_MAX: u64 = 1024 * 1024;
/// Letters of a program's complaint that are told on.
const COMPLAINT_MAX: usize = 500;

/// What a copy says of the house in it.
pub(super) struct Inside {
    /// The migrations that it has had.
    pub(super) migrations: Vec<i64>,
    /// The key of its ids, as it is sealed under its key file.
    pub(super) id_key: Vec<u8>,
}

/// Whether a file is a copy that `pg_dump` made.
pub(super) fn is_dump(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD.len() as u64).read_to_end(&mut head)?;
    Ok(head == HEAD)
}

/// Copies a database as of one moment into a file that exists and is empty. A house that shares its database, in a schema of
/// its own, is copied alone; `public` is not named, because every database has one and it would be made again.
pub(super) async fn dump(url: &str, schema: &str, file: &Path) -> Result<(), Refusal> {
    let (url, password) = without_password(url);
    let (dbname, to) = (format!("--dbname={url}"), told("--file=", file));
    let alone = format!("--schema=\"{}\"", schema.replace('"', "\"\""));
    let mut words: Vec<&OsStr> =
        vec!["--format=custom".as_ref(), "--no-password".as_ref(), dbname.as_ref(), to.as_ref()];
    if schema != "public" {
        words.push(alone.as_ref());
    }
    run("pg_dump", &words, password.as_deref()).await.map(drop)
}

/// Reads a whole copy, and fails if it is not whole.
pub(super) async fn check(file: &Path) -> Result<(), Refusal> {
    run("pg_restore", &["--file=/dev/null".as_ref(), file.as_os_str()], None).await.map(drop)
}

/// Puts a copy into an empty database: all of it or nothing.
pub(super) async fn put_back(file: &Path, url: &str) -> Result<(), Refusal> {
    let (url, password) = without_password(url);
    let dbname = format!("--dbname={url}");
    let words = [
        "--single-transaction".as_ref(),
        "--exit-on-error".as_ref(),
        "--no-owner".as_ref(),
        "--no-privileges".as_ref(),
        "--no-password".as_ref(),
        dbname.as_ref(),
        file.as_os_str(),
    ];
    run("pg_restore", &words, password.as_deref()).await.map(drop)
}

/// Reads what must be known of a copy before it is put anywhere; no database is needed for that.
pub(super) async fn look_into(file: &Path) -> Result<Inside, Refusal> {
    let words = ["--data-only", "--table=house", "--table=migration", "--file=-"].map(OsStr::new);
    let words: Vec<&OsStr> = words.into_iter().chain([file.as_os_str()]).collect();
    let text = run("pg_restore", &words, None).await?;
    let none = || Refusal::new(format!("{} is no backup of a house", file.display()));
    inside(&String::from_utf8_lossy(&text)).ok_or_else(none)
}

/// What the rows of the two tables say, in the form of COPY: a line a row, tabs between the columns.
fn inside(text: &str) -> Option<Inside> {
    let rows = |table: &str| {
        let begins = format!("{table} (");
        let of_table = text.lines().skip_while(move |line| {
            let place = line.strip_prefix("COPY ").and_then(|line| line.split_once('.'));
            !place.is_some_and(|(_, line)| line.starts_with(&begins))
        });
        of_table.skip(1).take_while(|line| *line != "\\.").map(|line| line.split('\t').collect::<Vec<_>>())
    };
    let migrations: Vec<i64> = rows("migration").filter_map(|row| row.first()?.parse().ok()).collect();
    let id_key = rows("house").find(|row| row.first() == Some(&"id_key"))?;
    let id_key = bytes(id_key.get(1)?.strip_prefix(r"\\x")?)?;
    (!migrations.is_empty()).then_some(Inside { migrations, id_key })
}

/// The bytes that two hexadecimal digits each stand for.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// Runs one of the programs: the one in the PATH, or where there is none, or one that is older than the server, the newest
/// of Debian's. Tells what it wrote.
async fn run(name: &str, words: &[&OsStr], password: Option<&str>) -> Result<Vec<u8>, Refusal> {
    let mut refusal = Refusal::new(format!(
        "{name} is not here: install PostgreSQL's own programs, of the server's version or a newer one (Debian: \
         postgresql-client), and give the command again"
    ));
    for program in std::iter::once(PathBuf::from(name)).chain(debians(name)) {
        let mut command = Command::new(&program);
        command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        if let Some(password) = password {
            // The arguments of a program are seen by everybody on the machine, its environment is not.
            command.env("PGPASSWORD", password);
        }
        let mut child = match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            spawned => spawned.map_err(|error| Refusal::new(format!("{name} cannot be started: {error}")))?,
        };
        let (output, complaint) = (child.stdout.take(), child.stderr.take());
        let (output, complaint) = tokio::join!(read(output), read(complaint));
        if child.wait().await?.success() {
            return Ok(output?);
        }
        let complaint = String::from_utf8_lossy(&complaint?).into_owned();
        refusal = Refusal::new(format!("{name} failed: {}", first_complaint(&complaint)));
        if !complaint.contains("server version mismatch") {
            break;
        }
    }
    Err(refusal)
}

/// Reads an output up to the limit; whoever writes more is not heard to its end.
async fn read(output: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut said = Vec::new();
    if let Some(output) = output {
        output.take(SAID_MAX).read_to_end(&mut said).await?;
    }
    Ok(said)
}

/// The first sentence alone: those after it may quote rows.
fn first_complaint(said: &str) -> String {
    let line = said.lines().find(|line| line.contains("error: ")).or_else(|| said.lines().next());
    let text = line.map_or("it did not say why", |line| line.split_once("error: ").map_or(line, |(_, text)| text));
    text.chars().take(COMPLAINT_MAX).collect()
}

/// The program of each version that Debian has installed, the newest first.
fn debians(name: &str) -> Vec<PathBuf> {
    let folders = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let version = |folder: &fs::DirEntry| folder.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
    let mut versions: Vec<u32> = folders.filter_map(|folder| version(&folder)).collect();
    versions.sort_unstable_by_key(|version| std::cmp::Reverse(*version));
    let place = |version: u32| Path::new(DEBIAN).join(version.to_string()).join("bin").join(name);
    versions.into_iter().map(place).filter(|program| program.is_file()).collect()
}

fn told(name: &str, path: &Path) -> std::ffi::OsString {
    let mut word = std::ffi::OsString::from(name);
    word.push(path);
    word
}

/// An address of PostgreSQL without its password, and the password: it stands behind the user, or is named in the query,
/// where it counts more.
fn without_password(url: &str) -> (String, Option<String>) {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (url, named) = without_named_password(url);
    let named = named.as_deref().map(decoded);
    let Some((scheme, rest)) = url.split_once("://") else { return (url, named) };
    // The last `@` before the path ends the password, which may hold another one.
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let Some(at) = rest[..end].rfind('@') else { return (url, named) };
    let Some((user, password)) = rest[..at].split_once(':') else { return (url, named) };
    (format!("{scheme}://{user}{}", &rest[at..]), named.or_else(|| Some(decoded(password))))
}

/// The address without `password=…` in its query, and that password.
fn without_named_password(url: &str) -> (String, Option<String>) {
    let Some((place, query)) = url.split_once('?') else { return (url.to_owned(), None) };
    let password_in = |pair: &str| match pair.split_once('=') {
        Some((name, password)) if name.eq_ignore_ascii_case("password") => Some(password.to_owned()),
        _ => None,
    };
    let password = query.split('&').filter_map(password_in).next_back();
    let others: Vec<&str> = query.split('&').filter(|pair| password_in(pair).is_none()).collect();
    let mark = if others.is_empty() { "" } else { "?" };
    (format!("{place}{mark}{}", others.join("&")), password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_taken_out_of_an_address() {
        let of = |url: &str| without_password(url);
        let (url, password) = of("postgres://house:a%40b%25@db.internal:5432/house?sslmode=require");
        assert_eq!(url, "postgres://house@db.internal:5432/house?sslmode=require");
        assert_eq!(password.as_deref(), Some("a@b%"));
        assert_eq!(of("postgres://house@db/house"), ("postgres://house@db/house".to_owned(), None));
        let named = ("postgres://house@db/house?sslmode=require".to_owned(), Some("a@b".to_owned()));
        assert_eq!(of("postgres://house:old@db/house?password=a%40b&sslmode=require"), named);
        assert_eq!(of("postgres://db/house?PASSWORD=p"), ("postgres://db/house".to_owned(), Some("p".to_owned())));
        assert_eq!(of("postgres://db/house?user=a:b@c"), ("postgres://db/house?user=a:b@c".to_owned(), None));
    }

    #[test]
    fn the_rows_of_a_copy_are_read() {
        let text = "SET x = 1;\nCOPY public.house (name, value) FROM stdin;\nid_key\t\\\\x0aff\nsales_paused\t\\\\x01\n\\.\n\n\
                    COPY public.migration (version, at_ms) FROM stdin;\n1\t0\n20\t0\n\\.\n";
        let inside = inside(text).expect("a house");
        assert_eq!((inside.migrations, inside.id_key), (vec![1, 20], vec![0x0a, 0xff]));
        assert!(super::inside("COPY public.other (a) FROM stdin;\n1\n\\.\n").is_none());
    }

    #[test]
    fn a_complaint_is_told_without_what_it_quotes() {
        let said = "pg_restore: warning: x\npg_restore: error: could not connect\nDETAIL: Key (email)=(a@b)\n";
        assert_eq!(first_complaint(said), "could not connect");
        assert_eq!(first_complaint(""), "it did not say why");
    }
}
