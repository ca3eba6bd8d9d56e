//! A program of others. It ends with the test that started it, and so does what it started itself: also where the test
//! fails, and where it is killed. What it says is read or thrown away, for a program that outlived its test would hold open
//! what the tests write to.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// How long a program may take to say or to do something.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Becomes the program, and leaves somebody beside it who ends the group when the pipe from the test is closed. It says
/// nothing, so it is silent about a program that is not there.
const BESIDE: &str = r#"exec 3<&0; (read -r _ <&3; kill -s KILL 0) >/dev/null & exec "$@" 3<&- </dev/null"#;

pub(crate) struct Program {
    child: Child,
}

/// A program whose lines a test reads.
pub(crate) struct Told {
    _program: Program,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    pub(crate) fn start(command: &Command) -> Self {
        Self::spawn(command, Stdio::null())
    }

    fn spawn(command: &Command, says: Stdio) -> Self {
        let wanted = command.as_std();
        let mut beside = Command::new("sh");
        beside.args(["-c", BESIDE, "sh"]).arg(wanted.get_program()).args(wanted.get_args());
        beside.envs(wanted.get_envs().filter_map(|(name, value)| Some((name, value?))));
        beside.stdin(Stdio::piped()).stdout(says).stderr(Stdio::null()).process_group(0).kill_on_drop(true);
        Self { child: beside.spawn().expect("a shell") }
    }

    /// Waits until it has done what it had to do.
    pub(crate) async fn done(mut self) {
        // To wait closes what it is given to read, and that ends it.
        let _held = self.child.stdin.take();
        let status = timeout(PATIENCE, self.child.wait()).await.expect("in time").expect("waited");
        assert!(status.success(), "{status}");
    }
}

impl Told {
    pub(crate) fn start(command: &Command) -> Self {
        let mut program = Program::spawn(command, Stdio::piped());
        let lines = BufReader::new(program.child.stdout.take().expect("piped")).lines();
        Self { _program: program, lines }
    }

    pub(crate) async fn line(&mut self) -> String {
        timeout(PATIENCE, self.lines.next_line()).await.expect("in time").expect("read").expect("a line")
    }
}
