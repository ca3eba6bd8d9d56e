//! Calls to houses of others that are slow, endless, huge, lie, or lead us home.

use std::io::ErrorKind;
use std::time::Duration;

use connectors::call::{Answer, Call, CallError, Caller, Limits, NotSent, Site, Unknown};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::mail_server::{acceptor, pair};

const HERE: &str = "127.0.0.0/8";
const REFUSED: NotSent = NotSent::CouldNotConnect(ErrorKind::ConnectionRefused);

/// What a peer does with whoever asks.
#[derive(Clone)]
enum Manner {
    /// It says this and hangs up.
    Says(String),
    /// It takes the question and never answers.
    Silent,
    /// It hangs up on the question.
    HangsUp,
    /// It says this, then a byte now and then, without end.
    Trickles(&'static str),
    /// It says this, then fills the line.
    Pours(&'static str),
}

/// A house that does as a test says.
struct Peer {
    port: u16,
    asked: tokio::sync::mpsc::UnboundedReceiver<String>,
}

impl Peer {
    async fn open(manner: Manner) -> Self {
        Self::behind(manner, false).await
    }

    async fn behind(manner: Manner, is_encrypted: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (tell, asked) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let (manner, tell) = (manner.clone(), tell.clone());
                tokio::spawn(async move {
                    if is_encrypted {
                        // Who does not trust the certificate goes away again.
                        let Ok(stream) = acceptor().accept(tcp).await else { return };
                        answer(stream, manner, tell).await;
                    } else {
                        answer(tcp, manner, tell).await;
                    }
                });
            }
        });
        Self { port, asked }
    }

    fn site(&self) -> Site {
        site(&format!("http://127.0.0.1:{}/base", self.port))
    }

    /// The next question that came, as it came.
    async fn asked(&mut self) -> String {
        self.asked.recv().await.expect("a question")
    }
}

async fn answer(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    manner: Manner,
    tell: tokio::sync::mpsc::UnboundedSender<String>,
) {
    let mut question = vec![0; 64 * 1024];
    let length = stream.read(&mut question).await.unwrap_or(0);
    drop(tell.send(String::from_utf8_lossy(&question[..length]).into_owned()));
    match manner {
        Manner::Says(words) => drop(stream.write_all(words.as_bytes()).await),
        Manner::HangsUp => {}
        Manner::Silent => drop(stream.read(&mut question).await),
        Manner::Trickles(head) => {
            drop(stream.write_all(head.as_bytes()).await);
            let mut pace = tokio::time::interval(Duration::from_millis(5));
            while stream.write_all(b"x").await.is_ok() {
                pace.tick().await;
            }
        }
        Manner::Pours(head) => {
            drop(stream.write_all(head.as_bytes()).await);
            while stream.write_all(&[b'x'; 16 * 1024]).await.is_ok() {}
        }
    }
    drop(stream.shutdown().await);
}

fn site(text: &str) -> Site {
    text.parse().expect("an address")
}

fn caller(allow: &str) -> Caller {
    Caller::new(Some(allow), None).expect("a caller")
}

fn soon(call: Call) -> Call {
    call.within(Limits { total: Duration::from_millis(300), ..Limits::default() })
}

fn says(body: &str) -> Manner {
    Manner::Says(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
}

async fn call_of(manner: Manner, call: Call) -> Result<Answer, CallError> {
    let peer = Peer::open(manner).await;
    caller(HERE).call(&peer.site(), &call).await
}

async fn failed(manner: Manner, call: Call) -> CallError {
    call_of(manner, call).await.err().expect("no answer")
}

#[tokio::test]
async fn a_question_is_asked_and_answered() {
    let mut peer = Peer::open(says("fine")).await;
    let call = Call::post("/do", "application/json", "{}").header("x-key", "secret");
    let answer = caller(HERE).call(&peer.site(), &call).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"fine".as_slice()));
    let asked = peer.asked().await;
    let told = |line: &str| asked.lines().any(|told| told == line);
    assert!(asked.starts_with("POST /base/do HTTP/1.1\r\n") && asked.ends_with("\r\n\r\n{}"), "{asked}");
    assert!(told(&format!("host: 127.0.0.1:{}", peer.port)) && told("content-type: application/json"));
    assert!(told("x-key: secret") && told("content-length: 2"), "{asked}");
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_says_when_to_come_again() {
    let words = "HTTP/1.1 429 Too Many\r\nRetry-After: 90\r\ncontent-length: 0\r\n\r\n";
    let Ok(answer) = call_of(Manner::Says(words.into()), Call::get("/")).await else { panic!("no answer") };
    assert_eq!((answer.status, answer.retry_after_s()), (429, Some(90)));
    let words = words.replace("90", "99999999");
    let Ok(answer) = call_of(Manner::Says(words), Call::get("/")).await else { panic!("no answer") };
    assert_eq!(answer.retry_after_s(), Some(86_400));
}

