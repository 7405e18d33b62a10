//! The address a picture really has.
//!
//! Pages that load pictures late keep the address in an attribute of their own and a placeholder in `src`.

pub mod kind;

/// Attributes that hold one address, the most trustworthy first.
const LATE: &[&str] = &[
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-actualsrc",
    "data-lazy",
    "data-url",
    "data-echo",
    "data-original-src",
    "data-full-src",
    "data-hi-res-src",
    "data-backsrc",
    "data-imgurl",
    "data-img",
    "data-image",
    "data-delayed-url",
    "data-cfsrc",
    "zoomfile",
    "file",
    "original",
    "_src",
    "lazy-src",
    "lazyload",
];
/// Attributes that hold several addresses with their widths.
const SETS: &[&str] = &["srcset", "data-srcset", "data-lazy-srcset", "data-original-set"];
/// The widest picture that is chosen where there is a choice.
const WIDEST: f64 = 2000.0;

/// The best address of an `<img>`: `attribute` gives its attributes, `sources` are the `srcset`s of the `<source>`
/// elements beside it. The address is as written; `None` if there are only placeholders.
pub fn best<'a>(attribute: impl Fn(&str) -> Option<&'a str>, sources: &[&'a str]) -> Option<&'a str> {
    let usable = |name: &&str| {
        attribute(name).map(str::trim).filter(|address| !is_placeholder(address) && looks_like_address(address))
    };
    if let Some(address) = LATE.iter().find_map(&usable) {
        return Some(address);
    }
    let src = attribute("src").map(str::trim).filter(|address| !is_placeholder(address));
    if let Some(src) = src {
        // The picture that old browsers get is often the smallest of the set.
        let set = attribute("srcset")
            .filter(|set| candidates(set).any(|candidate| candidate.split_ascii_whitespace().next() == Some(src)));
        return set.and_then(best_of_set).or(Some(src));
    }
    let sets = SETS.iter().filter_map(|name| attribute(name)).chain(sources.iter().copied());
    sets.into_iter().find_map(best_of_set)
}

/// The widest address of a `srcset` that is no wider than a page needs.
pub fn best_of_set(set: &str) -> Option<&str> {
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates(set) {
        let mut words = candidate.split_ascii_whitespace();
        let Some(address) = words.next().filter(|address| !is_placeholder(address)) else { continue };
        let size = words.next().and_then(|word| {
            let (number, unit) = word.split_at_checked(word.len().checked_sub(1)?)?;
            let number: f64 = number.parse().ok()?;
            Some(if unit == "x" { number * 600.0 } else { number })
        });
        let size = size.unwrap_or(1.0);
        let better = match best {
            None => true,
            Some((known, _)) if known > WIDEST => size < known,
            Some((known, _)) => size > known && size <= WIDEST,
        };
        if better {
            best = Some((size, address));
        }
    }
    best.map(|(_, address)| address)
}

/// The candidates of a `srcset`; a comma inside an address does not separate.
fn candidates(set: &str) -> impl Iterator<Item = &str> {
    let mut rest = set;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            return None;
        }
        let address_end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (address, tail) = rest.split_at(address_end);
        if address.ends_with(',') {
            rest = tail;
            return Some(address.trim_end_matches(','));
        }
        let end = address_end + tail.find(',').unwrap_or(tail.len());
        let (candidate, tail) = rest.split_at(end);
        rest = tail;
        Some(candidate)
    })
}

/// Whether `address` shows nothing: inline data, blank and loading pictures.
pub fn is_placeholder(address: &str) -> bool {
    let address = address.trim();
    if address.is_empty() || address == "#" {
        return true;
    }
    let scheme = address.get(..5).map(str::to_ascii_lowercase);
    if scheme.as_deref().is_some_and(|scheme| matches!(scheme, "data:" | "about" | "blob:" | "javas")) {
        return true;
    }
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name.as_str(), ""));
    let words = [
        "blank",
        "spacer",
        "loading",
        "lazyload",
        "lazy",
        "placeholder",
        "transparent",
        "pixel",
        "1x1",
        "grey",
        "gray",
        "clear",
        "empty",
        "none",
        "white",
        "default_bg",
        "preload",
        "loader",
    ];
    words.contains(&stem)
        || matches!(ending, "gif" | "svg") && words.iter().any(|word| stem.contains(word))
        || ["placeholder", "1x1", "spacer", "blank_", "lazy_load"].iter().any(|word| stem.contains(word))
}

