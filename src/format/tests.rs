//! Properties of all formats over feeds with the oddest texts: strict parsers and other people's readers read them.

use std::collections::HashSet;

use chrono::{DateTime, FixedOffset, Utc};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use quick_xml::escape::partial_escape;
use roxmltree::{Document, Node};
use url::Url;

use super::{FORMATS, Published, again, artifacts, artifacts_after, json_feed, xml};
use crate::model::{
    Artifact, Attribution, Comments, Enclosure, Entry, EntryId, Feed, FeedId, Image, Parent, Part, Person, Precision,
    REFRESH, SafeHtml, Timestamp, Title,
};

/// What has broken feeds before, between characters of all of Unicode.
const ODD: [&str; 18] = [
    "]]>",
    "<![CDATA[",
    "&nbsp;",
    "&amp;",
    "&#0;",
    "<script>alert(1)</script>",
    "<b>",
    "\u{0}",
    "\u{B}",
    "\r\n",
    "\r",
    "\u{85}",
    "\u{FFFE}",
    "\u{202E}",
    "مرحبا",
    "👩‍👩‍👧",
    "\"'",
    "  ",
];

fn odd_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![any::<char>().prop_map(String::from), select(&ODD[..]).prop_map(str::to_owned)];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn address() -> impl Strategy<Value = Url> {
    (select(&["https://site.example/a", "http://www.site.example/中/?q=1"][..]), odd_text()).prop_map(|(base, text)| {
        let mut url = Url::parse(base).unwrap();
        url.query_pairs_mut().append_pair("x", &text);
        url
    })
}

/// Moments of the years 1800 to 2200 in any offset, down to nanoseconds.
fn moment() -> impl Strategy<Value = DateTime<FixedOffset>> {
    (-5_364_662_400_i64..7_258_118_400, 0..1_000_000_000_u32, -50_400..=50_400_i32).prop_map(
        |(second, nano, offset)| {
            DateTime::from_timestamp(second, nano).unwrap().with_timezone(&FixedOffset::east_opt(offset).unwrap())
        },
    )
}

fn timestamp() -> impl Strategy<Value = Timestamp> {
    (moment(), select(&[Precision::Exact, Precision::Day, Precision::FirstSeen][..]))
        .prop_map(|(instant, precision)| Timestamp::from_parts(instant, precision))
}

fn image() -> impl Strategy<Value = Image> {
    (address(), of(odd_text()), of(odd_text()), of(any::<u32>()), of(any::<u32>()))
        .prop_map(|(url, alt, caption, width, height)| Image { url, alt, caption, width, height })
}

