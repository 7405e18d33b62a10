use super::*;

const DISCLAIMER: &str = "本文转载自其他媒体，仅代表作者个人观点，与本网立场无关，版权归原作者所有。";

/// Learns `articles` together and cleans each of them.
fn cleaned(articles: &[String]) -> Vec<String> {
    let split: Vec<Pieces> = articles.iter().map(|markup| split(markup, &[])).collect();
    let mut known = Known::default();
    for (at, pieces) in split.iter().enumerate() {
        known.learn(&format!("https://site.example/{at}"), pieces);
    }
    let left = |(markup, pieces): (&String, &Pieces)| {
        clean(markup, pieces, &known, None).map_or_else(|| markup.clone(), |cleaned| cleaned.markup)
    };
    articles.iter().zip(&split).map(left).collect()
}

/// `count` articles, each with words of its own around which `shape` puts what they share.
fn articles(count: usize, shape: impl Fn(&str, usize) -> String) -> Vec<String> {
    const WORDS: [&str; 12] = [
        "harbour", "bridge", "school", "winter", "market", "garden", "tower", "ferry", "museum", "library", "orchard",
        "station",
    ];
    let own = |at: usize| {
        let word = WORDS[at % WORDS.len()];
        let sentence = |n: usize| {
            format!(
                "The {word} of quarter {n} opened again after {word} works that nobody in the {word} street had wanted, said neighbour {at}."
            )
        };
        let letters = |n: usize| char::from(b'a' + u8::try_from((at * 3 + n) % 26).unwrap()).to_string().repeat(4);
        let paragraphs = (1..=3).map(|n| format!("<p>{} {}{}</p>", sentence(n), letters(n), letters(at / 5)));
        paragraphs.collect::<Vec<_>>().concat()
    };
    (0..count).map(|at| shape(&own(at), at)).collect()
}

#[test]
fn a_disclaimer_above_and_below_goes() {
    let pages = articles(4, |own, _| format!("<p>{DISCLAIMER}</p>{own}<p>{DISCLAIMER}</p>"));
    for page in cleaned(&pages) {
        assert!(!page.contains("版权归原作者") && page.contains("said neighbour"), "{page}");
    }
}

#[test]
fn furniture_inside_the_body_goes_in_any_language() {
    for box_ in [
        "<p>Folgen Sie uns in der App und verpassen Sie keine Nachricht aus Ihrer Stadt mehr.</p>",
        "<p>Téléchargez notre application pour recevoir chaque matin l'essentiel de l'actualité.</p>",
        "<p>この記事が気に入ったら、ぜひ公式アカウントをフォローしてください。</p>",
        "<p>Подпишитесь на наш канал, чтобы первыми узнавать городские новости.</p>",
        "<p>اشترك في نشرتنا البريدية لتصلك أهم أخبار المدينة كل صباح.</p>",
        "<div class=\"author-box\"><img src=\"https://site.example/ada.jpg\"><p>Ada Berg</p><p>Ada Berg writes about harbours, ferries and everything else that swims in the bay.</p></div>",
        "<ul><li><a href=\"/a\">Follow us on one network</a></li><li><a href=\"/b\">Follow us on another network</a></li></ul>",
        "<h3>Support our work</h3><p>We live from the gifts of our readers. Please consider a small donation today.</p>",
    ] {
        let pages = articles(6, |own, _| own.replacen("</p>", &format!("</p>{box_}"), 1));
        for page in cleaned(&pages) {
            assert_eq!(page.matches("said neighbour").count(), 3, "{page}");
            for word in
                ["Folgen", "Téléchargez", "フォロー", "Подпишитесь", "اشترك", "Ada", "Follow", "Support", "donation"]
            {
                assert!(!page.contains(word), "{word} in {page}");
            }
        }
    }
}

