//! Foreign content inside a story: players, posts, maps and charts become something that every reader can show.
//!
//! Nothing active survives and nobody is asked for anything: what a preview says is derived from the address alone.
//! Steps: frames that only serve the page (advertisements, counters, share buttons) are refused; the table of players
//! turns the address of a frame into the address of the page that people visit, and into that of a still picture
//! where the provider has one under a fixed address; every other frame is named after its host.

use url::Url;

/// What a frame shows, for a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Preview {
    /// The page for people.
    pub(super) target: Url,
    /// The provider, else the host.
    pub(super) name: String,
    /// A still picture.
    pub(super) thumbnail: Option<Url>,
}

/// How the address of a frame becomes the address of a page.
enum Rule {
    /// As it is.
    Same,
    /// What follows this in the path, up to the next slash, goes into the pattern at `{}`.
    Path(&'static str, &'static str),
    /// The value of this parameter goes into the pattern at `{}`.
    Query(&'static str, &'static str),
    /// The value of this parameter is the address.
    Inner(&'static str),
    /// The same path on another host, without what stands at its beginning and its end, and without parameters.
    Host(&'static str, &'static str, &'static str),
}

use Rule::{Host, Inner, Path, Query, Same};

const YOUTUBE: &str = "https://www.youtube.com/watch?v={}";
const YOUTUBE_STILL: &str = "https://i.ytimg.com/vi/{}/hqdefault.jpg";
const DAILYMOTION: &str = "https://www.dailymotion.com/video/{}";
const DAILYMOTION_STILL: &str = "https://www.dailymotion.com/thumbnail/video/{}";
const TENCENT: &str = "https://v.qq.com/x/page/{}.html";

/// Domain, provider, rule, and the pattern of a still picture. The first row that fits wins.
#[rustfmt::skip]
const PLAYERS: &[(&str, &str, Rule, &str)] = &[
    ("youtube.com", "YouTube", Query("list", "https://www.youtube.com/playlist?list={}"), ""),
    ("youtube.com", "YouTube", Query("v", YOUTUBE), YOUTUBE_STILL),
    ("youtube.com", "YouTube", Path("/embed/", YOUTUBE), YOUTUBE_STILL),
    ("youtube.com", "YouTube", Path("/shorts/", YOUTUBE), YOUTUBE_STILL),
    ("youtube.com", "YouTube", Path("/live/", YOUTUBE), YOUTUBE_STILL),
    ("youtube.com", "YouTube", Path("/v/", YOUTUBE), YOUTUBE_STILL),
    ("youtube-nocookie.com", "YouTube", Query("list", "https://www.youtube.com/playlist?list={}"), ""),
    ("youtube-nocookie.com", "YouTube", Path("/embed/", YOUTUBE), YOUTUBE_STILL),
    ("youtu.be", "YouTube", Path("/", YOUTUBE), YOUTUBE_STILL),
    ("vimeo.com", "Vimeo", Path("/video/", "https://vimeo.com/{}"), ""),
    ("vimeo.com", "Vimeo", Same, ""),
    ("dailymotion.com", "Dailymotion", Query("video", DAILYMOTION), DAILYMOTION_STILL),
    ("dailymotion.com", "Dailymotion", Path("/embed/video/", DAILYMOTION), DAILYMOTION_STILL),
    ("dailymotion.com", "Dailymotion", Path("/video/", DAILYMOTION), DAILYMOTION_STILL),
    ("dai.ly", "Dailymotion", Path("/", DAILYMOTION), DAILYMOTION_STILL),
    ("bilibili.com", "Bilibili", Query("bvid", "https://www.bilibili.com/video/{}"), ""),
    ("bilibili.com", "Bilibili", Query("aid", "https://www.bilibili.com/video/av{}"), ""),
    ("bilibili.com", "Bilibili", Same, ""),
    ("youku.com", "Youku", Path("/embed/", "https://v.youku.com/v_show/id_{}.html"), ""),
    ("youku.com", "Youku", Path("/sid/", "https://v.youku.com/v_show/id_{}.html"), ""),
    ("youku.com", "Youku", Same, ""),
    ("v.qq.com", "Tencent Video", Query("vid", TENCENT), ""),
    ("v.qq.com", "Tencent Video", Same, ""),
    ("video.qq.com", "Tencent Video", Query("vid", TENCENT), ""),
    ("ixigua.com", "Xigua", Path("/iframe/", "https://www.ixigua.com/{}"), ""),
    ("acfun.cn", "AcFun", Path("/player/", "https://www.acfun.cn/v/{}"), ""),
    ("iqiyi.com", "iQIYI", Same, ""),
    ("douyin.com", "Douyin", Same, ""),
    ("music.163.com", "NetEase Music", Query("id", "https://music.163.com/song?id={}"), ""),
    ("ximalaya.com", "Ximalaya", Same, ""),
    ("nicovideo.jp", "Niconico", Path("/watch/", "https://www.nicovideo.jp/watch/{}"), ""),
    ("tv.naver.com", "Naver TV", Path("/embed/", "https://tv.naver.com/v/{}"), ""),
    ("tv.kakao.com", "Kakao TV", Same, ""),
    ("rutube.ru", "Rutube", Path("/play/embed/", "https://rutube.ru/video/{}/"), ""),
    ("ok.ru", "OK", Path("/videoembed/", "https://ok.ru/video/{}"), ""),
    ("vk.com", "VK", Same, ""),
    ("vkvideo.ru", "VK", Same, ""),
    ("player.twitch.tv", "Twitch", Query("channel", "https://www.twitch.tv/{}"), ""),
    ("player.twitch.tv", "Twitch", Query("video", "https://www.twitch.tv/videos/{}"), ""),
    ("clips.twitch.tv", "Twitch", Query("clip", "https://clips.twitch.tv/{}"), ""),
    ("twitch.tv", "Twitch", Same, ""),
    ("streamable.com", "Streamable", Path("/e/", "https://streamable.com/{}"), ""),
    ("streamable.com", "Streamable", Same, ""),
    ("rumble.com", "Rumble", Same, ""),
    ("odysee.com", "Odysee", Same, ""),
    ("embed.ted.com", "TED", Host("www.ted.com", "", ""), ""),
    ("archive.org", "Internet Archive", Path("/embed/", "https://archive.org/details/{}"), ""),
    ("loom.com", "Loom", Path("/embed/", "https://www.loom.com/share/{}"), ""),
    ("open.spotify.com", "Spotify", Host("open.spotify.com", "/embed-podcast", ""), ""),
    ("open.spotify.com", "Spotify", Host("open.spotify.com", "/embed", ""), ""),
    ("open.spotify.com", "Spotify", Same, ""),
    ("w.soundcloud.com", "SoundCloud", Inner("url"), ""),
    ("soundcloud.com", "SoundCloud", Same, ""),
    ("embed.podcasts.apple.com", "Apple Podcasts", Host("podcasts.apple.com", "", ""), ""),
    ("podcasts.apple.com", "Apple Podcasts", Same, ""),
    ("embed.music.apple.com", "Apple Music", Host("music.apple.com", "", ""), ""),
    ("bandcamp.com", "Bandcamp", Same, ""),
    ("mixcloud.com", "Mixcloud", Same, ""),
    ("deezer.com", "Deezer", Same, ""),
    ("podigee.io", "Podigee", Same, ""),
    ("acast.com", "Acast", Same, ""),
    ("platform.twitter.com", "X", Query("id", "https://x.com/i/status/{}"), ""),
    ("twitter.com", "X", Same, ""),
    ("x.com", "X", Same, ""),
    ("embed.bsky.app", "Bluesky", Same, ""),
    ("bsky.app", "Bluesky", Same, ""),
    ("threads.net", "Threads", Host("www.threads.net", "", "/embed"), ""),
    ("threads.com", "Threads", Host("www.threads.com", "", "/embed"), ""),
    ("instagram.com", "Instagram", Host("www.instagram.com", "", "/embed/captioned"), ""),
    ("instagram.com", "Instagram", Host("www.instagram.com", "", "/embed"), ""),
    ("instagram.com", "Instagram", Same, ""),
    ("tiktok.com", "TikTok", Same, ""),
    ("facebook.com", "Facebook", Inner("href"), ""),
    ("facebook.com", "Facebook", Same, ""),
    ("embed.reddit.com", "Reddit", Host("www.reddit.com", "", ""), ""),
    ("redditmedia.com", "Reddit", Host("www.reddit.com", "", ""), ""),
    ("reddit.com", "Reddit", Same, ""),
    ("t.me", "Telegram", Host("t.me", "", ""), ""),
    ("pinterest.com", "Pinterest", Same, ""),
    ("linkedin.com", "LinkedIn", Same, ""),
    ("giphy.com", "GIPHY", Path("/embed/", "https://giphy.com/gifs/{}"), "https://media.giphy.com/media/{}/giphy.gif"),
    ("imgur.com", "Imgur", Host("imgur.com", "", "/embed"), ""),
    ("codepen.io", "CodePen", Same, ""),
    ("jsfiddle.net", "JSFiddle", Host("jsfiddle.net", "", "/embedded"), ""),
    ("codesandbox.io", "CodeSandbox", Path("/embed/", "https://codesandbox.io/s/{}"), ""),
    ("gist.github.com", "GitHub Gist", Host("gist.github.com", "", ".js"), ""),
    ("gist.github.com", "GitHub Gist", Host("gist.github.com", "", ".pibb"), ""),
    ("openstreetmap.org", "OpenStreetMap", Same, ""),
    ("datawrapper.dwcdn.net", "Datawrapper", Path("/", "https://datawrapper.dwcdn.net/{}/"), "https://datawrapper.dwcdn.net/{}/full.png"),
    ("flo.uri.sh", "Flourish", Path("/visualisation/", "https://public.flourish.studio/visualisation/{}/"), "https://public.flourish.studio/visualisation/{}/thumbnail"),
    ("infogram.com", "Infogram", Path("/", "https://infogram.com/{}"), ""),
    ("slideshare.net", "SlideShare", Same, ""),
    ("scribd.com", "Scribd", Path("/embeds/", "https://www.scribd.com/document/{}"), ""),
    ("issuu.com", "Issuu", Same, ""),
    ("documentcloud.org", "DocumentCloud", Same, ""),
    ("docs.google.com", "Google Docs", Same, ""),
    ("drive.google.com", "Google Drive", Same, ""),
];

/// Frames that serve the page and not the story, by domain and by how the path begins.
#[rustfmt::skip]
const REFUSED: &[(&str, &str)] = &[
    ("doubleclick.net", ""), ("googlesyndication.com", ""), ("googletagmanager.com", ""), ("google-analytics.com", ""),
    ("googleadservices.com", ""), ("adservice.google.com", ""), ("amazon-adsystem.com", ""), ("adnxs.com", ""), ("criteo.com", ""),
    ("criteo.net", ""), ("taboola.com", ""), ("outbrain.com", ""), ("rubiconproject.com", ""), ("pubmatic.com", ""),
    ("smartadserver.com", ""), ("adform.net", ""), ("teads.tv", ""), ("revcontent.com", ""), ("mgid.com", ""),
    ("quantserve.com", ""), ("scorecardresearch.com", ""), ("demdex.net", ""), ("rlcdn.com", ""), ("hotjar.com", ""),
    ("google.com", "/recaptcha"), ("recaptcha.net", ""), ("hcaptcha.com", ""), ("accounts.google.com", ""),
    ("facebook.com", "/plugins/like"), ("facebook.com", "/plugins/share"), ("facebook.com", "/plugins/page"),
    ("facebook.com", "/plugins/comments"), ("facebook.com", "/plugins/follow"), ("facebook.com", "/tr"),
    ("platform.twitter.com", "/widgets"), ("platform.linkedin.com", ""), ("disqus.com", ""), ("addthis.com", ""),
    ("sharethis.com", ""), ("addtoany.com", ""), ("list-manage.com", ""), ("hsforms.com", ""), ("consensu.org", ""),
    ("cookielaw.org", ""), ("cookiebot.com", ""), ("privacy-mgmt.com", ""), ("opinary.com", ""), ("piano.io", ""),
    ("tinypass.com", ""), ("livefyre.com", ""), ("spot.im", ""), ("pos.baidu.com", ""), ("cpro.baidu.com", ""),
    ("tanx.com", ""), ("alimama.com", ""), ("passport.weibo.com", ""), ("service.weibo.com", ""), ("widget.weibo.com", ""),
];

/// What becomes of a frame at `address`; `None` if it has nothing to do with the story.
pub(super) fn preview(address: &Url) -> Option<Preview> {
    let host = address.host_str()?;
    let path = address.path();
    let serves_page = REFUSED.iter().any(|(domain, start)| is_below(host, domain) && path.starts_with(start));
    let only_host = path.len() <= 1 && address.query().is_none();
    // What only a plug-in could show.
    let dead = [".swf", ".class", ".jar", ".xap"].iter().any(|end| path.ends_with(end)) && !is_below(host, "youku.com");
    if serves_page
        || only_host
        || dead
        || host.split('.').any(|label| matches!(label, "ad" | "ads" | "adserver" | "analytics"))
    {
        return None;
    }
    if let Some(post) = federated(address) {
        return Some(post);
    }
    for (_, name, rule, still) in PLAYERS.iter().filter(|(domain, ..)| is_below(host, domain)) {
        if let Some((target, id)) = apply(rule, address) {
            let thumbnail = id.filter(|_| !still.is_empty()).and_then(|id| Url::parse(&still.replace("{}", &id)).ok());
            return Some(Preview { target, name: (*name).to_owned(), thumbnail });
        }
    }
    let map =
        path.starts_with("/maps") && host.split('.').any(|label| label == "google") || host.starts_with("maps.google.");
    let name = if map { "Google Maps" } else { host.trim_start_matches("www.") };
    Some(Preview { target: address.clone(), name: name.to_owned(), thumbnail: None })
}

/// The preview of a video by the provider's short name and the video's id, as custom elements have them.
pub(super) fn by_id(provider: &str, id: &str) -> Option<Preview> {
    let pattern = match provider {
        "youtube" => "https://www.youtube.com/embed/{}",
        "vimeo" => "https://player.vimeo.com/video/{}",
        "dailymotion" => "https://www.dailymotion.com/embed/video/{}",
        "twitter" => "https://platform.twitter.com/embed/Tweet.html?id={}",
        "instagram" => "https://www.instagram.com/p/{}/embed",
        "tiktok" => "https://www.tiktok.com/embed/v2/{}",
        "telegram" => "https://t.me/{}?embed=1",
        "tencent" => "https://v.qq.com/iframe/player.html?vid={}",
        "soundcloud" => "https://w.soundcloud.com/player/?url=https://api.soundcloud.com/tracks/{}",
        "gist" => "https://gist.github.com/{}",
        _ => return None,
    };
    let id = id.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let usable = !id.is_empty() && id.len() <= 100 && id.chars().all(plain);
    Url::parse(&pattern.replace("{}", id)).ok().filter(|_| usable).and_then(|address| preview(&address))
}

/// Posts and videos whose servers anybody may run; the path alone tells them.
fn federated(address: &Url) -> Option<Preview> {
    let parts: Vec<&str> = address.path_segments()?.collect();
    let (name, path) = match parts.as_slice() {
        [user, post, "embed"] if user.starts_with('@') => ("Mastodon", format!("/{user}/{post}")),
        ["users", user, "statuses", post, "embed"] => ("Mastodon", format!("/@{user}/{post}")),
        ["videos", "embed", id] => ("PeerTube", format!("/w/{id}")),
        [user, "embed", "preview", pen] if is_below(address.host_str()?, "codepen.io") => {
            ("CodePen", format!("/{user}/pen/{pen}"))
        }
        [user, "embed", pen] if is_below(address.host_str()?, "codepen.io") => {
            ("CodePen", format!("/{user}/pen/{pen}"))
        }
        ["embed", user, "app.bsky.feed.post", post] => {
            let target = Url::parse(&format!("https://bsky.app/profile/{user}/post/{post}")).ok()?;
            return Some(Preview { target, name: "Bluesky".to_owned(), thumbnail: None });
        }
        _ => return None,
    };
    let mut target = bare(address);
    target.set_path(&path);
    Some(Preview { target, name: name.to_owned(), thumbnail: None })
}

/// The address of the page and, where the rule has one, the id of what is shown.
fn apply(rule: &Rule, address: &Url) -> Option<(Url, Option<String>)> {
    let filled = |pattern: &str, id: &str| {
        let id = id.trim();
        let usable =
            !id.is_empty() && id.len() <= 100 && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.=".contains(c));
        let target = Url::parse(&pattern.replace("{}", id)).ok().filter(|_| usable)?;
        Some((target, Some(id.to_owned())))
    };
    match rule {
        Same => Some((address.clone(), None)),
        Path(start, pattern) => {
            let (_, rest) = address.path().split_once(start)?;
            filled(pattern, rest.split('/').next()?)
        }
        Query(key, pattern) => filled(pattern, &parameter(address, key)?),
        Inner(key) => {
            let inner = Url::parse(&parameter(address, key)?).ok()?;
            let usable = matches!(inner.scheme(), "http" | "https")
                && inner.username().is_empty()
                && inner.password().is_none()
                && !inner.host_str()?.starts_with("api.");
            usable.then_some((inner, None))
        }
        Host(host, start, end) => {
            let path = address.path().trim_end_matches('/');
            let path = path.strip_prefix(start)?.strip_suffix(end)?;
            let mut target = bare(address);
            target.set_host(Some(host)).ok()?;
            target.set_path(path);
            Some((target, None))
        }
    }
}

fn parameter(address: &Url, key: &str) -> Option<String> {
    address.query_pairs().find(|(name, value)| name == key && !value.is_empty()).map(|(_, value)| value.into_owned())
}

fn bare(address: &Url) -> Url {
    let mut bare = address.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    bare
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The address of a frame, the name and the page.
    const FRAMES: &[(&str, &str, &str)] = &[
        ("https://www.youtube.com/embed/abc-_1?autoplay=1", "YouTube", "https://www.youtube.com/watch?v=abc-_1"),
        ("https://www.youtube-nocookie.com/embed/abc", "YouTube", "https://www.youtube.com/watch?v=abc"),
        ("https://youtu.be/abc?t=3", "YouTube", "https://www.youtube.com/watch?v=abc"),
        ("https://m.youtube.com/shorts/abc", "YouTube", "https://www.youtube.com/watch?v=abc"),
        ("https://www.youtube.com/embed/videoseries?list=PLx", "YouTube", "https://www.youtube.com/playlist?list=PLx"),
        ("https://player.vimeo.com/video/12?h=ab", "Vimeo", "https://vimeo.com/12"),
        ("https://geo.dailymotion.com/player/x1.html?video=x8", "Dailymotion", "https://www.dailymotion.com/video/x8"),
        ("https://dai.ly/x8", "Dailymotion", "https://www.dailymotion.com/video/x8"),
        ("https://player.bilibili.com/player.html?bvid=BV1&page=1", "Bilibili", "https://www.bilibili.com/video/BV1"),
        ("https://player.bilibili.com/player.html?aid=77", "Bilibili", "https://www.bilibili.com/video/av77"),
        ("https://player.youku.com/embed/XM==", "Youku", "https://v.youku.com/v_show/id_XM==.html"),
        ("https://v.qq.com/txp/iframe/player.html?vid=q0", "Tencent Video", "https://v.qq.com/x/page/q0.html"),
        ("https://player.twitch.tv/?channel=anna&parent=a.example", "Twitch", "https://www.twitch.tv/anna"),
        ("https://clips.twitch.tv/embed?clip=Fine", "Twitch", "https://clips.twitch.tv/Fine"),
        ("https://open.spotify.com/embed/track/5?theme=0", "Spotify", "https://open.spotify.com/track/5"),
        ("https://open.spotify.com/embed-podcast/episode/5", "Spotify", "https://open.spotify.com/episode/5"),
        (
            "https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/a/b&color=0",
            "SoundCloud",
            "https://soundcloud.com/a/b",
        ),
        (
            "https://embed.podcasts.apple.com/us/podcast/x/id1?i=2",
            "Apple Podcasts",
            "https://podcasts.apple.com/us/podcast/x/id1",
        ),
        ("https://social.example/@anna/123/embed", "Mastodon", "https://social.example/@anna/123"),
        ("https://platform.twitter.com/embed/Tweet.html?id=12", "X", "https://x.com/i/status/12"),
        (
            "https://embed.bsky.app/embed/did:plc:a/app.bsky.feed.post/3k",
            "Bluesky",
            "https://bsky.app/profile/did:plc:a/post/3k",
        ),
        ("https://www.instagram.com/p/Ab/embed/captioned/?x=1", "Instagram", "https://www.instagram.com/p/Ab"),
        ("https://www.tiktok.com/embed/v2/7", "TikTok", "https://www.tiktok.com/embed/v2/7"),
        (
            "https://www.facebook.com/plugins/video.php?href=https%3A%2F%2Fwww.facebook.com%2Fa%2Fvideos%2F1",
            "Facebook",
            "https://www.facebook.com/a/videos/1",
        ),
        (
            "https://embed.reddit.com/r/rust/comments/1/?embed=true",
            "Reddit",
            "https://www.reddit.com/r/rust/comments/1",
        ),
        ("https://t.me/channel/5?embed=1", "Telegram", "https://t.me/channel/5"),
        ("https://codepen.io/anna/embed/xY?tab=css", "CodePen", "https://codepen.io/anna/pen/xY"),
        ("https://gist.github.com/anna/12ab.js", "GitHub Gist", "https://gist.github.com/anna/12ab"),
        ("https://www.google.com/maps/embed?pb=1", "Google Maps", "https://www.google.com/maps/embed?pb=1"),
        ("https://datawrapper.dwcdn.net/aB3/4/", "Datawrapper", "https://datawrapper.dwcdn.net/aB3/"),
        ("https://tube.example/videos/embed/1-2", "PeerTube", "https://tube.example/w/1-2"),
        ("https://www.charts.example/widget/5?x=1", "charts.example", "https://www.charts.example/widget/5?x=1"),
        // A name that only ends like a provider's is somebody else's.
        ("https://notyoutube.com/embed/abc", "notyoutube.com", "https://notyoutube.com/embed/abc"),
        ("https://www.youtube.com/embed/a%22b", "youtube.com", "https://www.youtube.com/embed/a%22b"),
    ];

    #[test]
    fn frames_become_pages_for_people() {
        for (address, name, target) in FRAMES.iter().copied() {
            let found = preview(&Url::parse(address).unwrap()).unwrap();
            assert_eq!((found.name.as_str(), found.target.as_str()), (name, target), "{address}");
        }
    }

    #[test]
    fn frames_of_the_page_are_refused() {
        for address in [
            "https://securepubads.g.doubleclick.net/x",
            "https://www.facebook.com/plugins/like.php?href=https%3A%2F%2Fa.example",
            "https://www.googletagmanager.com/ns.html?id=GTM-1",
            "https://platform.twitter.com/widgets/tweet_button.html",
            "https://ads.site.example/banner",
            "https://widget.example/",
            "https://site.example/game.swf",
        ] {
            assert_eq!(preview(&Url::parse(address).unwrap()), None, "{address}");
        }
    }

    #[test]
    fn stills_need_no_request() {
        let still = |address: &str| preview(&Url::parse(address).unwrap()).unwrap().thumbnail.map(String::from);
        assert_eq!(
            still("https://www.youtube.com/embed/abc").as_deref(),
            Some("https://i.ytimg.com/vi/abc/hqdefault.jpg")
        );
        assert_eq!(still("https://player.vimeo.com/video/12"), None);
        assert_eq!(by_id("youtube", "abc").unwrap().target.as_str(), "https://www.youtube.com/watch?v=abc");
        assert_eq!(by_id("youtube", "a b"), None);
        assert_eq!(by_id("other", "abc"), None);
    }
}
