//! Single values of feeds.toml: addresses, durations, sizes, zones, languages, encodings, dates, patterns, selectors.
//!
//! Pure functions from text to value or [`Trouble`]. No message repeats an address or the value of a header.

use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use chrono::format::{Item as FormatItem, StrftimeItems};
use regex::{Regex, RegexBuilder};
use scraper::Selector;
use url::Url;

use super::suggest::nearest;
use super::written::{Trouble, did_you_mean, shown};
use crate::hosting::Host;
use crate::model::Zone;
use crate::normalise;

/// The longest selector or pattern in bytes.
const MAX_PATTERN_BYTES: usize = 1024;
/// The most memory one compiled pattern takes, in bytes.
const MAX_COMPILED_BYTES: usize = 1 << 20;

/// An absolute http(s) address without user name and password.
pub(super) fn address(text: &str) -> Result<Url, Trouble> {
    let text = text.trim();
    let url = Url::parse(text).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => {
            Trouble::with("the address has no scheme", "begin it with `https://`")
        }
        error => Trouble::new(format!("this is no address: {error}")),
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Trouble::with("the address is not http or https", "begin it with `https://`"));
    }
    if !url.has_host() {
        return Err(Trouble::new("the address has no host"));
    }
    if has_credentials(&url) {
        return Err(Trouble::with(
            "an address has no user name and password here",
            "send them as a header: `request = { headers = { Authorization = \"${NAME}\" } }`",
        ));
    }
    Ok(url)
}

/// Whether `url` has a user name or a password.
pub(super) fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// The address of a folder: [`address`] with `/` at its end.
pub(super) fn folder_address(text: &str) -> Result<Url, Trouble> {
    let mut url = address(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Trouble::new("the address of a folder has no `?` and no `#`"));
    }
    let last = url.path().rsplit('/').next().unwrap_or_default();
    if [".html", ".htm", ".xml", ".rss", ".atom", ".json", ".opml"].iter().any(|ending| last.ends_with(ending)) {
        let folder = url.path().trim_end_matches(last).to_owned();
        url.set_path(&folder);
        return Err(Trouble::with("this is the address of a file, not of a folder", did_you_mean(url)));
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// `90s`, `5m`, `3h`, `7d`, `2w`, `500ms`, and sums such as `1h30m`.
pub(super) fn duration(text: &str) -> Result<Duration, Trouble> {
    let wrong = || Trouble::with("this is no duration", "write a number and a unit: `90s`, `5m`, `3h`, `7d` or `2w`");
    let mut rest = text.trim();
    let mut milliseconds = 0_u64;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let (digits, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?);
        let after = after.trim_start();
        let (unit, after) = after.split_at(after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len()));
        let factor = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return Err(wrong()),
        };
        let part = digits.parse::<u64>().ok().and_then(|n| n.checked_mul(factor)).ok_or_else(wrong)?;
        milliseconds = milliseconds.checked_add(part).ok_or_else(wrong)?;
        rest = after.trim_start();
    }
    // A hundred years, so that no sum of times runs over.
    if milliseconds > 3_155_760_000_000 {
        return Err(Trouble::new("this is more than a hundred years"));
    }
    Ok(Duration::from_millis(milliseconds))
}

/// `500KiB`, `15MiB`, `20 MB`, `1GiB` or a number of bytes.
pub(super) fn size(text: &str) -> Result<u64, Trouble> {
    let wrong = || Trouble::with("this is no size", "write a number and a unit: `500KiB` or `15MiB`");
    let text = text.trim();
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "k" | "kib" => 1 << 10,
        "mb" => 1_000_000,
        "m" | "mib" => 1 << 20,
        "gb" => 1_000_000_000,
        "g" | "gib" => 1 << 30,
        _ => return Err(wrong()),
    };
    digits.parse::<u64>().ok().and_then(|n| n.checked_mul(factor)).ok_or_else(wrong)
}

