//! Copies the chosen part of a page into a small mutable tree, node by node.
//!
//! On the way it gives late pictures their real address, turns players and posts of other sites into linked previews,
//! formulas into their source, and decodes addresses that a proxy hid. It refuses to judge: what is left out was decided
//! before (`candidate`), but for what is never part of a story.

use std::collections::HashSet;

use dom_query::{Element, NodeData, NodeId, Tree};
use html5ever::{Attribute, LocalName, QualName, ns};
use scraper::{ElementRef, Node};
use url::Url;

use super::embed::{self, Preview};
use super::measure::is_torn;
use super::traits::is_left_out;
use crate::normalise::html::is_block;
use crate::normalise::image;
use crate::page::Document;
use crate::page::document::{attribute, is_inline};
use crate::selector;

/// Attributes that later steps or the sanitiser look at.
const KEPT: &[&str] =
    &["class", "id", "href", "colspan", "rowspan", "datetime", "title", "start", "reversed", "value", "src"];

/// The elements that are left out.
pub(super) type Gone = HashSet<ego_tree::NodeId>;

/// The copier of one page.
pub(super) struct Copier<'a> {
    document: &'a Document,
    gone: &'a Gone,
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
    /// It is copied with its children, and this follows it.
    Followed(NodeId, NodeId),
}