#[tokio::test]
async fn who_does_not_answer_may_have_done_it() {
    let unknown = |why| CallError::Unknown(why);
    assert_eq!(failed(Manner::Silent, soon(Call::get("/"))).await, unknown(Unknown::TimedOut));
    let endless = Manner::Trickles("HTTP/1.1 200 OK\r\n\r\n");
    assert_eq!(failed(endless, soon(Call::get("/"))).await, unknown(Unknown::TimedOut));
    let head = Manner::Trickles("HTTP/1.1 200 OK\r\nx-endless: ");
    assert_eq!(failed(head, soon(Call::get("/"))).await, unknown(Unknown::TimedOut));
    assert_eq!(failed(Manner::HangsUp, Call::get("/")).await, unknown(Unknown::BrokeOff));
    let short = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfive.";
    assert_eq!(failed(Manner::Says(short.into()), Call::get("/")).await, unknown(Unknown::BrokeOff));
    assert_eq!(failed(Manner::Says("220 mail ready\r\n".into()), Call::get("/")).await, unknown(Unknown::BrokeOff));
}

#[tokio::test]
async fn a_huge_answer_ends_at_the_limit() {
    let large = CallError::Unknown(Unknown::TooLarge);
    let told = Manner::Pours("HTTP/1.1 200 OK\r\ncontent-length: 104857600\r\n\r\n");
    assert_eq!(failed(told, Call::get("/")).await, large);
    assert_eq!(failed(Manner::Pours("HTTP/1.1 200 OK\r\n\r\n"), Call::get("/")).await, large);
    assert_eq!(
        failed(Manner::Pours("HTTP/1.1 200 OK\r\nx-huge: "), Call::get("/")).await,
        CallError::Unknown(Unknown::BrokeOff)
    );
    let limits = Limits { body: 4, ..Limits::default() };
    assert!(call_of(says("four"), Call::get("/").within(limits)).await.is_ok());
    assert_eq!(failed(says("five."), Call::get("/").within(limits)).await, large);
}

#[tokio::test]
async fn who_cannot_be_reached_has_surely_done_nothing() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = nobody.local_addr().expect("an address").port();
    drop(nobody);
    let there = site(&format!("http://127.0.0.1:{port}"));
    let not_sent = |why| Some(CallError::NotSent(why));
    assert_eq!(caller(HERE).call(&there, &Call::get("/")).await.err(), not_sent(REFUSED));
    let nowhere = site("https://no-such-host.invalid");
    assert_eq!(caller(HERE).call(&nowhere, &Call::get("/")).await.err(), not_sent(NotSent::NoSuchHost));
    assert_eq!(caller(HERE).call(&there, &Call::get("/ \n")).await.err(), not_sent(NotSent::BadAddress));
}

#[tokio::test]
async fn an_address_of_ours_is_refused_however_it_is_written() {
    let mut peer = Peer::open(says("inside")).await;
    let port = peer.port;
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "127.1", "2130706433", "0x7f.0.0.1", "0.0.0.0"] {
        for scheme in ["https", "http"] {
            let there = site(&format!("{scheme}://{host}:{port}/"));
            let failed = caller("10.0.0.0/8").call(&there, &Call::get("/")).await.err();
            assert_eq!(failed, Some(CallError::NotSent(NotSent::RefusedAddress)), "{scheme}://{host}");
        }
    }
    assert!(peer.asked.try_recv().is_err(), "nobody came");
}

