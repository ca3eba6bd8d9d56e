//! Who sent it: the digits or letters of an address, and how the house writes them.

use super::alphabet::{self, Language};
use super::septets::unpack;

/// "Alphanumeric, coded in the GSM 7 bit default alphabet" (TS 23.040, 9.1.2.5).
const ALPHANUMERIC: u8 = 5;
/// Digits of the longest short code; the longest in the USA has six.
const SHORT_CODE_MAX: usize = 8;

/// An address as it was told.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// The type of number: 1 international, 2 national, 5 alphanumeric; it is often wrong.
    pub kind: u8,
    /// The digits or letters.
    pub value: String,
}

impl Address {
    /// An address of SMPP, whose bytes are digits or letters as they are.
    #[must_use]
    pub fn of_smpp(kind: u8, bytes: &[u8]) -> Self {
        let value = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        };
        Self { kind, value }
    }

    /// An address of an SMS-DELIVER: a type octet and `length` semi-octets.
    pub(super) fn of_semi_octets(kind: u8, length: usize, octets: &[u8]) -> Self {
        let kind = kind >> 4 & 0b111;
        if kind == ALPHANUMERIC {
            let septets = unpack(octets, 0, length * 4 / 7);
            let mut value = alphabet::gsm(&septets, Language::Default, Language::Default).text;
            // Seven letters fill 49 of 56 bits; who counts octets says that there are eight, and the eighth is 0.
            if septets.len().is_multiple_of(8) && septets.last() == Some(&0) {
                value.pop();
            }
            return Self { kind, value };
        }
        let nibbles = octets.iter().flat_map(|octet| [octet & 0xF, octet >> 4]).take(length);
        let value = nibbles.filter_map(|nibble| "0123456789*#abc".chars().nth(usize::from(nibble))).collect();
        Self { kind, value }
    }

    /// The sender as the house writes it: letters as they are, a short code bare, a number of the USA with +1, and any
    /// other with +. The told type is not asked, because it is wrong as often as it is right.
    #[must_use]
    pub fn sender(&self) -> String {
        let value = self.value.trim();
        let digits = value.strip_prefix('+').unwrap_or(value);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        match digits.len() {
            _ if !is_number => value.to_owned(),
            0..=SHORT_CODE_MAX => digits.to_owned(),
            10 if value == digits => format!("+1{digits}"),
            _ => format!("+{digits}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_written_in_one_way() {
        let sender = |value: &str| Address { kind: 1, value: value.to_owned() }.sender();
        assert_eq!(sender("22395"), "22395");
        assert_eq!(sender("3125550100"), "+13125550100");
        assert_eq!(sender("13125550100"), "+13125550100");
        assert_eq!(sender("+13125550100"), "+13125550100");
        assert_eq!(sender("4915112345678"), "+4915112345678");
        assert_eq!(sender("+4915112345"), "+4915112345");
        assert_eq!([sender(""), sender(" Google "), sender("4YOU"), sender("*100#")], ["", "Google", "4YOU", "*100#"]);
    }

    #[test]
    fn a_sender_in_latin_1_keeps_its_letters() {
        assert_eq!(Address::of_smpp(5, b"Caf\xE9").value, "Café");
        assert_eq!(Address::of_smpp(5, "Café".as_bytes()).value, "Café");
    }
}
