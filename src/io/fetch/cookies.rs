//! Cookies for sources that ask for them: kept for one run, and shown to the very origin that set them.
//!
//! It refuses cookies for other hosts (`Domain` is not heeded), and keeps few and small ones.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use cookie::{Cookie, Expiration};
use reqwest::header::{HeaderMap, HeaderValue, SET_COOKIE};
use url::Url;

/// Cookies of one origin, the oldest go first.
const MOST: usize = 50;
/// The longest `Set-Cookie`, in bytes.
const LONGEST: usize = 4096;

/// The cookies of a run, by origin.
#[derive(Debug, Default)]
pub(super) struct Cookies {
    by_origin: Mutex<HashMap<String, Vec<Crumb>>>,
}

#[derive(Debug)]
struct Crumb {
    name: String,
    value: String,
    path: String,
}

impl Cookies {
    /// Takes what the answer of `url` sets.
    pub(super) fn take(&self, url: &Url, headers: &HeaderMap, now: DateTime<Utc>) {
        let values = headers.get_all(SET_COOKIE).iter().take(MOST);
        let set = values.filter(|value| value.len() <= LONGEST).filter_map(|value| value.to_str().ok());
        for cookie in set.filter_map(|text| Cookie::parse(text).ok()) {
            let (name, value) = cookie.name_value();
            // A value that could end the header, or the cookie, is none.
            if name.is_empty() || !is_plain(name) || !is_plain(value) {
                continue;
            }
            let path = cookie.path().filter(|path| path.starts_with('/')).unwrap_or_else(|| folder(url.path()));
            let mut origins = self.by_origin.lock().unwrap_or_else(PoisonError::into_inner);
            let crumbs = origins.entry(url.origin().ascii_serialization()).or_default();
            crumbs.retain(|known| known.name != name || known.path != path);
            if !is_over(&cookie, now) {
                crumbs.push(Crumb { name: name.to_owned(), value: value.to_owned(), path: path.to_owned() });
                let extra = crumbs.len().saturating_sub(MOST);
                crumbs.drain(..extra);
            }
        }
    }

    /// The `Cookie` header for `url`, after what is configured.
    pub(super) fn header(&self, url: &Url, configured: Option<&HeaderValue>) -> Option<HeaderValue> {
        let origins = self.by_origin.lock().unwrap_or_else(PoisonError::into_inner);
        let crumbs = origins.get(&url.origin().ascii_serialization())?;
        let fitting = crumbs.iter().filter(|crumb| is_below(url.path(), &crumb.path));
        let pairs = fitting.map(|crumb| format!("{}={}", crumb.name, crumb.value));
        let configured = configured.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let all: Vec<String> = configured.into_iter().chain(pairs).collect();
        let mut header = HeaderValue::from_str(&all.join("; ")).ok().filter(|header| !header.is_empty())?;
        header.set_sensitive(true);
        Some(header)
    }
}

/// Whether `Max-Age` or `Expires` say that the cookie is to be forgotten (RFC 6265, section 5.3).
fn is_over(cookie: &Cookie<'_>, now: DateTime<Utc>) -> bool {
    match (cookie.max_age(), cookie.expires()) {
        (Some(age), _) => age.whole_seconds() <= 0,
        (None, Some(Expiration::DateTime(time))) => time.unix_timestamp() <= now.timestamp(),
        _ => false,
    }
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b';')
}

/// The default path of a cookie (RFC 6265, section 5.1.4).
fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("/", |(folder, _)| if folder.is_empty() { "/" } else { folder })
}

/// Whether a cookie for `folder` goes to `path` (RFC 6265, section 5.1.4).
fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || folder.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn shown(cookies: &Cookies, address: &str) -> String {
        cookies.header(&url(address), None).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    #[test]
    fn goes_to_its_origin_only() {
        let cookies = Cookies::default();
        let set = |address: &str, values: &[&str]| {
            let headers = values.iter().map(|value| (SET_COOKIE, HeaderValue::from_str(value).unwrap())).collect();
            cookies.take(&url(address), &headers, DateTime::UNIX_EPOCH);
        };
        set("https://a.example/x/y", &["s=1; Domain=example; Path=/", "t=2", "u=3; Path=/x", "bad", "v=a b"]);
        assert_eq!(shown(&cookies, "https://a.example/x/z"), "s=1; t=2; u=3");
        assert_eq!(shown(&cookies, "https://a.example/xy"), "s=1");
        for other in ["http://a.example/x/z", "https://b.a.example/x/z", "https://example/", "https://a.example:8443/"]
        {
            assert_eq!(shown(&cookies, other), "", "{other}");
        }
        set(
            "https://a.example/x/y",
            &["s=; Max-Age=0; Path=/", "t=9", "u=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/x"],
        );
        assert_eq!(shown(&cookies, "https://a.example/x/z"), "t=9");
        let configured = HeaderValue::from_static("own=1");
        let both = cookies.header(&url("https://a.example/x/z"), Some(&configured)).unwrap();
        assert_eq!(both, "own=1; t=9");
        assert!(format!("{both:?}").contains("Sensitive"));
    }

    #[test]
    fn stays_small() {
        let cookies = Cookies::default();
        for number in 0..200 {
            let value = HeaderValue::from_str(&format!("n{number}=1")).unwrap();
            cookies.take(
                &url("https://a.example/"),
                &HeaderMap::from_iter([(SET_COOKIE, value)]),
                DateTime::UNIX_EPOCH,
            );
        }
        let header = shown(&cookies, "https://a.example/");
        assert_eq!(header.split("; ").count(), MOST);
        assert!(header.ends_with("n199=1"));
    }
}
