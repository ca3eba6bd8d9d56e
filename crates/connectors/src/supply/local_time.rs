//! Times that a box writes without saying in which zone: `2026-05-22 14:30:00`.

use domain::clock::MINUTE_MS;
use domain::supply::{Setting, Settings};

/// The setting that says how far the box's clock is from UTC.
pub(super) const OFFSET: Setting = Setting {
    name: "utc_offset",
    label: "Offset of the box's clock",
    is_secret: false,
    is_optional: true,
    help: "such as -05:00, if the box's clock does not show UTC; a wrong one keeps texts from their customers",
};

/// Checks the setting.
pub(super) fn check(settings: &Settings) -> Result<(), String> {
    match offset_ms(settings) {
        Some(_) => Ok(()),
        None => Err("`utc_offset` must be written as -05:00, at most 14 hours".to_owned()),
    }
}

/// The ms of a time on the box's clock; `None` for what is no time, because boxes write all kinds of things there.
pub(super) fn read(settings: &Settings, written: &str) -> Option<i64> {
    let text = format!("{}Z", written.trim().replacen(' ', "T", 1));
    domain::clock::parse_rfc3339(&text)?.checked_sub(offset_ms(settings)?)
}

fn offset_ms(settings: &Settings) -> Option<i64> {
    let Some(written) = settings.get("utc_offset") else { return Some(0) };
    let sign = match written.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = written.get(1..)?.split_once(':')?;
    let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
    let is_right = hours <= 14 && minutes < 60;
    is_right.then(|| sign * (i64::from(hours) * 60 + i64::from(minutes)) * MINUTE_MS)
}
