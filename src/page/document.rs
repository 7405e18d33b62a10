//! The one tree of a page and what every stage asks of it.

use std::cell::OnceCell;
use std::collections::HashMap;

use ego_tree::NodeId;
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use url::Url;

use super::gate::Refusal;
pub(crate) use super::text::{elements_below, is_named, nodes};
pub use super::text::{folded, is_inline, is_invisible, line, text, trim};
use super::{lenient, tree};
pub use crate::normalise::text::push_folded;

/// The most bytes of JSON-LD that are read from one page.
const MAX_JSON_LD_BYTES: usize = 2 * 1024 * 1024;
/// The most JSON-LD objects that are listed.
const MAX_JSON_LD_OBJECTS: usize = 5_000;

/// A `&'static Selector` compiled on first use; the text is ours, so a mistake in it is a mistake in the program.
#[macro_export]
macro_rules! selector {
    ($css:literal) => {{
        static SELECTOR: std::sync::LazyLock<scraper::Selector> =
            std::sync::LazyLock::new(|| scraper::Selector::parse($css).expect("a selector of our own"));
        &*SELECTOR
    }};
}

/// A parsed page.
///
/// Neither `Send` nor `Sync`: it lives inside one synchronous step, which returns owned values.
pub struct Document {
    html: Html,
    url: Url,
    base: Url,
    landmarks: Landmarks,
    meta: OnceCell<HashMap<String, Vec<String>>>,
    json_ld: OnceCell<Vec<Value>>,
}

impl Document {
    /// Parses `text`; `url` is the address that answered.
    ///
    /// Scripting is off, so that the content of `<noscript>` is a tree and not text.
    ///
    /// # Errors
    /// A limit that the page passes.
    pub fn open(text: &str, url: &Url) -> Result<Self, Refusal> {
        let html = tree::parse(text)?;
        let landmarks = Landmarks::of(&html);
        let base = landmarks
            .base
            .and_then(|base| attribute(element(&html, base)?, "href"))
            .and_then(|base| url.join(base.trim()).ok())
            .filter(|base| matches!(base.scheme(), "http" | "https"))
            .unwrap_or_else(|| url.clone());
        Ok(Self { html, url: url.clone(), base, landmarks, meta: OnceCell::new(), json_ld: OnceCell::new() })
    }

    /// The same of a page of our own.
    #[cfg(test)]
    pub(crate) fn parse(text: &str, url: &Url) -> Self {
        Self::open(text, url).unwrap()
    }

    /// The `<html>` element.
    pub fn root(&self) -> ElementRef<'_> {
        self.html.root_element()
    }

    /// The tree, for walks in document order.
    pub fn html(&self) -> &Html {
        &self.html
    }

    /// The address that answered.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What relative addresses are relative to: `<base href>` or the page's own address.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// The elements that match, in document order.
    pub fn select<'a, 'b>(&'a self, selector: &'b Selector) -> scraper::html::Select<'a, 'b> {
        self.html.select(selector)
    }

    /// The first element that matches.
    pub fn first(&self, selector: &Selector) -> Option<ElementRef<'_>> {
        self.html.select(selector).next()
    }

    /// The `<link>` elements with an address, in document order.
    pub fn link_elements(&self) -> impl Iterator<Item = ElementRef<'_>> {
        self.landmarks.links.iter().filter_map(|id| element(&self.html, *id))
    }

    /// The text of `<title>` on one line; never empty.
    pub fn written_title(&self) -> Option<String> {
        let mut out = String::new();
        for piece in element(&self.html, self.landmarks.title?)?.text() {
            push_folded(&mut out, piece);
        }
        out.truncate(out.trim_end().len());
        (!out.is_empty()).then_some(out)
    }

    /// `reference` as an absolute http(s) address; `None` for other schemes, for user information and for nonsense.
    pub fn resolve(&self, reference: &str) -> Option<Url> {
        let reference = reference.trim();
        if reference.is_empty() {
            return None;
        }
        let url = self.base.join(reference).ok()?;
        let usable = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        usable.then_some(url)
    }

    /// The content of the first `<meta>` whose `name`, `property` or `itemprop` is one of `names` (lower case), in the
    /// order of `names`; never empty.
    pub fn meta(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.meta_all(name).first()).map(String::as_str)
    }

    /// Every non-empty content of `<meta>` elements called `name` (lower case).
    pub fn meta_all(&self, name: &str) -> &[String] {
        self.meta.get_or_init(|| self.read_meta()).get(name).map_or(&[], Vec::as_slice)
    }

    fn read_meta(&self) -> HashMap<String, Vec<String>> {
        let mut all: HashMap<String, Vec<String>> = HashMap::new();
        for element in self.landmarks.metas.iter().filter_map(|id| element(&self.html, *id)) {
            let content = attribute(element, "content").map(str::trim).filter(|content| !content.is_empty());
            let Some(content) = content else { continue };
            for key in ["name", "property", "itemprop"] {
                if let Some(name) = attribute(element, key) {
                    all.entry(name.trim().to_ascii_lowercase()).or_default().push(content.to_owned());
                }
            }
        }
        all
    }

    /// Every JSON-LD object of the page, flattened out of arrays, `@graph` and `mainEntity`, in document order;
    /// scripts that are no JSON are mended where only punctuation is wrong, and else ignored.
    pub fn json_ld(&self) -> &[Value] {
        self.json_ld.get_or_init(|| {
            let mut objects = Vec::new();
            let mut budget = MAX_JSON_LD_BYTES;
            for script in self.landmarks.scripts.iter().filter_map(|id| element(&self.html, *id)) {
                let text: String = script.text().collect();
                if text.len() > budget {
                    continue;
                }
                budget -= text.len();
                for value in lenient::values(&text) {
                    flatten(value, &mut objects);
                }
            }
            objects
        })
    }

    /// The language that the markup declares: `<html lang>`, `xml:lang`, then the usual `<meta>` names; as written.
    pub fn declared_language(&self) -> Option<&str> {
        let root = self.root();
        let lang = root.attr("lang").or_else(|| root.attr("xml:lang"));
        let lang = lang.map(str::trim).filter(|lang| !lang.is_empty());
        lang.or_else(|| self.meta(&["og:locale", "dc.language", "dcterms.language", "language"]))
    }
}

