//! The `request` table: headers with values from the environment, pace, limits, manners.
//!
//! Values of headers are secrets from the moment they are read: no message, no `Debug` and no quoted line shows them.

use std::ops::Range;
use std::time::Duration;

use toml::de::DeValue;

use super::leaf;
use super::settings::{parsed, seconds};
use super::written::{Item, Reading, Shape, Trouble, shown};
use super::{RequestOptions, Secret};

/// The keys of `request`.
pub(super) const SHAPE: Shape = Shape {
    name: "`request`",
    keys: &[
        "headers",
        "delay",
        "timeout",
        "max_bytes",
        "allow_private",
        "allow_downgrade",
        "cookies",
        "proxy",
        "robots",
        "robots_reason",
        "render",
    ],
};
const ROBOTS: Shape = Shape { name: "`robots`", keys: &["obey", "reason"] };

/// The longest pause between two requests, in seconds.
const MAX_DELAY: u64 = 600;
/// The longest wait for an answer, in seconds.
const MAX_TIMEOUT: u64 = 600;
/// What `max_bytes` may be: a page is held in memory.
const BYTES: std::ops::RangeInclusive<u64> = 1024..=256 * 1024 * 1024;
/// The most bytes of one header value.
const MAX_VALUE_BYTES: usize = 8 * 1024;

/// Headers that the client sets itself, with what to do instead.
const REFUSED: [(&str, &str); 16] = [
    ("user-agent", "set `contact` at the top of the file; it becomes part of the User-Agent"),
    ("host", "it follows from the address"),
    ("content-length", "requests have no body"),
    ("content-type", "requests have no body"),
    ("connection", "the client looks after its connections"),
    ("keep-alive", "the client looks after its connections"),
    ("upgrade", "the client looks after its connections"),
    ("transfer-encoding", "requests have no body"),
    ("te", "the client looks after its connections"),
    ("trailer", "the client looks after its connections"),
    ("expect", "requests have no body"),
    ("range", "pages are fetched whole"),
    ("if-range", "pages are fetched whole"),
    ("accept-encoding", "the client says what it can decompress"),
    ("if-none-match", "conditional requests are made from the last answer"),
    ("if-modified-since", "conditional requests are made from the last answer"),
];

/// What `request` says; `None` is "not said".
#[derive(Clone, Default)]
pub(super) struct RequestSettings {
    headers: Vec<(String, Secret)>,
    delay: Option<Duration>,
    timeout: Option<Duration>,
    max_bytes: Option<u64>,
    allow_private: Option<bool>,
    allow_downgrade: Option<bool>,
    cookies: Option<bool>,
    proxy: Option<Secret>,
    robots: Option<Robots>,
}

#[derive(Clone)]
struct Robots {
    obey: bool,
    reason: Option<String>,
}

impl RequestSettings {
    /// These settings where they say something, else those of `defaults`; headers by name.
    pub(super) fn over(mut self, defaults: &Self) -> Self {
        for (name, value) in &defaults.headers {
            if !self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)) {
                self.headers.push((name.clone(), value.clone()));
            }
        }
        Self {
            headers: self.headers,
            delay: self.delay.or(defaults.delay),
            timeout: self.timeout.or(defaults.timeout),
            max_bytes: self.max_bytes.or(defaults.max_bytes),
            allow_private: self.allow_private.or(defaults.allow_private),
            allow_downgrade: self.allow_downgrade.or(defaults.allow_downgrade),
            cookies: self.cookies.or(defaults.cookies),
            proxy: self.proxy.or_else(|| defaults.proxy.clone()),
            robots: self.robots.or_else(|| defaults.robots.clone()),
        }
    }

    /// The settings with the rest filled in.
    pub(super) fn into_options(self) -> RequestOptions {
        let usual = RequestOptions::default();
        let (obey_robots, robots_reason) =
            self.robots.map_or((usual.obey_robots, None), |robots| (robots.obey, robots.reason));
        RequestOptions {
            headers: self.headers,
            delay: self.delay.unwrap_or(usual.delay),
            timeout: self.timeout.unwrap_or(usual.timeout),
            max_bytes: self.max_bytes.unwrap_or(usual.max_bytes),
            allow_private: self.allow_private.unwrap_or(usual.allow_private),
            allow_downgrade: self.allow_downgrade.unwrap_or(usual.allow_downgrade),
            cookies: self.cookies.unwrap_or(usual.cookies),
            proxy: self.proxy,
            obey_robots,
            robots_reason,
        }
    }
}

