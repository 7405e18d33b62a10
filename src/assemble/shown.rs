//! What of an entry is published: the whole or an excerpt, with a line that says where it comes from.
//!
//! What is kept stays whole; only what readers get is cut. An entry that was read back from a published excerpt stays
//! as it was published.

use std::fmt::Write as _;

use super::Channel;
use crate::config::Source;
use crate::model::{Entry, SafeHtml};
use crate::normalise::html::{self, Limit};

/// `entry` as `source` publishes it.
pub fn shown(entry: Entry, source: &Source, channel: &Channel) -> Entry {
    let mut entry = entry;
    let published_before = entry.notice.take().is_some();
    if entry.content.is_none() && entry.summary.is_none() {
        entry.content = files(&entry);
    }
    let mut cut = false;
    if let Some(limit) = source.options.publication.excerpt {
        cut = shorten(&mut entry, limit) || published_before && is_excerpt(&entry);
    }
    if entry.content.is_none() {
        return entry;
    }
    let line = if source.options.publication.credit { Some(credit(&entry, source, channel)) } else { None };
    let whole = cut && line.as_ref().is_none_or(|(_, address)| address != entry.url.as_str());
    let mut below = String::new();
    if whole {
        let host = entry.url.host_str().unwrap_or(entry.url.as_str());
        let host = html::escape(host.strip_prefix("www.").unwrap_or(host));
        let _ = write!(below, "<p><a href=\"{}\">{host} →</a></p>", html::escape(entry.url.as_str()));
    }
    below.extend(line.map(|(line, _)| line));
    entry.notice = html::sanitise(&below, &entry.url);
    entry
}

/// Cuts text and summary; whether the text was cut.
fn shorten(entry: &mut Entry, limit: Limit) -> bool {
    if let Some(summary) = entry.summary.as_deref().and_then(|summary| html::cut(summary, limit)) {
        entry.summary = Some(summary);
    }
    let excerpt = entry.content.as_ref().and_then(|content| html::excerpt(content, limit, &entry.url));
    let cut = excerpt.is_some();
    entry.content = excerpt.or(entry.content.take());
    cut
}

/// Whether the text ends as an excerpt does.
fn is_excerpt(entry: &Entry) -> bool {
    entry.content.as_ref().is_some_and(|content| html::plain_text(content).trim_end().ends_with('…'))
}

/// The line that names where the entry comes from and its rights, and the address that it leads to: the original of a
/// reprint, else the story.
fn credit(entry: &Entry, source: &Source, channel: &Channel) -> (String, String) {
    let original = entry.source.as_ref();
    let name = original.and_then(|original| original.name.as_deref()).unwrap_or(&channel.title);
    let address = original.and_then(|original| original.url.as_ref()).unwrap_or(&entry.url);
    let mut line = format!("<p>— <a href=\"{}\">{}</a>", html::escape(address.as_str()), html::escape(name));
    if let Some(rights) = source.options.publication.rights.as_ref().or(channel.rights.as_ref()) {
        let _ = write!(line, " · {}", html::escape(rights));
    }
    line.push_str("</p>");
    (line, address.to_string())
}

/// The files of an entry as links, where it has no text at all: not every reader shows enclosures.
fn files(entry: &Entry) -> Option<SafeHtml> {
    let links = entry.enclosures.iter().map(|file| {
        let name = file.url.path_segments().and_then(|mut parts| parts.next_back()).filter(|name| !name.is_empty());
        let words = file.title.as_deref().or(name).unwrap_or(file.url.as_str());
        format!("<p><a href=\"{}\">{}</a></p>", html::escape(file.url.as_str()), html::escape(words))
    });
    html::sanitise(&links.collect::<String>(), &entry.url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attribution, EntryId, Timestamp, Title};

    fn source(more: &str) -> Source {
        let text = format!("[feeds.a]\nurl = \"https://site.example/news/\"\n{more}\n");
        crate::config::parse(&text, "feeds.toml", &|_| None).map_err(|_| text).unwrap().sources.remove(0)
    }

    fn entry(body: &str) -> Entry {
        let url = url::Url::parse("https://www.site.example/news/1").unwrap();
        let time = chrono::DateTime::parse_from_rfc3339("2026-11-22T10:00:00Z").unwrap();
        Entry {
            id: EntryId::from_key("https://site.example/news/1".to_owned()),
            title: Title::new("One").unwrap(),
            published: Timestamp::exact(time),
            updated: time,
            authors: Vec::new(),
            summary: None,
            content: html::sanitise(body, &url),
            image: None,
            categories: Vec::new(),
            enclosures: Vec::new(),
            language: None,
            source: None,
            comments: None,
            notice: None,
            parent: None,
            first_seen: time.to_utc(),
            position: 0,
            url,
        }
    }

    fn texts(entry: &Entry) -> (&str, Option<&str>) {
        (entry.content.as_ref().map_or("", SafeHtml::as_str), entry.notice.as_ref().map(SafeHtml::as_str))
    }

    #[test]
    fn excerpts_end_with_a_link_and_stay_what_they_are() {
        let channel = Channel { title: "The Site".to_owned(), ..Channel::default() };
        let source = source("visibility = \"excerpt\"\nexcerpt = { words = 2 }");
        let short = shown(entry("<p>Only two</p>"), &source, &channel);
        assert_eq!(texts(&short), ("<p>Only two</p>", None));
        let cut = shown(entry("<p>One two three</p>"), &source, &channel);
        let link = "<p><a href=\"https://www.site.example/news/1\" rel=\"noopener noreferrer\">site.example →</a></p>";
        assert_eq!(texts(&cut), ("<p>One two…</p>", Some(link)));
        assert_eq!(shown(cut.clone(), &source, &channel), cut, "read back from the published feed");
    }

    #[test]
    fn a_credit_line_names_source_and_rights() {
        let channel = Channel { title: "The & Site".to_owned(), ..Channel::default() };
        let source = source("credit = true\nrights = \"© 2026 <Site>\"");
        let mut reprint = entry("<p>Text</p>");
        let line = "<p>— <a href=\"https://www.site.example/news/1\" rel=\"noopener noreferrer\">The &amp; Site</a> · © \
                    2026 &lt;Site&gt;</p>";
        assert_eq!(texts(&shown(reprint.clone(), &source, &channel)), ("<p>Text</p>", Some(line)));
        let url = url::Url::parse("https://press.example/7").unwrap();
        reprint.source = Some(Attribution { name: Some("Press".to_owned()), url: Some(url) });
        let line =
            "<p>— <a href=\"https://press.example/7\" rel=\"noopener noreferrer\">Press</a> · © 2026 &lt;Site&gt;</p>";
        assert_eq!(texts(&shown(reprint, &source, &channel)).1, Some(line));
    }
}
