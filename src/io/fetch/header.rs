//! Headers of an answer: what a page is, what makes the next request conditional, how long to stay away.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use reqwest::header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderName, LAST_MODIFIED, RETRY_AFTER};

use crate::pipeline::Validators;

/// The longest validator that is kept, in bytes.
const LONGEST_VALIDATOR: usize = 1024;

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

/// The validators of an answer; those that could not be echoed byte for byte are left out.
pub(super) fn validators(headers: &HeaderMap, body_hash: String) -> Validators {
    let opaque = |name: HeaderName| {
        let value = headers.get(name)?.as_bytes();
        let fits = !value.is_empty() && value.len() <= LONGEST_VALIDATOR;
        std::str::from_utf8(value).ok().filter(|_| fits).map(str::to_owned)
    };
    Validators { etag: opaque(ETAG), last_modified: opaque(LAST_MODIFIED), body_hash: Some(body_hash) }
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
            assert_eq!(validators(&headers(ETAG, value), String::new()).etag.as_deref(), *expected);
        }
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
