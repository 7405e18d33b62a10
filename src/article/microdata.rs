//! What microdata, `RDFa` and microformats2 say in the visible page, classic hAtom included.
//!
//! It refuses what belongs to a comment, to another story, or to an author: an author's name is no headline.

use scraper::{ElementRef, Selector};
use url::Url;

use super::survey::Survey;
use super::testimony::{Testimony, picture};
use crate::page::{Document, document::text};
use crate::selector;

/// The most names and subjects that are looked at.
const MOST: usize = 12;

/// Reads `itemprop`, `property` and the classes of h-entry and hAtom; the first of each counts.
pub(super) fn testify(document: &Document, survey: &Survey<'_>) -> Testimony {
    // With a selector go parts of all the properties that it names.
    let own = |selector: &'static Selector, parts: &'static [&'static str]| {
        survey.described(parts).filter(move |element| selector.matches(element)).filter(is_of_the_story)
    };
    let first = |selector, parts| own(selector, parts).map(content).find(|text| !text.is_empty());
    let headline = selector!(
        "[itemprop~=headline], [property~='schema:headline'], [typeof*=Article] [property=headline], [property~='dc:title'], \
         .h-entry .p-name, .hentry .entry-title"
    );
    let published = selector!(
        "[itemprop~=datePublished], [property~='schema:datePublished'], [typeof] [property=datePublished], [property~='dc:date'], \
         [property~='dc:created'], [property~='dcterms:issued'], [property~='dcterms:created'], .h-entry .dt-published, \
         .hentry .published, .hentry .entry-date"
    );
    let modified = selector!(
        "[itemprop~=dateModified], [property~='schema:dateModified'], [typeof] [property=dateModified], [property~='dc:modified'], \
         [property~='dcterms:modified'], .h-entry .dt-updated, .hentry .updated"
    );
    let summary = selector!("[typeof*=Article] [property=description], .h-entry .p-summary, .hentry .entry-summary");
    let subjects = selector!(
        "[itemprop~=articleSection], [itemprop~=keywords], [property~='schema:articleSection'], [property~='dc:subject'], .h-entry .p-category"
    );
    Testimony {
        title: first(headline, &["headline", "title"]),
        published: first(published, &["datePublished", "dc:", "dcterms:"]).into_iter().collect(),
        updated: first(modified, &["dateModified", "modified"]).into_iter().collect(),
        authors: authors(survey),
        summary: first(summary, &["description"]).filter(|text| text.chars().count() > 20),
        images: images(survey, document),
        categories: own(subjects, &["articleSection", "keywords", "subject"])
            .take(MOST)
            .flat_map(|subject| split(&content(subject)))
            .chain(tags(survey))
            .collect(),
        site_name: first(
            selector!("[itemprop~=publisher]:not([itemscope]), [property~='dc:publisher']"),
            &["publisher"],
        ),
        comment_count: first(
            selector!("[itemprop~=commentCount], [itemprop~=interactionCount], [property~='sioc:num_replies']"),
            &["commentCount", "interactionCount", "num_replies"],
        )
        .as_deref()
        .and_then(count),
        files: files(survey, document),
        ..Testimony::default()
    }
}

fn authors(survey: &Survey<'_>) -> Vec<String> {
    let author = selector!(
        "[itemprop~=author], [property~='schema:author'], [typeof*=Article] [property=author], [property~='dc:creator'], \
         .h-entry .p-author, .hentry .vcard .fn"
    );
    let named: Vec<String> = survey
        .described(&["author", "creator"])
        .filter(|element| author.matches(element))
        .take(MOST)
        .filter(outermost)
        .map(name)
        .filter(|name| name.chars().count() < 120)
        .collect();
    if !named.is_empty() {
        return named;
    }
    // An account that has a name, as in Drupal; the first is the author's, others wrote comments.
    let account = selector!("[property~='foaf:name']");
    survey
        .described(&["foaf:name"])
        .find(|element| account.matches(element))
        .filter(is_of_the_story)
        .map(content)
        .into_iter()
        .collect()
}

fn images(survey: &Survey<'_>, document: &Document) -> Vec<crate::model::Image> {
    let marked = selector!("[itemprop~=image], .h-entry .u-featured, .h-entry .u-photo");
    let images = survey.described(&["image"]).filter(|element| marked.matches(element)).filter(is_of_the_story);
    let address = |image: ElementRef<'_>| {
        let own = ["content", "src", "href", "data-src"].into_iter().find_map(|key| image.attr(key).map(str::to_owned));
        // An ImageObject has its address inside.
        own.or_else(|| {
            let inner = image.select(selector!("[itemprop~=url], [itemprop~=contentUrl], img")).next()?;
            ["content", "href", "src", "data-src"].into_iter().find_map(|key| inner.attr(key).map(str::to_owned))
        })
    };
    images.take(2).filter_map(|image| document.resolve(&address(image)?).map(picture)).take(1).collect()
}

