//! The addresses of pictures in sanitised markup, exchanged for others.
//!
//! It refuses to look at anything but what the sanitiser writes: there `src` is the first attribute of `<img>`, and a
//! `<` in a text is always escaped, so that no parser is needed to find it.

use url::Url;

use super::{decode, escape};
use crate::model::SafeHtml;

/// How the sanitiser begins a picture.
const START: &str = "<img src=\"";

/// `html` with the address of every picture for which `other` knows one exchanged. What `other` gives is an absolute
/// http(s) address, so that the markup stays as safe as it was.
pub(crate) fn with_pictures(html: &SafeHtml, other: &dyn Fn(&str) -> Option<Url>) -> SafeHtml {
    let mut rest = html.as_str();
    let mut out = String::with_capacity(rest.len());
    while let Some(at) = rest.find(START) {
        let (before, after) = rest.split_at(at + START.len());
        out.push_str(before);
        let address = after.split('"').next().unwrap_or_default();
        match other(&decode(address)) {
            Some(url) => out.push_str(&escape(url.as_str())),
            None => out.push_str(address),
        }
        rest = after.get(address.len()..).unwrap_or_default();
    }
    out.push_str(rest);
    SafeHtml::from_sanitiser(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::html::{images, sanitise};

    #[test]
    fn pictures_get_other_addresses_and_nothing_else_changes() {
        let base = Url::parse("https://site.example/a/").unwrap();
        let markup = "<p>&lt;img src=\"x.jpg\"&gt; is text <a href=\"x.jpg\">x</a></p>\
            <figure><img src=\"x.jpg?a=1&amp;b=2\" alt=\"src=&quot;y.jpg&quot;\"></figure><p><img src=\"z.png\"></p>";
        let html = sanitise(markup, &base).unwrap();
        let own = Url::parse("https://me.example/media/a/1.jpg?x=1&y=2").unwrap();
        let other = |address: &str| (address == "https://site.example/a/x.jpg?a=1&b=2").then(|| own.clone());
        let changed = with_pictures(&html, &other);
        let expected = html
            .as_str()
            .replace("https://site.example/a/x.jpg?a=1&amp;b=2", "https://me.example/media/a/1.jpg?x=1&amp;y=2");
        assert_eq!(changed.as_str(), expected);
        assert_eq!(images(&changed)[0].url, own);
        assert_eq!(sanitise(changed.as_str(), &base).unwrap(), changed, "it is as the sanitiser would write it");
        assert_eq!(with_pictures(&html, &|_| None), html);
    }
}