/// What is the same for all sizes of one picture: the address without scheme, parameters that only scale, and a size in
/// the name of the file (`harbour-300x200.jpg`).
pub fn key(url: &url::Url) -> String {
    let path = url.path();
    let stem = path.rsplit_once('.').filter(|_| is_picture_file(path));
    let (stem, ending) = stem.unwrap_or((path, ""));
    let sized = stem.rsplit_once('-').filter(|(_, size)| {
        size.split_once('x').is_some_and(|(width, height)| {
            let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            number(width) && number(height)
        })
    });
    let stem = sized.map_or(stem, |(stem, _)| stem);
    // Where no file is named, the parameters tell pictures apart.
    let query = if ending.is_empty() { url.query().unwrap_or_default() } else { "" };
    format!("{}{stem}.{ending}?{query}", url.host_str().unwrap_or_default())
}

/// Whether `address` ends like the name of a picture.
pub fn is_picture_file(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path.rsplit_once('.').is_some_and(|(_, ending)| {
        ["jpg", "jpeg", "png", "webp", "gif", "avif", "bmp"].iter().any(|known| known.eq_ignore_ascii_case(ending))
    })
}

/// The address of the picture that a `style` puts behind an element.
pub fn behind(style: &str) -> Option<&str> {
    let (_, rest) = style.split_once("background")?;
    let (_, rest) = rest.split_once("url(")?;
    let (address, _) = rest.split_once(')')?;
    let address = address.trim().trim_matches(['"', '\'']);
    (!is_placeholder(address)).then_some(address)
}

/// Whether the name of the file at `address` says that it belongs to the site and not to a story.
pub fn is_decoration(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let words = name.split(|c: char| !c.is_ascii_alphabetic());
    is_placeholder(address)
        || words.into_iter().any(|word| {
            matches!(
                word,
                "logo"
                    | "logos"
                    | "icon"
                    | "icons"
                    | "favicon"
                    | "avatar"
                    | "qrcode"
                    | "weixin"
                    | "button"
                    | "sprite"
                    | "emoji"
            )
        })
}

fn looks_like_address(text: &str) -> bool {
    !text.contains(char::is_whitespace) && (text.contains('/') || text.contains('.')) && !text.starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_sensible_candidate_is_taken() {
        for (set, wanted) in [
            ("a.jpg 320w, b.jpg 1280w, c.jpg 4000w", Some("b.jpg")),
            ("a.jpg 3000w, b.jpg 4000w", Some("a.jpg")),
            ("a.jpg, b.jpg 2x", Some("b.jpg")),
            (
                "https://i.example/w_300,h_200/a.jpg 300w, https://i.example/w_600,h_400/a.jpg 600w",
                Some("https://i.example/w_600,h_400/a.jpg"),
            ),
            ("data:image/gif;base64,R0 1w", None),
            ("", None),
        ] {
            assert_eq!(best_of_set(set), wanted, "{set}");
        }
    }

    #[test]
    fn late_pictures_have_their_real_address() {
        let of = |pairs: &'static [(&str, &'static str)]| {
            best(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value), &[])
        };
        assert_eq!(of(&[("src", "/blank.gif"), ("data-original", "/p.jpg")]), Some("/p.jpg"));
        assert_eq!(of(&[("src", "/p.jpg"), ("data-src", "true")]), Some("/p.jpg"));
        assert_eq!(
            of(&[("src", "data:image/gif;base64,x"), ("data-srcset", "/a.jpg 100w,/b.jpg 200w")]),
            Some("/b.jpg")
        );
        assert_eq!(of(&[("src", "/img/loading.gif")]), None);
        assert!(is_decoration("https://a.example/img/site-logo.png"));
        assert!(!is_decoration("https://a.example/img/iconic-day.jpg"));
    }
}
