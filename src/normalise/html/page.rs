//! Sanitised markup as it stands inside a page of ours, beneath the heading of its entry.

use super::token::{Token, Tokens, attribute, push_escaped};
use crate::model::SafeHtml;

/// `html` for a page: headings one level lower, pictures and recordings fetched only when they come into sight or are
/// played, and those that `local` knows by their path in the output folder.
pub(crate) fn shown(html: &SafeHtml, local: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(html.as_str().len() + 256);
    for token in Tokens::new(html.as_str()) {
        match token {
            Token::Text(text) => out.push_str(text),
            Token::Close(name) => {
                out.push_str("</");
                out.push_str(lowered(name));
                out.push('>');
            }
            Token::Open(name, attributes) => {
                out.push('<');
                out.push_str(lowered(name));
                match name {
                    "img" => out.push_str(" loading=\"lazy\" decoding=\"async\""),
                    "video" | "audio" => out.push_str(" preload=\"none\""),
                    _ => {}
                }
                push_attributes(&mut out, name, attributes, local);
                out.push('>');
            }
        }
    }
    out
}

fn push_attributes(out: &mut String, name: &str, attributes: &str, local: &dyn Fn(&str) -> Option<String>) {
    let source = matches!(name, "img" | "video" | "audio").then(|| attribute(attributes, "src")).flatten();
    let moved = source.and_then(|source| local(&source));
    // Our serialiser writes the address first.
    match (moved, attributes.strip_prefix(" src=\"").and_then(|rest| rest.split_once('"'))) {
        (Some(path), Some((_, rest))) => {
            out.push_str(" src=\"");
            push_escaped(out, &path);
            out.push('"');
            out.push_str(rest);
        }
        _ => out.push_str(attributes),
    }
}

/// The heading one level lower; other elements as they are.
fn lowered(name: &str) -> &str {
    match name {
        "h2" => "h3",
        "h3" => "h4",
        "h4" => "h5",
        "h5" => "h6",
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::normalise::html::sanitise;

    #[test]
    fn pictures_wait_and_headings_go_down() {
        let base = Url::parse("https://site.example/a/").unwrap();
        let html = "<h1>A</h1><h5>B</h5><p>1 &lt; 2 <img src=\"x.png\" alt='\"<img src=y>'> <img src=/m/z.png></p><audio src=a.mp3></audio>";
        let local = |address: &str| (address == "https://site.example/m/z.png").then(|| "media/\"z\".png".to_owned());
        let page = shown(&sanitise(html, &base).unwrap(), &local);
        let wanted = [
            "<h3>A</h3>\n<h6>B</h6>\n",
            "<p>1 &lt; 2 <img loading=\"lazy\" decoding=\"async\" src=\"https://site.example/a/x.png\" \
             alt=\"&quot;&lt;img src=y&gt;\" referrerpolicy=\"no-referrer\"> ",
            "<img loading=\"lazy\" decoding=\"async\" src=\"media/&quot;z&quot;.png\" alt=\"\" referrerpolicy=\"no-referrer\"></p>\n",
            "<audio preload=\"none\" src=\"https://site.example/a/a.mp3\" controls=\"\"></audio>",
        ];
        assert_eq!(page, wanted.concat());
    }
}
