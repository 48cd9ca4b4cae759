//! Dates in words, as feeds write them: RFC 822 with its many slips, `date`'s own form, and Japanese ones.

use jiff::civil::Date;
use jiff::tz::Offset;

use super::time;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Zones by name, and their hours from UTC.
const ZONES: &[(&str, i32)] = &[
    ("z", 0),
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
    ("jst", 9),
    ("bst", 1),
    ("cet", 1),
    ("cest", 2),
    ("kst", 9),
    ("ist", 5),
];

/// What was found of a date.
#[derive(Default)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<(i32, i32, i32)>,
    offset: Option<Offset>,
    /// `PM`, or 午後, was said.
    afternoon: Option<bool>,
}

/// Reads the parts in whatever order they come; a time without a zone has `offset`. A date that is none in the calendar
/// is none.
pub(super) fn micros(text: &str, offset: Offset) -> Option<i64> {
    if text.len() > 100 {
        return None;
    }
    let mut parts = Parts::default();
    if text.contains('年') {
        japanese(text, &mut parts)?;
    } else {
        let words = text.split(|c: char| c.is_whitespace() || c == ',');
        for word in words.filter(|word| !word.is_empty()) {
            parts.word(word)?;
        }
    }
    let date = Date::new(parts.year?, parts.month?, parts.day?).ok()?;
    let (mut hour, minute, second) = parts.time.unwrap_or_default();
    match parts.afternoon {
        Some(true) if hour < 12 => hour += 12,
        Some(false) if hour == 12 => hour = 0,
        _ => {}
    }
    if hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let midnight = date.to_datetime(jiff::civil::Time::midnight());
    let start = parts.offset.unwrap_or(offset).to_timestamp(midnight).ok()?;
    let seconds = i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second.min(59));
    start.as_microsecond().checked_add(seconds * 1_000_000)
}

impl Parts {
    /// Takes one word; none if the text cannot be a date.
    fn word(&mut self, word: &str) -> Option<()> {
        let word = word.trim_matches(['(', ')', '.']);
        if word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.clock(word);
        }
        let ordinal = ["st", "nd", "rd", "th"]
            .iter()
            .find_map(|end| word.strip_suffix(end));
        let number = ordinal.unwrap_or(word);
        if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.number(number);
        }
        if word.starts_with(['+', '-']) {
            self.offset = self.offset.or(time::offset(word));
            return Some(());
        }
        // `28-Nov-2026`, `28/Nov/2026`
        if word.contains(['-', '/']) && word.starts_with(|c: char| c.is_ascii_digit()) {
            for part in word.split(['-', '/']) {
                self.word(part)?;
            }
            return Some(());
        }
        self.name(&word.to_ascii_lowercase());
        Some(())
    }

    fn number(&mut self, digits: &str) -> Option<()> {
        let number: i16 = digits.parse().ok()?;
        match digits.len() {
            4 => self.year = Some(number),
            1 | 2 if self.day.is_none() => self.day = i8::try_from(number).ok(),
            // RFC 822 had two digits (RFC 2822, 4.3).
            2 if self.year.is_none() => {
                self.year = Some(number + if number < 50 { 2_000 } else { 1_900 });
            }
            _ => return None,
        }
        Some(())
    }

    fn clock(&mut self, word: &str) -> Option<()> {
        let end = word.find(['+', '-', 'Z', 'z', 'a', 'A', 'p', 'P']);
        let (clock, rest) = word.split_at_checked(end.unwrap_or(word.len()))?;
        let mut parts = clock.split(':');
        let mut part = || -> Option<i32> {
            // A fraction of a second is nothing here.
            parts.next()?.split('.').next()?.parse().ok()
        };
        self.time = Some((part()?, part()?, part().unwrap_or(0)));
        if !rest.is_empty() {
            self.word(rest)?;
        }
        Some(())
    }

    fn name(&mut self, name: &str) {
        match name {
            "am" => self.afternoon = Some(false),
            "pm" => self.afternoon = Some(true),
            _ => {}
        }
        let zone = ZONES.iter().find(|(zone, _)| *zone == name);
        if let Some((zone, hours)) = zone {
            let half = if *zone == "ist" { 1_800 } else { 0 };
            self.offset = self
                .offset
                .or(Offset::from_seconds(hours * 3_600 + half).ok());
            return;
        }
        let start = name.get(..3);
        if let Some(month) = MONTHS.iter().position(|month| Some(*month) == start)
            && self.month.is_none()
        {
            self.month = i8::try_from(month + 1).ok();
        }
    }
}