#[test]
fn too_little_evidence_keeps_a_block() {
    let intro = "<p>Every Friday our gardener answers what readers ask about beds, hedges and the weather.</p>";
    // Two of two, and one in ten of many, both at no end of the text.
    let two = articles(2, |own, _| own.replacen("</p>", &format!("</p>{intro}"), 1));
    let weekly =
        articles(
            30,
            |own, at| if at % 10 == 0 { own.replacen("</p>", &format!("</p>{intro}"), 1) } else { own.to_owned() },
        );
    assert!(cleaned(&two).iter().all(|page| page.contains("Every Friday")));
    assert_eq!(cleaned(&weekly), weekly);
}

#[test]
fn reprints_and_series_are_not_emptied() {
    let reprint = articles(1, |own, _| own.to_owned()).concat();
    assert_eq!(cleaned(&vec![reprint.clone(); 2]), vec![reprint.clone(); 2]);
    assert_eq!(cleaned(&vec![reprint.clone(); 4]), vec![reprint; 4]);
    let series: Vec<String> = (0..5)
        .map(|at| {
            let rules = "<p>Numbers are drawn every evening in the town hall, and everybody may come and watch.</p><p>Winners have thirteen weeks to show their ticket at any post office of the land.</p>";
            format!("<p>Tonight's numbers are {at}, {}, {} and the bonus is {}.</p>{rules}", at + 7, at + 11, at + 13)
        })
        .collect();
    assert_eq!(cleaned(&series), series);
}

#[test]
fn what_articles_say_in_common_stays() {
    let refrain = articles(1, |own, _| {
        format!("<p>And the river runs.</p>{own}<p>And the river runs.</p>{own}<p>And the river runs.</p>")
    });
    assert_eq!(cleaned(&refrain), refrain);
    let recipes = articles(8, |own, at| {
        format!(
            "<p>Ingredients</p><ul><li>{at} eggs</li><li>salt</li></ul><h2>Method</h2>{own}<p>***</p><p>Serve, cup {at}.</p><pre>stir stir stir stir stir stir stir stir stir</pre>"
        )
    });
    for page in cleaned(&recipes) {
        for word in ["Ingredients", "salt", "Method", "stir"] {
            assert!(page.contains(word), "{word} in {page}");
        }
    }
}

#[test]
fn the_order_of_articles_and_reading_twice_do_not_matter() {
    let pages = articles(5, |own, at| if at % 2 == 0 { format!("{own}<p>{DISCLAIMER}</p>") } else { own.to_owned() });
    let mut backwards = pages.clone();
    backwards.reverse();
    let mut again = cleaned(&backwards);
    again.reverse();
    assert_eq!(cleaned(&pages), again);
    let mut known = Known::default();
    for _ in 0..3 {
        known.learn("a", &split(&pages[0], &[]));
    }
    assert_eq!(known.articles(), 1);
    assert!(clean(&pages[0], &split(&pages[0], &[]), &known, None).is_none());
}

#[test]
fn knowledge_is_bounded_forgets_and_survives_the_store() {
    let mut known = Known::default();
    let old = split(&format!("<p>{DISCLAIMER}</p>"), &[]);
    for at in 0..70 {
        let word = |n: u32| char::from_u32(0x4E00 + at * 40 + n).unwrap().to_string().repeat(20);
        let own = (0..40).map(|n| format!("<p>{}</p>", word(n))).collect::<Vec<_>>().concat();
        let shared =
            if at < 4 { DISCLAIMER } else { "Everything new stands here, and it stands in every one of them." };
        known.learn(&at.to_string(), &split(&format!("{own}<p>{shared}</p>"), &[]));
    }
    assert_eq!(known.articles(), 64);
    assert_eq!(known.articles_with(old.prints[0].unwrap()), 0);
    let bytes = known.to_bytes();
    assert!(bytes.len() <= 17 * 1024, "{}", bytes.len());
    let read = Known::from_bytes(&bytes);
    assert_eq!(read.to_bytes(), bytes);
    assert_eq!((read.articles(), read.blocks()), (64, 1024));
    for damaged in [
        &b""[..],
        b"\x01",
        b"\x01\x05\x00abc",
        b"\x02\x00\x00",
        b"\x01\x00\x00aaaaaaaabbbbbbbb",
        &bytes[..bytes.len() - 1],
    ] {
        assert_eq!(Known::from_bytes(damaged), Known::default());
    }
}

