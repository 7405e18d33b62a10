//! The date in a text that says more: `2024-07-04 14:00 | Ann`, `Posted by Ann on 4 July 2024`.
//!
//! Texts that are dates as a whole stay as the page writes them. Of others, the piece between separators that is one is
//! kept; else a date inside is written out, if it names its day by itself. It refuses to guess: a text in which nothing
//! is found stays as it is, and says later why it is no date.

use chrono::{NaiveDate, NaiveDateTime};

use crate::normalise::date::{self, Context, Moment};
use crate::normalise::language;
use crate::page::Document;

/// What stands between a date and other things in one line.
const SEPARATORS: [char; 8] = ['|', '·', '•', '｜', '—', '–', '\u{a0}', '/'];

/// The date of `text`, as the page writes it wherever that can be understood later.
pub(super) fn plain(text: String, document: &Document) -> String {
    let machine = text.len() < 40 && text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains(' ');
    if machine {
        return text;
    }
    let tag = document.declared_language().and_then(language::tag);
    let read_at = |year| Context { now: day(year), language: tag.as_deref(), order: None };
    let now = read_at(2011);
    if date::parse(&text, &now).is_some() {
        return text;
    }
    let mut pieces = text.split(SEPARATORS).map(str::trim);
    if let Some(piece) = pieces.find(|piece| piece.len() >= 3 && date::parse(piece, &now).is_some()) {
        return piece.to_owned();
    }
    // A date that depends on the moment of reading, or lacks its year, differs between two such moments.
    let found = date::find(&text, &now).filter(|found| date::find(&text, &read_at(2004)) == Some(*found));
    found.filter(|found| !found.borrowed_clock).map_or(text, written)
}

/// Whether `text` is a date as a whole.
pub(super) fn is_date(text: &str, document: &Document) -> bool {
    let tag = document.declared_language().and_then(language::tag);
    date::parse(text, &Context { now: day(2011), language: tag.as_deref(), order: None }).is_some()
}

fn day(year: i32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(year, 6, 15).unwrap_or_default().and_hms_opt(12, 0, 0).unwrap_or_default()
}

fn written(moment: Moment) -> String {
    let mut out = moment.date.format("%Y-%m-%d").to_string();
    if let Some(time) = moment.time {
        out.push_str(&time.format("T%H:%M:%S").to_string());
        if let Some(offset) = moment.offset {
            out.push_str(&offset.to_string());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn a_date_beside_other_words() {
        let page = Document::parse("<html lang=en>", &Url::parse("https://a.example/").unwrap());
        for (text, wanted) in [
            ("2024-07-04 14:00", "2024-07-04 14:00"),
            ("2024-07-04 14:00 | 记者 王", "2024-07-04 14:00"),
            ("Posted by Ann on 4 July 2024", "2024-07-04"),
            ("3 hours ago | Ann", "3 hours ago"),
            ("3 hours ago", "3 hours ago"),
            ("July in the city", "July in the city"),
            ("2024-07-04T14:00:00Z", "2024-07-04T14:00:00Z"),
        ] {
            assert_eq!(plain(text.to_owned(), &page), wanted);
        }
    }
}