fn files(survey: &Survey<'_>, document: &Document) -> Vec<super::EnclosureClaim> {
    let marked = selector!(
        "[itemprop~=audio] [itemprop~=contentUrl], [itemprop~=video] [itemprop~=contentUrl], [itemprop~=associatedMedia] [itemprop~=contentUrl], \
         [itemprop~=audio][href], .h-entry .u-audio, .h-entry .u-video"
    );
    let found =
        survey.described(&["contentUrl", "audio"]).filter(|element| marked.matches(element)).filter(is_of_the_story);
    let url = |element: ElementRef<'_>| -> Option<Url> {
        let address = ["content", "src", "href"].into_iter().find_map(|key| element.attr(key));
        document.resolve(address?)
    };
    found.take(MOST).filter_map(|element| Some(super::testimony::file(url(element)?, element.attr("type")))).collect()
}

fn tags(survey: &Survey<'_>) -> Vec<String> {
    let tag = selector!("a[rel~=tag]");
    survey.anchors.iter().filter(|link| tag.matches(link)).take(MOST).map(|link| text(*link)).collect()
}

fn split(words: &str) -> Vec<String> {
    words.split([',', '，', ';', '、']).map(|word| word.trim().to_owned()).collect()
}

/// `12`, or the number in `UserComments:12`.
fn count(text: &str) -> Option<u64> {
    let number = match text.split_once(':') {
        Some((kind, number)) => kind.to_ascii_lowercase().contains("comment").then_some(number)?,
        None => text,
    };
    number.trim().split(' ').next()?.parse().ok()
}

/// The value of a property: `content`, `datetime`, `title` of an abbreviation, the parts called `value`, or the words.
fn content(element: ElementRef<'_>) -> String {
    let written = ["content", "datetime"].into_iter().find_map(|name| element.attr(name));
    let written = written.or_else(|| element.attr("title").filter(|_| element.value().name() == "abbr"));
    // The value class pattern of microformats.
    let parts = selector!(".value, .value-title, abbr[title], time[datetime]");
    let part = || {
        let part = element.select(parts).next()?;
        let titled = part.value().name() == "abbr" || part.value().classes().any(|class| class == "value-title");
        part.attr("datetime").or_else(|| part.attr("title").filter(|_| titled)).map(|value| value.trim().to_owned())
    };
    let dated =
        element.value().classes().any(|class| matches!(class, "dt-published" | "dt-updated" | "published" | "updated"));
    match written {
        Some(value) => value.trim().to_owned(),
        None => part().filter(|_| dated).unwrap_or_else(|| text(element)),
    }
}

/// Whether `element` belongs neither to a comment nor to an author, a publisher or another story.
fn is_of_the_story(element: &ElementRef<'_>) -> bool {
    element.ancestors().take(10).filter_map(ElementRef::wrap).all(|outer| {
        let mut foreign = false;
        for (name, value) in outer.value().attrs() {
            foreign |= match name {
                "itemprop" => value
                    .split(' ')
                    .any(|p| matches!(p, "author" | "comment" | "publisher" | "isPartOf" | "hasPart" | "citation")),
                "itemtype" | "typeof" => {
                    value.ends_with("Comment") || value.ends_with("/Person") || value.ends_with("WPSideBar")
                }
                "class" => value.split(' ').any(|c| {
                    matches!(
                        c,
                        "comment"
                            | "h-cite"
                            | "u-comment"
                            | "comments"
                            | "comment-list"
                            | "p-author"
                            | "h-card"
                            | "vcard"
                    )
                }),
                "id" => value == "comments",
                _ => false,
            };
        }
        !foreign
    })
}

/// Whether `element` is not inside a comment or another author.
fn outermost(element: &ElementRef<'_>) -> bool {
    element.ancestors().take(8).filter_map(ElementRef::wrap).all(|outer| {
        let itemtype = outer.attr("itemtype").unwrap_or_default();
        let nested =
            outer.attr("itemprop").is_some_and(|props| props.split(' ').any(|p| p == "author" || p == "comment"));
        let cited = outer.value().classes().any(|class| class == "h-cite" || class == "u-comment");
        !nested && !cited && !itemtype.ends_with("/Comment")
    })
}

