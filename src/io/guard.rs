//! Which addresses may be asked: public ones only, unless a source allows otherwise.
//!
//! Refuses, in this order, schemes other than http and https, IP addresses written in the address itself, and
//! addresses a name resolves to. The second is checked before each request and the third inside the resolver of the
//! HTTP client, so that the address that was checked is the one that is dialled and a name cannot change its meaning
//! in between (DNS rebinding).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::finding::{Code, Finding};

/// Whether `address` belongs to the public Internet.
pub fn is_public(address: IpAddr) -> bool {
    special_use(address).is_none()
}

/// What kind of special address this is, by the registries of RFC 6890; `None` for public ones.
fn special_use(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => special_use_v4(address),
        IpAddr::V6(address) => special_use_v6(address),
    }
}

fn special_use_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (0, ..) => Some("an unspecified address"),
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => Some("a private address"),
        (100, 64..=127, _) => Some("an address shared behind a provider"),
        (127, ..) => Some("a loopback address"),
        (169, 254, _) => Some("a link-local address"),
        (192, 0, 0) | (192, 88, 99) => Some("a protocol address"),
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => Some("an address for documentation"),
        (198, 18..=19, _) => Some("an address for benchmarks"),
        (224..=239, ..) => Some("a multicast address"),
        (240.., ..) => Some("a reserved address"),
        _ => None,
    }
}

/// Only `2000::/3` is handed out as global unicast; what carries an IPv4 address inside is refused whole, because the
/// IPv4 address may be private.
fn special_use_v6(address: Ipv6Addr) -> Option<&'static str> {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some("an unspecified address"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some("a loopback address"),
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] => Some("an IPv4 address inside IPv6"),
        [0x64, 0xff9b, ..] => Some("a NAT64 address"),
        [0xfc00..=0xfdff, ..] => Some("a private address"),
        [0xfe80..=0xfebf, ..] => Some("a link-local address"),
        [0xff00..=0xffff, ..] => Some("a multicast address"),
        [0x2001, 0, ..] => Some("a Teredo address"),
        [0x2001, 0x0001..=0x01ff, ..] => Some("a protocol address"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0x0000..=0x0fff, ..] => Some("an address for documentation"),
        [0x2002, ..] => Some("a 6to4 address"),
        [0x2000..=0x3fff, ..] => None,
        _ => Some("a reserved address"),
    }
}

/// Refuses an address before anything is sent: the scheme always, a literal IP address unless `allow_private`.
pub(crate) fn check(url: &Url, allow_private: bool) -> Result<(), Finding> {
    if !matches!(url.scheme(), "http" | "https") {
        let message = format!("`{}:` addresses are not fetched, only http and https", url.scheme());
        return Err(Finding::error(Code::AddressRefused, message));
    }
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) => return Ok(()),
        None => return Err(Finding::error(Code::AddressRefused, "the address names no host")),
    };
    match special_use(literal) {
        Some(kind) if !allow_private => Err(refusal(&format!("{literal} is {kind}"))),
        _ => Ok(()),
    }
}

/// The finding for an address that is not public.
pub(crate) fn refusal(message: &str) -> Finding {
    Finding::error(Code::AddressRefused, format!("{message}; only public addresses are fetched"))
        .remedy("set `request.allow_private = true` for this feed if the address is meant")
}

/// Why a name led to no address that may be dialled.
#[derive(Debug)]
pub(crate) enum NameError {
    /// All its addresses are special; the text names one.
    NotPublic(String),
    /// It has no address.
    Unresolved(String),
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPublic(text) => f.write_str(text),
            Self::Unresolved(name) => write!(f, "the name {name} could not be resolved"),
        }
    }
}

impl std::error::Error for NameError {}

/// The addresses of a name, as they will come.
pub type Looking = Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>;

/// Finds the addresses of names.
pub trait Lookup: Send + Sync {
    /// Every address of `name`, the preferred ones first.
    fn lookup(&self, name: &str) -> Looking;
}

