//! Five hundred feeds of every kind and language, with the oddest words, written below `target/` for readers and
//! validators that are no part of this project (`.ci/check_feeds.py`, the W3C validator).
//!
//! They are the same in every run. Times lie between 1990 and the day of the tests, since validators take others for
//! mistakes.

use std::cell::Cell;
use std::path::Path;

use chrono::{DateTime, FixedOffset, NaiveTime, TimeDelta};
use feedmill::format::artifacts;
use feedmill::model::{Entry, Feed, FeedId, Parent, Part, Precision, Timestamp, Title};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use url::Url;

use crate::properties::{base, check, entry, words};
use crate::support::{NOON, files};

/// How many.
const FEEDS: u32 = 500;
/// 1990-01-02T00:00:00Z.
const EARLIEST: i64 = 631_238_400;
/// The languages of feeds and entries.
const LANGUAGES: [&str; 12] = ["ar", "de", "de-AT", "en", "fa", "fr", "he", "ja", "ko", "ru", "th", "zh-Hant-TW"];

/// A time in a zone of whole minutes; half of them are days, and many share one.
fn times() -> impl Strategy<Value = (Timestamp, TimeDelta)> {
    let offset = select(&[0, 60, 120, -300, 330, 345, 765, -570, 840, -720][..]);
    let days = prop_oneof![Just(0), 0..13_000_i64];
    let changed = prop_oneof![2 => Just(0), 1 => 1..200_000_i64];
    (days, 0..86_400_i64, offset, 0..3_u8, changed).prop_map(|(days, second, offset, precision, changed)| {
        let zone = FixedOffset::east_opt(offset * 60).unwrap();
        let moment = (NOON - 100_000 - days * 86_400 - second).max(EARLIEST);
        let moment = DateTime::from_timestamp(moment, 0).unwrap().with_timezone(&zone);
        let noon = moment.with_time(NaiveTime::from_hms_opt(12, 0, 0).unwrap()).unwrap() - TimeDelta::days(1);
        let (moment, precision) = match precision {
            0 => (noon, Precision::Day),
            1 => (moment, Precision::FirstSeen),
            _ => (moment, Precision::Exact),
        };
        (Timestamp::from_parts(moment, precision), TimeDelta::seconds(changed))
    })
}

fn story() -> impl Strategy<Value = Entry> {
    let media_type = select(&["application/pdf", "audio/mpeg", "video/mp4", "image/jpeg", "no type"][..]);
    (entry(), times(), option::of(select(&LANGUAGES[..])), media_type, any::<u8>()).prop_map(
        |(mut entry, (published, changed), language, media_type, which)| {
            entry.published = published;
            entry.updated = (published.instant() + changed).min(DateTime::from_timestamp(NOON, 0).unwrap().into());
            entry.language = language.map(str::to_owned);
            for file in &mut entry.enclosures {
                media_type.clone_into(&mut file.media_type);
            }
            // Half of the entries lack something.
            if which & 1 > 0 {
                entry.content = None;
            }
            if which & 2 > 0 {
                entry.summary = None;
            }
            if which & 4 > 0 {
                entry.enclosures.clear();
            }
            entry
        },
    )
}

fn feed() -> impl Strategy<Value = Feed> {
    let texts = (words(), option::of(words()), option::of(words()), option::of(select(&LANGUAGES[..])));
    let part = prop_oneof![
        Just(Part::Current { newest_archive: None }),
        (1..9_u32).prop_map(|number| Part::Current { newest_archive: Some(number) }),
        (1..9_u32).prop_map(|number| Part::Archive { number }),
    ];
    let rest = (part, 1..20_000_u32, any::<u8>());
    (texts, rest, vec(story(), 1..12)).prop_map(|((title, description, rights, language), rest, entries)| {
        let (part, refresh, which) = rest;
        let title = Title::new(&title).unwrap_or_else(|| Title::new("a").unwrap());
        let mut feed = Feed::new(FeedId::new("a").unwrap(), title, base());
        (feed.description, feed.rights, feed.refresh, feed.part) = (description, rights, refresh, part);
        feed.language = language.map(str::to_owned);
        feed.icon = (which & 1 > 0).then(|| Url::parse("https://site.example/icon.png").unwrap());
        feed.hub = (which & 2 > 0).then(|| Url::parse("https://hub.example/").unwrap());
        feed.editor = (which & 4 > 0).then(|| "desk@site.example".to_owned());
        let parent = (which >= 192).then(|| Parent {
            id: "other".to_owned(),
            title: feed.title.as_str().to_owned(),
            home: base(),
        });
        let entries = entries.into_iter().map(|entry| Entry { parent: parent.clone(), ..entry });
        feed.with_entries(entries.collect(), 50)
    })
}

#[test]
fn feeds_for_other_readers() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated-feeds");
    let _ = std::fs::remove_dir_all(&folder);
    let served = Url::parse("https://feeds.example/").unwrap();
    let made = Cell::new(0_u32);
    check(FEEDS, feed(), |mut feed| {
        made.set(made.get() + 1);
        feed.id = FeedId::new(&format!("g{:03}", made.get())).unwrap();
        // The page for people is no feed.
        let files = artifacts(&feed, Some(&served)).into_iter().filter(|file| file.media_type != "text/html");
        for file in files {
            let path = folder.join(&file.path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &file.bytes).unwrap();
            let read = feed_rs::parser::parse(&*file.bytes);
            let read = read.map_err(|error| TestCaseError::fail(format!("{}: {error}", file.path)))?;
            let theirs = read.entries.iter().map(|entry| (entry.id.clone(), entry.published));
            let ours = feed.entries().iter();
            let ours = ours.map(|entry| (entry.id.as_str().to_owned(), Some(entry.published.instant().to_utc())));
            prop_assert_eq!(theirs.collect::<Vec<_>>(), ours.collect::<Vec<_>>());
        }
        Ok(())
    });
    assert_eq!(files(&folder).len(), usize::try_from(FEEDS * 3).unwrap());
}
