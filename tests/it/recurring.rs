//! What several articles of a source have in common is no part of any of them.

use serde_json::Value;

use crate::support::{DAY, Origin, Project, front_page};

const DISCLAIMER: &str = "本文为转载内容，观点只代表原作者，与本站立场无关，如有侵权请与我们联系。";
const STORIES: [(&str, &str, &str); 6] = [
    ("/r/1", "海边的老灯塔重新亮起", "老灯塔停用十年以后，昨天晚上重新亮了起来，岸边聚了许多看灯的人。"),
    ("/r/2", "市立学校的菜园丰收", "学生们在操场后面种的土豆装满了二十只篮子，校长说明年还要种南瓜。"),
    ("/r/3", "最后一班电车的司机", "开了四十年电车的老人说，他最喜欢的是清晨第一班车上还没有睡醒的乘客。"),
    ("/r/4", "图书馆在雨天多开两小时", "图书馆馆长说，下雨的日子来看书的人总是多一倍，所以雨天要晚两小时关门。"),
    ("/r/5", "渡船码头换了新的钟", "旧钟走慢了七分钟，乘客们却舍不得它，新钟挂上去的那天有人带来了花。"),
    ("/r/6", "河边的集市搬到桥下", "摊主们说桥下不怕下雨，唯一的缺点是火车经过的时候谁也听不见谁说话。"),
];

/// A page of the kind that the program was made for: a disclaimer above and below the text, a box with an app.
fn page(at: usize) -> String {
    let (path, title, text) = STORIES[at];
    format!(
        "<html lang=zh-CN><head><title>{title}(组图) - 今日某地</title></head><body><div class=top>天气 16度 登录</div>\
         <h1>{title}(组图)</h1><div>2026-11-{:02} 来源: 某某通讯 <a href='https://o.example{path}'>原文链接</a> 评论0条</div>\
         <div class=article><p>{DISCLAIMER}</p><p>{text}</p><p>{}</p><p>下载今日某地手机客户端，第一时间看到本地新闻和优惠。</p><p>{}</p>\
         <p>{DISCLAIMER}</p></div><div>最新评论(0) 暂无评论</div></body></html>",
        10 + at,
        text.replace('。', "，记者在现场看到了这一切。"),
        text.replace('，', "，据附近的居民介绍，"),
    )
}

/// A site with the stories `shown`, in this order on its front page.
fn site(shown: &[usize]) -> Origin {
    let origin = Origin::start();
    show(&origin, shown);
    origin
}

fn show(origin: &Origin, shown: &[usize]) {
    let links: Vec<(&str, &str)> = shown.iter().map(|at| (STORIES[*at].0, STORIES[*at].1)).collect();
    origin.page("/", &front_page(&links));
    for at in shown {
        origin.page(STORIES[*at].0, &page(*at));
    }
}

fn later(project: &Project, seconds: i64) -> &Project {
    project.later(seconds);
    project
}

fn project(origin: &Origin, more: &str) -> Project {
    Project::new(&format!(
        "[feeds.r]\nurl = \"{}\"\nrequest = {{ allow_private = true, delay = \"0s\" }}\n{more}",
        origin.url("/")
    ))
}

/// The content of each entry, by title.
fn contents(project: &Project) -> Vec<(String, String)> {
    let feed = project.json("public/r.json");
    let items = feed["items"].as_array().unwrap().iter();
    let text = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
    let mut all: Vec<_> = items.map(|item| (text(item, "title"), text(item, "content_html"))).collect();
    all.sort();
    all
}

fn is_clean(content: &str) -> bool {
    !content.contains("转载内容") && !content.contains("手机客户端")
}

#[test]
fn the_first_run_is_clean_and_a_later_story_too() {
    let origin = site(&[0, 1, 2, 3]);
    let project = project(&origin, "");
    project.run(&["build"]).exit(0).stderr_has("furniture-found").stderr_has("(4)");
    let first = contents(&project);
    assert_eq!(first.len(), 4);
    for (title, content) in &first {
        assert!(is_clean(content) && content.contains("据附近的居民介绍"), "{title}: {content}");
    }
    show(&origin, &[4, 0, 1, 2, 3]);
    later(&project, 3600).run(&["build"]).exit(0).stderr_lacks("furniture-found");
    let second = contents(&project);
    assert!(second.len() == 5 && second.iter().all(|(_, content)| is_clean(content)));
    assert!(first.iter().all(|entry| second.contains(entry)));
}

#[test]
fn an_entry_that_was_published_does_not_change_when_more_is_known() {
    let origin = site(&[0, 1]);
    let project = project(&origin, "");
    project.run(&["build"]).exit(0).stderr_lacks("furniture-found");
    let first = contents(&project);
    show(&origin, &[2, 3, 4, 0, 1]);
    later(&project, 3600).run(&["build"]).exit(0).stderr_has("furniture-found");
    let second = contents(&project);
    assert!(first.iter().all(|entry| second.contains(entry)), "what was published stays");
    assert_eq!(second.iter().filter(|(_, content)| is_clean(content)).count(), 3);
    // Nor when what is known is lost.
    let files = project.published();
    std::fs::remove_dir_all(project.path(".feedmill")).unwrap();
    later(&project, DAY).run(&["build"]).exit(0).stderr_has("state-rebuilt");
    for (before, after) in files.iter().zip(project.published()) {
        assert!(before.0 == "status.json" || *before == after, "{} changed", before.0);
    }
}

#[test]
fn the_order_of_the_stories_does_not_matter() {
    let build = |shown: &[usize]| {
        let origin = site(shown);
        let project = project(&origin, "");
        project.run(&["build"]).exit(0);
        contents(&project)
    };
    assert_eq!(build(&[0, 1, 2, 3, 4]), build(&[3, 1, 4, 0, 2]));
}

#[test]
fn what_belongs_to_the_articles_can_be_kept() {
    let origin = site(&[0, 1, 2, 3]);
    let project = project(&origin, "article = { recurring = \"keep\" }\n");
    project.run(&["build"]).exit(0).stderr_lacks("furniture-found");
    assert!(contents(&project).iter().all(|(_, content)| content.contains("手机客户端")));
    project.write("feeds.toml", "[feeds.r]\nurl = \"https://r.example/\"\narticle = { recurring = \"stay\" }\n");
    project.run(&["build"]).exit(2).stderr_has("unknown word `stay`").stderr_has("write `keep` or `remove`");
}

#[test]
fn inspect_tells_what_is_left_out_and_why() {
    let origin = site(&[0, 1, 2, 3]);
    let project = project(&origin, "");
    project.run(&["build"]).exit(0);
    show(&origin, &[5]);
    let url = origin.url(STORIES[5].0);
    project
        .run(&["inspect", "article", &url, "--feed", "r"])
        .exit(0)
        .stdout_has("left out")
        .stdout_has("5 of 5 articles")
        .stdout_has("手机客户端");
    let run = project.run(&["inspect", "article", &url, "--feed", "r", "--json"]).exit(0);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(is_clean(answer["content_html"].as_str().unwrap()));
    assert_eq!(answer["recurring"]["articles"], 5);
    assert!(answer["recurring"]["removed"].as_array().unwrap().iter().any(|block| block["articles"] == 5));
    project.run(&["inspect", "article", &url, "--feed", "x"]).exit(2).stderr_has("has no feed `x`");
    // Nothing was learned by looking.
    project.run(&["inspect", "article", &url, "--feed", "r"]).exit(0).stdout_has("5 of 5 articles");
}