/// Asks the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: &str) -> Looking {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// A resolver that leaves out addresses that are not public unless `allow_private`.
#[derive(Clone)]
pub(crate) struct GuardedResolver {
    pub(crate) allow_private: bool,
    pub(crate) lookup: Arc<dyn Lookup>,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        let looking = self.lookup.lookup(name.as_str());
        Box::pin(async move {
            let name = name.as_str();
            let found = looking.await.map_err(|_| NameError::Unresolved(name.to_owned()))?;
            // Port 0 tells the client to put in the port of the address.
            let found = found.into_iter().map(|address| SocketAddr::new(address, 0)).collect();
            let kept = if allow_private { found } else { public(name, found)? };
            if kept.is_empty() {
                return Err(NameError::Unresolved(name.to_owned()).into());
            }
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

/// The public ones of `found`, the addresses of `name`.
fn public(name: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, NameError> {
    let mut refused = None;
    let mut kept = found;
    kept.retain(|address| match special_use(address.ip()) {
        Some(kind) => {
            refused.get_or_insert((address.ip(), kind));
            false
        }
        None => true,
    });
    match refused {
        Some((address, kind)) if kept.is_empty() => {
            Err(NameError::NotPublic(format!("{name} resolves to {address}, which is {kind}")))
        }
        _ => Ok(kept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_public_addresses() {
        let public = "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.1.1.1 128.0.0.1 \
            169.253.1.1 172.15.255.255 172.32.0.0 191.255.0.1 192.0.1.1 192.167.1.1 192.169.1.1 198.17.0.1 \
            198.20.0.1 223.255.255.255 2606:4700:4700::1111 2001:200::1 2a00:1450:4001::1";
        let special = "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 \
            169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.0.1 \
            198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 \
            255.255.255.255 :: ::1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::7f00:1 64:ff9b::7f00:1 64:ff9b:1::1 \
            100::1 2001::1 2001:2::1 2001:20::1 2001:db8::1 2002:7f00:1:: 3fff::1 5f00::1 fc00::1 \
            fd12:3456::1 fe80::1 fec0::1 ff02::1 4000::1";
        for address in public.split_whitespace() {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in special.split_whitespace() {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn checks_addresses_however_they_are_written() {
        let refused = [
            "http://127.0.0.1/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://0177.0.0.1/",
            "http://127.1:8080/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "https://[::]/",
            "http://169.254.169.254/latest/",
            "http://user@10.0.0.1/",
            "http://１２７.0.0.1/",
        ];
        for url in refused {
            let url = Url::parse(url).unwrap();
            assert_eq!(check(&url, false).unwrap_err().code, Code::AddressRefused, "{url}");
            assert!(check(&url, true).is_ok(), "{url}");
        }
        for url in ["file:///etc/passwd", "data:text/html,x", "ftp://example.org/", "gopher://example.org/"] {
            assert!(check(&Url::parse(url).unwrap(), true).is_err(), "{url}");
        }
        assert!(check(&Url::parse("https://example.org/").unwrap(), false).is_ok());
    }

    /// Answers first with a public address, then with a private one.
    struct Rebinding(std::sync::atomic::AtomicBool);

    impl Lookup for Rebinding {
        fn lookup(&self, _: &str) -> Looking {
            let again = self.0.swap(true, std::sync::atomic::Ordering::SeqCst);
            let answer = if again { "127.0.0.1" } else { "8.8.8.8" };
            Box::pin(async move { Ok(vec![answer.parse().unwrap()]) })
        }
    }

    #[tokio::test]
    async fn looks_at_every_answer_of_a_name_that_changes_its_meaning() {
        let resolver = GuardedResolver { allow_private: false, lookup: Arc::new(Rebinding(false.into())) };
        let name = || "rebind.example".parse::<Name>().unwrap();
        let first: Vec<SocketAddr> = resolver.resolve(name()).await.unwrap().collect();
        assert_eq!(first, ["8.8.8.8:0".parse().unwrap()]);
        let second = resolver.resolve(name()).await.err().unwrap();
        assert!(second.downcast_ref::<NameError>().is_some_and(|error| matches!(error, NameError::NotPublic(_))));
    }

    #[test]
    fn keeps_the_public_addresses_of_a_name() {
        let found = |list: &[&str]| list.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect();
        assert_eq!(public("n", found(&["127.0.0.1", "8.8.8.8"])).unwrap().len(), 1);
        assert!(matches!(public("n", found(&["127.0.0.1", "::1"])), Err(NameError::NotPublic(_))));
    }
}
