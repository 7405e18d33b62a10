//! Copies the tree of a page into the mutable tree of the body finder, node by node.
//!
//! On the way it leaves out what is never part of a story, gives late pictures their real address, turns players into
//! links, and decodes addresses that a proxy hid. It refuses nothing else: judging the text is the body finder's work.

use std::collections::HashSet;

use dom_query::{Element, NodeData, NodeId, Tree};
use html5ever::{Attribute, LocalName, QualName, ns};
use scraper::{ElementRef, Node, Selector};

use crate::normalise::image;
use crate::page::Document;
use crate::selector;

/// Attributes that the body finder or the sanitiser looks at.
const KEPT: &[&str] = &[
    "class", "id", "role", "href", "colspan", "rowspan", "datetime", "summary", "dir", "start", "value", "itemprop",
    "rel",
];

/// What becomes of elements that the page itself hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unseen {
    /// They are left out.
    Left,
    /// They are copied.
    Copied,
}

/// The copier of one page.
pub(super) struct Copier<'a> {
    document: &'a Document,
    remove: &'a [Selector],
    unseen: Unseen,
    tree: &'a Tree,
    pictures: HashSet<String>,
}

/// What becomes of an element.
enum Fate {
    Skip,
    /// Only its children are copied.
    Unwrap,
    /// It is copied with its children.
    Keep(NodeId),
    /// It was replaced by a node that is complete.
    Replace(NodeId),
}

impl<'a> Copier<'a> {
    pub(super) fn new(document: &'a Document, remove: &'a [Selector], unseen: Unseen, tree: &'a Tree) -> Self {
        Self { document, remove, unseen, tree, pictures: HashSet::new() }
    }

    /// A new element without attributes.
    pub(super) fn create(&self, name: &str) -> NodeId {
        self.element(name, Vec::new())
    }

    fn element(&self, name: &str, attributes: Vec<(&str, &str)>) -> NodeId {
        let attributes = attributes
            .into_iter()
            .map(|(name, value)| Attribute {
                name: QualName::new(None, ns!(), LocalName::from(name)),
                value: value.into(),
            })
            .collect();
        let name = QualName::new(None, ns!(html), LocalName::from(name));
        self.tree.create_node(NodeData::Element(Element::new(name, attributes, None, false)))
    }

    fn text(&self, text: &str) -> NodeId {
        self.tree.new_text(text).id
    }

    /// Copies `scope` and all below it to the end of `parent`.
    pub(super) fn copy(&mut self, scope: ElementRef<'_>, parent: NodeId) {
        let mut waiting = vec![(*scope, parent)];
        while let Some((node, parent)) = waiting.pop() {
            match node.value() {
                Node::Text(text) if is_empty_line(node, text) => {}
                Node::Text(text) => {
                    let id = self.tree.new_text(text.text.clone()).id;
                    self.tree.append_child_of(&parent, &id);
                }
                Node::Element(_) => {
                    let Some(element) = ElementRef::wrap(node) else { continue };
                    let inner = match self.fate(element) {
                        Fate::Skip => continue,
                        Fate::Replace(id) => {
                            self.tree.append_child_of(&parent, &id);
                            continue;
                        }
                        Fate::Unwrap => parent,
                        Fate::Keep(id) => {
                            self.tree.append_child_of(&parent, &id);
                            id
                        }
                    };
                    waiting.extend(node.children().rev().map(|child| (child, inner)));
                }
                _ => {}
            }
        }
    }

    fn fate(&mut self, element: ElementRef<'_>) -> Fate {
        let name = element.value().name();
        match name {
            "script" | "style" | "template" | "svg" | "link" | "meta" | "head" | "title" | "select" | "option"
            | "textarea" | "input" | "button" | "datalist" | "canvas" | "dialog" | "nav" | "source" | "track"
            | "map" | "math" | "base" | "menu" => return Fate::Skip,
            _ => {}
        }
        let unseen = self.unseen == Unseen::Left && name != "body" && hidden(element);
        if unseen || is_advertisement(element) || self.remove.iter().any(|selector| selector.matches(&element)) {
            return Fate::Skip;
        }
        match name {
            // Old pages put each paragraph into one; it hides the line breaks from the body finder.
            "font" | "nobr" => Fate::Unwrap,
            "img" | "amp-img" => self.picture(element, &[]),
            "picture" => self.choice(element),
            "noscript" => {
                if self.holds_the_real_picture(element) {
                    Fate::Unwrap
                } else {
                    Fate::Skip
                }
            }
            "iframe" | "embed" | "object" | "amp-youtube" | "amp-iframe" => self.player(element),
            "video" | "audio" | "amp-video" | "amp-audio" => self.recording(element),
            "a" => self.link(element),
            "form" | "center" | "fieldset" => Fate::Keep(self.with_attributes(element, "div")),
            _ if element.attr("data-cfemail").is_some() => self.hidden_address(element),
            _ => Fate::Keep(self.with_attributes(element, name)),
        }
    }