/// Reads a `request` table.
pub(super) fn read(reading: &mut Reading<'_>, item: Item<'_>) -> RequestSettings {
    let Some(table) = reading.table(item, &SHAPE) else { return RequestSettings::default() };
    let reason = table.get("robots_reason").and_then(|item| reading.line(item));
    let settings = RequestSettings {
        headers: table.get("headers").map(|item| headers(reading, item)).unwrap_or_default(),
        delay: table.get("delay").and_then(|item| seconds(reading, item, 0..=MAX_DELAY)),
        timeout: table.get("timeout").and_then(|item| seconds(reading, item, 1..=MAX_TIMEOUT)),
        max_bytes: table.get("max_bytes").and_then(|item| max_bytes(reading, item)),
        allow_private: table.get("allow_private").and_then(|item| reading.boolean(item)),
        allow_downgrade: table.get("allow_downgrade").and_then(|item| reading.boolean(item)),
        cookies: table.get("cookies").and_then(|item| reading.boolean(item)),
        proxy: table.get("proxy").and_then(|item| proxy(reading, item)),
        robots: table.get("robots").and_then(|item| robots(reading, item, reason)),
    };
    if let Some(render) = table.get("render")
        && let Some(word) = reading.string(render)
        && word != "never"
    {
        let message = "pages are not rendered in a browser: this is not available yet";
        reading.mistake_with(render.span(), message, "leave `render` out, or write `never`");
    }
    settings
}

fn max_bytes(reading: &mut Reading<'_>, item: Item<'_>) -> Option<u64> {
    let size = match item.value.get_ref() {
        DeValue::Integer(_) => return reading.integer(item, BYTES),
        DeValue::String(_) => parsed(reading, item, leaf::size)?,
        _ => return reading.wrong_type(item, "a size such as \"15MiB\" or an integer"),
    };
    if !BYTES.contains(&size) {
        reading.mistake(item.span(), "`max_bytes` is from 1KiB to 256MiB");
        return None;
    }
    Some(size)
}

/// The address of a proxy, with `${NAME}` for its password.
fn proxy(reading: &mut Reading<'_>, item: Item<'_>) -> Option<Secret> {
    let text = reading.string(item)?;
    reading.veiled.push(item.span());
    let expanded = expand(text, reading.environment);
    let expanded = reading.take(item, expanded)?;
    let address = url::Url::parse(expanded.trim()).ok();
    let fits = address.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(address) = fits else {
        let help = "write an address such as `http://proxy.example:3128`";
        reading.mistake_with(item.span(), "`proxy` is no http or https address", help);
        return None;
    };
    Some(Secret::new(address.into()))
}

/// `true`, `false` beside a `robots_reason`, or `{ obey = false, reason = "…" }`.
fn robots(reading: &mut Reading<'_>, item: Item<'_>, beside: Option<String>) -> Option<Robots> {
    const HELP: &str = "write `robots_reason = \"…\"` beside `robots = false`, with the permission that you have";
    match item.value.get_ref() {
        DeValue::Boolean(true) => return Some(Robots { obey: true, reason: None }),
        DeValue::Boolean(false) if beside.is_some() => return Some(Robots { obey: false, reason: beside }),
        DeValue::Boolean(false) => {
            reading.mistake_with(item.span(), "robots.txt is not ignored without a reason", HELP);
            return None;
        }
        DeValue::Table(_) => {}
        _ => return reading.wrong_type(item, "`true` or a table"),
    }
    let table = reading.table(item, &ROBOTS)?;
    let reason = table.get("reason").map(|reason| reading.line(reason));
    let obey = match table.get("obey") {
        Some(obey) => reading.boolean(obey)?,
        None => true,
    };
    if !obey && reason.is_none() && beside.is_none() {
        reading.absence(item.span(), "robots.txt is not ignored without a reason", HELP);
        return None;
    }
    Some(Robots { obey, reason: reason.flatten().or(beside) })
}

