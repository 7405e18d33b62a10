//! When the page says a story appeared: dates in the lines around the headline, `<time>` elements, the
//! address, and at last the data of scripts.
//!
//! It refuses dates inside sentences, in lists of other stories, and beside words such as "copyright" or "deadline".

use std::sync::LazyLock;

use chrono::NaiveDate;
use regex::Regex;
use scraper::ElementRef;
use url::Url;

use super::lines::Line;
use super::survey::Survey;
use super::testimony::Testimony;
use crate::listing::DateText;
use crate::normalise::date;
use crate::page::document::text;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of our own")
}

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?xi)
        (?:19|20)[0-9][0-9]\s?[-/.年]\s?[0-9]{1,2}\s?[-/.月]\s?[0-9]{1,2}\s?日?
            (?:\s*[(（]?(?:星期|周|週)?[一二三四五六日天月火水木金土]?[)）]?\s*T?\s*(?:上午|下午|晚上|凌晨|早上|午前|午後|오전|오후)?\s*[0-9]{1,2}\s?[:：时時点h]\s?[0-9]{1,2}分?(?:\s?:\s?[0-9]{2}秒?)?(?:\s?(?:am|pm|z|utc|gmt|[+-][0-9][0-9]:?[0-9][0-9]))?)?
        |[〇○零一二三四五六七八九]{4}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日
        |[0-9]{1,2}月[0-9]{1,2}日(?:\s*[0-9]{1,2}[:：时時][0-9]{2}分?)?
        |[0-9]{1,2}\s?[./-]\s?[0-9]{1,2}\s?[./-]\s?(?:(?:19|20)[0-9][0-9]|[0-9][0-9])(?-u:\b)(?:[,\s–|·-]*(?:um|at|às|à|alle|ore|o|klo|kl\.?)?\s*[0-9]{1,2}[:.h][0-9]{2}(?::[0-9]{2})?(?:\s?(?:am|pm|uhr|\(?(?:gmt|utc)\s?[+-][0-9]{1,2}(?::?[0-9]{2})?\)?))?)?
        |[0-9]{1,2}(?:st|nd|rd|th|er|\.|º)?\s+(?:de\s+|of\s+)?[A-Za-zÀ-⿿]+\.?,?\s+(?:de\s+|del\s+)?(?:19|20)[0-9][0-9](?:[,\s–|·-]*(?:um|at|às|à|alle|ore|о|в|a\s+las|klo|kl\.?)?\s*[0-9]{1,2}[:.h][0-9]{2}(?::[0-9]{2})?(?:\s?(?:[ap]\.?m\.?|uhr|h|[A-Z]{2,4}))?)?
        |(?:[A-Za-zÀ-⿿]+\.?)\s+[0-9]{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)[0-9][0-9](?:[,\s–|·-]*(?:at)?\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\s?[ap]\.?m\.?)?(?:\s?[A-Z]{2,4}(?-u:\b))?)?
        |[0-9]{1,2}\s*(?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?)\s+ago
        |(?:vor|il\s+y\s+a|hace)\s+[0-9]{1,2}\s+[A-Za-zÀ-⿿]+
        |[0-9]{1,2}\s?(?:秒|分钟|分鐘|小时|小時|天|日|分|時間|시간|분)\s?(?:之前|以前|前|전)
        |(?:今天|昨天|前天|今日|昨日|yesterday|today|gestern|heute)[,\s]*(?:um|at)?\s*[0-9]{1,2}[:：][0-9]{2}",
    )
});
static EVENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)copyright|©|版权|版權|备案|备[0-9]|備案|all rights|deadline|截止|updated?:?\s*$|modified|aktualisiert|更新[:：]?\s*$|mis à jour",
    )
});
static UPDATED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:updated|modified|aktualisiert|更新(?:时间|時間|日時)?|mis à jour|actualizado|atualizado|aggiornato)[^0-9]{0,12}$",
    )
});
static IN_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[/_=-])((?:19|20)[0-9][0-9])[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12][0-9]|3[01])(?:[/_.t-]|[0-9]{0,8}[._/]|$)|/((?:19|20)[0-9][0-9])[/-]([0-9]{1,2})[/-]([0-9]{1,2})/",
    )
});

static YEAR: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:19|20)[0-9][0-9]|[0-9][./-][0-9]{1,2}[./-][0-9][0-9]|年"));

/// The longest line in characters that may be a date as a whole.
const SHORT: usize = 40;

/// Reads the dates in the lines `after` and `before` the headline.
pub(super) fn lines(after: &[Line<'_>], before: &[Line<'_>], testimony: &mut Testimony) {
    let usual = after.iter().take(14).chain(before.iter().rev().take(5)).chain(after.iter().skip(14));
    let mut openings = Vec::new();
    for line in usual.filter(|line| line.text.chars().any(char::is_numeric) || line.text.contains('年')) {
        let length = line.text.chars().count();
        // Months of scripts that the pattern does not know.
        if length <= SHORT && !DATE.is_match(&line.text) && date::names_month_and_year(&line.text) {
            testimony.published.push(line.text.trim().to_owned());
        }
        for found in DATE.find_iter(&line.text).take(3) {
            let written = found.as_str().chars().count();
            let written_date = || found.as_str().replace(['|', '·', '–'], " ").trim().to_owned();
            // A date inside a sentence is the story's, not the page's, unless the first line begins with it.
            if length > 140 || length > 60 && written * 4 < length && !line.text.contains([':', '：', '|', '｜']) {
                if found.start() == 0 {
                    openings.push(written_date());
                }
                continue;
            }
            let lead = line.text.get(..found.start()).unwrap_or_default();
            if UPDATED.is_match(lead) {
                testimony.updated.push(written_date());
            } else if !EVENT.is_match(lead) {
                testimony.published.push(written_date());
            }
        }
    }
    testimony.published.append(&mut openings);
    // A time of day, or a day without its year, is often that of the page and not of the story.
    testimony.published.sort_by_key(|date| !YEAR.is_match(date));
    testimony.published.truncate(6);
    testimony.updated.truncate(3);
}

