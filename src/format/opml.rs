//! The list of all feeds as OPML 2.0 (<http://opml.org/spec2.opml>), for import into a reader.
//!
//! Feeds with a category stand in an outline of that name, which readers show as a folder or a tag. Carries no `dateCreated` and no `dateModified`, so that the file changes only when a feed comes, goes or is
//! renamed.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use url::Url;

use crate::format::{grouped, xml};

/// One feed of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpmlOutline<'a> {
    /// The name for people.
    pub title: &'a str,
    /// The group in which it stands.
    pub category: Option<&'a str>,
    /// The page that the feed is made from.
    pub html_url: &'a Url,
    /// The address of the feed; OPML has no relative ones.
    pub xml_url: String,
}

/// Writes the list; `title` is its name. Feeds without a category come first; categories follow in the order in which
/// they first appear, each with its feeds in the order of `entries`.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn io::Write, title: &str, entries: &[OpmlOutline<'_>]) -> io::Result<()> {
    let mut writer = Writer::new_with_indent(out, b' ', 2);
    write_list(&mut writer, title, entries)?;
    writer.into_inner().write_all(b"\n")
}

fn write_list(writer: &mut Writer<&mut dyn io::Write>, title: &str, entries: &[OpmlOutline<'_>]) -> io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer.write_event(Event::Start(BytesStart::new("opml").with_attributes([("version", "2.0")])))?;
    writer.write_event(Event::Start(BytesStart::new("head")))?;
    writer.write_event(Event::Start(BytesStart::new("title")))?;
    writer.write_event(Event::Text(BytesText::new(&xml::line(title))))?;
    writer.write_event(Event::End(BytesEnd::new("title")))?;
    writer.write_event(Event::End(BytesEnd::new("head")))?;
    writer.write_event(Event::Start(BytesStart::new("body")))?;
    for (category, entries) in grouped(entries, |entry| entry.category) {
        let category = category.and_then(some_line);
        if let Some(category) = &category {
            let attributes = [("text", category.as_str()), ("title", category.as_str())];
            writer.write_event(Event::Start(BytesStart::new("outline").with_attributes(attributes)))?;
        }
        for entry in entries {
            write_outline(writer, entry)?;
        }
        if category.is_some() {
            writer.write_event(Event::End(BytesEnd::new("outline")))?;
        }
    }
    writer.write_event(Event::End(BytesEnd::new("body")))?;
    writer.write_event(Event::End(BytesEnd::new("opml")))
}

fn some_line(words: &str) -> Option<String> {
    Some(xml::line(words).into_owned()).filter(|line| !line.is_empty())
}

fn write_outline(writer: &mut Writer<&mut dyn io::Write>, entry: &OpmlOutline<'_>) -> io::Result<()> {
    let OpmlOutline { title, category: _, html_url, xml_url } = entry;
    // OPML asks for words; the address is better than none.
    let title = some_line(title).unwrap_or_else(|| html_url.to_string());
    let attributes =
        [("type", "rss"), ("text", &*title), ("title", &*title), ("htmlUrl", html_url.as_str()), ("xmlUrl", xml_url)];
    writer.write_event(Event::Empty(BytesStart::new("outline").with_attributes(attributes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(title: &str, entries: &[OpmlOutline<'_>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, title, entries).unwrap();
        bytes
    }

    #[test]
    fn any_title_gives_a_list() {
        let home = Url::parse("https://site.example/?a=1&b='2'").unwrap();
        let odd = "A & <b> \"q\" ]]>\u{0}\n中";
        let outline = OpmlOutline {
            title: odd,
            category: None,
            html_url: &home,
            xml_url: "https://me.example/a.atom".to_owned(),
        };
        let bytes = render(odd, &[outline]);
        let text = String::from_utf8(bytes).unwrap();
        let document = roxmltree::Document::parse(&text).unwrap();
        let wanted = "A & <b> \"q\" ]]> 中";
        let title = document.descendants().find(|node| node.has_tag_name("title")).and_then(|node| node.text());
        assert_eq!(title, Some(wanted));
        let outline = document.descendants().find(|node| node.has_tag_name("outline")).unwrap();
        assert_eq!(outline.attribute("text"), Some(wanted));
        assert_eq!(outline.attribute("htmlUrl"), Some("https://site.example/?a=1&b=%272%27"));
        assert!(roxmltree::Document::parse(std::str::from_utf8(&render("", &[])).unwrap()).is_ok());
    }

    #[test]
    fn categories_are_groups_in_their_first_order() {
        let home = Url::parse("https://site.example/").unwrap();
        let outline = |title: &'static str, category: Option<&'static str>| OpmlOutline {
            title,
            category,
            html_url: &home,
            xml_url: format!("https://me.example/{title}.atom"),
        };
        let outlines = [
            outline("a", Some("Town & land")),
            outline("b", Some("\u{0}")),
            outline("c", Some("News")),
            outline("d", None),
            outline("e", Some("Town & land")),
        ];
        let text = String::from_utf8(render("Feeds", &outlines)).unwrap();
        let document = roxmltree::Document::parse(&text).unwrap();
        let named = |node: roxmltree::Node<'_, '_>| {
            let above = node.parent().and_then(|above| above.attribute("text")).unwrap_or("-");
            format!("{above}: {}", node.attribute("text").unwrap())
        };
        let outlines = document.descendants().filter(|node| node.has_tag_name("outline"));
        let found: Vec<_> = outlines.map(named).collect();
        let wanted = ["-: d", "-: Town & land", "Town & land: a", "Town & land: e", "-: b", "-: News", "News: c"];
        assert_eq!(found, wanted);
        // The same list as another program reads it: every group and every feed has the text that OPML asks for.
        let read = opml::OPML::from_str(&text).unwrap();
        let groups: Vec<(&str, usize)> =
            read.body.outlines.iter().map(|outline| (outline.text.as_str(), outline.outlines.len())).collect();
        assert_eq!(groups, [("d", 0), ("Town & land", 2), ("b", 0), ("News", 1)]);
        assert_eq!(read.body.outlines[3].outlines[0].xml_url.as_deref(), Some("https://me.example/c.atom"));
    }
}
