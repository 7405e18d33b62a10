//! Permanent names: the keys under which a story is known, and the id it gets.
//!
//! The key of an address survives what sites change without meaning anything by it: http→https, `www.`, a default
//! port, a trailing slash, `index.html`, tracking parameters, the fragment. It is itself an absolute https IRI, so it
//! serves as the id that readers see.

use icu_normalizer::ComposingNormalizerBorrowed;
use url::Url;

use crate::model::{EntryId, FeedId};
use crate::normalise::url::{clean, is_tracking};

/// The key of `address`. `listing` is the index page: a fragment counts only where the story stands on that very page.
pub fn key(address: &Url, listing: &Url) -> String {
    let key = bare_key(address);
    match address.fragment() {
        Some(fragment) if !fragment.is_empty() && key == bare_key(listing) => format!("{key}#{fragment}"),
        _ => key,
    }
}

fn bare_key(address: &Url) -> String {
    let host = address.host_str().unwrap_or_default();
    let mut path = address.path();
    for index in ["/index.html", "/index.htm", "/index.php"] {
        path = path.strip_suffix(index).unwrap_or(path);
    }
    let mut key = String::with_capacity(address.as_str().len() + 1);
    key.push_str("https://");
    key.push_str(host.strip_prefix("www.").unwrap_or(host));
    if let Some(port) = address.port().filter(|port| !matches!(port, 80 | 443)) {
        key.push(':');
        key.push_str(&port.to_string());
    }
    key.push_str(path.trim_end_matches('/'));
    if address.query().is_some() {
        let query = canonical_query(&clean(address));
        if !query.is_empty() {
            key.push('?');
            key.push_str(&query);
        }
    }
    key
}

/// The parameters of `address` in alphabetical order, without those that only count visitors.
fn canonical_query(address: &Url) -> String {
    let mut pairs: Vec<_> = address.query_pairs().filter(|(name, _)| !is_tracking(name)).collect();
    pairs.sort();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in &pairs {
        query.append_pair(name, value);
    }
    query.finish()
}

/// The key of the site's own id: an address is treated as one, anything else is scoped by the feed.
pub fn guid_key(guid: &str, feed: &FeedId, listing: &Url) -> String {
    match Url::parse(guid.trim()) {
        Ok(address) if matches!(address.scheme(), "http" | "https") && address.has_host() => key(&address, listing),
        _ => {
            let name: String = url::form_urlencoded::byte_serialize(guid.trim().as_bytes()).collect();
            format!("urn:feedmill:{feed}:{}", name.replace('+', "%20"))
        }
    }
}

/// The id of a story whose best key is `key`: the key in its canonical form.
pub fn entry_id(key: String) -> EntryId {
    EntryId::from_key(canonical(key))
}

/// `key` as RFC 3986 (section 6.2) and RFC 4287 (section 4.2.6.1) want ids: with a slash for an empty path, nothing
/// encoded that need not be, and composed characters. Keys stay as they are: stories are found by them.
pub fn canonical(key: String) -> String {
    if let Some((scope, name)) = key.strip_prefix("urn:feedmill:").and_then(|rest| rest.split_once(':')) {
        // A tilde is no character of a URN (RFC 2141), and its escape is none of a canonical address (RFC 3986, section
        // 6.2.2.2); `!` stands for it, which is never written otherwise.
        let whole = format!("x={}", name.replace('!', "%7E"));
        let decoded = url::form_urlencoded::parse(whole.as_bytes()).next().map(|(_, name)| name).unwrap_or_default();
        let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&decoded);
        let name: String = url::form_urlencoded::byte_serialize(composed.as_bytes()).collect();
        return format!("urn:feedmill:{scope}:{}", name.replace('+', "%20").replace("%7E", "!"));
    }
    let key = if key.contains("%7E") { key.replace("%7E", "~") } else { key };
    let Some(rest) = key.strip_prefix("https://") else { return key };
    match rest.find(['/', '?', '#']) {
        Some(end) if rest[end..].starts_with('/') => key,
        Some(end) => format!("https://{}/{}", &rest[..end], &rest[end..]),
        None => format!("{key}/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_story_has_one_key() {
        let listing = Url::parse("https://www.site.example/news/").unwrap();
        let same = [
            "http://site.example/a/b",
            "https://www.site.example/a/b/",
            "https://site.example:443/a/b?utm_source=x&fbclid=1",
            "https://SITE.example/a/b#comments",
            "https://site.example/a/./b/index.html",
        ];
        for address in same {
            assert_eq!(key(&Url::parse(address).unwrap(), &listing), "https://site.example/a/b", "{address}");
        }
        let k = |address: &str| key(&Url::parse(address).unwrap(), &listing);
        assert_ne!(k("https://site.example/a?id=1"), k("https://site.example/a?id=2"));
        assert_eq!(k("https://site.example/a?x=1&id=2"), k("https://site.example/a?id=2&x=1"));
        assert_eq!(k("https://site.example/news/#v1.2"), "https://site.example/news#v1.2");
    }

    #[test]
    fn ids_are_canonical_and_stay_so() {
        for (key, wanted) in [
            ("https://site.example", "https://site.example/"),
            ("https://site.example?p=7", "https://site.example/?p=7"),
            ("https://site.example#x", "https://site.example/#x"),
            ("https://site.example:8443/a?x=%7Ey", "https://site.example:8443/a?x=~y"),
            ("urn:feedmill:a:%7Ebob%20e%CC%81", "urn:feedmill:a:!bob%20%C3%A9"),
            ("urn:feedmill:a:!bob%20%C3%A9", "urn:feedmill:a:!bob%20%C3%A9"),
            ("urn:other:x", "urn:other:x"),
        ] {
            let id = entry_id(key.to_owned());
            assert_eq!(id.as_str(), wanted);
            assert_eq!(entry_id(wanted.to_owned()), id, "twice");
        }
    }

    #[test]
    fn a_foreign_id_is_an_iri() {
        let listing = Url::parse("https://site.example/").unwrap();
        let feed = FeedId::new("acme").unwrap();
        assert_eq!(guid_key(" id 7/ü ", &feed, &listing), "urn:feedmill:acme:id%207%2F%C3%BC");
        assert_eq!(guid_key("http://www.site.example/x/", &feed, &listing), "https://site.example/x");
    }
}