/// `2026年11月28日 午後3時05分`, also with wide digits.
fn japanese(text: &str, parts: &mut Parts) -> Option<()> {
    let mut number = String::new();
    let (mut hour, mut minute, mut second) = (None, 0, 0);
    if text.contains("午後") {
        parts.afternoon = Some(true);
    } else if text.contains("午前") {
        parts.afternoon = Some(false);
    }
    for c in text.chars() {
        let digit = match c {
            '0'..='9' => Some(c),
            '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')),
            _ => None,
        };
        if let Some(digit) = digit {
            number.push(digit);
            continue;
        }
        let taken = std::mem::take(&mut number);
        match c {
            '年' => parts.year = taken.parse().ok(),
            '月' => parts.month = taken.parse().ok(),
            '日' => parts.day = taken.parse().ok(),
            '時' => hour = taken.parse().ok(),
            '分' => minute = taken.parse().ok()?,
            '秒' => second = taken.parse().ok()?,
            ':' | '：' if hour.is_none() => hour = taken.parse().ok(),
            ':' | '：' => minute = taken.parse().ok()?,
            _ => {}
        }
    }
    if !number.is_empty() && text.contains([':', '：']) {
        minute = number.parse().ok()?;
    }
    parts.time = hour.map(|hour| (hour, minute, second));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn at(text: &str) -> Option<String> {
        let tokyo = Offset::from_seconds(9 * 3_600).ok()?;
        let micros = micros(text, tokyo)?;
        Timestamp::from_microsecond(micros)
            .ok()
            .map(|t| t.to_string())
    }

    #[test]
    fn dates_as_feeds_write_them() {
        for (text, expected) in [
            ("Sat, 28 Nov 2026 08:31:02 GMT", "2026-11-28T08:31:02Z"),
            ("Sat, 28 Nov 2026 08:31:02 +0900", "2026-11-27T23:31:02Z"),
            ("Sat, 28 Nov 2026 08:31:02 -05:00", "2026-11-28T13:31:02Z"),
            ("28 Nov 26 08:31 EST", "2026-11-28T13:31:00Z"),
            (
                "Saturday, November 28, 2026 - 08:31 UTC",
                "2026-11-28T08:31:00Z",
            ),
            ("Sat,28 Nov 2026 8:31:02 Z", "2026-11-28T08:31:02Z"),
            ("Mon, 28 November 2026 08:31:02 PDT", "2026-11-28T15:31:02Z"),
            ("Sat Nov 28 08:31:02 +0000 2026", "2026-11-28T08:31:02Z"),
            ("Sat Nov 28 08:31:02 UTC 2026", "2026-11-28T08:31:02Z"),
            ("Nov 28, 2026 1:05 PM GMT", "2026-11-28T13:05:00Z"),
            ("28-Nov-2026 08:31:02 GMT", "2026-11-28T08:31:02Z"),
            ("28 Nov 2026", "2026-11-27T15:00:00Z"),
            ("November 28th, 2026", "2026-11-27T15:00:00Z"),
            ("Sat, 28 Nov 2026 08:31:02", "2026-11-27T23:31:02Z"),
            ("Sat, 28 Nov 2026 08:31:02 JST", "2026-11-27T23:31:02Z"),
            ("Sat, 28 Nov 2026 08:31:60 GMT", "2026-11-28T08:31:59Z"),
            ("Sat, 28 Nov 2026 24:00:00 GMT", "2026-11-29T00:00:00Z"),
            ("2026年11月28日", "2026-11-27T15:00:00Z"),
            ("2026年11月28日 午後3時05分", "2026-11-28T06:05:00Z"),
            ("２０２６年１１月２８日（土）15:05", "2026-11-28T06:05:00Z"),
        ] {
            assert_eq!(at(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "yesterday",
            "Sat, 31 Feb 2026 00:00:00 GMT",
            "28 Nov",
            "Nov 2026",
            "99:99:99 28 Nov 2026",
            "年月日",
            "2026年13月40日",
            "1 2 3 4 5 6",
            "Sat, 28 Nov 99999",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }
}
