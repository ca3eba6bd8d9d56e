//! A serial port, which a modem on USB is too.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{Mode, OFlags, open};
use rustix::termios::{ControlModes, OptionalActions, QueueSelector, ioctl_tiocexcl, tcflush, tcgetattr, tcsetattr};
use tokio::io::join;
use tokio::net::unix::pipe::{Receiver, Sender};

use crate::supply::stream::Stream;

/// Opens a port that is nobody else's while it is open: eight bits, no parity, no flow control, and nothing read into
/// the bytes.
///
/// # Errors
/// What the system said, such as that there is none or that it is no serial port.
pub(super) fn serial(path: &Path, baud: u32) -> io::Result<Box<dyn Stream>> {
    // Without `NONBLOCK` a port waits for its carrier; without `NOCTTY` it could end the program.
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let port = open(path, flags, Mode::empty())?;
    let mut modes = tcgetattr(&port)?;
    modes.make_raw();
    modes.control_modes |= ControlModes::CREAD | ControlModes::CLOCAL;
    modes.control_modes -= ControlModes::CRTSCTS | ControlModes::CSTOPB;
    modes.set_speed(baud)?;
    tcsetattr(&port, OptionalActions::Now, &modes)?;
    ioctl_tiocexcl(&port)?;
    tcflush(&port, QueueSelector::IOFlush)?;
    // To tokio a port is a pipe for either way: both wait for their turn and then read or write.
    let port = File::from(port);
    let read = Receiver::from_file_unchecked(port.try_clone()?)?;
    Ok(Box::new(join(read, Sender::from_file_unchecked(port)?)))
}
