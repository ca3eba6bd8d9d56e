//! Links: where they are, and which one is there to be clicked for verification.

use std::ops::Range;

use super::Code;
use super::fold::Folded;
use super::hits::Hit;
use super::words::Meaning;

/// All links of a text in order: with a scheme, or a bare domain of a well-known ending.
pub(super) fn find(folded: &Folded) -> Vec<Range<usize>> {
    let mut links = Vec::new();
    let mut at = 0;
    while at < folded.len() {
        match link_at(folded, at) {
            Some(end) => {
                links.push(at..end);
                at = end;
            }
            None => at = next_word(folded, at),
        }
    }
    links
}

/// The link a person is asked to open in order to be verified. Beside a code only a link that says so itself counts.
pub(super) fn for_verification(
    folded: &Folded,
    links: &[Range<usize>],
    hits: &[Hit],
    code: Option<&Code>,
) -> Option<Range<usize>> {
    let asks = hits.iter().any(|hit| matches!(hit.meaning, Meaning::Strong | Meaning::Plain | Meaning::Faint));
    let sells = hits.iter().any(|hit| hit.meaning == Meaning::Promotion);
    let link = links.iter().find(|link| match purpose(folded.part((*link).clone())) {
        Purpose::Verification => true,
        Purpose::Unknown => code.is_none() && asks && !sells && invites_click(folded, link),
        Purpose::Other => false,
    })?;
    Some(folded.raw_span(link))
}

enum Purpose {
    Verification,
    Unknown,
    Other,
}

/// Short links that are only sent to let somebody in.
const KNOWN: &[&str] = &["ig.me/", "v.whatsapp.com/", "t.me/login/", "l.instagram.com/", "fb.me/", "m.me/"];

const VERIFYING_PARTS: &[&str] = &[
    "verif", "confirm", "activat", "activ", "login", "signin", "sign-in", "auth", "otp", "magic", "token=", "code=",
    "reset", "recover", "password", "2fa", "passcode", "validat", "conferma", "bestaet",
];

const OTHER_PARTS: &[&str] = &[
    "terms",
    "privacy",
    "help",
    "faq",
    "support",
    "unsub",
    "stop",
    "track",
    "policy",
    "legal",
    "shop",
    "sale",
    "offer",
    "promo",
    "order",
    "bit.ly/track",
    "parcel",
    "delivery",
];

/// Words that ask for a click, folded; looked for in the few words before the link.
const CLICKS: &[&str] = &[
    "tap",
    "click",
    "link",
    "open",
    "visit",
    "follow",
    "go to",
    "toca",
    "enlace",
    "haz clic",
    "clique",
    "cliquez",
    "lien",
    "klick",
    "klik",
    "trykk",
    "tryck",
    "clicca",
    "toque",
    "ссылк",
    "нажм",
    "перейд",
    "посиланн",
    "tikla",
    "baglanti",
    "点击",
    "點擊",
    "链接",
    "連結",
    "リンク",
    "タップ",
    "クリック",
    "클릭",
    "링크",
    "رابط",
    "اضغط",
    "לחץ",
    "קישור",
    "लिंक",
    "nhan",
    "lien ket",
    "tautan",
    "verif",
    "confirm",
    "log in",
    "sign in",
];

/// How far before a link the words that ask for a click may stand, in bytes.
const CLICK_REACH: usize = 120;

fn purpose(link: &str) -> Purpose {
    let bare = link.trim_start_matches("https://").trim_start_matches("http://");
    let has_path = bare.find('/').is_some_and(|slash| slash + 1 < bare.len());
    let holds = |parts: &[&str]| parts.iter().any(|part| bare.contains(part));
    if KNOWN.iter().any(|known| bare.starts_with(known)) {
        return Purpose::Verification;
    }
    if !has_path || holds(OTHER_PARTS) {
        return Purpose::Other;
    }
    if holds(VERIFYING_PARTS) { Purpose::Verification } else { Purpose::Unknown }
}

fn invites_click(folded: &Folded, link: &Range<usize>) -> bool {
    let before = folded.part(folded.boundary_from(link.start.saturating_sub(CLICK_REACH))..link.start);
    CLICKS.iter().any(|click| before.contains(click))
}

fn link_at(folded: &Folded, start: usize) -> Option<usize> {
    let is_inside_word = matches!(folded.byte_before(start), b'a'..=b'z' | b'0'..=b'9' | b'@' | b'.' | b'-' | b'/');
    if is_inside_word {
        return None;
    }
    if ["http://", "https://", "www."].into_iter().any(|word| folded.begins(start, word)) {
        return Some(link_end(folded, start));
    }
    let domain_end = start + folded.run(start, is_domain_byte);
    if domain_end == start {
        return None;
    }
    let is_path_next = folded.byte(domain_end) == b'/' && folded.byte(domain_end + 1).is_ascii_alphanumeric();
    is_domain(folded.part(start..domain_end), is_path_next).then(|| match folded.byte(domain_end) {
        b'/' | b'?' | b':' => link_end(folded, start),
        _ => start + folded.part(start..domain_end).trim_end_matches(['.', '-']).len(),
    })
}

fn link_end(folded: &Folded, start: usize) -> usize {
    let is_link_byte = |byte: u8| byte.is_ascii_graphic() && !b"<>\"'`{}|\\^[]".contains(&byte);
    let length = folded.run(start, is_link_byte);
    start + folded.part(start..start + length).trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '*', '(']).len()
}

pub(super) fn is_domain_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-')
}

/// Endings of domains seen in texts. A list, because "482913.Do" is the end of a sentence and no domain.
const ENDINGS: &[&str] = &[
    "com", "net", "org", "io", "co", "me", "ly", "app", "ru", "de", "fr", "es", "it", "pl", "nl", "cn", "jp", "kr",
    "uk", "in", "tr", "br", "mx", "id", "vn", "th", "gl", "gg", "link", "page", "info", "biz", "example", "cc", "tv",
    "ai", "dev", "shop", "xyz", "su", "ua", "kz", "cz", "gr", "ro", "hu", "se", "no", "fi", "dk", "eu", "us", "ca",
    "au", "ir", "il", "sa", "ae", "eg", "to", "st",
];

fn is_domain(text: &str, has_path: bool) -> bool {
    let name = text.trim_end_matches(['.', '-']);
    let Some((host, ending)) = name.rsplit_once('.') else {
        return false;
    };
    // "482913.in 5 min" is a sentence: a name of digits alone needs an ending nobody uses as a word.
    match host.bytes().any(|byte| byte.is_ascii_lowercase()) {
        true if has_path => ending.len() >= 2 && ending.bytes().all(|byte| byte.is_ascii_lowercase()),
        true => ENDINGS.contains(&ending),
        false => !host.is_empty() && matches!(ending, "com" | "net" | "org" | "cn" | "ru"),
    }
}

fn next_word(folded: &Folded, at: usize) -> usize {
    let is_word = |byte: u8| is_domain_byte(byte) || byte == b'@' || byte == b'/';
    at + folded.run(at, is_word).max(1)
}