    fn with_attributes(&self, element: ElementRef<'_>, name: &str) -> NodeId {
        let value = element.value();
        let attributes = value
            .attrs
            .iter()
            .filter(|(name, _)| KEPT.contains(&name.local.as_ref()))
            .map(|(name, value)| Attribute { name: name.clone(), value: value.clone() })
            .collect();
        let name = if name == value.name() {
            value.name.clone()
        } else {
            QualName::new(None, ns!(html), LocalName::from(name))
        };
        self.tree.create_node(NodeData::Element(Element::new(name, attributes, None, false)))
    }

    fn picture(&mut self, element: ElementRef<'_>, sources: &[&str]) -> Fate {
        let Some(url) = image::best(|name| element.attr(name), sources).and_then(|src| self.document.resolve(src))
        else {
            return Fate::Skip;
        };
        let tiny = |name| element.attr(name).and_then(|n| n.trim().parse::<u32>().ok()).is_some_and(|n| n < 3);
        if tiny("width") || tiny("height") {
            return Fate::Skip;
        }
        self.pictures.insert(url.as_str().to_owned());
        let mut attributes = vec![("src", url.as_str())];
        for name in ["alt", "width", "height"] {
            if let Some(value) = element.attr(name) {
                attributes.push((name, value));
            }
        }
        Fate::Replace(self.element("img", attributes))
    }

    fn choice(&mut self, picture: ElementRef<'_>) -> Fate {
        let sources: Vec<&str> = picture
            .select(selector!("source"))
            .filter_map(|source| ["srcset", "data-srcset"].into_iter().find_map(|name| source.attr(name)))
            .collect();
        if let Some(img) = picture.select(selector!("img, amp-img")).next() {
            return self.picture(img, &sources);
        }
        let set = sources.iter().find_map(|set| image::best_of_set(set));
        match set.and_then(|address| self.document.resolve(address)) {
            Some(url) => Fate::Replace(self.element("img", vec![("src", url.as_str())])),
            None => Fate::Skip,
        }
    }

    /// Whether a `<noscript>` has a picture that the page shows nowhere else.
    fn holds_the_real_picture(&self, noscript: ElementRef<'_>) -> bool {
        let Some(inner) = noscript.select(selector!("img, amp-img")).next() else { return false };
        let Some(url) = image::best(|name| inner.attr(name), &[]).and_then(|src| self.document.resolve(src)) else {
            return false;
        };
        let shows = |node: Option<ego_tree::NodeRef<'_, Node>>| {
            node.and_then(ElementRef::wrap).is_some_and(|beside| {
                let own = (beside.value().name() == "img").then_some(beside);
                own.or_else(|| beside.select(selector!("img")).next())
                    .is_some_and(|img| image::best(|name| img.attr(name), &[]).is_some())
            })
        };
        let before = noscript.prev_siblings().find(|node| node.value().is_element());
        let after = noscript.next_siblings().find(|node| node.value().is_element());
        !self.pictures.contains(url.as_str()) && !shows(before) && !shows(after)
    }

    /// A player of a known provider becomes a line with a link; every other frame goes.
    fn player(&self, element: ElementRef<'_>) -> Fate {
        let address = ["src", "data-src", "data", "data-lazy-src"].into_iter().find_map(|name| element.attr(name));
        let Some(url) = address.and_then(|address| self.document.resolve(address)) else { return Fate::Skip };
        let host = url.host_str().unwrap_or_default();
        let provider = [
            ("youtube.com", "YouTube"),
            ("youtube-nocookie.com", "YouTube"),
            ("youtu.be", "YouTube"),
            ("vimeo.com", "Vimeo"),
            ("bilibili.com", "Bilibili"),
            ("dailymotion.com", "Dailymotion"),
            ("v.qq.com", "Tencent Video"),
            ("youku.com", "Youku"),
            ("soundcloud.com", "SoundCloud"),
            ("spotify.com", "Spotify"),
            ("twitch.tv", "Twitch"),
        ]
        .into_iter()
        .find(|(domain, _)| host == *domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')));
        let Some((_, name)) = provider else { return Fate::Skip };
        let mut target = url.clone();
        if name == "YouTube"
            && let Some(id) = url.path().strip_prefix("/embed/").filter(|id| !id.is_empty())
        {
            target = url::Url::parse(&format!("https://www.youtube.com/watch?v={id}")).unwrap_or(target);
        }
        let paragraph = self.create("p");
        let link = self.element("a", vec![("href", target.as_str())]);
        self.tree.append_child_of(&paragraph, &link);
        self.tree.append_child_of(&link, &self.text(name));
        Fate::Replace(paragraph)
    }

    fn recording(&self, element: ElementRef<'_>) -> Fate {
        let source = element.attr("src").or_else(|| element.attr("data-src")).map(str::to_owned);
        let source =
            source.or_else(|| element.select(selector!("source[src]")).find_map(|s| s.attr("src").map(str::to_owned)));
        let Some(url) = source.and_then(|source| self.document.resolve(&source)) else { return Fate::Skip };
        let name = if element.value().name().ends_with("audio") { "audio" } else { "video" };
        Fate::Replace(self.element(name, vec![("src", url.as_str())]))
    }

    fn link(&self, element: ElementRef<'_>) -> Fate {
        if element.attr("data-cfemail").is_some() {
            return self.hidden_address(element);
        }
        let hidden = element.attr("href").and_then(|href| href.split_once("/cdn-cgi/l/email-protection#"));
        if let Some(address) = hidden.and_then(|(_, code)| decode_address(code)) {
            let id = self.element("a", vec![("href", &format!("mailto:{address}"))]);
            return Fate::Keep(id);
        }
        Fate::Keep(self.with_attributes(element, "a"))
    }

    fn hidden_address(&self, element: ElementRef<'_>) -> Fate {
        match element.attr("data-cfemail").and_then(decode_address) {
            Some(address) => Fate::Replace(self.text(&address)),
            None => Fate::Skip,
        }
    }
}

