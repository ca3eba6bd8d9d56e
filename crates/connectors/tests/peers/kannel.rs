//! Kannel: bearerbox and smsbox, which call the house for each SMS that `fakesmsc` hands them.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::supply::{self, Request, Settings};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

use crate::house::{House, NUMBER, until};
use crate::program::Program;
use crate::sale::{self, Sale};

const WORD: &str = "aLongWord1234567";
/// Where Debian's package has it.
const FAKESMSC: &str = "/usr/lib/kannel/test/fakesmsc";

async fn port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address").port()
}

/// The house's door, which refuses the first `refused` calls as a house would that cannot keep them; the port, and how
/// many calls came.
async fn door(house: &House, refused: usize) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (app, count) = (house.app.clone(), Arc::new(AtomicUsize::new(0)));
    let calls = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (app, calls) = (app.clone(), Arc::clone(&calls));
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let Some(request) = read(&mut stream).await else { return };
                let place = calls.fetch_add(1, Ordering::SeqCst);
                let registry = connectors::registry();
                let reply = match supply::ingest(&app, &registry, "centre", &request).await {
                    Ok(reply) if place >= refused => reply.status,
                    _ => 503,
                };
                let answer = format!("HTTP/1.1 {reply} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                drop(stream.get_mut().write_all(answer.as_bytes()).await);
            });
        }
    });
    (port, count)
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok().filter(|length| *length > 0)?;
        match line.trim() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let mut words = lines.first()?.split(' ').map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let (path, query) = target.split_once('?')?;
    let length =
        lines.iter().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    let tail = path.strip_prefix("/ingest/centre/")?.to_owned();
    Some(Request { method, tail, query: query.to_owned(), headers: Vec::new(), body })
}

/// A Kannel of which the house is the service.
struct Kannel {
    /// Where `fakesmsc` hands over.
    centre: u16,
    _boxes: [Program; 2],
    _scratch: TempDir,
}

impl Kannel {
    async fn start(door: u16) -> Self {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let root = scratch.path().display().to_string();
        fs::create_dir(scratch.path().join("store")).expect("a folder");
        let [admin, inner, centre, sending] = [port().await, port().await, port().await, port().await];
        let config = format!(
            "group = core\nadmin-port = {admin}\nadmin-password = bar\nsmsbox-port = {inner}\nbox-allow-ip = \"127.0.0.1\"\n\
             log-file = \"{root}/bearerbox.log\"\nlog-level = 4\nstore-type = spool\nstore-location = \"{root}/store\"\n\n\
             group = smsc\nsmsc = fake\nsmsc-id = SIM07\nport = {centre}\nconnect-allow-ip = \"127.0.0.1\"\n\n\
             group = smsbox\nbearerbox-host = 127.0.0.1\nsendsms-port = {sending}\nlog-file = \"{root}/smsbox.log\"\nlog-level = 4\n\
             http-request-retry = 5\nhttp-queue-delay = 1\n\n\
             group = sms-service\nkeyword = default\ncatch-all = yes\nmax-messages = 0\nconcatenation = true\nassume-plain-text = true\n\
             get-url = \"http://127.0.0.1:{door}/ingest/centre/{WORD}/?from=%p&to=%P&text=%b&id=%I&ts=%t&charset=%C&coding=%c&smsc=%i\"\n"
        );
        let file = scratch.path().join("kannel.conf");
        fs::write(&file, config).expect("written");
        let bearerbox = Program::start(Command::new("bearerbox").arg(&file));
        until(async || TcpStream::connect(("127.0.0.1", inner)).await.is_ok()).await;
        let smsbox = Program::start(Command::new("smsbox").arg(&file));
        until(async || TcpStream::connect(("127.0.0.1", sending)).await.is_ok()).await;
        Self { centre, _boxes: [bearerbox, smsbox], _scratch: scratch }
    }

    /// Lets its network hand over one SMS, in the words of `fakesmsc`.
    fn hand_over(&self, kind: &str, text: &str) -> Program {
        let sms = format!("22395 {NUMBER} {kind} {text}");
        let port = self.centre.to_string();
        Program::start(Command::new(FAKESMSC).args(["-H", "127.0.0.1", "-r", &port, "-m", "1", &sms]))
    }
}

async fn house() -> House {
    House::of("kannel", Settings::new([("word".to_owned(), WORD.to_owned())].into())).await
}

#[tokio::test]
async fn what_kannel_hands_over_is_a_code_for_who_ordered_it() {
    let house = house().await;
    let sale = Sale::of(&house, "google").await;
    let (door, calls) = door(&house, 2).await;
    let kannel = Kannel::start(door).await;
    let _centre = kannel.hand_over("text", "G-123456 is your Google verification code.");
    // Two calls are answered as a house does that could not keep them: Kannel calls again, with the same id.
    until(async || sale.code(&house).await.is_some()).await;
    until(async || calls.load(Ordering::SeqCst) == 3).await;
    assert_eq!(sale.code(&house).await.as_deref(), Some(sale::CODE));
    assert!(house.kept().await.is_empty(), "nothing is left over, and it came once");
}

/// It is told byte by byte, not word by word.
#[tokio::test]
async fn what_kannel_hands_over_is_the_text_as_it_was_sent() {
    let house = house().await;
    let (door, _) = door(&house, 0).await;
    let kannel = Kannel::start(door).await;
    let encoded = |text: &str| -> String {
        text.encode_utf16().flat_map(u16::to_be_bytes).map(|byte| format!("%{byte:02X}")).collect()
    };
    let quoted = "Bob\u{2019}s  code\n\n\u{1F511} 4711 is\u{2026}  \u{2020}\u{0B20}\u{200A}";
    let broken = "Code  4711,\nnot  4712";
    let all = [("text", "Two  spaces   4711".to_owned()), ("ucs2", encoded(quoted)), ("ucs2", encoded(broken))];
    let mut texts = Vec::new();
    for (kind, text) in all {
        let _centre = kannel.hand_over(kind, &text);
        until(async || house.texts().await.len() > texts.len()).await;
        texts = house.texts().await;
    }
    assert_eq!(texts, ["Two  spaces   4711", quoted, broken]);
}
