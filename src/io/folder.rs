//! A folder that stands for a site: saved pages, or the output of a generator.
//!
//! The folder of the index page's address is the folder on disk. It refuses whatever lies outside, by name or through
//! a symbolic link. Steps: address → names below the folder → the first file that exists → its bytes.

use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use url::Url;

use crate::finding::{Code, Finding, Place};
use crate::io::fetch::too_large;
use crate::page::Page;

/// Reads the page `url` from `root`, which stands for the folder of `home`.
///
/// # Errors
/// If `url` is outside, the file is missing, cannot be read, or is larger than `max_bytes`.
pub(crate) async fn read(url: &Url, home: &Url, root: &Path, max_bytes: u64) -> Result<Page, Finding> {
    let missing = || missing(url, root);
    let names = names(url, home).ok_or_else(missing)?;
    let folder = root.to_owned();
    let wants_folder = url.path().ends_with('/');
    // Reading a file blocks.
    let read = tokio::task::spawn_blocking(move || read_first(&folder, &names, wants_folder, max_bytes));
    let opened = read.await.map_err(|_| Finding::error(Code::Internal, "reading a file ended unexpectedly"))??;
    let Some((path, body)) = opened else { return Err(missing()) };
    let mut address = url.clone();
    if !wants_folder && path.file_stem().is_some_and(|stem| stem == "index") && !named_like(url, &path) {
        // As a server would redirect; links on the page are relative to the folder.
        address.set_path(&format!("{}/", url.path()));
    }
    let media_type = Some(media_type(&path).to_owned());
    Ok(Page { requested: url.clone(), url: address, media_type, charset: None, body })
}

/// The names of folders and file below the root; `None` if the address is outside.
fn names(url: &Url, home: &Url) -> Option<PathBuf> {
    if url.host() != home.host() || url.port() != home.port() {
        return None;
    }
    let base = home.path().rsplit_once('/').map_or("", |(folder, _)| folder);
    let below = url.path().strip_prefix(base)?.strip_prefix('/')?;
    let mut names = PathBuf::new();
    for segment in below.split('/').filter(|segment| !segment.is_empty()) {
        let name = percent_decode(segment)?;
        let mut parts = Path::new(&name).components();
        // One plain name: no `..`, no encoded slash, no drive letter.
        match (parts.next(), parts.next()) {
            (Some(Component::Normal(part)), None) if part == name.as_str() && !name.contains(['\\', '\0']) => {
                names.push(part);
            }
            _ => return None,
        }
    }
    Some(names)
}

fn percent_decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let digits = tail.get(..2).filter(|digits| byte == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        let decoded = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(decoded.unwrap_or(byte));
        rest = if decoded.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8(bytes).ok()
}

fn read_first(
    root: &Path,
    names: &Path,
    wants_folder: bool,
    max_bytes: u64,
) -> Result<Option<(PathBuf, Vec<u8>)>, Finding> {
    let unreadable = |path: &Path, error: &std::io::Error| {
        Finding::error(Code::FetchFailed, format!("{}: {error}", path.display()))
            .at(Place::File { file: path.display().to_string() })
    };
    let root = std::fs::canonicalize(root).map_err(|error| {
        unreadable(root, &error).remedy("correct `root`: a folder, counted from the folder of feeds.toml")
    })?;
    let path = root.join(names);
    for candidate in candidates(&path, wants_folder || names.as_os_str().is_empty()) {
        // Resolved first, so that a symbolic link cannot lead out.
        let Ok(real) = std::fs::canonicalize(&candidate) else { continue };
        if !real.starts_with(&root) || !real.is_file() {
            continue;
        }
        let file = File::open(&real).map_err(|error| unreadable(&candidate, &error))?;
        let mut body = Vec::new();
        let read = file.take(max_bytes.saturating_add(1)).read_to_end(&mut body);
        read.map_err(|error| unreadable(&candidate, &error))?;
        if body.len() as u64 > max_bytes {
            return Err(too_large(max_bytes));
        }
        return Ok(Some((candidate, body)));
    }
    Ok(None)
}

/// Where the page may be, the likeliest first.
fn candidates(path: &Path, is_folder: bool) -> Vec<PathBuf> {
    let index = [path.join("index.html"), path.join("index.htm")];
    if is_folder {
        return index.into();
    }
    let mut html = path.as_os_str().to_owned();
    html.push(".html");
    let [html_index, htm_index] = index;
    vec![path.to_owned(), html.into(), html_index, htm_index]
}

