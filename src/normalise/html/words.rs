//! Words and pictures of markup that the sanitiser wrote, by one scan over its tokens.

use url::Url;

use super::is_block;
use super::token::{Token, Tokens, attribute, decoded};
use crate::model::{Image, one_line};
use crate::normalise::text::push_folded;

/// One block a line; captions and alternative texts are left out.
pub(super) fn plain_text(html: &str) -> String {
    beginning(html, usize::MAX)
}

/// The same up to the end of the token with which it has `least` characters.
pub(super) fn beginning(html: &str, least: usize) -> String {
    let mut out = String::with_capacity(html.len().min(least.saturating_mul(2)));
    // Spaces that a line ended with may have been counted and dropped.
    let least = least.saturating_add(64);
    // How many characters the first so many bytes are.
    let (mut counted, mut characters) = (0, 0);
    let mut captions = 0_usize;
    let mut preformatted = 0_usize;
    for token in Tokens::new(html) {
        if out.len().saturating_sub(counted) >= least - characters {
            characters += out.get(counted..).unwrap_or_default().chars().count();
            counted = out.len();
            if characters >= least {
                break;
            }
        }
        match token {
            Token::Open("figcaption", _) => captions += 1,
            Token::Close("figcaption") => captions = captions.saturating_sub(1),
            _ if captions > 0 => {}
            Token::Text(text) if preformatted > 0 => out.push_str(&decoded(text)),
            Token::Text(text) => push_folded(&mut out, &decoded(text)),
            Token::Open("br", _) => new_line(&mut out),
            Token::Open("td" | "th", _) | Token::Close("td" | "th") => push_folded(&mut out, " "),
            Token::Open(name, _) | Token::Close(name) if is_block(name) => {
                new_line(&mut out);
                match token {
                    Token::Open("pre", _) => preformatted += 1,
                    Token::Close("pre") => preformatted = preformatted.saturating_sub(1),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn new_line(out: &mut String) {
    out.truncate(out.trim_end_matches(' ').len());
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

/// The pictures in order, each address once; a figure's caption belongs to every picture in it.
pub(super) fn images(html: &str) -> Vec<Image> {
    let mut found: Vec<Image> = Vec::new();
    let mut figures: Vec<usize> = Vec::new();
    let mut caption: Option<String> = None;
    for token in Tokens::new(html) {
        match token {
            Token::Open("figure", _) => figures.push(found.len()),
            Token::Close("figure") => {
                figures.pop();
            }
            Token::Open("figcaption", _) => caption = Some(String::new()),
            Token::Close("figcaption") => {
                let words = caption.take().map(|words| one_line(&words, 2000)).filter(|words| !words.is_empty());
                if let (Some(words), Some(&from)) = (words, figures.last()) {
                    for image in found.iter_mut().skip(from) {
                        image.caption = Some(words.clone());
                    }
                }
            }
            Token::Text(text) => {
                if let Some(caption) = caption.as_mut() {
                    caption.push_str(&decoded(text));
                }
            }
            Token::Open("br", _) => {
                if let Some(caption) = caption.as_mut() {
                    caption.push(' ');
                }
            }
            Token::Open("img", attributes) => {
                if let Some(image) = image(attributes)
                    && !found.iter().any(|known| known.url == image.url)
                {
                    found.push(image);
                }
            }
            _ => {}
        }
    }
    found
}

fn image(attributes: &str) -> Option<Image> {
    let url = Url::parse(&attribute(attributes, "src")?).ok()?;
    let alt = attribute(attributes, "alt").map(|alt| one_line(&alt, 1000)).filter(|alt| !alt.is_empty());
    let [width, height] = ["width", "height"].map(|name| attribute(attributes, name)?.parse().ok());
    Some(Image { url, alt, caption: None, width, height })
}
