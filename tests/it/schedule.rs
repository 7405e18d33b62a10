//! When a source is asked: never sooner than planned, whatever happens in between.

use axum::http::HeaderMap;

use crate::support::{Answer, DAY, NOON, Origin, Project, front_page, story_page};

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;

fn stories(number: usize) -> Vec<(String, String)> {
    (0..number).rev().map(|n| (format!("/s/{n}"), format!("Story number {n} about the river and the town"))).collect()
}

/// A site with `number` stories.
fn serve(origin: &Origin, number: usize) {
    let stories = stories(number);
    let borrowed: Vec<(&str, &str)> = stories.iter().map(|(path, title)| (path.as_str(), title.as_str())).collect();
    origin.page("/", &front_page(&borrowed));
    for (path, title) in &stories {
        origin.page(path, &story_page(title, "2026-11-20T08:00:00Z"));
    }
}

/// One request for the index page.
struct Seen {
    at: i64,
    headers: HeaderMap,
}

/// Runs `build --due` every quarter of an hour until `until`, and returns the requests for the index page.
fn live(project: &Project, origin: &Origin, until: i64, mut before: impl FnMut(i64)) -> Vec<Seen> {
    let mut seen = Vec::new();
    while project.now() < until {
        before(project.now());
        project.run(&["build", "--due"]);
        let log = origin.take_log().into_iter().filter(|(line, _)| line == "GET /");
        seen.extend(log.map(|(_, headers)| Seen { at: project.now(), headers }));
        project.later(15 * MINUTE);
    }
    seen
}

#[test]
fn forty_eight_hours() {
    let origin = Origin::start();
    serve(&origin, 5);
    let project = Project::for_origin(&origin, "");
    let mut number = 5;
    // From the twentieth hour on the server is busy, and says for how long.
    let (busy, asked) = (NOON + 20 * HOUR, 5 * HOUR);
    let seen = live(&project, &origin, NOON + 2 * DAY, |now| {
        // News every six hours.
        let due = 5 + usize::try_from((now - NOON) / (6 * HOUR)).unwrap();
        if due > number {
            number = due;
            serve(&origin, number);
        }
        if (busy..busy + asked).contains(&now) {
            let headers = vec![("retry-after".into(), (busy + asked - now).to_string())];
            origin.answer("/", Answer { status: 503, headers, ..Answer::default() });
        } else if now == busy + asked {
            serve(&origin, number);
        }
    });
    assert!((12..=60).contains(&seen.len()), "{} requests", seen.len());
    let unconditional = seen.iter().filter(|seen| !seen.headers.contains_key("if-none-match"));
    assert_eq!(unconditional.count(), 1);
    let gaps: Vec<i64> = seen.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    assert!(gaps.iter().all(|gap| *gap >= 30 * MINUTE), "{gaps:?}");
    let while_busy = seen.iter().filter(|seen| (busy..busy + asked).contains(&seen.at)).count();
    assert_eq!(while_busy, 1, "the one that was told to wait");
    let feed = project.json("public/a.json");
    assert!(feed["items"].as_array().unwrap().len() >= 11);
}

#[test]
fn an_interval_of_feeds_toml_is_kept() {
    let origin = Origin::start();
    serve(&origin, 5);
    let project = Project::for_origin(&origin, "interval = \"2h\"");
    let seen = live(&project, &origin, NOON + DAY, |_| {});
    let gaps: Vec<i64> = seen.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    assert!(gaps.iter().all(|gap| (2 * HOUR..=2 * HOUR + 45 * MINUTE).contains(gap)), "{gaps:?}");
    assert!(seen.len() >= 10, "{}", seen.len());
}

#[test]
fn starting_again_brings_nothing_forward() {
    let origin = Origin::start();
    serve(&origin, 5);
    let project = Project::for_origin(&origin, "");
    project.build();
    origin.take_log();
    for _ in 0..20 {
        project.later(2 * MINUTE);
        project.run(&["build", "--due"]).exit(0).stdout_has("nothing is due before 2026-11-22 1");
    }
    assert_eq!(origin.requests(), Vec::<String>::new());
    // Another configuration is tried at once.
    project.write("feeds.toml", project.read("feeds.toml") + "max_entries = 4\n");
    project.run(&["build", "--due"]).exit(0);
    assert_eq!(origin.requests()[0], "GET /");
}

