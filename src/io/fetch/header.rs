//! Headers of an answer: what a page is, what makes the next request conditional, until when it holds, how long to stay
//! away, and whether they are bearable at all.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use reqwest::header::{
    AGE, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, DATE, ETAG, EXPIRES, HeaderMap, HeaderName, LAST_MODIFIED,
    RETRY_AFTER, TRANSFER_ENCODING,
};

use crate::pipeline::Validators;

/// The longest validator that is kept, in bytes.
const LONGEST_VALIDATOR: usize = 1024;

/// The most lines that the head of an answer may have.
pub(super) const MOST_LINES: usize = 200;

/// The largest head of an answer, in bytes.
pub(super) const LARGEST_HEAD: usize = 64 * 1024;

/// The longest time that an answer can hold by its own words.
const LONGEST_FRESH: TimeDelta = TimeDelta::hours(24);

/// The longest time a host can ask to be left alone.
const LONGEST_WAIT: Duration = Duration::from_hours(7 * 24);

/// Media type and `charset` parameter of `Content-Type`, both lower case; whatever makes no sense is left out.
pub(super) fn content_type(headers: &HeaderMap) -> (Option<String>, Option<String>) {
    let Some(value) = headers.get(CONTENT_TYPE) else { return (None, None) };
    let value = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
    let mut parts = value.split([';', ',']).map(str::trim);
    let media_type = parts.next().filter(|kind| kind.contains('/') && !kind.contains(char::is_whitespace));
    let charset = parts
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.trim() == "charset")
        .map(|(_, value)| value.trim().trim_matches(['"', '\'']).trim())
        .filter(|charset| !charset.is_empty());
    (media_type.map(str::to_owned), charset.map(str::to_owned))
}

/// What is wrong with the head of an answer, in words that follow the host's name.
pub(super) fn trouble(headers: &HeaderMap) -> Option<&'static str> {
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if headers.len() > MOST_LINES || bytes > LARGEST_HEAD {
        return Some("the head of the answer is larger than 64 KiB or has more than 200 lines");
    }
    // Two lengths mean that somebody on the way may see another body (RFC 9112, section 6.3).
    if headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH) {
        return Some("the answer gives its length in two ways");
    }
    None
}

/// Until when an answer holds by its own words, a day at most: `max-age` less `Age`, else `Expires` (RFC 9111, section
/// 4.2); `None` if it says nothing, or that it must not be kept.
pub(super) fn fresh_until(headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let mut max_age = None;
    for directive in headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok()) {
        for part in directive.split(',').map(|part| part.trim().to_ascii_lowercase()) {
            match part.split_once('=').map_or((part.as_str(), None), |(name, value)| (name.trim(), Some(value))) {
                ("no-store" | "no-cache", _) => return None,
                ("max-age", Some(value)) => max_age = max_age.or_else(|| whole_seconds(value.trim().trim_matches('"'))),
                _ => {}
            }
        }
    }
    let lifetime = match max_age {
        Some(age) => age - text(AGE).and_then(whole_seconds).unwrap_or_default(),
        None => http_date(text(EXPIRES)?)? - text(DATE).and_then(http_date).unwrap_or(now),
    };
    (lifetime > TimeDelta::zero()).then(|| now + lifetime.min(LONGEST_FRESH))
}

/// Seconds in digits; more than fit are a year.
fn whole_seconds(text: &str) -> Option<TimeDelta> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| TimeDelta::seconds(text.parse::<i64>().unwrap_or(i64::MAX).min(31_536_000)))
}

/// The validators of an answer; those that could not be echoed byte for byte are left out.
pub(super) fn validators(headers: &HeaderMap) -> Validators {
    let opaque = |name: HeaderName| {
        let value = headers.get(name)?.as_bytes();
        let fits = !value.is_empty() && value.len() <= LONGEST_VALIDATOR;
        std::str::from_utf8(value).ok().filter(|_| fits).map(str::to_owned)
    };
    Validators { etag: opaque(ETAG), last_modified: opaque(LAST_MODIFIED), ..Validators::default() }
}

/// How long `Retry-After` asks to stay away, a week at most (RFC 9110, section 10.2.3).
pub(super) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that does not fit is a long time too.
        return Some(value.parse().map_or(LONGEST_WAIT, Duration::from_secs).min(LONGEST_WAIT));
    }
    let wait = (http_date(value)? - now).to_std().unwrap_or_default();
    Some(wait.min(LONGEST_WAIT))
}