fn enclosure() -> impl Strategy<Value = Enclosure> {
    let media_type = prop_oneof![Just("audio/mpeg".to_owned()), odd_text()];
    (address(), media_type, of(any::<u64>()), of(odd_text())).prop_map(|(url, media_type, length, title)| Enclosure {
        url,
        media_type,
        length,
        title,
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    let person = (odd_text(), of(address())).prop_map(|(name, url)| Person { name, url });
    let source = (of(odd_text()), of(address())).prop_map(|(name, url)| Attribution { name, url });
    let comments = (of(any::<u64>()), of(address())).prop_map(|(count, url)| Comments { count, url });
    let name = (odd_text(), address(), odd_text());
    let times = (timestamp(), prop_oneof![Just(None), moment().prop_map(Some)], moment(), any::<u32>());
    let words = (vec(person, 0..3), of(odd_text()), of(odd_text()), vec(odd_text(), 0..3), of(odd_text()));
    let parent = (odd_text(), address()).prop_map(|(title, home)| Parent { id: "other".to_owned(), title, home });
    let rest = (of(image()), vec(enclosure(), 0..3), of(source), of(comments), of(odd_text()), of(parent));
    (name, times, words, rest).prop_map(|(name, times, words, rest)| {
        let (published, updated, first_seen, position) = times;
        let (authors, summary, content, categories, language) = words;
        let (image, enclosures, source, comments, notice, parent) = rest;
        let notice = notice.filter(|_| content.is_some()).map(SafeHtml::from_sanitiser);
        let feed = FeedId::new("acme").unwrap();
        Entry {
            id: EntryId::from_key(crate::normalise::id::guid_key(&name.0, &feed, &name.1)),
            url: name.1,
            title: Title::new(&name.2).unwrap_or_else(|| Title::new("untitled").unwrap()),
            published,
            updated: updated.unwrap_or(published.instant()),
            authors,
            summary,
            content: content.map(SafeHtml::from_sanitiser),
            image,
            categories,
            enclosures,
            language,
            source,
            comments,
            notice,
            parent,
            first_seen: first_seen.to_utc(),
            position,
        }
    })
}

fn feed() -> impl Strategy<Value = Feed> {
    let texts = (odd_text(), of(odd_text()), of(select(&["en", "zh-CN", "not a tag"][..])), of(odd_text()));
    let part = prop_oneof![
        of(1..9_u32).prop_map(|newest_archive| Part::Current { newest_archive }),
        (1..9_u32).prop_map(|number| Part::Archive { number })
    ];
    (texts, address(), of(address()), (of(address()), part, 1..20_000_u32), vec(entry(), 0..4)).prop_map(
        |((title, description, language, rights), home, icon, (hub, part, refresh), entries)| {
            let title = Title::new(&title).unwrap_or_else(|| Title::new("untitled").unwrap());
            let mut feed = Feed::new(FeedId::new("acme").unwrap(), title, home);
            feed.description = description;
            feed.language = language.map(str::to_owned);
            feed.icon = icon;
            (feed.hub, feed.part, feed.refresh, feed.rights) = (hub, part, refresh, rights);
            feed.with_entries(entries, 100)
        },
    )
}

/// The file of `feed` with this ending.
fn file(feed: &Feed, ending: &str) -> Vec<u8> {
    let base = Url::parse("https://me.example/feeds/").unwrap();
    let artifact =
        artifacts(feed, Some(&base)).into_iter().find(|file| file.path == format!("{}.{ending}", feed.stem()));
    artifact.unwrap().bytes
}

/// The whole texts of the children of `node` with this prefix-free name in the namespace, in order.
fn texts(node: Node<'_, '_>, namespace: &str, name: &str) -> Vec<String> {
    let children = node.children().filter(|child| {
        child.tag_name().name() == name && child.tag_name().namespace().unwrap_or_default() == namespace
    });
    children.map(|child| child.descendants().filter(Node::is_text).filter_map(|part| part.text()).collect()).collect()
}

fn lines<'a>(written: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    written.into_iter().filter_map(xml::some_line).collect()
}

fn kept(written: Option<&str>) -> Vec<String> {
    written.into_iter().filter_map(xml::some_text).collect()
}

/// What remains of a title: its line, or the address if XML allows none of its characters.
fn title(entry: &Entry) -> String {
    xml::some_line(entry.title.as_str()).unwrap_or_else(|| xml::guarded(&xml::uri(&entry.url)).into_owned())
}

/// An entry with its offsets, which comparing moments does not see.
fn with_offsets(entry: &Entry) -> (Entry, FixedOffset, FixedOffset) {
    (entry.clone(), *entry.published.instant().offset(), *entry.updated.offset())
}

const ATOM: &str = "http://www.w3.org/2005/Atom";

/// The fields of an item.
const FIELDS: [&str; 15] = [
    "id",
    "url",
    "external_url",
    "title",
    "content_html",
    "summary",
    "image",
    "date_published",
    "date_modified",
    "authors",
    "tags",
    "language",
    "attachments",
    "_feedmill",
    "content_text",
];

#[test]
fn one_new_entry_is_the_only_one_that_is_written() {
    let entry = |id: &str| {
        let (url, at) = (format!("https://site.example/{id}"), "2026-11-22T12:00:00Z");
        let published = serde_json::json!({ "instant": at, "precision": "exact" });
        let entry = serde_json::json!({ "id": url, "url": url, "title": id, "published": published, "updated": at,
            "summary": format!("About {id}."), "first_seen": at, "position": 0 });
        serde_json::from_value::<Entry>(entry).unwrap()
    };
    let feed = |ids: &[&str]| {
        let home = Url::parse("https://site.example/").unwrap();
        let mut feed = Feed::new(FeedId::new("acme").unwrap(), Title::new("News").unwrap(), home);
        feed.hub = Some(Url::parse("https://hub.example/").unwrap());
        feed.with_entries(ids.iter().map(|id| entry(id)).collect(), 9)
    };
    let (before, now) = (feed(&["a", "b", "d"]), feed(&["b", "c", "d"]));
    let published = Published {
        files: artifacts(&before, None).into_iter().map(|file| file.bytes).collect(),
        entries: before.entries().iter().map(|entry| entry.id.clone()).collect(),
        changed: std::iter::once(entry("b").id).collect(),
    };
    let woven = |published: &Published| again::woven(&now, None, published);
    assert!(woven(&published).is_none(), "two of three are too many");
    let published = Published { changed: HashSet::new(), ..published };
    let made = woven(&published).unwrap();
    assert_eq!(made.len(), 4);
    for (made, wanted) in made.iter().zip(artifacts(&now, None)) {
        assert_eq!(String::from_utf8_lossy(&made.bytes), String::from_utf8_lossy(&wanted.bytes), "{}", wanted.path);
    }
    let mut entries = published.entries.clone();
    entries.swap(0, 2);
    assert!(woven(&Published { entries, ..published }).is_none(), "another order");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn filters_settle(written in odd_text()) {
        let text = xml::text(&written).into_owned();
        prop_assert_eq!(&*xml::text(&text), &*text);
        let line = xml::line(&written).into_owned();
        prop_assert_eq!(&*xml::line(&line), &*line);
        let element = format!("<a>{}</a>", partial_escape(&*text));
        prop_assert!(Document::parse(&element).is_ok());
    }

    #[test]
    fn what_did_not_change_is_taken_over_as_it_is(feed in feed(), entries in vec((entry(), 0..6_u8), 1..9)) {
        let base = Url::parse("https://me.example/feeds/").unwrap();
        let with = |entries: Vec<Entry>| {
            let mut feed = feed.clone();
            feed.part = Part::Current { newest_archive: None };
            feed.with_entries(entries, 7)
        };
        let before = entries.iter().filter(|(_, fate)| *fate > 0).map(|(entry, fate)| {
            // What is another entry now.
            let title = if *fate == 1 { Title::new("before").unwrap() } else { entry.title.clone() };
            Entry { title, ..entry.clone() }
        });
        let before = with(before.collect());
        let now = with(entries.into_iter().filter(|(_, fate)| *fate < 5).map(|(entry, _)| entry).collect());
        let same = |id: &EntryId| {
            let of = |feed: &Feed| feed.entries().iter().find(|entry| entry.id == *id).cloned();
            of(&now).is_none() || of(&now) == of(&before)
        };
        let ids: Vec<EntryId> = before.entries().iter().map(|entry| entry.id.clone()).collect();
        let published = Published {
            files: artifacts(&before, Some(&base)).into_iter().map(|file| file.bytes).collect(),
            changed: ids.iter().filter(|id| !same(id)).cloned().collect(),
            entries: ids,
        };
        let files = |made: Vec<Artifact>| made.into_iter().map(|file| (file.path, file.bytes)).collect::<Vec<_>>();
        let made = files(artifacts_after(&now, Some(&base), &published));
        let wanted = files(artifacts(&now, Some(&base)));
        prop_assert_eq!(made, wanted);
    }

    #[test]
    fn rss_says_what_was_said(feed in feed()) {
        let bytes = file(&feed, "rss");
        let document = Document::parse(std::str::from_utf8(&bytes).unwrap()).unwrap();
        let items: Vec<_> = document.descendants().filter(|node| node.has_tag_name("item")).collect();
        prop_assert_eq!(items.len(), feed.entries().len());
        for (item, entry) in items.into_iter().zip(feed.entries()) {
            let rss = |name| texts(item, "", name);
            prop_assert_eq!(rss("title"), [title(entry)]);
            prop_assert_eq!(rss("guid"), [entry.id.as_str()]);
            prop_assert_eq!(rss("link"), [xml::uri(&entry.url)]);
            let described = kept(entry.summary.as_deref());
            if !described.is_empty() || entry.content.is_none() {
                prop_assert_eq!(rss("description"), described.iter().map(partial_escape).collect::<Vec<_>>());
            }
            prop_assert_eq!(rss("category"), lines(entry.categories.iter().map(String::as_str)));
            prop_assert_eq!(rss("enclosure").len(), usize::from(!entry.enclosures.is_empty()));
            let content = texts(item, "http://purl.org/rss/1.0/modules/content/", "encoded");
            prop_assert_eq!(content, kept(entry.content_with_notice().as_deref()));
            let creators = texts(item, "http://purl.org/dc/elements/1.1/", "creator");
            prop_assert_eq!(creators, lines(entry.authors.iter().map(|author| author.name.as_str())));
            let published = DateTime::parse_from_rfc2822(&rss("pubDate").concat()).unwrap();
            prop_assert_eq!(published, entry.published.instant());
            prop_assert_eq!(texts(item, ATOM, "updated").len(), usize::from(entry.updated != entry.published.instant()));
        }
    }

    #[test]
    fn atom_says_what_was_said(feed in feed()) {
        let bytes = file(&feed, "atom");
        let document = Document::parse(std::str::from_utf8(&bytes).unwrap()).unwrap();
        let entries: Vec<_> = document.descendants().filter(|node| node.has_tag_name((ATOM, "entry"))).collect();
        prop_assert_eq!(entries.len(), feed.entries().len());
        for (node, entry) in entries.into_iter().zip(feed.entries()) {
            let atom = |name| texts(node, ATOM, name);
            prop_assert_eq!(atom("title"), [title(entry)]);
            prop_assert_eq!(atom("id"), [entry.id.as_str()]);
            let summary = entry.summary.as_deref().and_then(xml::some_words);
            let summary = summary.or_else(|| entry.content.is_none().then(|| title(entry)));
            prop_assert_eq!(atom("summary"), summary.into_iter().collect::<Vec<_>>());
            prop_assert_eq!(atom("content"), kept(entry.content_with_notice().as_deref()));
            let terms: Vec<_> = node.children().filter_map(|child| child.attribute("term")).collect();
            prop_assert_eq!(terms, lines(entry.categories.iter().map(String::as_str)));
            let pictures: Vec<_> = node.children().filter_map(|child| child.attribute("url")).collect();
            prop_assert_eq!(pictures, entry.image.iter().map(|image| xml::uri(&image.url)).collect::<Vec<_>>());
            let files = node.children().filter(|child| child.attribute("rel") == Some("enclosure")).count();
            prop_assert_eq!(files, entry.enclosures.len());
            prop_assert_eq!(DateTime::parse_from_rfc3339(&atom("published").concat()), Ok(entry.published.instant()));
        }
    }

    #[test]
    fn one_entry_more_changes_no_other(feed in feed(), newer in entry()) {
        prop_assume!(feed.entries().iter().all(|entry| entry.id != newer.id));
        let more = feed.clone().with_entries(feed.entries().iter().cloned().chain([newer]).collect(), 100);
        for format in FORMATS {
            let pieces = |feed: &Feed| -> Vec<String> {
                let text = String::from_utf8(file(feed, format.extension())).unwrap();
                let (start, end) = match format.extension() {
                    "rss" => ("<item>", "</item>"),
                    "atom" => ("<entry", "</entry>"),
                    _ => ("\n    {", "\n    }"),
                };
                let entries = text.split_once("\"items\": [").map_or(&*text, |(_, items)| items);
                entries.split(start).skip(1).map(|piece| piece.split(end).next().unwrap_or_default().to_owned()).collect()
            };
            let (before, after) = (pieces(&feed), pieces(&more));
            prop_assert_eq!(before.len(), feed.entries().len());
            let kept: Vec<&String> = after.iter().filter(|piece| before.contains(piece)).collect();
            prop_assert_eq!(kept, before.iter().collect::<Vec<_>>(), "{}", format.name());
            prop_assert_eq!(file(&more, format.extension()), file(&more, format.extension()));
        }
    }

    #[test]
    fn json_gives_back_what_was_written(feed in feed()) {
        let trusting = |html: &str, _: &Url| Some(SafeHtml::from_sanitiser(html.to_owned()));
        let bytes = file(&feed, "json");
        let (header, entries) = json_feed::read_with(&bytes, &trusting).unwrap();
        prop_assert_eq!(
            entries.iter().map(with_offsets).collect::<Vec<_>>(),
            feed.entries().iter().map(with_offsets).collect::<Vec<_>>()
        );
        let mut again = Feed::new(feed.id.clone(), header.title.unwrap(), header.home.unwrap());
        (again.description, again.language, again.icon) = (header.description, header.language, header.icon);
        (again.hub, again.rights, again.part) = (header.hub, header.rights, feed.part);
        again.refresh = header.refresh.unwrap_or(REFRESH);
        let archive = match feed.part {
            Part::Current { newest_archive } => newest_archive,
            Part::Archive { number } => Some(number),
        };
        prop_assert_eq!(header.archive, archive);
        let again = again.with_entries(entries, 100);
        prop_assert_eq!(&again, &feed);
        prop_assert_eq!(file(&again, "json"), bytes);
    }

    #[test]
    fn another_reader_reads_all_three(feed in feed()) {
        for format in FORMATS {
            let bytes = file(&feed, format.extension());
            let read = feed_rs::parser::parse(&*bytes);
            prop_assert!(read.is_ok(), "{}: {:?}", format.name(), read.err());
            let read = read.unwrap();
            prop_assert_eq!(read.entries.len(), feed.entries().len());
            for (theirs, ours) in read.entries.iter().zip(feed.entries()) {
                let wanted = if format.extension() == "json" { ours.title.as_str().to_owned() } else { title(ours) };
                prop_assert_eq!(theirs.title.as_ref().map(|title| title.content.as_str()), Some(wanted.as_str()));
                prop_assert_eq!(&theirs.id, ours.id.as_str());
                prop_assert!(theirs.links.iter().any(|link| [ours.url.as_str(), &xml::uri(&ours.url)].contains(&&*link.href)));
                prop_assert_eq!(theirs.published, Some(ours.published.instant().to_utc()));
                if let Some(updated) = theirs.updated.filter(|_| format.extension() != "rss") {
                    prop_assert_eq!(updated.timestamp(), ours.updated.timestamp());
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(written in odd_text(), wrong in any::<i64>(), which in 0..15_usize) {
        let _ = json_feed::read(written.as_bytes());
        let mut item = serde_json::json!({"id": "1", "url": "https://a.example/", "date_published": "2026-01-01T00:00:00Z"});
        item[FIELDS[which]] = wrong.into();
        let whole = serde_json::json!({"version": "https://jsonfeed.org/version/1.1", "items": [item, wrong, written]});
        let (_, entries) = json_feed::read(whole.to_string().as_bytes()).unwrap();
        prop_assert_eq!(entries.len(), usize::from(!["url", "date_published"].contains(&FIELDS[which])));
    }
}

#[test]
fn files_of_others_are_read() {
    let foreign = br#"{"version": "https://jsonfeed.org/version/1", "title": "T", "author": {"name": "N"}, "items": [
        {"id": 7, "url": "https://a.example/1", "content_text": "Words.", "date_published": "2026-01-02T03:04:05+01:00"},
        {"external_url": "https://www.a.example/2/", "title": "B", "date_modified": "2026-01-02T00:00:00Z", "new": []},
        {"id": "x", "url": "javascript:alert(1)", "date_published": "2026-01-02T00:00:00Z"},
        {"id": "y", "url": "https://a.example/3"}
    ]}"#;
    let (header, entries) = json_feed::read(foreign).unwrap();
    assert_eq!(header.title, Title::new("T"));
    let seen: Vec<_> = entries.iter().map(|entry| (entry.id.as_str(), entry.title.as_str(), entry.position)).collect();
    assert_eq!(seen, [("7", "Words.", 0), ("https://a.example/2", "B", 1)]);
    assert_eq!(entries[0].first_seen, "2026-01-02T02:04:05Z".parse::<DateTime<Utc>>().unwrap());
    assert_eq!((entries[0].summary.as_deref(), entries[0].published.precision()), (Some("Words."), Precision::Exact));
    assert_eq!(entries[0].authors, [Person { name: "N".to_owned(), url: None }]);
    for (bytes, wanted) in [
        (&b"<html>"[..], "not JSON"),
        (b"[]", "not a JSON object"),
        (br#"{"items": []}"#, "no version"),
        (br#"{"version": "https://jsonfeed.org/version/1.1"}"#, "no list of items"),
    ] {
        let error = json_feed::read(bytes).unwrap_err();
        assert!(error.contains(wanted), "{error}");
    }
}

#[test]
fn a_feed_keeps_its_id_when_its_files_move() {
    let id_of = |home: &str, base: Option<&str>| {
        let mut feed = Feed::new(FeedId::new("acme").unwrap(), Title::new("T").unwrap(), Url::parse(home).unwrap());
        feed.language = Some("en".to_owned());
        let base = base.map(|base| Url::parse(base).unwrap());
        let atom = artifacts(&feed, base.as_ref()).into_iter().find(|file| file.path == "acme.atom").unwrap();
        feed_rs::parser::parse(&*atom.bytes).unwrap().id
    };
    let id = "https://site.example/news#feedmill-acme";
    assert_eq!(id_of("https://site.example/news", None), id);
    assert_eq!(id_of("http://www.site.example/news/#top", Some("https://me.example/feeds/")), id);
}

#[test]
fn a_front_page_is_no_original() {
    for (address, wanted) in [
        ("https://press.example/", false),
        ("https://press.example/2026/1.html", true),
        ("https://press.example/?p=1", true),
    ] {
        assert_eq!(json_feed::is_page(&Url::parse(address).unwrap()), wanted, "{address}");
    }
}