/// A zone of the IANA database by its name.
pub(super) fn timezone(text: &str) -> Result<Zone, Trouble> {
    if let Some(zone) = Zone::named(text) {
        return Ok(zone);
    }
    let names = Zone::names;
    let city =
        |name: &&str| name.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&text.replace(' ', "_")));
    let near = names().find(city).or_else(|| nearest(text, names()));
    let message = format!("unknown timezone `{}`", shown(text));
    Err(match near {
        Some(name) => Trouble::with(message, did_you_mean(name)),
        None => Trouble::with(message, "give a name such as `UTC`, `Europe/Berlin` or `Australia/Melbourne`"),
    })
}

/// A BCP 47 tag (RFC 5646), in its usual capitals.
pub(super) fn language(text: &str) -> Result<String, Trouble> {
    let wrong = format!("`{}` is no language tag", shown(text));
    let plain = text.len() <= 35
        && text.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    match normalise::language::tag(text) {
        Some(tag) if plain => Ok(tag),
        Some(tag) if text.contains('_') => Err(Trouble::with(wrong, did_you_mean(tag))),
        _ => Err(Trouble::with(wrong, "give a tag such as `en`, `de-AT` or `zh-CN`")),
    }
}

/// A kind of host.
pub(super) fn host(text: &str) -> Result<Host, Trouble> {
    let names = Host::ALL.map(Host::name);
    Host::named(text).ok_or_else(|| {
        let help = nearest(text, names).map_or_else(|| format!("the hosts are `{}`", names.join("`, `")), did_you_mean);
        Trouble::with(format!("unknown host `{}`", shown(text)), help)
    })
}

/// A label of the WHATWG encoding standard, in lower case.
pub(super) fn encoding(text: &str) -> Result<String, Trouble> {
    const COMMON: [&str; 14] = [
        "utf-8",
        "gbk",
        "gb18030",
        "big5",
        "shift_jis",
        "euc-jp",
        "euc-kr",
        "windows-1251",
        "windows-1252",
        "windows-1250",
        "iso-8859-1",
        "iso-8859-2",
        "iso-8859-15",
        "koi8-r",
    ];
    let label = text.trim().to_ascii_lowercase();
    if encoding_rs::Encoding::for_label_no_replacement(label.as_bytes()).is_some() {
        return Ok(label);
    }
    let message = format!("unknown encoding `{}`", shown(text));
    Err(match nearest(&label, COMMON) {
        Some(name) => Trouble::with(message, did_you_mean(name)),
        None => Trouble::with(message, "give a label such as `utf-8`, `gbk` or `windows-1251`"),
    })
}

/// A date pattern of chrono (`%d.%m.%Y`).
pub(super) fn date_format(text: &str) -> Result<String, Trouble> {
    const HELP: &str = "write the day as `%d`, the month as `%m` or `%B`, the year as `%Y`, hour and minute as `%H:%M`";
    if text.len() > MAX_PATTERN_BYTES {
        return Err(Trouble::new("the date format is longer than 1 KiB"));
    }
    let mut items = 0_usize;
    for item in StrftimeItems::new(text) {
        match item {
            FormatItem::Error => return Err(Trouble::with("the date format has an unknown `%` item", HELP)),
            FormatItem::Numeric(..) | FormatItem::Fixed(_) => items += 1,
            _ => {}
        }
    }
    if items == 0 {
        return Err(Trouble::with("the date format has no `%` item", HELP));
    }
    Ok(text.to_owned())
}

/// A folder below or beside that of feeds.toml.
pub(super) fn relative_folder(text: &str) -> Result<PathBuf, Trouble> {
    let drive = text.as_bytes().get(1) == Some(&b':');
    let path = Path::new(text);
    let rooted = path.components().next().is_some_and(|c| matches!(c, Component::RootDir | Component::Prefix(_)));
    if text.trim().is_empty() {
        Err(Trouble::with("`root` is empty", "`.` is the folder of feeds.toml"))
    } else if text.contains('\0') {
        Err(Trouble::new("`root` has a zero byte"))
    } else if rooted || drive || text.starts_with('\\') {
        Err(Trouble::with("`root` is absolute", "give a folder relative to that of feeds.toml"))
    } else {
        Ok(path.to_owned())
    }
}

/// The path of a file that is written.
pub(super) fn file(text: &str) -> Result<PathBuf, Trouble> {
    if text.trim().is_empty() || text.contains('\0') || text.ends_with(['/', '\\']) {
        Err(Trouble::with("this is no path of a file", "give one such as `metrics.prom`, relative to feeds.toml"))
    } else {
        Ok(PathBuf::from(text))
    }
}

