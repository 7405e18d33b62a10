//! A fingerprint of the settings that shape entries.
//!
//! The same on every machine and in every run: each setting is one line, `key=value`, in a fixed order, with the
//! defaults filled in; tables are written with their keys sorted. Left out is what only says how to ask (pace,
//! limits) or what to accept (`expect`), and the values of headers.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use toml::de::DeValue;

use super::settings::Settings;
use super::written::Item;
use super::{Filter, RequestOptions, Source};
use crate::normalise::date::Order;

/// Raise it when the same page would give other entries than before.
pub const SHAPE_VERSION: u32 = 1;

/// The lines of one feed.
pub(super) struct Lines(String);

impl Lines {
    /// Begins with the version.
    pub(super) fn new() -> Self {
        Self(format!("shape={SHAPE_VERSION}\n"))
    }

    /// A text setting.
    pub(super) fn text(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            let _ = write!(self.0, "{key}=");
            write_text(&mut self.0, value);
            self.0.push('\n');
        }
    }

    /// A setting as written.
    pub(super) fn raw(&mut self, key: &str, item: Option<Item<'_>>) {
        if let Some(item) = item {
            let _ = write!(self.0, "{key}=");
            write_value(&mut self.0, item.value.get_ref());
            self.0.push('\n');
        }
    }

    /// What a feed shares with the defaults.
    pub(super) fn settings(&mut self, settings: &Settings) {
        self.text("timezone", settings.timezone.map(crate::model::Zone::name));
        self.text("language", settings.language.as_deref());
        self.text("encoding", settings.encoding.as_deref());
        let _ = writeln!(self.0, "full_text={}", settings.full_text.unwrap_or(super::FULL_TEXT));
        let _ = writeln!(self.0, "max_entries={}", settings.max_entries.unwrap_or(super::MAX_ENTRIES));
        let _ = writeln!(self.0, "strip_title_suffix={}", settings.strip_title_suffix.unwrap_or(false));
        let order = settings.date_order.map(|order| match order {
            Order::Dmy => "dmy",
            Order::Mdy => "mdy",
            Order::Ymd => "ymd",
        });
        self.text("date.order", order);
        self.text("date.format", settings.date_format.as_deref());
        self.filter("include", &settings.include);
        self.filter("exclude", &settings.exclude);
    }

    /// The names of the headers.
    pub(super) fn headers(&mut self, options: &RequestOptions) {
        let mut names: Vec<_> = options.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        names.sort();
        self.text("headers", Some(&names.join(",")).filter(|names| !names.is_empty()).map(String::as_str));
    }

    /// The first 16 hexadecimal digits of the SHA-256 of the lines.
    pub(super) fn finish(self) -> String {
        hexadecimal(&Sha256::digest(self.0.as_bytes())[..8])
    }

    fn filter(&mut self, name: &str, filter: &Filter) {
        let Filter { title, link, text, category } = filter;
        for (key, pattern) in [("title", title), ("link", link), ("text", text), ("category", category)] {
            self.text(&format!("{name}.{key}"), pattern.as_ref().map(regex::Regex::as_str));
        }
    }
}

/// See [`super::Config::digest`]; the addresses are hashed beside the text because they may hold variables.
pub(super) fn digest(text: &str, sources: &[Source]) -> String {
    let mut hasher = Sha256::new_with_prefix(text);
    for source in sources {
        hasher.update(source.url.as_str());
    }
    hexadecimal(&hasher.finalize())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Writes a value in one line; the depth of values is limited by the reader of TOML.
fn write_value(out: &mut String, value: &DeValue<'_>) {
    match value {
        DeValue::String(text) => write_text(out, text),
        DeValue::Integer(number) => {
            let _ = write!(out, "{number}");
        }
        DeValue::Float(number) => {
            let _ = write!(out, "{number}");
        }
        DeValue::Boolean(flag) => {
            let _ = write!(out, "{flag}");
        }
        DeValue::Datetime(date) => {
            let _ = write!(out, "{date}");
        }
        DeValue::Array(values) => {
            out.push('[');
            for value in values {
                write_value(out, value.get_ref());
                out.push(',');
            }
            out.push(']');
        }
        DeValue::Table(table) => {
            let mut entries: Vec<_> = table.iter().collect();
            entries.sort_by(|a, b| a.0.get_ref().cmp(b.0.get_ref()));
            out.push('{');
            for (key, value) in entries {
                write_text(out, key.get_ref());
                out.push('=');
                write_value(out, value.get_ref());
                out.push(',');
            }
            out.push('}');
        }
    }
}

/// Writes a text in quotes. Not with `Debug`, whose escapes change with the Unicode version of the compiler.
fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out.push('"');
}