fn headers(reading: &mut Reading<'_>, item: Item<'_>) -> Vec<(String, Secret)> {
    let mut headers: Vec<(String, Secret)> = Vec::new();
    for (entry, key) in reading.entries(item) {
        let name = entry.key;
        reading.veiled.push(entry.span());
        if let Err(Trouble { message, help }) = header_name(name) {
            match help {
                Some(help) => reading.mistake_with(key, message, help),
                None => reading.mistake(key, message),
            }
        } else if headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            reading.mistake(key, format!("the header `{name}` is given twice"));
        } else if let Some(value) = header_value(reading, entry) {
            headers.push((name.to_owned(), value));
            continue;
        }
        // The value is looked at all the same, so that an undefined variable is told at once.
        if entry.value.get_ref().is_str() {
            let text = entry.value.get_ref().as_str().unwrap_or_default();
            let expanded = expand(text, reading.environment);
            if expanded.is_err() && !noted(reading, &entry.span()) {
                reading.take(entry, expanded);
            }
        }
    }
    headers
}

/// Whether there is a mistake at `span` already.
fn noted(reading: &Reading<'_>, span: &Range<usize>) -> bool {
    reading.drafts.iter().rev().take(2).any(|draft| draft.span == *span)
}

/// A field name of RFC 9110, section 5.1, that the client does not set itself.
fn header_name(name: &str) -> Result<(), Trouble> {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || name.len() > 100 || !name.bytes().all(token) {
        return Err(Trouble::new(format!("`{}` is no header name", shown(name))));
    }
    let lower = name.to_ascii_lowercase();
    let refused = REFUSED.iter().find(|(other, _)| *other == lower);
    match refused {
        Some((_, help)) => Err(Trouble::with(format!("the header `{name}` cannot be set"), *help)),
        None if lower.starts_with("proxy-") => Err(Trouble::new(format!("the header `{name}` cannot be set"))),
        None => Ok(()),
    }
}

/// A field value of RFC 9110, section 5.5: visible ASCII, spaces and tabs.
fn header_value(reading: &mut Reading<'_>, item: Item<'_>) -> Option<Secret> {
    let text = reading.string(item)?;
    let expanded = expand(text, reading.environment);
    let value = reading.take(item, expanded)?;
    let value = value.trim();
    let trouble = if value.is_empty() {
        "the value is empty"
    } else if value.len() > MAX_VALUE_BYTES {
        "the value is longer than 8 KiB"
    } else if !value.bytes().all(|b| matches!(b, b' '..=b'~' | b'\t')) {
        "the value has characters that a header cannot have"
    } else {
        return Some(Secret::new(value.to_owned()));
    };
    reading.mistake(item.span(), trouble);
    None
}

/// `text` with every `${NAME}` replaced from the environment; `$${` is a plain `${`. Messages name the variable alone.
pub(super) fn expand(text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<String, Trouble> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, after) = rest.split_at(at);
        let inner = after.strip_prefix("${").unwrap_or_default();
        if let Some(before) = before.strip_suffix('$') {
            out.push_str(before);
            out.push_str("${");
            rest = inner;
            continue;
        }
        out.push_str(before);
        let wrong =
            || Trouble::with("`${` is not followed by a name and `}`", "write `${NAME}`, or `$${` for a plain `${`");
        let (name, after) = inner.split_once('}').ok_or_else(wrong)?;
        let plain = name.len() <= 200 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !plain || name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(wrong());
        }
        let value = environment(name).ok_or_else(|| {
            Trouble::with(
                format!("the environment variable `{name}` is not set"),
                format!("set `{name}` before the run"),
            )
        })?;
        let value = value.trim();
        if value.is_empty() {
            let help = format!("give `{name}` a value before the run");
            return Err(Trouble::with(format!("the environment variable `{name}` is empty"), help));
        }
        out.push_str(value);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}