/// A pattern in the syntax of the `regex` crate.
pub(super) fn pattern(text: &str) -> Result<Regex, Trouble> {
    if text.is_empty() {
        return Err(Trouble::new("the pattern is empty"));
    }
    if text.len() > MAX_PATTERN_BYTES {
        return Err(Trouble::new("the pattern is longer than 1 KiB"));
    }
    RegexBuilder::new(text).size_limit(MAX_COMPILED_BYTES).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            Trouble::with("the pattern is too large once compiled", "use smaller repetitions than such as `{1000}`")
        }
        error => {
            // The last line says what is wrong; those above draw the pattern again.
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default().trim().trim_start_matches("error: ");
            let message = format!("the pattern is wrong: {reason}");
            if reason.contains("look-around") || reason.contains("backreference") {
                Trouble::with(
                    message,
                    "patterns have no look-around and no back references; use `include` with `exclude`",
                )
            } else {
                Trouble::new(message)
            }
        }
    })
}

/// A CSS selector.
pub(super) fn selector(text: &str) -> Result<Selector, Trouble> {
    if text.trim().is_empty() {
        return Err(Trouble::new("the selector is empty"));
    }
    if text.len() > MAX_PATTERN_BYTES {
        return Err(Trouble::new("the selector is longer than 1 KiB"));
    }
    // The parser descends once for each of them.
    if text.matches('(').count() > 32 {
        return Err(Trouble::new("the selector is nested too deeply"));
    }
    Selector::parse(text).map_err(|error| {
        let message = format!("`{}` is no CSS selector: {}", shown(text), selector_reason(&error));
        match selector_help(text) {
            Some(help) => Trouble::with(message, help),
            None => Trouble::new(message),
        }
    })
}

fn selector_reason(error: &scraper::error::SelectorErrorKind) -> String {
    use scraper::error::SelectorErrorKind as Kind;
    match error {
        Kind::EndOfLine => "it ends too early".to_owned(),
        Kind::UnexpectedToken => "it has a sign that does not belong there".to_owned(),
        Kind::UnexpectedSelectorParseError(reason) => unexpected(&format!("{reason:?}")),
        other => other.to_string().to_lowercase(),
    }
}

/// A reason in words; the parser gives the name of a kind, with the token in brackets.
fn unexpected(reason: &str) -> String {
    let name = reason.split(['(', ' ', '{']).next().unwrap_or_default();
    match name {
        "EmptySelector" => "a part of it is empty",
        "DanglingCombinator" => "`>`, `+` or `~` has nothing beside it",
        "UnsupportedPseudoClassOrElement" => "this pseudo-class is unknown here",
        "NonCompoundSelector" | "NonPseudoElementAfterSlotted" => "a part of it is too complex",
        "InvalidPseudoElementInsideWhere" | "InvalidState" => "a part does not belong where it stands",
        "UnexpectedTokenInAttributeSelector" | "NoQualifiedNameInAttributeSelector" | "BadValueInAttr" => {
            "the `[…]` is wrong; put the value in quotes"
        }
        "ExpectedBarInAttr" | "ExplicitNamespaceUnexpectedToken" | "ExpectedNamespace" => "the namespace is wrong",
        "InvalidQualNameInAttr" | "ClassNeedsIdent" => "a name is missing or begins with a digit",
        "PseudoElementExpectedIdent" => "a name is missing after `:`",
        _ => "a part of it is wrong",
    }
    .to_owned()
}

/// What people of other tools write.
fn selector_help(text: &str) -> Option<&'static str> {
    if text.contains("::attr(") {
        Some("an attribute is written `selector@attribute`")
    } else if text.contains("::text") {
        Some("leave out `::text`; without `@attribute` the text is taken")
    } else if text.contains(":contains(") {
        Some("`:contains()` is not CSS; use `regex`, or `include` and `exclude`")
    } else if text.starts_with("//") || text.starts_with("./") {
        Some("this looks like XPath; write a CSS selector")
    } else {
        None
    }
}
