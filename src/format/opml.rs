//! The list of all feeds as OPML 2.0 (<http://opml.org/spec2.opml>), for import into a reader.
//!
//! Carries no `dateCreated` and no `dateModified`, so that the file changes only when a feed comes, goes or is renamed.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use url::Url;

use crate::format::xml;

/// One feed of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpmlOutline {
    /// The name for people.
    pub title: String,
    /// The page that the feed is made from.
    pub html_url: Url,
    /// Where the feed is; OPML has no relative addresses.
    pub xml_url: Url,
}

/// Writes the list in the order of `entries`; `title` is the name of the list.
pub fn render(title: &str, entries: &[OpmlOutline]) -> Vec<u8> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing to memory cannot fail.
    if write(&mut writer, title, entries).is_err() {
        return Vec::new();
    }
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    bytes
}

fn write(writer: &mut Writer<Vec<u8>>, title: &str, entries: &[OpmlOutline]) -> io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer.write_event(Event::Start(BytesStart::new("opml").with_attributes([("version", "2.0")])))?;
    writer.write_event(Event::Start(BytesStart::new("head")))?;
    writer.write_event(Event::Start(BytesStart::new("title")))?;
    writer.write_event(Event::Text(BytesText::new(&xml::line(title))))?;
    writer.write_event(Event::End(BytesEnd::new("title")))?;
    writer.write_event(Event::End(BytesEnd::new("head")))?;
    writer.write_event(Event::Start(BytesStart::new("body")))?;
    for OpmlOutline { title, html_url, xml_url } in entries {
        // OPML asks for words; the address is better than none.
        let title = Some(xml::line(title).into_owned()).filter(|title| !title.is_empty());
        let title = title.unwrap_or_else(|| html_url.to_string());
        let attributes = [
            ("type", "rss"),
            ("text", &*title),
            ("title", &*title),
            ("htmlUrl", html_url.as_str()),
            ("xmlUrl", xml_url.as_str()),
        ];
        writer.write_event(Event::Empty(BytesStart::new("outline").with_attributes(attributes)))?;
    }
    writer.write_event(Event::End(BytesEnd::new("body")))?;
    writer.write_event(Event::End(BytesEnd::new("opml")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_title_gives_a_list() {
        let url = |text| Url::parse(text).unwrap();
        let odd = "A & <b> \"q\" ]]>\u{0}\n中";
        let outline = OpmlOutline {
            title: odd.to_owned(),
            html_url: url("https://site.example/?a=1&b='2'"),
            xml_url: url("https://me.example/a.atom"),
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
}
