//! Invented pages: what belongs to a story, and what does not.

use url::Url;

use super::{Rules, read};
use crate::normalise::html::{plain_text, sanitise};
use crate::page::Document;

/// The sanitised body of a page.
fn body(page: &str) -> String {
    let base = Url::parse("https://site.example/news/bridge.html").unwrap();
    let article = read(&Document::parse(page, &base), &Rules::default());
    let markup = article.body.map(|claim| claim.value).unwrap_or_default();
    sanitise(&markup, &base).map(|safe| safe.as_str().to_owned()).unwrap_or_default()
}

/// Its text, a block a line.
fn text(page: &str) -> String {
    let base = Url::parse("https://site.example/").unwrap();
    sanitise(&body(page), &base).map(|safe| plain_text(&safe)).unwrap_or_default()
}

const FIRST: &str = "The ferry across the lower harbour will run every ten minutes from Monday, the port said, and the last boat will leave at midnight.";
const SECOND: &str = "Two new boats, built in the yard at the old mill, carry ninety people each, and both have room for bicycles, prams and wheelchairs.";
const THIRD: &str = "Tickets stay at two crowns, but children under twelve, who paid half until now, travel free, and so does anybody with a library card.";

/// A page with `inside` between the paragraphs of its story.
fn page(inside: &str) -> String {
    format!(
        "<html><head><title>Ferry runs more often</title></head><body>\
         <header><nav><a href=/>Home</a></nav></header><h1>Ferry runs more often</h1>\
         <article><div class=text><p>{FIRST}</p>{inside}<p>{SECOND}</p><p>{THIRD}</p></div></article>\
         <footer><p>About us, imprint and the rest of what stands below a page.</p></footer></body></html>"
    )
}

fn story() -> String {
    [FIRST, SECOND, THIRD].join("\n")
}

#[test]
fn boxes_between_paragraphs_go() {
    for inside in [
        "<div class=newsletter-box><p>Every morning the harbour in your mail, short and free of charge.</p></div>",
        "<aside class=related><h3>Related</h3><ul><li><a href=/a>The old ferry</a></ul></aside>",
        "<div class='social-share'><a href=/x>Share</a> <a href=/y>Post</a></div>",
        "<p>Sign up for our weekly harbour letter.</p>",
        "<p>Jetzt kostenlos den Hafenbrief bestellen</p>",
        "<p>Подпишитесь на наш канал о порте</p>",
        "<p>この記事は会員限定です。</p>",
        "<p><a href=/news/older.html>Why the old ferry was taken out of service</a></p>",
        "<div class=cookie-consent><p>We use cookies to make this site better for you.</p></div>",
        "<div style='display: none'><p>Nobody sees this line, since it is hidden by its style.</p></div>",
        "<div class=comments><p>First!</p><p>I have used this ferry for years.</p></div>",
        "<div class=tags><a href=/t/1>Harbour</a> <a href=/t/2>Ferry</a></div>",
        "<div class=byline>By Anna Quist</div>",
        "<p>Lesen Sie auch: <a href=/news/older.html>Die alte Fähre</a></p>",
    ] {
        assert_eq!(text(&page(inside)), story(), "{inside}");
    }
}

#[test]
fn what_tells_the_story_stays() {
    for (inside, wanted) in [
        ("<h2>Two boats</h2>", "<h2>Two boats</h2>"),
        ("<blockquote><p>It is about time</p></blockquote>", "<blockquote><p>It is about time</p>\n</blockquote>"),
        ("<pre>06:00\n  06:10</pre>", "<pre>06:00\n  06:10</pre>"),
        ("<ul><li>Monday<li>Tuesday</ul>", "<li>Tuesday</li>"),
        ("<table><tr><th>Pier<th>Time<tr><td>North<td>06:00</table>", "<td>North</td>"),
        ("<p>Roses are red<br>boats are blue</p>", "Roses are red<br>boats are blue"),
        ("<p>So <math alttext='v=s/t'><mi>v</mi></math> holds.</p>", "<code>v=s/t</code>"),
        (
            "<p>So <math><semantics><mi>v</mi><annotation encoding='application/x-tex'>v=\\frac{s}{t}</annotation></semantics></math>.</p>",
            "<code>v=\\frac{s}{t}</code>",
        ),
        (
            "<blockquote class=twitter-tweet><p>The boats are here</p>Port (@port) <a href=https://twitter.com/port/status/1>July 4</a></blockquote>",
            "The boats are here",
        ),
        ("<p>The port wrote a newsletter about it, which nobody read.</p>", "which nobody read"),
        (
            "<p>See <a href=/plan>the plan</a> of the piers for all of it, and <a href=/map>the map</a>.</p>",
            ">the plan</a>",
        ),
    ] {
        let html = body(&page(inside));
        assert!(html.contains(wanted), "{inside}\n{html}");
    }
}

