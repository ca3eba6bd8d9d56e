//! What `deliver_sm` and `data_sm` hold (SMPP 3.4, 4.6 and 4.7), read with patience.
//!
//! Strings may be longer than the standard allows, lengths may lie, parameters may break off: what is there is read. A
//! centre tells again what is not answered, so one message that stops the reader would stop all behind it.

use domain::supply::{Concat, ConcatKind, Line, Part};

use super::frame::{DATA_SM, Frame};
use crate::sms::{Address, Alphabet, Header};

/// Characters of a sender that are kept.
const SENDER_MAX: usize = 64;
/// Characters of a receiving number that are kept.
const NUMBER_MAX: usize = 32;
/// Bytes that are kept beside the text.
const RAW_MAX: usize = 64 * 1024;
/// Optional parameters that are looked at.
const PARAMETERS_MAX: usize = 256;

const SAR_REFERENCE: u16 = 0x020C;
const SAR_TOTAL: u16 = 0x020E;
const SAR_PLACE: u16 = 0x020F;
const MESSAGE_PAYLOAD: u16 = 0x0424;

/// What a message turned out to be.
pub(super) enum Told {
    /// A piece of a text for somebody. Boxed, because it is large.
    Piece(Box<Part>),
    /// It tells what became of a text that was sent: no text for anybody.
    Receipt,
    /// It cannot be read; the piece holds its bytes for the operator.
    Unreadable(Box<Part>),
}

/// Takes fields from the front.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn octet(&mut self) -> Option<u8> {
        let (octet, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*octet)
    }

    /// A string up to its NUL, however long.
    fn string(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let string = &self.0[..end];
        self.0 = &self.0[end + 1..];
        Some(string)
    }

    /// As many bytes as there are, up to a count.
    fn at_most(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }

    fn address(&mut self) -> Option<Address> {
        let kind = self.octet()?;
        self.octet()?;
        Some(Address::of_smpp(kind, self.string()?))
    }

    fn parameter(&mut self) -> Option<(u16, &'a [u8])> {
        let [a, b, c, d, rest @ ..] = self.0 else { return None };
        let length = usize::from(u16::from_be_bytes([*c, *d]));
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((u16::from_be_bytes([*a, *b]), value))
    }
}

/// The fields that count.
struct Message<'a> {
    source: Address,
    destination: Address,
    esm_class: u8,
    data_coding: u8,
    text: &'a [u8],
    sar: [Option<u32>; 3],
}

/// Reads a message, without its reference; `default` is the alphabet of the centre.
pub(super) fn told(frame: &Frame, default: Alphabet) -> Told {
    let reference = Vec::new();
    let raw = frame.body[..frame.body.len().min(RAW_MAX)].to_vec();
    let message = if frame.is_whole { read(frame) } else { None };
    let Some(message) = message else {
        // A line that nobody has: the house keeps it for the operator.
        let line = Line::default();
        let (sender, text) = (String::new(), String::new());
        return Told::Unreadable(Box::new(Part {
            reference,
            line,
            sender,
            text,
            raw,
            sent_ms: None,
            concat: None,
            trouble: None,
        }));
    };
    // Bits 5 to 2 are the kind: receipts and acknowledgements are none of a customer's business.
    if message.esm_class & 0x3C != 0 {
        return Told::Receipt;
    }
    let header = header(&message);
    let bytes = &message.text[header.length..];
    let alphabet = Alphabet::of_smpp(message.data_coding, default, bytes);
    // Septets have no eighth bit: who sends one writes in something else than the centre was said to use.
    let is_septets = alphabet != Alphabet::Gsm || bytes.is_ascii();
    let text = if is_septets { alphabet } else { Alphabet::Octets }.read(bytes, &header);
    let concat = header.concat.or_else(|| sar(&message)).map(|concat| Concat { seam: text.seam, ..concat });
    let number: String = message.destination.value.chars().take(NUMBER_MAX).collect();
    Told::Piece(Box::new(Part {
        reference,
        line: Line::of_number(number),
        sender: message.source.sender().chars().take(SENDER_MAX).collect(),
        text: text.text,
        raw,
        sent_ms: None,
        concat,
        trouble: None,
    }))
}

fn read(frame: &Frame) -> Option<Message<'_>> {
    let mut fields = Fields(&frame.body);
    fields.string()?;
    let (source, destination) = (fields.address()?, fields.address()?);
    let esm_class = fields.octet()?;
    let data_coding;
    let mut text: &[u8] = &[];
    if frame.command == DATA_SM {
        fields.octet()?;
        data_coding = fields.octet()?;
    } else {
        let (_protocol, _priority) = (fields.octet()?, fields.octet()?);
        let (_schedule, _validity) = (fields.string()?, fields.string()?);
        let (_registered, _replace) = (fields.octet()?, fields.octet()?);
        data_coding = fields.octet()?;
        fields.octet()?;
        let length = usize::from(fields.octet()?);
        text = fields.at_most(length);
    }
    let mut message = Message { source, destination, esm_class, data_coding, text, sar: [None; 3] };
    for (tag, value) in std::iter::from_fn(|| fields.parameter()).take(PARAMETERS_MAX) {
        match tag {
            MESSAGE_PAYLOAD if message.text.is_empty() => message.text = value,
            SAR_REFERENCE => message.sar[0] = number(value),
            SAR_TOTAL => message.sar[1] = number(value),
            SAR_PLACE => message.sar[2] = number(value),
            _ => {}
        }
    }
    Some(message)
}

/// A number of whatever length; centres write 1, 2 and 4 bytes where the standard wants another.
fn number(value: &[u8]) -> Option<u32> {
    let fits = (1..=4).contains(&value.len());
    fits.then(|| value.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

fn sar(message: &Message<'_>) -> Option<Concat> {
    let [reference, total, seq] = message.sar;
    Concat::new(ConcatKind::Sar, reference?, u8::try_from(total?).ok()?, u8::try_from(seq?).ok()?)
}

/// The header before the text: where the message says that there is one, and where it stands without a word, as behind
/// gateways that lose the flag.
fn header(message: &Message<'_>) -> Header {
    let is_plain = matches!(message.text, [5, 0, 3, ..] | [6, 8, 4, ..]);
    if message.esm_class & 0x40 != 0 {
        return Header::read(message.text);
    }
    let header = if is_plain { Header::read(message.text) } else { Header::default() };
    if header.concat.is_some() { header } else { Header::default() }
}