/// `<time datetime>` near the headline, not in a list of other stories.
pub(super) fn time_elements(survey: &Survey<'_>) -> Testimony {
    let mut testimony = Testimony::default();
    for &time in survey.times.iter().take(60) {
        let foreign = time.ancestors().filter_map(ElementRef::wrap).take(12).any(|outer| {
            let name = outer.value().name();
            let words = outer.attr("class").unwrap_or_default().to_ascii_lowercase();
            let words = words + &outer.attr("id").unwrap_or_default().to_ascii_lowercase();
            matches!(name, "aside" | "nav" | "footer" | "li")
                || [
                    "related",
                    "recommend",
                    "sidebar",
                    "comment",
                    "teaser",
                    "most-read",
                    "popular",
                    "trending",
                    "card",
                    "event",
                ]
                .iter()
                .any(|word| words.contains(word))
                    && !matches!(name, "body" | "html")
        });
        if foreign {
            continue;
        }
        let written = time.attr("datetime").map(str::trim).filter(|text| !text.is_empty());
        let written = written.map_or_else(|| text(time), str::to_owned);
        if written.is_empty() || written.chars().count() > 60 || !written.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let own =
            [time.attr("class"), time.attr("itemprop")].into_iter().flatten().collect::<String>().to_ascii_lowercase();
        if own.contains("modif") || own.contains("updat") {
            testimony.updated.push(written);
        } else {
            testimony.published.push(written);
        }
    }
    testimony.published.truncate(3);
    testimony
}

/// The day in the address, such as `/2024/07/04/` or `/20240704/`.
pub(super) fn in_address(url: &Url) -> Option<String> {
    let captures = IN_ADDRESS.captures(url.path())?;
    let part = |a: usize, b: usize| captures.get(a).or_else(|| captures.get(b)).map(|part| part.as_str());
    let (year, month, day) = (part(1, 4)?, part(2, 5)?, part(3, 6)?);
    Some(format!("{year}-{month:0>2}-{day:0>2}"))
}

static IN_SCRIPT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?:(?-u:\b)(?:date_?[pP]ublished|publish(?:ed)?_?(?:[dD]ate|[tT]ime|[oO]n|[aA]t)|pub_?(?:[dD]ate|[tT]ime)|ptime)["']?\s*[:=]\s*["']?|(?-u:\b)var ct\s*=\s*["'])((?:19|20)[0-9][0-9]-[0-9][0-9]-[0-9][0-9](?:[T ][0-9][0-9]:[0-9][0-9](?::[0-9][0-9])?(?:\.[0-9]+)?(?:Z|[+-][0-9][0-9]:?[0-9][0-9])?)?|1[0-9]{9})(?-u:\b)"#,
    )
});
/// The most bytes of one script that are looked at.
const MAX_SCRIPT_BYTES: usize = 300_000;

/// A publication time in the data that scripts of the page work with: an ISO date or seconds since 1970.
pub(super) fn in_scripts(survey: &Survey<'_>) -> Option<DateText> {
    let texts = survey.scripts.iter().flat_map(ElementRef::text).filter(|text| text.len() < MAX_SCRIPT_BYTES);
    let found = texts.into_iter().find_map(|text| Some(IN_SCRIPT.captures(text)?.get(1)?.as_str().to_owned()))?;
    let format = found.bytes().all(|byte| byte.is_ascii_digit()).then(|| "%s".to_owned());
    Some(DateText { text: found, format })
}

/// Whether `written` is more than a week after `day`, the day in the address: then it is the day of a new edition.
pub(super) fn is_later_edition(written: &str, day: &str) -> bool {
    let parse = |text: &str| NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok();
    let (Some(written), Some(day)) = (parse(written), parse(day)) else { return false };
    (written - day).num_days() > 7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_in_addresses() {
        for (address, wanted) in [
            ("https://a.example/2024/07/04/x", Some("2024-07-04")),
            ("https://a.example/news/20240704/x.html", Some("2024-07-04")),
            ("https://a.example/a-2024-7-4", None),
            ("https://a.example/id/123456789", None),
        ] {
            assert_eq!(in_address(&Url::parse(address).unwrap()).as_deref(), wanted, "{address}");
        }
        assert!(is_later_edition("2024-07-20T10:00:00Z", "2024-07-04"));
        assert!(!is_later_edition("2024-07-05", "2024-07-04"));
        assert!(!is_later_edition("yesterday", "2024-07-04"));
    }
}
