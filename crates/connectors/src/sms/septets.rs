//! Septets in octets: seven bits a character, eight characters in seven octets.

/// The bits between the end of a header and the first septet: "the fill bits, so that the text begins on a septet
/// boundary" (TS 23.040, 9.2.3.24). `header` is the header's length in octets, with its length octet.
#[must_use]
pub fn fill_bits(header: usize) -> usize {
    (7 - header * 8 % 7) % 7
}

/// The first `count` septets of what follows `fill` bits; fewer if there are fewer.
#[must_use]
pub fn unpack(octets: &[u8], fill: usize, count: usize) -> Vec<u8> {
    let whole = (octets.len() * 8).saturating_sub(fill) / 7;
    let septet = |place: usize| {
        let bit = fill + place * 7;
        let low = u16::from(octets[bit / 8]);
        let high = u16::from(octets.get(bit / 8 + 1).copied().unwrap_or(0));
        let [_, septet] = ((low | high << 8) >> (bit % 8) & 0x7F).to_be_bytes();
        septet
    };
    (0..count.min(whole)).map(septet).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_begins_on_a_septet_behind_its_header() {
        assert_eq!([0, 6, 7, 12].map(fill_bits), [0, 1, 0, 2]);
    }

    #[test]
    fn eight_septets_stand_in_seven_octets() {
        let octets = [0x31, 0xD9, 0x8C, 0x56, 0xB3, 0xDD, 0x70];
        assert_eq!(unpack(&octets, 0, 8), b"12345678");
        assert_eq!(unpack(&octets, 0, 7), b"1234567");
        assert_eq!(unpack(&octets, 0, 200), b"12345678");
        assert_eq!(unpack(&[], 3, 5), b"");
        assert_eq!(unpack(&[0xFF], 6, 5), b"");
    }
}
