//! Jasmin and the programs that it wants, each on ports of its own and gone with whoever started it. The measurements
//! start it by this file too.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::time::{interval, timeout};

use super::program::{PATIENCE, Program};

/// What Jasmin's console ends an answer with.
const PROMPTS: [&str; 4] = ["required.\r\r\r\n\r\r\r\n", "Password: ", "jcli : ", "> "];

/// A line for each part of Jasmin.
const QUIET: &str = "log_level = ERROR\n";

/// Where RabbitMQ keeps what is to be thrown.
const THROWN: &str = "deliver_sm_thrower";

/// A folder, and the programs that run in it.
pub(crate) struct Programs {
    folder: TempDir,
    prepared: PathBuf,
    running: Vec<Program>,
    nodes: u16,
    redis: u16,
    rabbit: u16,
}

/// Who takes messages out of RabbitMQ and throws them at whom they are for.
pub(crate) enum Throwers {
    /// Jasmin itself.
    Inside,
    /// So many daemons of Jasmin's, because each, and Jasmin itself, keeps no more than one processor busy.
    Beside(usize),
}

/// Jasmin, and its console.
pub(crate) struct Jasmin {
    console: TcpStream,
    /// Where houses bind.
    pub(crate) smpp: u16,
}

/// A port that nobody has now.
async fn port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address").port()
}

/// Waits until somebody listens there.
async fn answers(port: u16) {
    let mut looks = interval(Duration::from_millis(20));
    let comes = async {
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            looks.tick().await;
        }
    };
    timeout(PATIENCE, comes).await.expect("it listens in time");
}

/// The folder in which Debian keeps the programs of RabbitMQ.
fn rabbitmq() -> PathBuf {
    let mut found = fs::read_dir("/usr/lib/rabbitmq/lib").expect("it is installed").flatten();
    let is_one = |name: &str| name.starts_with("rabbitmq_server-");
    let one = found.find(|entry| entry.file_name().to_str().is_some_and(is_one)).expect("it is installed");
    one.path().join("sbin")
}

impl Programs {
    /// Redis and RabbitMQ, which Jasmin wants; `prepared` is the folder that `prepare` made.
    pub(crate) async fn start(folder: TempDir, prepared: PathBuf) -> Self {
        let (redis, rabbit, nodes, peers) = (port().await, port().await, port().await, port().await);
        let mut programs = Self { folder, prepared, running: Vec::new(), nodes, redis, rabbit };
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
        let mut rabbitmq = programs.of_rabbitmq("rabbitmq-server");
        rabbitmq
            // Then the script becomes the program, and ends with whoever started it.
            .env("RUNNING_UNDER_SYSTEMD", "true")
            .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODE_PORT", rabbit.to_string())
            .env("RABBITMQ_DIST_PORT", peers.to_string())
            .env("RABBITMQ_MNESIA_BASE", &root)
            .env("RABBITMQ_LOG_BASE", &root)
            .env("RABBITMQ_CONFIG_FILE", root.join("none"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", root.join("plugins"));
        programs.run(&mut rabbitmq);
        answers(redis).await;
        answers(rabbit).await;
        programs
    }

    fn run(&mut self, command: &mut Command) {
        self.running.push(Program::start(command));
    }

    /// A program of RabbitMQ's, which knows its own RabbitMQ.
    fn of_rabbitmq(&self, name: &str) -> Command {
        let mut command = Command::new(rabbitmq().join(name));
        command
            .env("HOME", self.folder.path())
            .env("HOSTNAME", "localhost")
            .env("ERL_EPMD_PORT", self.nodes.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODENAME", "jesusnumber@localhost")
            .env("RABBITMQ_CONF_ENV_FILE", self.folder.path().join("none"));
        command
    }

    /// Starts throwers beside Jasmin, and waits until all are there: what Jasmin gets before the first of them is lost.
    async fn throw_beside(&mut self, count: usize) {
        for place in 0..count {
            let id = format!("jesusnumber-{place}");
            drop(fs::remove_file(format!("/tmp/deliversmd-{id}.lock")));
            let mut thrower = self.of_jasmin("deliversmd.py");
            self.run(thrower.args(["-i", &id]));
        }
        let mut list = self.of_rabbitmq("rabbitmqctl");
        list.args(["--quiet", "--no-table-headers", "list_consumers", "queue_name"]);
        let comes = async {
            loop {
                let listed = list.output().await.expect("it is installed");
                if String::from_utf8_lossy(&listed.stdout).lines().filter(|line| *line == THROWN).count() == count {
                    return;
                }
            }
        };
        timeout(PATIENCE, comes).await.expect("they throw in time");
    }

    /// A program of Jasmin's, with its configuration.
    fn of_jasmin(&self, name: &str) -> Command {
        let root = self.folder.path();
        let mut command = Command::new(self.prepared.join("venv/bin").join(name));
        command.env("ROOT_PATH", root).arg("-c").arg(root.join("etc/jasmin/jasmin.cfg"));
        command
    }
}

impl Jasmin {
    pub(crate) async fn start(programs: &mut Programs, throwers: Throwers) -> Self {
        unlock();
        let (smpp, throwing, console) = (port().await, port().await, port().await);
        write_config(
            programs,
            throwing,
            &[
                ("smpp-server", smpp),
                ("smpp-server-pb", throwing),
                ("client-management", port().await),
                ("http-api", port().await),
                ("router", port().await),
                ("jcli", console),
                ("amqp-broker", programs.rabbit),
                ("redis-client", programs.redis),
            ],
        );
        let mut jasmin = programs.of_jasmin("jasmind.py");
        jasmin.args(["-u", "jcliadmin", "-p", "jclipwd"]);
        if let Throwers::Inside = throwers {
            jasmin.arg("--enable-deliver-thrower");
        }
        programs.run(&mut jasmin);
        answers(console).await;
        if let Throwers::Beside(count) = throwers {
            programs.throw_beside(count).await;
        }
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

/// Each part of Jasmin with its port, where throwers find Jasmin, and what it takes from the release. Errors alone are
/// told: with its own settings it writes each message down several times, which slows it.
fn write_config(programs: &Programs, throwing: u16, ports: &[(&str, u16)]) {
    let root = programs.folder.path();
    for folder in ["etc/jasmin/store", "etc/jasmin/resource", "var/log/jasmin"] {
        fs::create_dir_all(root.join(folder)).expect("a folder");
    }
    for file in fs::read_dir(programs.prepared.join("resource")).expect("it is prepared").flatten() {
        fs::copy(file.path(), root.join("etc/jasmin/resource").join(file.file_name())).expect("copied");
    }
    let mut config = format!("[smpp-server-pb-client]\nhost = 127.0.0.1\nport = {throwing}\n");
    for (part, port) in ports {
        write!(config, "[{part}]\nbind = 127.0.0.1\nport = {port}\n{QUIET}").expect("a String takes all");
    }
    for part in ["sm-listener", "deliversm-thrower"] {
        write!(config, "[{part}]\n{QUIET}").expect("a String takes all");
    }
    fs::write(root.join("etc/jasmin/jasmin.cfg"), config).expect("written");
}
