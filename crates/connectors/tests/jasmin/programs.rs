//! The programs, each on ports of its own and gone with the test.

use std::fs;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::time::timeout;

use crate::house::until;
use crate::program::{PATIENCE, Program, Told};

/// What Jasmin's console ends an answer with.
const PROMPTS: [&str; 4] = ["required.\r\r\r\n\r\r\r\n", "Password: ", "jcli : ", "> "];

/// A folder, and the programs that run in it.
pub(crate) struct Programs {
    folder: tempfile::TempDir,
    running: Vec<Program>,
    redis: u16,
    rabbit: u16,
}

/// Jasmin, and its console.
pub(crate) struct Jasmin {
    console: TcpStream,
    /// Where houses bind.
    pub(crate) smpp: u16,
}

#[expect(clippy::disallowed_methods, reason = "tests are told by their caller where Jasmin is")]
/// Where `prepare` put Jasmin.
fn prepared() -> PathBuf {
    let path = std::env::var("JESUSNUMBER_TEST_JASMIN");
    PathBuf::from(path.expect("JESUSNUMBER_TEST_JASMIN names the folder that tests/jasmin/prepare made"))
}

/// A port that nobody has now.
async fn port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address").port()
}

async fn answers(port: u16) {
    let is_there = async || TcpStream::connect(("127.0.0.1", port)).await.is_ok();
    until(is_there).await;
}

/// The folder in which Debian keeps a version of RabbitMQ.
fn rabbitmq() -> PathBuf {
    let mut found = fs::read_dir("/usr/lib/rabbitmq/lib").expect("it is installed").flatten();
    let is_one = |name: &str| name.starts_with("rabbitmq_server-");
    let one = found.find(|entry| entry.file_name().to_str().is_some_and(is_one)).expect("it is installed");
    one.path().join("sbin/rabbitmq-server")
}

impl Programs {
    /// Redis and RabbitMQ, which Jasmin wants.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (redis, rabbit, nodes, peers) = (port().await, port().await, port().await, port().await);
        let mut programs = Self { folder, running: Vec::new(), redis, rabbit };
        let root = programs.folder.path().to_owned();
        programs.run(Command::new("redis-server").args(["--bind", "127.0.0.1", "--save", ""]).args([
            "--port",
            &redis.to_string(),
            "--dir",
            &root.display().to_string(),
        ]));
        // RabbitMQ would start this one by itself, and leave it behind.
        programs.run(Command::new("epmd").args(["-address", "127.0.0.1", "-port", &nodes.to_string()]));
        answers(nodes).await;
        let mut rabbitmq = Command::new(rabbitmq());
        rabbitmq
            .env("HOME", &root)
            .env("HOSTNAME", "localhost")
            // Then the script becomes the program, and ends with the test.
            .env("RUNNING_UNDER_SYSTEMD", "true")
            .env("ERL_EPMD_PORT", nodes.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODENAME", "jesusnumber@localhost")
            .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODE_PORT", rabbit.to_string())
            .env("RABBITMQ_DIST_PORT", peers.to_string())
            .env("RABBITMQ_MNESIA_BASE", &root)
            .env("RABBITMQ_LOG_BASE", &root)
            .env("RABBITMQ_CONFIG_FILE", root.join("none"))
            .env("RABBITMQ_CONF_ENV_FILE", root.join("none"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", root.join("plugins"));
        programs.run(&mut rabbitmq);
        answers(redis).await;
        answers(rabbit).await;
        programs
    }

    fn run(&mut self, command: &mut Command) {
        self.running.push(Program::start(command));
    }
}

/// node-smpp, which tells what it has to whoever binds; and its port.
pub(crate) async fn centre() -> (Told, u16) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/centre.js");
    let mut centre = Told::start(Command::new("node").arg(script));
    let line = centre.line().await;
    let port = line.strip_prefix("listening ").expect("a port").parse().expect("a port");
    (centre, port)
}

impl Jasmin {
    pub(crate) async fn start(programs: &mut Programs) -> Self {
        unlock();
        let (smpp, console) = (port().await, port().await);
        let root = programs.folder.path().to_owned();
        write_config(
            &root,
            &[
                ("smpp-server", smpp),
                ("smpp-server-pb", port().await),
                ("client-management", port().await),
                ("http-api", port().await),
                ("router", port().await),
                ("jcli", console),
                ("amqp-broker", programs.rabbit),
                ("redis-client", programs.redis),
            ],
        );
        let mut jasmin = Command::new(prepared().join("venv/bin/jasmind.py"));
        jasmin.env("ROOT_PATH", &root).args(["--enable-deliver-thrower", "-u", "jcliadmin", "-p", "jclipwd", "-c"]);
        programs.run(jasmin.arg(root.join("etc/jasmin/jasmin.cfg")));
        answers(console).await;
        let console = TcpStream::connect(("127.0.0.1", console)).await.expect("it listens");
        let mut jasmin = Self { console, smpp };
        jasmin.hear().await;
        jasmin.say("jcliadmin").await;
        jasmin.say("jclipwd").await;
        jasmin
    }

    /// Says a line to the console, and waits until it is done.
    pub(crate) async fn say(&mut self, line: &str) {
        self.console.write_all(format!("{line}\r\n").as_bytes()).await.expect("it listens");
        self.hear().await;
    }

    async fn hear(&mut self) {
        let mut heard = String::new();
        while !PROMPTS.iter().any(|prompt| heard.ends_with(prompt)) {
            let mut some = [0; 1_024];
            let count = timeout(PATIENCE, self.console.read(&mut some)).await.expect("in time").expect("it answers");
            assert!(count > 0, "it hung up after {heard}");
            heard += &String::from_utf8_lossy(&some[..count]);
        }
    }
}

/// Jasmin runs once on a machine. It knows by a file, which is left behind where it is killed, as a test's is at its end.
fn unlock() {
    let is_jasmin = |line: Vec<u8>| String::from_utf8_lossy(&line).contains("jasmind.py");
    let mut running = fs::read_dir("/proc").expect("there").flatten();
    let is_there = running.any(|entry| fs::read(entry.path().join("cmdline")).is_ok_and(is_jasmin));
    assert!(!is_there, "a Jasmin runs on this machine, and there may be one only");
    drop(fs::remove_file("/tmp/jasmind.lock"));
}

/// Each part of Jasmin with its port, and what it takes from the release.
fn write_config(root: &Path, ports: &[(&str, u16)]) {
    let etc = root.join("etc/jasmin");
    for folder in ["etc/jasmin/store", "etc/jasmin/resource", "var/log/jasmin"] {
        fs::create_dir_all(root.join(folder)).expect("a folder");
    }
    let resource = prepared().join("resource");
    for file in fs::read_dir(&resource).expect("it is prepared").flatten() {
        fs::copy(file.path(), etc.join("resource").join(file.file_name())).expect("copied");
    }
    let parts = ports.iter().map(|(part, port)| format!("[{part}]\nbind = 127.0.0.1\nport = {port}\n"));
    fs::write(etc.join("jasmin.cfg"), parts.collect::<String>()).expect("written");
}
