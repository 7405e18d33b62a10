//! The lines of a robots.txt: bytes before `#`, a key, a value.

/// Bytes of one line that are looked at; browsers' longest address times eight, as in Google's parser.
const LONGEST_LINE: usize = 2083 * 8 - 1;

/// The keys that matter here. Others (`Sitemap`, `Host`, unknown ones) neither say anything nor end a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    UserAgent,
    Allow,
    Disallow,
    CrawlDelay,
}

/// Every line with a known key, with its value.
pub(super) fn lines(robots: &str) -> impl Iterator<Item = (Key, &str)> {
    let robots = robots.strip_prefix('\u{feff}').unwrap_or(robots);
    robots.split(['\n', '\r']).filter_map(|line| {
        let line = line.get(..line.floor_char_boundary(LONGEST_LINE)).unwrap_or(line);
        let (name, value) = split(line.split('#').next().unwrap_or_default().trim_ascii())?;
        Some((key(name)?, value))
    })
}

/// Key and value; white space stands for a forgotten colon if there are exactly two words.
fn split(line: &str) -> Option<(&str, &str)> {
    if let Some((name, value)) = line.split_once(':') {
        return Some((name.trim_ascii_end(), value.trim_ascii_start()));
    }
    let (name, value) = line.split_once([' ', '\t'])?;
    let value = value.trim_ascii_start();
    (!value.contains([' ', '\t'])).then_some((name, value))
}

/// The key a name means; names are compared without case, by their start, and with frequent typing errors.
fn key(name: &str) -> Option<Key> {
    const NAMES: &[(&str, Key)] = &[
        ("user-agent", Key::UserAgent),
        ("useragent", Key::UserAgent),
        ("user agent", Key::UserAgent),
        ("allow", Key::Allow),
        ("disallow", Key::Disallow),
        ("dissallow", Key::Disallow),
        ("dissalow", Key::Disallow),
        ("disalow", Key::Disallow),
        ("diasllow", Key::Disallow),
        ("disallaw", Key::Disallow),
        ("crawl-delay", Key::CrawlDelay),
        ("crawldelay", Key::CrawlDelay),
    ];
    let starts = |start: &str| name.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    NAMES.iter().find(|(start, _)| starts(start)).map(|&(_, key)| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_long_lines_on_a_character() {
        let text = format!("Disallow: /{}\u{e9}\u{e9}", "a".repeat(LONGEST_LINE - 12));
        let (key, value) = lines(&text).next().unwrap();
        assert_eq!(key, Key::Disallow);
        assert_eq!(value.len(), LONGEST_LINE - "Disallow: ".len() - 1);
    }

    #[test]
    fn skips_what_makes_no_sense() {
        for line in ["", ":", ": /x", "no colon here at all", "# Disallow: /", "Sitemap: /x", "Disallow"] {
            assert_eq!(lines(line).next(), None, "{line:?}");
        }
    }
}