#[tokio::test]
async fn without_tls_nothing_is_said_to_the_internet() {
    let there = site("http://8.8.8.8/");
    let failed = caller(HERE).call(&there, &Call::get("/")).await.err();
    assert_eq!(failed, Some(CallError::NotSent(NotSent::RefusedAddress)));
}

fn leads_to(location: &str) -> Manner {
    Manner::Says(format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"))
}

fn following(call: Call) -> Call {
    call.within(Limits { redirects: 3, ..Limits::default() })
}

#[tokio::test]
async fn nobody_is_followed_unless_the_connector_wants_it() {
    let Ok(answer) = call_of(leads_to("/other"), Call::get("/")).await else { panic!("no answer") };
    assert_eq!((answer.status, answer.header("location")), (302, Some("/other")));
    let post = following(Call::post("/", "text/plain", "buy"));
    let Ok(answer) = call_of(leads_to("/other"), post).await else { panic!("no answer") };
    assert_eq!(answer.status, 302, "what may change something is not sent again");
}

#[tokio::test]
async fn who_is_followed_leads_no_further_than_the_rule() {
    let mut inside = Peer::open(says("inside")).await;
    let led = leads_to(&format!("http://127.0.0.2:{}/", inside.port));
    let outside = Peer::open(led.clone()).await;
    let call = following(Call::get("/").header("x-key", "secret"));
    let narrow = caller("127.0.0.1").call(&outside.site(), &call).await;
    assert_eq!(narrow.err(), Some(CallError::Unknown(Unknown::LedElsewhere)), "the first call was carried out");
    assert!(inside.asked.try_recv().is_err());

    let mut other = Peer::open(says("there")).await;
    let outside = Peer::open(leads_to(&format!("http://127.0.0.1:{}/x", other.port))).await;
    let Ok(answer) = caller(HERE).call(&outside.site(), &call).await else { panic!("no answer") };
    assert_eq!(answer.body, b"there");
    let asked = other.asked().await;
    assert!(asked.starts_with("GET /x HTTP/1.1\r\n") && !asked.contains("secret"), "{asked}");

    let mut rounds = Peer::open(leads_to("/again")).await;
    let Ok(answer) = caller(HERE).call(&rounds.site(), &call).await else { panic!("no answer") };
    assert_eq!(answer.status, 302);
    let mut times = 0;
    while rounds.asked.try_recv().is_ok() {
        times += 1;
    }
    assert_eq!(times, 4, "the call and three more");
    assert_eq!(failed(leads_to("file:///etc/passwd"), call).await, CallError::Unknown(Unknown::LedElsewhere));
}

#[tokio::test]
async fn a_certificate_must_be_trusted() {
    let peer = Peer::behind(says("secure"), true).await;
    let there = site(&format!("https://localhost:{}/", peer.port));
    let failed = caller("127.0.0.1 ::1").call(&there, &Call::get("/")).await.err();
    assert_eq!(failed, Some(CallError::NotSent(NotSent::NotSecure)));
    let ca = std::fs::read_to_string(pair("cert.pem")).expect("a certificate");
    let trusting = Caller::new(Some(HERE), Some(&ca)).expect("a caller");
    let Ok(answer) = trusting.call(&there, &Call::get("/")).await else { panic!("no answer") };
    assert_eq!(answer.body, b"secure");
}

#[tokio::test]
async fn a_handshake_without_end_is_nothing_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let there = site(&format!("https://127.0.0.1:{}", listener.local_addr().expect("an address").port()));
    let taken = tokio::spawn(async move { listener.accept().await.map(|(tcp, _): (TcpStream, _)| tcp) });
    let limits = Limits { connect: Duration::from_millis(200), ..Limits::default() };
    let failed = caller(HERE).call(&there, &Call::get("/").within(limits)).await.err();
    assert_eq!(failed, Some(CallError::NotSent(NotSent::TimedOut)));
    drop(taken.await);
}

#[test]
fn no_error_tells_what_was_said() {
    let all = [NotSent::BadAddress, NotSent::NoSuchHost, NotSent::RefusedAddress, REFUSED];
    let words = all.map(|why| CallError::from(why).to_string());
    assert_eq!(
        words,
        [
            "this cannot be asked for",
            "the host is not known",
            "the address is not allowed; if it is meant, `allow_network` must name it or its network",
            "could not connect: connection refused",
        ]
    );
}