/// A date in one of the three forms of RFC 9110, section 5.6.7.
fn http_date(text: &str) -> Option<DateTime<Utc>> {
    const FORMATS: [&str; 3] = ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
    FORMATS.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok()).map(|date| date.and_utc())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    type Lines = &'static [(HeaderName, &'static str)];

    fn headers(name: HeaderName, value: &[u8]) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_bytes(value).unwrap())])
    }

    #[test]
    fn reads_content_types() {
        let cases: &[(&str, Option<&str>, Option<&str>)] = &[
            ("text/html", Some("text/html"), None),
            ("Text/HTML; Charset=\"GB2312\"", Some("text/html"), Some("gb2312")),
            ("text/html;charset=utf-8;x=y", Some("text/html"), Some("utf-8")),
            ("text/html; charset = 'Big5'", Some("text/html"), Some("big5")),
            ("text/html, text/html; charset=euc-kr", Some("text/html"), Some("euc-kr")),
            ("charset=utf-8", None, None),
            ("; charset=utf-8", None, Some("utf-8")),
            ("html", None, None),
            ("text/html; charset=", Some("text/html"), None),
        ];
        for (value, media_type, charset) in cases {
            let read = content_type(&headers(CONTENT_TYPE, value.as_bytes()));
            assert_eq!((read.0.as_deref(), read.1.as_deref()), (*media_type, *charset), "{value}");
        }
    }

    #[test]
    fn keeps_validators_as_they_are() {
        let long = "x".repeat(LONGEST_VALIDATOR + 1);
        let cases: &[(&[u8], Option<&str>)] = &[
            (b"\"abc\"", Some("\"abc\"")),
            (b"W/\"a b\"", Some("W/\"a b\"")),
            (b"unquoted", Some("unquoted")),
            ("\"\u{e9}\"".as_bytes(), Some("\"\u{e9}\"")),
            (b"\"\xe9\"", None),
            (b"", None),
            (long.as_bytes(), None),
        ];
        for (value, expected) in cases {
            assert_eq!(validators(&headers(ETAG, value)).etag.as_deref(), *expected);
        }
    }

    #[test]
    fn reads_until_when_an_answer_holds() {
        let now = http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let cases: &[(Lines, Option<i64>)] = &[
            (&[], None),
            (&[(CACHE_CONTROL, "max-age=7200")], Some(7200)),
            (&[(CACHE_CONTROL, "public, MAX-AGE=\"60\" , must-revalidate")], Some(60)),
            (&[(CACHE_CONTROL, "max-age=600"), (AGE, "200")], Some(400)),
            (&[(CACHE_CONTROL, "max-age=600"), (AGE, "900")], None),
            (&[(CACHE_CONTROL, "max-age=0"), (EXPIRES, "Sun, 06 Nov 1994 09:49:37 GMT")], None),
            (&[(CACHE_CONTROL, "max-age=600, no-store")], None),
            (&[(CACHE_CONTROL, "no-cache, max-age=600")], None),
            (&[(CACHE_CONTROL, "max-age=99999999999999999999")], Some(86_400)),
            (&[(CACHE_CONTROL, "max-age=-5")], None),
            (&[(CACHE_CONTROL, "s-maxage=600")], None),
            (&[(EXPIRES, "Sun, 06 Nov 1994 09:49:37 GMT")], Some(3600)),
            (&[(EXPIRES, "Sun, 06 Nov 1994 09:49:37 GMT"), (DATE, "Sun, 06 Nov 1994 09:39:37 GMT")], Some(600)),
            (&[(EXPIRES, "0")], None),
            (&[(EXPIRES, "Thu, 01 Jan 1970 00:00:00 GMT")], None),
        ];
        for (lines, seconds) in cases {
            let headers = lines.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
            assert_eq!(fresh_until(&headers, now).map(|until| (until - now).num_seconds()), *seconds, "{lines:?}");
        }
    }

    #[test]
    fn refuses_unbearable_heads() {
        let line = |number: usize, length: usize| {
            let name = HeaderName::try_from(format!("x-{number}")).unwrap();
            (name, HeaderValue::from_str(&"v".repeat(length)).unwrap())
        };
        assert_eq!(trouble(&(0..200).map(|number| line(number, 10)).collect()), None);
        assert!(trouble(&(0..201).map(|number| line(number, 10)).collect()).is_some());
        assert!(trouble(&HeaderMap::from_iter([line(0, LARGEST_HEAD)])).is_some());
        let two = [(TRANSFER_ENCODING, "chunked"), (CONTENT_LENGTH, "5")];
        let two = two.map(|(name, value)| (name, HeaderValue::from_static(value)));
        assert!(trouble(&HeaderMap::from_iter(two)).is_some());
    }

    #[test]
    fn reads_retry_after() {
        let now = http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let cases = [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("1000000000000", Some(604_800)),
            ("99999999999999999999999", Some(604_800)),
            ("-5", None),
            ("soon", None),
            ("", None),
            ("Sun, 06 Nov 1994 08:51:37 GMT", Some(120)),
            ("Sunday, 06-Nov-94 08:50:37 GMT", Some(60)),
            ("Sun Nov  6 08:49:38 1994", Some(1)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("Tue, 06 Nov 2091 08:00:00 GMT", Some(604_800)),
        ];
        for (value, seconds) in cases {
            let read = retry_after(&headers(RETRY_AFTER, value.as_bytes()), now);
            assert_eq!(read, seconds.map(Duration::from_secs), "{value}");
        }
    }
}