/// An address as Cloudflare hides it: hexadecimal, the first byte is the key of all others.
fn decode_address(code: &str) -> Option<String> {
    let digits: Vec<u32> = code.trim().chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let mut bytes = digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |sum, digit| sum * 16 + digit));
    let key = bytes.next()?;
    let decoded: Vec<u8> = bytes.map(|byte| u8::try_from(byte ^ key)).collect::<Result<_, _>>().ok()?;
    String::from_utf8(decoded).ok().filter(|address| address.contains('@'))
}

/// Whether `text` is nothing but space between two line breaks, as in `<br>&nbsp;<br>`.
fn is_empty_line(node: ego_tree::NodeRef<'_, Node>, text: &str) -> bool {
    let is_break = |beside: Option<ego_tree::NodeRef<'_, Node>>| {
        beside.is_some_and(|beside| beside.value().as_element().is_some_and(|element| element.name() == "br"))
    };
    text.trim().is_empty() && is_break(node.prev_sibling()) && is_break(node.next_sibling())
}

/// Whether `element` calls itself an advertisement and has hardly any words.
fn is_advertisement(element: ElementRef<'_>) -> bool {
    let named = element.value().classes().chain(element.value().id()).any(|word| {
        matches!(
            word.to_ascii_lowercase().as_str(),
            "ad" | "ads"
                | "advert"
                | "advertisement"
                | "advertising"
                | "adsbygoogle"
                | "ad-container"
                | "ad-banner"
                | "ad-slot"
                | "guanggao"
        )
    });
    named && element.text().map(|text| text.trim().len()).sum::<usize>() < 200
}

/// Whether the page itself says that nobody sees `element`.
fn hidden(element: ElementRef<'_>) -> bool {
    let mut declared = false;
    for (name, value) in element.value().attrs() {
        match name {
            "hidden" => return true,
            "style" => {
                let style: String =
                    value.chars().filter(|c| !c.is_whitespace()).take(400).collect::<String>().to_ascii_lowercase();
                if style.contains("display:none") || style.contains("visibility:hidden") {
                    return true;
                }
            }
            "aria-hidden" => declared = value == "true",
            _ => {}
        }
    }
    declared && element.text().map(|text| text.trim().len()).sum::<usize>() < 400
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_addresses_are_decoded() {
        let hide = |key: u8, text: &str| {
            let bytes = std::iter::once(key).chain(text.bytes().map(|b| b ^ key));
            bytes.map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat()
        };
        assert_eq!(decode_address(&hide(0x42, "a@b.example")).as_deref(), Some("a@b.example"));
        assert_eq!(decode_address("zz"), None);
        assert_eq!(decode_address(""), None);
    }
}