impl<'a> Copier<'a> {
    pub(super) fn new(document: &'a Document, gone: &'a Gone, tree: &'a Tree) -> Self {
        Self { document, gone, tree, pictures: HashSet::new() }
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

    /// Copies `scope` and all below it to the end of `parent`; of a box that only holds it, what is inside.
    pub(super) fn copy(&mut self, scope: ElementRef<'_>, parent: NodeId) {
        let boxes = ["div", "article", "section", "main", "body", "td", "form", "center"];
        let mut waiting: Vec<_> = if boxes.contains(&scope.value().name()) {
            scope.children().rev().map(|child| (child, parent)).collect()
        } else {
            vec![(*scope, parent)]
        };
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
                        Fate::Followed(id, next) => {
                            self.tree.append_child_of(&parent, &id);
                            self.tree.append_child_of(&parent, &next);
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
            "math" => return self.formula(element),
            "script" => return self.script(element),
            "noscript" if self.holds_the_real_picture(element) => return Fate::Unwrap,
            "noscript" => return Fate::Skip,
            _ if is_left_out(&element.value().name.local) => return Fate::Skip,
            _ => {}
        }
        if self.gone.contains(&element.id()) {
            return Fate::Skip;
        }
        match name {
            // Old pages put each paragraph into one; it hides the line breaks.
            "font" | "nobr" => Fate::Unwrap,
            // What word processors leave behind: `<o:p>`.
            name if name.contains(':') => Fate::Unwrap,
            "img" | "amp-img" | "amp-anim" => self.picture(element, &[]),
            "picture" => self.choice(element),
            "iframe" | "embed" | "object" | "amp-iframe" | "frame" => self.player(element),
            "video" | "audio" | "amp-video" | "amp-audio" => self.recording(element),
            "a" if is_torn(element) => Fate::Unwrap,
            "a" => self.link(element),
            "oembed" => self.linked(element, attribute(element, "url")),
            "blockquote" | "form" | "center" | "fieldset" => self.quoted(element, name),
            _ if attribute(element, "data-cfemail").is_some() => self.hidden_address(element),
            _ => self.custom(element).unwrap_or_else(|| Fate::Keep(self.with_attributes(element, name))),
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
        // A name that HTML does not know could be one that SVG knows, and the sanitiser would take its words away.
        let local = if name == value.name() { value.name.local.clone() } else { LocalName::from(name) };
        let unknown = !is_inline(&local) && !is_block(name) && !name.contains('-') && name != "br";
        let name = if name == value.name() && !unknown {
            value.name.clone()
        } else {
            QualName::new(None, ns!(html), if unknown { LocalName::from("div") } else { local })
        };
        self.tree.create_node(NodeData::Element(Element::new(name, attributes, None, false)))
    }

    fn picture(&mut self, element: ElementRef<'_>, sources: &[&str]) -> Fate {
        let address = image::best(|name| attribute(element, name), sources);
        let Some(url) = address.and_then(|src| self.document.resolve(src)) else { return Fate::Skip };
        if !is_ratio(element) && (is_below(element, "width", 3) || is_below(element, "height", 3)) {
            return Fate::Skip;
        }
        self.shown(&url, element).map_or(Fate::Skip, Fate::Replace)
    }

    /// A picture, unless the story shows it already.
    fn shown(&mut self, url: &Url, element: ElementRef<'_>) -> Option<NodeId> {
        if !self.pictures.insert(image::key(url)) {
            return None;
        }
        let mut attributes = vec![("src", url.as_str())];
        let names: &[&str] = if is_ratio(element) { &["alt"] } else { &["alt", "width", "height"] };
        for name in names {
            if let Some(value) = attribute(element, name) {
                attributes.push((name, value));
            }
        }
        Some(self.element("img", attributes))
    }

    fn choice(&mut self, picture: ElementRef<'_>) -> Fate {
        let sources: Vec<&str> = picture
            .select(selector!("source"))
            .filter_map(|source| ["srcset", "data-srcset"].into_iter().find_map(|name| attribute(source, name)))
            .collect();
        if let Some(img) = picture.select(selector!("img, amp-img")).next() {
            return self.picture(img, &sources);
        }
        let set = sources.iter().find_map(|set| image::best_of_set(set));
        let url = set.and_then(|address| self.document.resolve(address));
        url.and_then(|url| self.shown(&url, picture)).map_or(Fate::Skip, Fate::Replace)
    }

    /// Whether a `<noscript>` has a picture that the page shows nowhere else.
    fn holds_the_real_picture(&self, noscript: ElementRef<'_>) -> bool {
        let Some(inner) = noscript.select(selector!("img, amp-img")).next() else { return false };
        let Some(url) = image::best(|name| attribute(inner, name), &[]).and_then(|src| self.document.resolve(src))
        else {
            return false;
        };
        let shows = |node: Option<ego_tree::NodeRef<'_, Node>>| {
            node.and_then(ElementRef::wrap).is_some_and(|beside| {
                let own = (beside.value().name() == "img").then_some(beside);
                own.or_else(|| beside.select(selector!("img")).next())
                    .is_some_and(|img| image::best(|name| attribute(img, name), &[]).is_some())
            })
        };
        let before = noscript.prev_siblings().find(|node| node.value().is_element());
        let after = noscript.next_siblings().find(|node| node.value().is_element());
        !self.pictures.contains(&image::key(&url)) && !shows(before) && !shows(after)
    }

    /// A frame becomes a linked preview.
    fn player(&self, element: ElementRef<'_>) -> Fate {
        let names =
            ["src", "data-src", "data-lazy-src", "data-litespeed-src", "data-cookieconsent-src", "data-url", "data"];
        if !is_ratio(element) && (is_below(element, "width", 20) || is_below(element, "height", 20)) {
            return Fate::Skip;
        }
        let addresses = names.into_iter().filter_map(|name| attribute(element, name));
        let url = addresses
            .filter(|address| !address.starts_with("about:"))
            .find_map(|address| self.document.resolve(address));
        url.and_then(|url| embed::preview(&url)).map_or(Fate::Skip, |preview| self.preview(&preview, element))
    }

    /// `<figure><a><img></a><figcaption><a>Provider: title</a></figcaption></figure>`.
    fn preview(&self, preview: &Preview, element: ElementRef<'_>) -> Fate {
        let title = ["title", "aria-label", "data-title"].into_iter().filter_map(|name| attribute(element, name));
        let title = title.map(|title| crate::model::one_line(title, 300)).find(|title| !title.is_empty());
        // "YouTube video player" says no more than the name before it.
        let title = title.filter(|title| {
            let lower = title.to_lowercase();
            let idle = ["player", "embed", "iframe", "video"]
                .iter()
                .any(|word| lower == *word || lower.ends_with(&format!(" {word}")));
            !idle && lower != preview.name.to_lowercase()
        });
        let words = title.map_or_else(|| preview.name.clone(), |title| format!("{}: {title}", preview.name));
        let figure = self.create("figure");
        if let Some(still) = &preview.thumbnail {
            let link = self.element("a", vec![("href", preview.target.as_str())]);
            let picture = self.element("img", vec![("src", still.as_str()), ("alt", &words)]);
            self.tree.append_child_of(&link, &picture);
            self.tree.append_child_of(&figure, &link);
        }
        let caption = self.create("figcaption");
        let link = self.element("a", vec![("href", preview.target.as_str())]);
        self.tree.append_child_of(&link, &self.text(&words));
        self.tree.append_child_of(&caption, &link);
        self.tree.append_child_of(&figure, &caption);
        Fate::Replace(figure)
    }

    fn linked(&self, element: ElementRef<'_>, address: Option<&str>) -> Fate {
        let url = address.and_then(|address| self.document.resolve(address));
        url.and_then(|url| embed::preview(&url)).map_or(Fate::Skip, |preview| self.preview(&preview, element))
    }

    /// A script that draws a post or a file of another site where it stands.
    fn script(&self, element: ElementRef<'_>) -> Fate {
        if let Some(post) = attribute(element, "data-telegram-post") {
            let preview = embed::by_id("telegram", post);
            return preview.map_or(Fate::Skip, |preview| self.preview(&preview, element));
        }
        let source = attribute(element, "src").filter(|source| source.contains("//gist.github.com/"));
        if source.is_some() {
            return self.linked(element, source);
        }
        if attribute(element, "type").is_some_and(|kind| kind.starts_with("math/tex")) {
            return self.source_text(&element.text().collect::<String>());
        }
        Fate::Skip
    }

    /// A formula as its source in TeX, else as its words.
    fn formula(&self, element: ElementRef<'_>) -> Fate {
        let written = element.select(selector!("annotation[encoding*='tex' i]")).next().map(|tex| tex.text().collect());
        let written = written.or_else(|| attribute(element, "alttext").map(str::to_owned));
        self.source_text(&written.unwrap_or_else(|| element.text().collect::<String>()))
    }

    fn source_text(&self, text: &str) -> Fate {
        let text = crate::model::one_line(text, 2000);
        if text.is_empty() {
            return Fate::Skip;
        }
        let code = self.create("code");
        self.tree.append_child_of(&code, &self.text(&text));
        Fate::Replace(code)
    }

    /// A quotation; where it quotes a post whole, a link to the post follows unless one is inside.
    fn quoted(&self, element: ElementRef<'_>, name: &str) -> Fate {
        if name != "blockquote" {
            return Fate::Keep(self.with_attributes(element, "div"));
        }
        let kept = self.create("blockquote");
        let names = ["data-instgrm-permalink", "data-bluesky-uri", "data-text-post-permalink", "cite"];
        let is_post = element.value().classes().any(|class| {
            ["-tweet", "-media", "-embed", "-post", "-card", "-embed-bq"].iter().any(|end| class.ends_with(end))
        });
        let address = names
            .into_iter()
            .filter_map(|name| attribute(element, name))
            .find_map(|address| self.document.resolve(address));
        let preview = address.filter(|_| is_post).and_then(|address| embed::preview(&address));
        let inside = |preview: &Preview| {
            let host = preview.target.host_str().map(str::to_owned);
            element.select(selector!("a[href]")).any(|link| {
                attribute(link, "href")
                    .and_then(|href| self.document.resolve(href))
                    .is_some_and(|url| url.host_str() == host.as_deref())
            })
        };
        match preview.filter(|preview| !inside(preview)) {
            Some(preview) => match self.preview(&preview, element) {
                Fate::Replace(figure) => Fate::Followed(kept, figure),
                _ => Fate::Keep(kept),
            },
            None => Fate::Keep(kept),
        }
    }

    /// Elements of component libraries that stand for a player, a post or a picture, and boxes with a picture behind.
    fn custom(&mut self, element: ElementRef<'_>) -> Option<Fate> {
        const PLAYERS: &[(&str, &str, &str)] = &[
            ("amp-youtube", "data-videoid", "youtube"),
            ("lite-youtube", "videoid", "youtube"),
            ("youtube-video", "src", "youtube"),
            ("amp-vimeo", "data-videoid", "vimeo"),
            ("lite-vimeo", "videoid", "vimeo"),
            ("amp-dailymotion", "data-videoid", "dailymotion"),
            ("amp-twitter", "data-tweetid", "twitter"),
            ("amp-instagram", "data-shortcode", "instagram"),
            ("amp-soundcloud", "data-trackid", "soundcloud"),
            ("amp-tiktok", "data-src", "tiktok"),
            ("div", "data-youtube-id", "youtube"),
            ("div", "data-youtube", "youtube"),
            ("div", "data-tweet-id", "twitter"),
            ("div", "data-vimeo-id", "vimeo"),
        ];
        let name = element.value().name();
        for (tag, key, provider) in PLAYERS.iter().filter(|(tag, ..)| *tag == name) {
            if let Some(id) = attribute(element, key) {
                let preview = embed::by_id(provider, id).or_else(|| embed::preview(&self.document.resolve(id)?));
                if preview.is_some() || *tag != "div" {
                    return Some(preview.map_or(Fate::Skip, |preview| self.preview(&preview, element)));
                }
            }
        }
        let social = element.value().classes().any(|class| matches!(class, "fb-post" | "fb-video"));
        if social || matches!(name, "amp-facebook" | "amp-embedly-card" | "amp-reddit") {
            let address = ["data-href", "data-url", "data-src"].into_iter().find_map(|name| attribute(element, name));
            return Some(self.linked(element, address));
        }
        let late =
            || image::best(|name| attribute(element, name), &[]).filter(|address| image::is_picture_file(address));
        let behind =
            || attribute(element, "style").and_then(image::behind).filter(|address| !image::is_decoration(address));
        let is_component = name.contains('-');
        let is_box = matches!(name, "div" | "figure" | "span" | "a");
        let empty = || {
            element.text().all(|text| text.trim().is_empty())
                && element.select(selector!("img, amp-img, picture, iframe, video, audio, noscript")).next().is_none()
        };
        let address = if is_component { late() } else { None };
        let address = address.or_else(|| if is_box { behind() } else { None });
        let url = address.filter(|_| empty()).and_then(|address| self.document.resolve(address))?;
        self.shown(&url, element).map(Fate::Replace)
    }

    fn recording(&self, element: ElementRef<'_>) -> Fate {
        let source = attribute(element, "src").or_else(|| attribute(element, "data-src")).map(str::to_owned);
        let source = source
            .or_else(|| element.select(selector!("source[src]")).find_map(|s| attribute(s, "src").map(str::to_owned)));
        let Some(url) = source.and_then(|source| self.document.resolve(&source)) else { return Fate::Skip };
        let name = if element.value().name().ends_with("audio") { "audio" } else { "video" };
        let mut attributes = vec![("src", url.as_str())];
        let poster = attribute(element, "poster").and_then(|poster| self.document.resolve(poster));
        if let Some(poster) = poster.as_ref().filter(|_| name == "video") {
            attributes.push(("poster", poster.as_str()));
        }
        Fate::Replace(self.element(name, attributes))
    }

    fn link(&self, element: ElementRef<'_>) -> Fate {
        if attribute(element, "data-cfemail").is_some() {
            return self.hidden_address(element);
        }
        let hidden = attribute(element, "href").and_then(|href| href.split_once("/cdn-cgi/l/email-protection#"));
        if let Some(address) = hidden.and_then(|(_, code)| decode_address(code)) {
            let id = self.element("a", vec![("href", &format!("mailto:{address}"))]);
            return Fate::Keep(id);
        }
        Fate::Keep(self.with_attributes(element, "a"))
    }

    fn hidden_address(&self, element: ElementRef<'_>) -> Fate {
        match attribute(element, "data-cfemail").and_then(decode_address) {
            Some(address) => Fate::Replace(self.text(&address)),
            None => Fate::Skip,
        }
    }
}

/// Whether the size of `element` is only the ratio of its sides, as pages made for phones write it.
fn is_ratio(element: ElementRef<'_>) -> bool {
    element.value().name().starts_with("amp-")
        && attribute(element, "layout").is_some_and(|layout| layout == "responsive")
}

fn is_below(element: ElementRef<'_>, name: &str, least: u32) -> bool {
    attribute(element, name)
        .and_then(|number| number.trim().trim_end_matches("px").parse::<u32>().ok())
        .is_some_and(|number| number < least)
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
