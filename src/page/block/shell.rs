//! Applications that come without content, which a script would fetch.

use super::Block;
use crate::page::Document;
use crate::page::document::{attribute, text};

/// Scripts that hold the data of an application, by what is written in them.
const DATA: [(&str, &str); 9] = [
    ("__NEXT_DATA__", "`__NEXT_DATA__` (Next.js)"),
    ("self.__next_f", "`__next_f` (Next.js)"),
    ("__NUXT_DATA__", "`__NUXT_DATA__` (Nuxt)"),
    ("__NUXT__", "`__NUXT__` (Nuxt)"),
    ("__INITIAL_STATE__", "`__INITIAL_STATE__`"),
    ("__PRELOADED_STATE__", "`__PRELOADED_STATE__`"),
    ("__APOLLO_STATE__", "`__APOLLO_STATE__` (Apollo)"),
    ("__remixContext", "`__remixContext` (Remix)"),
    ("__sveltekit", "a script of SvelteKit"),
];
/// Data in a script counts from this size in bytes: the frame of an application is smaller.
const MUCH_DATA: usize = 2_000;
/// A page that shows more bytes of text outside of `<noscript>` has content.
const FEW: usize = 600;

/// Whether `document`, on which nothing was found, is an empty application.
pub fn shell(document: &Document) -> Option<Block> {
    let scripts = document.select(crate::selector!("script"));
    let mut has_script = false;
    let mut data = None;
    for script in scripts {
        let written: String = script.text().collect();
        has_script |= attribute(script, "src").is_some() || written.len() > 200;
        let id = attribute(script, "id").unwrap_or_default();
        let known = DATA.iter().find(|(name, _)| written.len() >= MUCH_DATA && (id == *name || written.contains(name)));
        let json = attribute(script, "type") == Some("application/json") && written.len() >= MUCH_DATA;
        data = data.or(known.map(|(_, place)| *place)).or(json.then_some("a script of type `application/json`"));
    }
    let body = document.first(crate::selector!("body"))?;
    let mounts = document.first(crate::selector!(
        "#root, #app, #__next, #__nuxt, #svelte, #q-app, #gatsby-focus-wrapper, app-root, [ng-app], [data-reactroot], [ng-version]"
    ));
    let asks_for_scripts = document.select(crate::selector!("noscript")).any(|element| {
        let words: String = element.text().collect();
        words.to_lowercase().contains("javascript")
    });
    let empty = text(body).len() <= FEW;
    (has_script && empty && (mounts.is_some() || asks_for_scripts || data.is_some())).then_some(Block::Shell(data))
}
