//! Addresses without what only counts visitors.

use url::Url;

/// Query parameters that say where a visitor came from and never change the page.
const TRACKING: &[&str] = &[
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "twclid",
    "ttclid",
    "igshid",
    "igsh",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "_hsenc",
    "_hsmi",
    "__hssc",
    "__hstc",
    "__hsfp",
    "hsctatracking",
    "vero_id",
    "oly_anon_id",
    "oly_enc_id",
    "wickedid",
    "_openstat",
    "spm",
    "scm",
    "share_token",
    "share_from",
    "sharer_shareid",
    "ito",
    "ncid",
    "cmpid",
    "cmp",
    "icid",
    "wt_mc",
    "wt.mc_id",
    "at_medium",
    "at_campaign",
    "at_custom1",
    "at_custom2",
    "xtor",
    "ocid",
    "soc_src",
    "soc_trk",
    "guccounter",
    "guce_referrer",
    "guce_referrer_sig",
    "mbid",
    "smid",
    "sref",
    "srnd",
    "taid",
    "ref_src",
    "ref_url",
    "rcm",
    "trk",
    "trkcampaign",
    "sc_cid",
    "sc_channel",
    "sc_campaign",
    "sc_content",
    "s_cid",
    "ef_id",
    "mtm_source",
    "mtm_medium",
    "mtm_campaign",
    "pk_source",
    "pk_medium",
    "pk_campaign",
    "pk_kwd",
    "zanpid",
];

/// Whether the query parameter `name` only counts visitors.
pub fn is_tracking(name: &str) -> bool {
    const STARTS: [&str; 3] = ["utm_", "hsa_", "stm_"];
    let start = name.get(..4).unwrap_or_default();
    STARTS.iter().any(|known| known.eq_ignore_ascii_case(start))
        || TRACKING.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether a query parameter is the name of one visit, as forums and shops write it for visitors without cookies.
///
/// `sid=734` may be a story's number, so the value has to look like one that was drawn at random.
pub fn is_session(name: &str, value: &str) -> bool {
    const NAMES: [&str; 10] =
        ["s", "sid", "phpsessid", "jsessionid", "sessionid", "session_id", "session", "oscsid", "zenid", "xtcsid"];
    let drawn = value.len() >= 24
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic());
    drawn && NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether `pair` of a query (`page=2`) may change the page: it is not empty, counts no visitors and names no visit.
pub fn says_something(pair: &str) -> bool {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    !pair.is_empty() && !is_tracking(name) && !is_session(name, value)
}

/// `address` without tracking parameters and names of visits; all else, the fragment too, stays as it is.
pub fn clean(address: &Url) -> Url {
    cleaned(address.clone())
}

/// The same for an address that nobody else needs.
pub fn cleaned(mut address: Url) -> Url {
    let Some(query) = address.query() else { return address };
    let kept: Vec<&str> = query.split('&').filter(|pair| says_something(pair)).collect();
    let kept = (!kept.is_empty()).then(|| kept.join("&"));
    address.set_query(kept.as_deref());
    address
}

/// The registrable domain of `address` (`bbc.co.uk` of `news.bbc.co.uk`), by the Public Suffix List; the host itself
/// for addresses without one.
pub fn site(address: &Url) -> &str {
    domain(address.host_str().unwrap_or_default())
}

/// The registrable domain of a host, by the same list.
pub(crate) fn domain(host: &str) -> &str {
    psl::domain_str(host).unwrap_or(host)
}

/// Whether two addresses belong to one site.
pub fn same_site(a: &Url, b: &Url) -> bool {
    // Most links of a page lead to its own host, for which nobody has to look into the list.
    a.host_str() == b.host_str() || site(a) == site(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracking_goes_and_the_rest_stays() {
        for (address, cleaned) in [
            ("https://a.example/?utm_source=x&id=1&fbclid=2#top", "https://a.example/?id=1#top"),
            ("https://a.example/p?UTM_Medium=x", "https://a.example/p"),
            ("https://a.example/p?q=%E4%BD%A0&b", "https://a.example/p?q=%E4%BD%A0&b"),
            ("https://a.example/p?", "https://a.example/p"),
            ("https://a.example/t.php?t=7&sid=0a1b2c3d4e5f60718293a4b5c6d7e8f9", "https://a.example/t.php?t=7"),
            ("https://a.example/?PHPSESSID=q8s7d6f5g4h3j2k1l0p9o8i7u6", "https://a.example/"),
            ("https://a.example/story.php?sid=734", "https://a.example/story.php?sid=734"),
            ("https://a.example/?s=winter", "https://a.example/?s=winter"),
        ] {
            assert_eq!(clean(&Url::parse(address).unwrap()).as_str(), cleaned);
        }
    }

    #[test]
    fn a_site_is_a_registrable_domain() {
        let url = |text| Url::parse(text).unwrap();
        assert!(same_site(&url("https://news.bbc.co.uk/"), &url("http://www.bbc.co.uk/x")));
        assert!(!same_site(&url("https://a.co.uk/"), &url("https://b.co.uk/")));
        assert!(same_site(&url("http://127.0.0.1:80/"), &url("http://127.0.0.1:81/")));
    }
}
