use super::*;

fn base() -> Url {
    Url::parse("https://site.example/a/b.html").unwrap()
}

fn clean(html: &str) -> String {
    sanitise(html, &base()).map(|safe| safe.as_str().to_owned()).unwrap_or_default()
}

#[test]
fn only_listed_markup_stays() {
    for (html, wanted) in [
        ("<p onclick=x style=y class=z id=q>a</p>", "<p>a</p>"),
        ("<script>alert(1)</script><style>p{}</style><p>a</p>", "<p>a</p>"),
        ("<a href='javascript:alert(1)'>x</a>", "x"),
        ("<a href=' JaVaScRiPt:x'>x</a>", "x"),
        (
            "<a href='c?d=1&e=2'>x</a>",
            "<a href=\"https://site.example/a/c?d=1&amp;e=2\" rel=\"noopener noreferrer\">x</a>",
        ),
        ("<a href='mailto:a@b.example'>x</a>", "<a href=\"mailto:a@b.example\" rel=\"noopener noreferrer\">x</a>"),
        (
            "<img src='/p.jpg' alt='A \"b\"' height=10 width=20 onerror=x>",
            "<img src=\"https://site.example/p.jpg\" alt=\"A &quot;b&quot;\" width=\"20\" height=\"10\" referrerpolicy=\"no-referrer\">",
        ),
        ("<img src='data:image/png;base64,x'><img src=/t.gif width=1 height=1>", ""),
        ("<h1>a</h1><span class=x>b</span>", "<h2>a</h2>\nb"),
        ("<p>a\u{8}&#1;b</p><p> &nbsp;</p>", "<p>ab</p>"),
        ("<iframe src=//evil.example></iframe>a", "a"),
        (
            "<table><tr><td colspan=3 onclick=x>a</table>",
            "<table><tbody><tr><td colspan=\"3\">a</td></tr></tbody></table>",
        ),
        ("<p>　　a\u{2028}b</p><p>&nbsp;<br> &nbsp;</p><p>\n c<br> d</p>", "<p>a b</p>\n<p>c<br>d</p>"),
        ("  ", ""),
    ] {
        assert_eq!(clean(html), wanted, "{html}");
    }
}

#[test]
fn twice_is_once() {
    let nasty = [
        "<p>a<div>b</div>c",
        "<p><button><div>a</div></button></p>",
        "<a href=x>a<a href=y>b</a></a>",
        "<a href=x><table><tr><td><a href=y>b</a></table></a>",
        "<table><p>x<tr><td>y<table><tr><td>z",
        "<ul>a<li>b<ul><li>c</ul><div><li>d</div></ul>",
        "<pre>\n\n\nx\n  y</pre>",
        "<b><p>x</b>y<i><p>z",
        "<svg><style><img src=x onerror=y></style></svg><math><mi><p>q",
        "<h2>a<h3>b</h2>c",
        "<ruby>漢<rp>(<rt>かん</ruby>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "&lt;script&gt; &amp;amp; a&nbsp;b \u{FFFE}",
        "<section><p>a</section> tail <em> </em> <b>x </b> y",
        "<dl><div><dt>a<dd>b</div></dl><tr><td>free",
        "<figure><a href=/f><img src=p.png></a><figcaption>c<br>d</figcaption></figure>",
        "<form><p>a<form><table><form><td>b",
        "<details open><summary>s</summary>t<video src=/v.mp4 autoplay></video></details>",
        "<p>a <!-- x --> b<br> c<hr> d",
        "<p>　　a</p>　　b<div>&nbsp; <b> c</b></div>",
        "<ul><li><br></li><li>　a<br><br></li></ul><td> </td>",
        "<p>&#1;　a</p>&#x7F; b",
        "<h2><b> </b><a href=x>y</a></h2><p><a> </a> z<br><i> </i>w",
        "<p>a<br></p><p><b> </b><br></p>x\u{2028}\u{2028}y",
    ];
    for html in nasty {
        let once = clean(html);
        assert_eq!(clean(&once), once, "{html}");
    }
    let long = "<div><p>some words</p></div>".repeat(40_000);
    let once = clean(&long);
    assert!(once.len() <= MAX_HTML_BYTES && once.ends_with("</div>"));
    assert_eq!(clean(&once), once);
}

#[test]
fn words_and_pictures() {
    let safe = sanitise(
        "<h2>Head</h2><p>One &amp; two<br>three</p><figure><img src=/p.jpg alt=x><figcaption>Cap <b>tion</b></figcaption></figure>\
         <ul><li>a<li>b</ul><table><tr><td>c<td>d</table>",
        &base(),
    )
    .unwrap();
    assert_eq!(plain_text(&safe), "Head\nOne & two\nthree\na\nb\nc d");
    let images = images(&safe);
    assert_eq!(images.len(), 1);
    assert_eq!(images[0].caption.as_deref(), Some("Cap tion"));
    assert_eq!(images[0].alt.as_deref(), Some("x"));
}