fn name(author: ElementRef<'_>) -> String {
    match author.select(selector!("[itemprop~=name], [property=name], [property~='schema:name'], .p-name, .fn")).next()
    {
        Some(name) => content(name),
        None => content(author),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::survey::survey;
    use crate::article::traits::Judge;

    fn read(html: &str) -> Testimony {
        let document = Document::parse(html, &Url::parse("https://site.example/a").unwrap());
        testify(&document, &survey(&document, &mut Judge::default(), None))
    }

    #[track_caller]
    fn check(html: &str, title: &str, published: &str, authors: &[&str]) -> Testimony {
        let said = read(html);
        assert_eq!(said.title.as_deref(), Some(title));
        assert_eq!(said.published, [published]);
        assert_eq!(said.authors, authors);
        said
    }

    #[test]
    fn microdata() {
        let said = check(
            "<div itemscope itemtype='https://schema.org/NewsArticle'><h2 itemprop=headline>Neue Brücke</h2>\
             <span itemprop=author itemscope itemtype='https://schema.org/Person'><img itemprop=image src=/ada.jpg><b itemprop=name>Ada Berg</b></span>\
             <span itemprop=author>Bo Cam</span><time itemprop=datePublished datetime='2026-05-06T07:08:09+02:00'>gestern</time>\
             <figure itemprop=image itemscope><meta itemprop=url content=/bridge.jpg></figure>\
             <meta itemprop=keywords content='Brücken, Fluss'><meta itemprop=interactionCount content='UserComments:12'>\
             <div itemprop=audio itemscope><link itemprop=contentUrl href=/talk.mp3></div>\
             <div itemprop=comment itemscope><span itemprop=datePublished>2026-05-09</span></div></div>",
            "Neue Brücke",
            "2026-05-06T07:08:09+02:00",
            &["Ada Berg", "Bo Cam"],
        );
        assert_eq!(said.images[0].url.as_str(), "https://site.example/bridge.jpg");
        assert_eq!(said.categories, ["Brücken", "Fluss"]);
        assert_eq!(said.comment_count, Some(12));
        assert_eq!(said.files[0].url.as_str(), "https://site.example/talk.mp3");
    }

    #[test]
    fn rdfa_in_two_dialects() {
        check(
            "<article vocab='https://schema.org/' typeof='NewsArticle'><h1 property=headline>Nouveau pont</h1>\
             <span property=author typeof=Person><span property=name>Zoé Blé</span></span><span property=datePublished content='2026-05-06'>hier</span></article>",
            "Nouveau pont",
            "2026-05-06",
            &["Zoé Blé"],
        );
        let said = check(
            "<div typeof='sioc:Item foaf:Document'><span property='dc:title' content='New bridge'></span>\
             <span property='dc:date dc:created' content='2012-03-04T05:06:07+01:00' datatype='xsd:dateTime'>Sun, 4 March</span>\
             <span rel='sioc:has_creator'><a property='foaf:name' href=/users/ada>ada</a></span><span property='sioc:num_replies' content='3'></span></div>\
             <div class=comment><a property='foaf:name'>bo</a></div>",
            "New bridge",
            "2012-03-04T05:06:07+01:00",
            &["ada"],
        );
        assert_eq!(said.comment_count, Some(3));
    }

    #[test]
    fn microformats_new_and_old() {
        let said = check(
            "<article class=h-entry><h1 class=p-name>A bridge</h1><a class='p-author h-card' href=/ada><img class=u-photo src=/ada.jpg>Ada Berg</a>\
             <time class=dt-published datetime='2026-05-06T07:08Z'>May</time><p class=p-summary>It stands where the ferry went until the spring.</p>\
             <img class=u-featured src=/b.jpg><a class=p-category>bridges</a><audio class=u-audio src=/b.mp3></audio>\
             <div class='u-comment h-cite'><span class=p-author>Bo</span><time class=dt-published datetime=2026-06-01></time></div></article>",
            "A bridge",
            "2026-05-06T07:08Z",
            &["Ada Berg"],
        );
        assert_eq!(said.summary.as_deref(), Some("It stands where the ferry went until the spring."));
        assert_eq!((said.images[0].url.path(), said.files[0].url.path()), ("/b.jpg", "/b.mp3"));
        check(
            "<div class=hentry><h2 class=entry-title>桥</h2><span class='author vcard'><span class=fn>王小明</span></span>\
             <abbr class=published title='2026-05-06T07:08:00+08:00'>星期三</abbr></div>",
            "桥",
            "2026-05-06T07:08:00+08:00",
            &["王小明"],
        );
        let said = read(
            "<div class=h-entry><p class=p-name>A</p><span class=dt-published>on <span class=value-title title='2026-05-06'></span>Wed</span></div>",
        );
        assert_eq!(said.published, ["2026-05-06"]);
    }
}
