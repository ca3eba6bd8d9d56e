//! Texts as QR codes.

use qrcodegen::{QrCode, QrCodeEcc};

/// The empty units around a QR code that readers need.
const MARGIN: i32 = 4;

/// A QR code as an SVG draws it.
pub(crate) struct Qr {
    /// Its width and height in units, with its margin.
    pub(crate) size: i32,
    /// The path of its dark fields, each a unit wide.
    pub(crate) path: String,
}

/// A text as a QR code; `None`, where the text is too long for one.
pub(crate) fn qr(text: &str) -> Option<Qr> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{} {}h1v1h-1z", x + MARGIN, y + MARGIN));
        }
    }
    Some(Qr { size: code.size() + 2 * MARGIN, path })
}