#[test]
fn pictures_show() {
    for (inside, wanted) in [
        (
            "<img src=/blank.gif data-src=/a.jpg width=640 height=480>",
            "src=\"https://site.example/a.jpg\" alt=\"\" width=\"640\" height=\"480\" referrerpolicy=\"no-referrer\"",
        ),
        (
            "<img src=/a-300x200.jpg srcset='/a-300x200.jpg 300w, /a-1200x800.jpg 1200w, /a.jpg 5000w'>",
            "/a-1200x800.jpg",
        ),
        (
            "<picture><source srcset='/a.webp 800w, /b.webp 1600w'><img src='data:image/gif;base64,R0lG'></picture>",
            "/b.webp",
        ),
        ("<img src='data:image/gif;base64,R0lG' class=lazy><noscript><img src=/a.jpg></noscript>", "/a.jpg"),
        ("<amp-img src=/a.jpg width=3 height=2 layout=responsive></amp-img>", "/a.jpg"),
        ("<lazy-image data-src=/a.jpg></lazy-image>", "/a.jpg"),
        ("<figure style='background-image: url(/a.jpg)'></figure>", "/a.jpg"),
        (
            "<figure><img src=/a.jpg><div class=credit>Photo: Anna Quist</div></figure>",
            "<figcaption>Photo: Anna Quist</figcaption>",
        ),
    ] {
        let html = body(&page(inside));
        assert_eq!(html.matches("<img").count(), 1, "{inside}\n{html}");
        assert!(html.contains(wanted), "{inside}\n{html}");
    }
    for inside in [
        "<img src=/t.gif width=1 height=1>",
        "<img src=/img/placeholder.png>",
        "<div style='background: url(/img/spacer.gif)'></div>",
    ] {
        assert!(!body(&page(inside)).contains("<img"), "{inside}");
    }
    let twice = page(
        "<img src=/a-300x200.jpg><p>Between the two there are some words.</p><img src=/a-1024x768.jpg?quality=80>",
    );
    assert_eq!(body(&twice).matches("<img").count(), 1);
}

#[test]
fn players_become_links() {
    for (inside, wanted) in [
        (
            "<iframe src=https://www.youtube.com/embed/abc title='Boats &lt;3'></iframe>",
            ">YouTube: Boats &lt;3</a></figcaption>",
        ),
        (
            "<iframe src=https://www.youtube.com/embed/abc></iframe>",
            "<img src=\"https://i.ytimg.com/vi/abc/hqdefault.jpg\"",
        ),
        ("<amp-youtube data-videoid=abc></amp-youtube>", "https://www.youtube.com/watch?v=abc"),
        (
            "<iframe data-src=https://maps.harbour.example/piers?x=1></iframe>",
            "<a href=\"https://maps.harbour.example/piers?x=1\" rel=\"noopener noreferrer\">maps.harbour.example</a>",
        ),
        (
            "<blockquote class=instagram-media data-instgrm-permalink='https://www.instagram.com/p/Ab/'><p>New boats</p></blockquote>",
            "<a href=\"https://www.instagram.com/p/Ab/\"",
        ),
        ("<script src=https://gist.github.com/anna/12.js></script>", "https://gist.github.com/anna/12\""),
        ("<script data-telegram-post=port/12></script>", "https://t.me/port/12\""),
        ("<figure><oembed url=https://vimeo.com/12></oembed></figure>", "https://vimeo.com/12\""),
        (
            "<div class=fb-post data-href=https://www.facebook.com/port/posts/1></div>",
            "https://www.facebook.com/port/posts/1\"",
        ),
    ] {
        let html = body(&page(inside));
        assert!(html.contains(wanted), "{inside}\n{html}");
        assert!(!["<iframe", "<script", "<object", "<embed"].iter().any(|active| html.contains(active)), "{html}");
        let base = Url::parse("https://site.example/").unwrap();
        assert_eq!(sanitise(&html, &base).unwrap().as_str(), html);
    }
    for inside in [
        "<iframe src=https://ad.doubleclick.net/x></iframe>",
        "<iframe src=https://frames.example/pixel width=1 height=1></iframe>",
        "<iframe src=about:blank></iframe>",
        "<iframe src=javascript:alert(1)></iframe>",
    ] {
        assert_eq!(text(&page(inside)), story(), "{inside}");
        assert!(!body(&page(inside)).contains("<figure"), "{inside}");
    }
}

#[test]
fn old_pages_of_tables_and_line_breaks() {
    let lines = "　　港口今天宣布，从星期一起，渡轮每十分钟一班，末班船在午夜开出。<br><br>　　两艘新船在老磨坊的船厂建造，每艘可载九十人，也有放自行车的地方。<br><br>　　票价不变，仍是两元，但十二岁以下的儿童今后免费乘船，有借书证的人也一样。";
    let page = format!(
        "<html><head><title>渡轮加班</title></head><body><table><tr><td><a href=/1>首页</a><td><a href=/2>新闻</a><td><a href=/3>论坛</a></table>\
         <table><tr><td><a href=/4>老渡轮停航的原因</a><br><a href=/5>港口的新码头</a><td><font size=4>渡轮加班</font><br><br><font>{lines}</font></table>\
         <table><tr><td><a href=/6>关于我们</a> <a href=/7>联系</a></table></body></html>"
    );
    assert_eq!(text(&page).lines().count(), 3, "{}", text(&page));
    assert!(text(&page).starts_with("港口今天宣布") && text(&page).ends_with("也一样。"));
}

#[test]
fn a_story_cut_into_pieces_is_one() {
    let piece = |words: &str| {
        format!(
            "<div class=row><div class='grid chunk'><p>{words}</p><p>{words} {words}</p></div><div class=slot>Advertisement</div></div>"
        )
    };
    let page = format!(
        "<html><head><title>Ferry</title></head><body><h1>Ferry</h1><main>{}{}{}</main></body></html>",
        piece(FIRST),
        piece(SECOND),
        piece(THIRD)
    );
    let text = text(&page);
    assert!([FIRST, SECOND, THIRD].iter().all(|words| text.matches(words).count() == 3), "{text}");
    assert!(!text.contains("Advertisement"));
}