/// Whether the last name of the address is the file's, with or without its ending.
fn named_like(url: &Url, path: &Path) -> bool {
    url.path()
        .rsplit('/')
        .next()
        .is_some_and(|last| last == "index" || path.file_name().is_some_and(|name| name == last))
}

fn media_type(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    match extension.as_str() {
        "html" | "htm" => "text/html",
        "xhtml" | "xht" => "application/xhtml+xml",
        "txt" | "text" => "text/plain",
        "md" => "text/markdown",
        "css" => "text/css",
        "csv" => "text/csv",
        "js" | "mjs" => "text/javascript",
        "json" => "application/json",
        "xml" => "application/xml",
        "rss" => "application/rss+xml",
        "atom" => "application/atom+xml",
        "pdf" => "application/pdf",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "svg" => "image/svg+xml",
        "ico" => "image/x-icon",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "ogg" => "audio/ogg",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        _ => "application/octet-stream",
    }
}

fn missing(url: &Url, root: &Path) -> Finding {
    Finding::error(Code::HttpStatus, format!("{} is not in the folder {}", url.path(), root.display()))
        .remedy("check `root` and the address; the folder of the index page's address stands for `root`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> tempfile::TempDir {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("site");
        for folder in ["news/2024.10", "about"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        for file in
            ["index.html", "news/index.html", "news/one.html", "news/2024.10/two", "about/index.htm", "a b\u{e9}.pdf"]
        {
            std::fs::write(root.join(file), file).unwrap();
        }
        std::fs::write(outer.path().join("secret.html"), "secret").unwrap();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("../secret.html", root.join("leak.html")).unwrap();
            std::os::unix::fs::symlink("index.html", root.join("alias.html")).unwrap();
        }
        outer
    }

    async fn get(site: &Path, home: &str, url: &str, cap: u64) -> Result<Page, Finding> {
        read(&Url::parse(url).unwrap(), &Url::parse(home).unwrap(), &site.join("site"), cap).await
    }

    #[tokio::test]
    async fn maps_addresses_to_files() {
        let site = site();
        let home = "https://s.example/x/start.html";
        let cases = [
            ("https://s.example/x/", "index.html", "text/html", "/x/"),
            ("https://s.example/x/?page=2#top", "index.html", "text/html", "/x/"),
            ("http://s.example/x/index.html", "index.html", "text/html", "/x/index.html"),
            ("https://s.example/x/index", "index.html", "text/html", "/x/index"),
            ("https://s.example/x/news/one", "news/one.html", "text/html", "/x/news/one"),
            ("https://s.example/x/news", "news/index.html", "text/html", "/x/news/"),
            ("https://s.example/x/about/", "about/index.htm", "text/html", "/x/about/"),
            (
                "https://s.example/x/news/2024.10/two",
                "news/2024.10/two",
                "application/octet-stream",
                "/x/news/2024.10/two",
            ),
            ("https://s.example/x/a%20b%C3%A9.pdf", "a b\u{e9}.pdf", "application/pdf", "/x/a%20b%C3%A9.pdf"),
            ("https://s.example/x/alias.html", "index.html", "text/html", "/x/alias.html"),
        ];
        for (url, body, media_type, path) in cases {
            let page = get(site.path(), home, url, 1000).await.unwrap();
            assert_eq!(page.body, body.as_bytes(), "{url}");
            assert_eq!(page.media_type.as_deref(), Some(media_type), "{url}");
            assert_eq!(page.url.path(), path, "{url}");
        }
    }

    #[tokio::test]
    async fn stays_inside() {
        let site = site();
        let home = "https://s.example/x/start.html";
        let urls = [
            "https://s.example/x/../secret.html",
            "https://s.example/x/%2e%2e/secret.html",
            "https://s.example/x/..%2fsecret.html",
            "https://s.example/x/..%5csecret.html",
            "https://s.example/x/%00",
            "https://s.example/x/%ff",
            "https://s.example/x/leak.html",
            "https://s.example/x/leak",
            "https://s.example/secret.html",
            "https://s.example/xnews/one",
            "https://t.example/x/news/one",
            "https://s.example/x/none.html",
        ];
        for url in urls {
            let finding = get(site.path(), home, url, 1000).await.unwrap_err();
            assert_eq!(finding.code, Code::HttpStatus, "{url}");
        }
    }

    #[tokio::test]
    async fn caps_files() {
        let site = site();
        let finding = get(site.path(), "https://s.example/", "https://s.example/", 3).await.unwrap_err();
        assert_eq!(finding.code, Code::BodyTooLarge);
    }
}
