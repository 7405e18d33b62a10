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
    let name = name.to_ascii_lowercase();
    name.starts_with("utm_")
        || name.starts_with("hsa_")
        || name.starts_with("stm_")
        || TRACKING.contains(&name.as_str())
}

/// `address` without tracking parameters; all else, the fragment too, stays as it is.
pub fn clean(address: &Url) -> Url {
    let mut cleaned = address.clone();
    let Some(query) = address.query() else { return cleaned };
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !is_tracking(pair.split('=').next().unwrap_or_default()))
        .collect();
    cleaned.set_query((!kept.is_empty()).then(|| kept.join("&")).as_deref());
    cleaned
}

/// The registrable domain of `address` (`bbc.co.uk` of `news.bbc.co.uk`), by the Public Suffix List; the host itself
/// for addresses without one.
pub fn site(address: &Url) -> String {
    let host = address.host_str().unwrap_or_default();
    psl::domain_str(host).unwrap_or(host).to_owned()
}

/// Whether two addresses belong to one site.
pub fn same_site(a: &Url, b: &Url) -> bool {
    site(a) == site(b)
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