#[test]
fn what_an_article_calls_its_own_does_not_make_a_block_another_one() {
    let sources = ["甲地通讯社", "乙地日报", "丙地中文网", "丁地电台"];
    let pages =
        articles(4, |own, at| format!("{own}<p>本文转载自{}，只代表原作者的观点，与本网的立场无关。</p>", sources[at]));
    let pieces: Vec<Pieces> = pages.iter().zip(sources).map(|(page, source)| split(page, &[source])).collect();
    let mut known = Known::default();
    for (at, pieces) in pieces.iter().enumerate() {
        known.learn(&at.to_string(), pieces);
    }
    for (page, pieces) in pages.iter().zip(&pieces) {
        assert!(!clean(page, pieces, &known, None).unwrap().markup.contains("转载"), "{page}");
    }
}

#[test]
fn what_was_left_out_stays_out_when_its_share_falls() {
    let line = "<p>Folgen Sie uns in der App und verpassen Sie keine Nachricht aus Ihrer Stadt mehr.</p>";
    let pages =
        articles(40, |own, at| if at < 4 { own.replacen("</p>", &format!("</p>{line}"), 1) } else { own.to_owned() });
    let split: Vec<Pieces> = pages.iter().map(|page| split(page, &[])).collect();
    let mut known = Known::default();
    for (at, pieces) in split.iter().enumerate().take(8) {
        known.learn(&at.to_string(), pieces);
    }
    let first = clean(&pages[0], &split[0], &known, None).unwrap().markup;
    for (at, pieces) in split.iter().enumerate() {
        known.learn(&at.to_string(), pieces);
    }
    let published = letters(&first);
    assert!(clean(&pages[0], &split[0], &known, None).is_none(), "four of forty");
    assert_eq!(clean(&pages[0], &split[0], &known, Some(&published)).unwrap().markup, first);
}

#[test]
fn what_the_site_says_of_itself_is_no_claim_about_an_article() {
    let url = Url::parse("https://site.example/a").unwrap();
    let picture = |path: &str| super::super::testimony::picture(url.join(path).unwrap());
    let article = |at: usize| Article {
        image: Some(Claim { value: picture("/default-share.jpg"), origin: Origin::OpenGraph }),
        summary: Some(Claim { value: "All the news of the bay.".to_owned(), origin: Origin::OpenGraph }),
        body: Some(Claim {
            value: format!("<p>Text {at}</p><p><img src=\"/own-{at}.jpg\"></p>"),
            origin: Origin::Visible,
        }),
        ..Article::default()
    };
    let mut known = Known::default();
    for at in 0..5 {
        known.learn(&at.to_string(), &pieces(&article(at)));
    }
    let without = |mut article: Article| {
        let pieces = pieces(&article);
        without_stock(&mut article, &pieces, &known, &url);
        (article.image.unwrap().value.url.path().to_owned(), article.summary.map(|claim| claim.value))
    };
    assert_eq!(without(article(3)), ("/own-3.jpg".to_owned(), None));
    let bare = Article { body: None, ..article(3) };
    assert_eq!(without(bare).0, "/default-share.jpg", "better than none");
    let own = Article {
        image: Some(Claim { value: picture("/front.jpg"), origin: Origin::OpenGraph }),
        summary: Some(Claim { value: "What this one is about.".to_owned(), origin: Origin::OpenGraph }),
        ..article(3)
    };
    assert_eq!(without(own), ("/front.jpg".to_owned(), Some("What this one is about.".to_owned())));
    let chosen = |origin| Article {
        summary: Some(Claim { value: "All the news of the bay.".to_owned(), origin }),
        ..article(3)
    };
    assert!(without(chosen(Origin::Configured)).1.is_some());
}
