//! Kannel from the Debian packages `kannel` and `kannel-extras`, which takes messages from its own `fakesmsc` and
//! forwards each by a GET request: how quick that is, without keeping anything.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::http::StatusCode;

use crate::fixture::scratch;
use crate::push::text;
use crate::sink::Sink;

const FAKESMSC: &str = "/usr/lib/kannel/test/fakesmsc";
const BEARERBOX: &str = "/usr/sbin/bearerbox";
const SMSBOX: &str = "/usr/sbin/smsbox";
/// Errors alone are told: writing each message down would slow it.
const QUIET: [&str; 2] = ["-v", "4"];
/// How long its boxes may take to find each other.
const PATIENCE: Duration = Duration::from_secs(30);

/// An installed Kannel.
pub(crate) struct Kannel;

/// A process that is killed when this is dropped.
struct Boxed(Child);

impl Drop for Boxed {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Kannel {
    /// Kannel, if it is installed.
    pub(crate) fn find() -> Option<Self> {
        [FAKESMSC, BEARERBOX, SMSBOX].iter().all(|path| Path::new(path).exists()).then_some(Self)
    }

    /// Messages a second that it forwards, over so many.
    pub(crate) async fn forward(&self, count: usize) -> f64 {
        let folder = scratch();
        let sink = Sink::open(StatusCode::OK).await;
        let [admin, smsbox, smsc, send] = [(); 4].map(|()| free_port());
        let file = folder.path().join("kannel.conf");
        std::fs::write(&file, configuration(admin, smsbox, smsc, send, sink.address))
            .expect("the folder can be written");
        let _bearerbox = start(Command::new(BEARERBOX).args(QUIET).arg(&file));
        listens(smsbox).await;
        let _smsbox = start(Command::new(SMSBOX).args(QUIET).arg(&file));
        listens(send).await;
        let message = format!("32665 12015550100 text {}", text(0));
        let count_word = count.to_string();
        let arguments = ["-H", "127.0.0.1", "-r", &smsc.to_string(), "-i", "0", "-m", &count_word, &message];
        let _fakesmsc = start(Command::new(FAKESMSC).args(QUIET).args(arguments));
        // It takes about a second to begin, which says nothing of how quick it is.
        sink.hears(count).await
    }
}

fn configuration(admin: u16, smsbox: u16, smsc: u16, send: u16, sink: SocketAddr) -> String {
    format!(
        "group = core\nadmin-port = {admin}\nadmin-password = bench\nsmsbox-port = {smsbox}\nbox-allow-ip = 127.0.0.1\n\n\
         group = smsc\nsmsc = fake\nsmsc-id = bench\nport = {smsc}\nconnect-allow-ip = 127.0.0.1\n\n\
         group = smsbox\nbearerbox-host = 127.0.0.1\nsendsms-port = {send}\n\n\
         group = sms-service\nkeyword = default\ncatch-all = yes\nmax-messages = 0\nassume-plain-text = true\n\
         get-url = \"http://{sink}/?from=%p&to=%P&text=%a\"\n"
    )
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}

fn start(command: &mut Command) -> Boxed {
    Boxed(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("Kannel starts"))
}

async fn listens(port: u16) {
    let begun = Instant::now();
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(begun.elapsed() < PATIENCE, "Kannel listens");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