/// Where the elements stand that speak of the page; one walk finds them, so that nobody walks for each kind again.
#[derive(Default)]
struct Landmarks {
    base: Option<NodeId>,
    title: Option<NodeId>,
    metas: Vec<NodeId>,
    links: Vec<NodeId>,
    /// The scripts that are JSON-LD.
    scripts: Vec<NodeId>,
}

impl Landmarks {
    fn of(html: &Html) -> Self {
        let mut found = Self::default();
        for element in html.root_element().descendent_elements() {
            let has = |name| attribute(element, name).is_some();
            match element.value().name() {
                "base" if found.base.is_none() && has("href") => found.base = Some(element.id()),
                "title" if found.title.is_none() && is_in_head(element) => found.title = Some(element.id()),
                "meta" if has("content") => found.metas.push(element.id()),
                "link" if has("href") => found.links.push(element.id()),
                "script" => {
                    const KIND: &str = "application/ld+json";
                    let kind = attribute(element, "type").and_then(|kind| kind.trim().get(..KIND.len()));
                    if kind.is_some_and(|kind| kind.eq_ignore_ascii_case(KIND)) {
                        found.scripts.push(element.id());
                    }
                }
                _ => {}
            }
        }
        found
    }
}

fn is_in_head(element: ElementRef<'_>) -> bool {
    element.parent().and_then(ElementRef::wrap).is_some_and(|above| above.value().name() == "head")
}

fn element(html: &Html, id: NodeId) -> Option<ElementRef<'_>> {
    html.tree.get(id).and_then(ElementRef::wrap)
}

/// The value of an attribute, by a look at each.
///
/// Elements have few attributes; `ElementRef::attr` first looks the name up in a table that all threads share.
pub fn attribute<'a>(element: ElementRef<'a>, name: &str) -> Option<&'a str> {
    element.value().attrs().find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// Lists `value` and the objects inside the containers that JSON-LD nests them in; iterative, bounded.
fn flatten(value: Value, objects: &mut Vec<Value>) {
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        if objects.len() >= MAX_JSON_LD_OBJECTS {
            return;
        }
        match value {
            Value::Array(values) => waiting.extend(values.into_iter().rev()),
            Value::Object(mut object) => {
                for key in ["mainEntity", "@graph"] {
                    if let Some(inner) = object.remove(key) {
                        waiting.push(inner);
                    }
                }
                objects.push(Value::Object(object));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(html: &str) -> Document {
        Document::parse(html, &Url::parse("https://site.example/a/b").unwrap())
    }

    #[test]
    fn addresses_are_absolute_http() {
        let document = page("<base href='/c/'><p>");
        let resolve = |text| document.resolve(text).map(String::from);
        assert_eq!(resolve("x?y#z").as_deref(), Some("https://site.example/c/x?y#z"));
        assert_eq!(resolve("//other.example").as_deref(), Some("https://other.example/"));
        for bad in ["javascript:alert(1)", "java\nscript:x", "data:text/html,x", "mailto:a@b.c", "", "http://u:p@h/"] {
            assert_eq!(resolve(bad), None, "{bad}");
        }
        assert_eq!(page("<base href='javascript:x'>").base().as_str(), "https://site.example/a/b");
    }

    #[test]
    fn json_ld_in_its_shapes() {
        let document = page(
            "<script type='application/ld+json'>[{\"a\":1},{\"@graph\":[{\"b\":2}]}];</script>\
             <script type='application/ld+json'>{\"c\":\"line\nbreak\"}</script>\
             <script type='application/ld+json'>{broken</script>",
        );
        assert_eq!(document.json_ld().len(), 4);
        assert_eq!(document.json_ld()[3]["c"], "line break");
    }
}