#[test]
fn failures_are_asked_less_and_less_often_and_a_new_feed_at_once() {
    let origin = Origin::start();
    origin.status("/", 500);
    let project = Project::for_origin(&origin, "interval = \"30m\"");
    let seen = live(&project, &origin, NOON + 2 * DAY, |_| {});
    let gaps: Vec<i64> = seen.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    assert!(gaps.windows(2).all(|pair| pair[0] <= pair[1]) && gaps[0] >= HOUR, "{gaps:?}");
    assert!((4..=7).contains(&seen.len()), "{gaps:?}");
    let url = origin.url("/");
    let more = format!("[feeds.b]\nurl = \"{url}\"\nrequest = {{ allow_private = true, delay = \"0s\" }}\n");
    project.write("feeds.toml", project.read("feeds.toml") + &more);
    serve(&origin, 5);
    project.run(&["build", "--due"]).exit(0).stdout_has("b ").file_has("public/status.json", "\"a\"");
}

#[test]
fn shards_share_the_feeds_and_name_them_all() {
    let origin = Origin::start();
    serve(&origin, 3);
    let url = origin.url("/");
    let table = |n: usize| {
        format!(
            "[feeds.f{n}]\nurl = \"{url}\"\nrequest = {{ allow_private = true, delay = \"0s\" }}\nfull_text = false\n"
        )
    };
    let project = Project::new(&(0..8).map(table).collect::<String>());
    let visited = |part: &str| {
        let run = project.run(&["build", "--json", "--shard", part]).exit(0);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        report["feeds"].as_array().unwrap().iter().map(|feed| feed["id"].to_string()).collect::<Vec<_>>()
    };
    let (one, two) = (visited("1/2"), visited("2/2"));
    assert_eq!(one.len() + two.len(), 8);
    assert!(one.iter().all(|id| !two.contains(id)) && !one.is_empty() && !two.is_empty());
    assert_eq!(visited("1/2"), one);
    let status = project.json("public/status.json");
    let listed = status["feeds"].as_array().unwrap();
    assert!(listed.len() == 8 && listed.iter().all(|feed| feed["entries"] == 3), "{status}");
    project.run(&["build", "--shard", "3/2"]).exit(2).stderr_has("such as 1/4");
}

#[test]
fn no_time_is_left_for_the_next_run() {
    let origin = Origin::start();
    serve(&origin, 3);
    let project = Project::for_origin(&origin, "");
    project.run(&["build", "--max-time", "0s"]).exit(0).stderr_has("time-up").stderr_has("1 feed left");
    assert_eq!(origin.requests(), Vec::<String>::new());
    project.run(&["build", "--max-time", "5m"]).exit(0).stdout_has("changed");
    project.run(&["build", "--max-time", "5"]).exit(2).stderr_has("90s");
}

#[test]
fn a_clock_that_jumps_brings_no_storm_and_moves_no_time() {
    let origin = Origin::start();
    serve(&origin, 5);
    let project = Project::for_origin(&origin, "");
    project.build();
    let before = project.published();
    // Back by a year, to 1970 and a day, and ten years ahead; each time three runs within a minute.
    for jump in [-365 * DAY, -project.now() + DAY + 365 * DAY, project.now() + 3650 * DAY] {
        origin.take_log();
        project.later(jump);
        for _ in 0..3 {
            project.run(&["build", "--due"]).exit(0);
            project.later(20);
        }
        let asked = origin.requests().into_iter().filter(|line| line == "GET /").count();
        assert!(asked <= 1, "{asked} requests after a jump of {jump}");
        assert_eq!(project.published(), before);
    }
}

#[test]
fn three_days_of_sleep_are_one_visit() {
    let origin = Origin::start();
    serve(&origin, 5);
    let project = Project::for_origin(&origin, "");
    project.build();
    project.later(3 * DAY);
    origin.take_log();
    for _ in 0..5 {
        project.run(&["build", "--due"]).exit(0);
        project.later(MINUTE);
    }
    assert_eq!(origin.requests().into_iter().filter(|line| line == "GET /").count(), 1);
}

#[test]
fn a_network_that_is_down_is_no_failure_of_the_sites() {
    let (one, two) = (Origin::start(), Origin::start());
    serve(&one, 3);
    serve(&two, 3);
    let table = |name: &str, origin: &Origin| {
        format!("[feeds.{name}]\nurl = \"{}\"\nrequest = {{ allow_private = true, delay = \"0s\" }}\n", origin.url("/"))
    };
    let project = Project::new(&(table("a", &one) + &table("b", &two)));
    project.build();
    let before = project.published();
    drop((one, two));
    for _ in 0..4 {
        project.later(DAY);
        project.run(&["build"]).exit(1).stderr_has("error[offline]").stderr_has("none of 2 servers");
    }
    assert_eq!(project.published(), before, "nothing is called failing");
    let status: serde_json::Value = serde_json::from_str(&project.run(&["status", "--json"]).exit(0).stdout).unwrap();
    assert_eq!(status["feeds"][0]["failures"], 0);
    assert_eq!(status["feeds"][0]["next_due"], "2026-11-26T12:30:00Z");
}
