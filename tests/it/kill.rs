//! A run may end at any moment: the next one ends as if nothing had happened, byte for byte.
//!
//! `FEEDMILL_KILLS` and `FEEDMILL_SITES` make the random test longer (the long one has 1000 and 200).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::support::{Origin, Project, front_page, story_page};

/// Sites on some origins, whose stories change from round to round.
struct World {
    origins: Vec<Origin>,
    sites: usize,
}

impl World {
    fn start(sites: usize) -> Self {
        let world = Self { origins: (0..sites.min(8)).map(|_| Origin::start()).collect(), sites };
        world.publish(0);
        world
    }

    fn origin(&self, site: usize) -> &Origin {
        &self.origins[site % self.origins.len()]
    }

    /// Every site gets a new story and one with another headline; the oldest leaves the front page.
    fn publish(&self, round: usize) {
        for site in 0..self.sites {
            let path = |n: usize| format!("/site-{site}/{n}");
            let title = |n: usize| {
                let edited = if n == round { " at last" } else { "" };
                format!("Story number {n} of the town that has the number {site}{edited}")
            };
            let stories: Vec<(String, String)> = (round..round + 4).rev().map(|n| (path(n), title(n))).collect();
            let borrowed: Vec<(&str, &str)> =
                stories.iter().map(|(path, title)| (path.as_str(), title.as_str())).collect();
            self.origin(site).page(&format!("/site-{site}/"), &front_page(&borrowed));
            for (n, (path, title)) in stories.iter().enumerate() {
                self.origin(site).page(path, &story_page(title, &format!("2026-11-{:02}T08:00:00Z", 20 - n)));
            }
        }
    }

    fn project(&self) -> Project {
        let table = |site: usize| {
            let url = self.origin(site).url(&format!("/site-{site}/"));
            format!("[feeds.site-{site}]\nurl = \"{url}\"\nrequest = {{ allow_private = true, delay = \"0s\" }}\n")
        };
        Project::new(&(0..self.sites).map(table).collect::<String>())
    }
}

/// What a static host would serve.
fn contents(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let served = project
        .published()
        .into_iter()
        .filter(|(name, ..)| !name.rsplit('/').next().unwrap().starts_with(".feedmill-"));
    served.map(|(name, bytes, _)| (name, bytes)).collect()
}

fn assert_same(calm: &Project, killed: &Project, when: &str) {
    let (calm, killed) = (contents(calm), contents(killed));
    assert_eq!(calm.keys().collect::<Vec<_>>(), killed.keys().collect::<Vec<_>>(), "{when}");
    for (name, bytes) in &calm {
        assert_eq!(String::from_utf8_lossy(bytes), String::from_utf8_lossy(&killed[name]), "{name} {when}");
    }
}

/// Every feed can be read, whatever happened.
fn assert_whole(project: &Project, when: &str) {
    for (name, bytes) in contents(project) {
        if name.starts_with("media/") {
            assert!(bytes.starts_with(b"\x89PNG"), "{name} {when}");
            continue;
        }
        let text = String::from_utf8(bytes).unwrap_or_else(|_| panic!("{name} {when}"));
        match name.rsplit('.').next() {
            Some("json") => {
                let read = serde_json::from_str::<serde_json::Value>(&text);
                assert!(read.is_ok(), "{name} {when}: {read:?}");
            }
            Some("rss" | "atom" | "opml") => {
                assert!(roxmltree::Document::parse(&text).is_ok(), "{name} {when}");
            }
            Some("nojekyll") => assert!(text.is_empty(), "{name} {when}"),
            _ => assert!(!text.is_empty(), "{name} {when}"),
        }
    }
}

fn number_in(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().map_or(usual, |text| text.parse().unwrap())
}

#[test]
fn a_run_that_is_killed_at_random_moments() {
    const KILLS_A_ROUND: usize = 20;
    let mut left = number_in("FEEDMILL_KILLS", 25);
    let world = World::start(number_in("FEEDMILL_SITES", 8));
    let (calm, killed) = (world.project(), world.project());
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut round = 0;
    while left > 0 {
        world.publish(round);
        let begun = Instant::now();
        calm.run(&["build"]).exit(0);
        let usual = u64::try_from(begun.elapsed().as_micros()).unwrap().max(1);
        for _ in 0..KILLS_A_ROUND.min(left) {
            let mut child = killed.command(&["build"]).spawn().unwrap();
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            // The moment is the subject of this test, and nothing depends on which it is.
            std::thread::sleep(Duration::from_micros(random % usual));
            child.kill().unwrap();
            if child.wait().unwrap().code().is_some() {
                break; // It was quicker: the next round has new work.
            }
            left -= 1;
            assert_whole(&killed, &format!("in round {round}"));
        }
        killed.run(&["build"]).exit(0);
        assert_same(&calm, &killed, &format!("after round {round}"));
        for project in [&calm, &killed] {
            project.later(7200);
        }
        round += 1;
    }
}

/// Writes a site with four stories into the folder of `project`; every round brings a new one and another headline.
#[cfg(debug_assertions)]
fn write_site(project: &Project, round: usize) {
    let title =
        |n: usize| format!("Story number {n} of the town on the river{}", if n == round { " at last" } else { "" });
    let stories: Vec<(String, String)> = (round..round + 4).rev().map(|n| (format!("/{n}"), title(n))).collect();
    let borrowed: Vec<(&str, &str)> = stories.iter().map(|(path, title)| (path.as_str(), title.as_str())).collect();
    project.write("site/index.html", front_page(&borrowed));
    for (path, title) in &stories {
        let figure = format!("Nobody left early.</p><figure><img src=\"/img{path}.png\" alt=\"A view\"></figure>");
        let page = story_page(title, "2026-11-20T08:00:00Z").replace("Nobody left early.</p>", &figure);
        assert!(page.contains("<figure>"));
        project.write(&format!("site{path}"), page);
        let picture = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x08\x08\x02\0\0\0";
        project.write(&format!("site/img{path}.png"), [picture, path.as_bytes()].concat());
    }
}

/// A copy of the folder of `project`, state included.
#[cfg(debug_assertions)]
fn copy(project: &Project) -> Project {
    let copy = Project::new("");
    for (name, path) in crate::support::files(&project.path("")) {
        copy.write(&name, std::fs::read(path).unwrap());
    }
    copy.later(7200);
    copy
}

/// A folder with a feed of a site that has since changed, and what an undisturbed run makes of it.
#[cfg(debug_assertions)]
fn begun(more: &str) -> (Project, Project) {
    let table = "base_url = \"https://feeds.example/\"\n[feeds.a]\nurl = \"https://site.example/\"\nroot = \"site\"\n";
    let begun = Project::new(&format!("{table}{more}\n"));
    write_site(&begun, 0);
    begun.build();
    write_site(&begun, 1);
    let calm = copy(&begun);
    calm.build();
    (begun, calm)
}

/// Runs from the same beginning for every point: with `fault` there, then undisturbed, then with news. Returns how many
/// points there are.
#[cfg(debug_assertions)]
fn every_point(fault: &str, more: &str, check: impl Fn(&crate::support::Run, usize)) -> usize {
    let (begun, calm) = begun(more);
    let later = |project: &Project| {
        let later = copy(project);
        write_site(&later, 2);
        later.build();
        later
    };
    let calm_later = later(&calm);
    for point in 1.. {
        let hurt = copy(&begun);
        let run = hurt.run_with(&["build"], &[("FEEDMILL_FAILPOINT", &format!("{fault}:{point}"))]);
        let when = format!("at point {point}: {}", run.stderr);
        assert_whole(&hurt, &when);
        if run.code == Some(0) {
            assert_same(&calm, &hurt, &when);
            return point - 1;
        }
        check(&run, point);
        hurt.run(&["build"]).exit(0);
        assert_same(&calm, &hurt, &when);
        assert_same(&calm_later, &later(&hurt), &format!("with news, {when}"));
    }
    unreachable!("a run has an end")
}

#[cfg(debug_assertions)]
#[test]
fn a_run_that_dies_at_each_commit_and_rename() {
    let points = every_point("die", "", |run, point| assert_eq!(run.code, None, "point {point}: {}", run.stderr));
    assert!(points >= 15, "{points}");
}

/// The same where a visit closes an archive and copies pictures: nothing leaves the feed that no archive has.
#[cfg(debug_assertions)]
#[test]
fn a_run_that_dies_while_it_archives() {
    let points = every_point("die", "max_entries = 3\nmedia = true", |run, point| {
        assert_eq!(run.code, None, "point {point}: {}", run.stderr);
    });
    assert!(points >= 25, "{points}");
}

#[cfg(debug_assertions)]
#[test]
fn a_disk_that_is_full_from_each_commit_and_rename() {
    let points = every_point("full", "", |run, point| {
        assert_eq!(run.code, Some(1), "point {point}: {}", run.stderr);
        assert!(run.stderr.contains("free some space"), "point {point}: {}", run.stderr);
    });
    assert!(points >= 15, "{points}");
}

/// Showing what waits makes room, so that some of these runs end well.
#[cfg(debug_assertions)]
#[test]
fn a_disk_that_is_full_at_one_commit_or_rename() {
    let (begun, calm) = begun("");
    let mut ends = std::collections::BTreeSet::new();
    for point in 1..=40 {
        let hurt = copy(&begun);
        let run = hurt.run_with(&["build"], &[("FEEDMILL_FAILPOINT", &format!("fail:{point}"))]);
        let when = format!("at point {point}: {}", run.stderr);
        assert_whole(&hurt, &when);
        match run.code {
            Some(0) => assert_same(&calm, &hurt, &when),
            code => {
                assert_eq!(code, Some(1), "{when}");
                assert!(run.stderr.contains("free some space"), "{when}");
                hurt.run(&["build"]).exit(0);
                assert_same(&calm, &hurt, &when);
            }
        }
        ends.insert(run.code);
    }
    assert_eq!(ends.len(), 2, "{ends:?}");
}

/// Visits of one batch are kept together: where the state cannot be written, none of their files is shown, and every one of
/// them has failed.
#[cfg(debug_assertions)]
#[test]
fn what_cannot_be_kept_is_not_shown() {
    let table = |id| format!("[feeds.{id}]\nurl = \"https://{id}.example/\"\nroot = \"site\"\n");
    let begun = Project::new(&["a", "b", "c"].map(table).concat());
    write_site(&begun, 0);
    begun.build();
    write_site(&begun, 1);
    let calm = copy(&begun);
    calm.build();
    let feeds = |project: &Project| -> BTreeMap<String, Vec<u8>> {
        contents(project).into_iter().filter(|(name, _)| name.as_bytes()[1] == b'.').collect()
    };
    let mut seen = 0;
    for point in 1..=60 {
        let hurt = copy(&begun);
        let run = hurt.run_with(&["build", "--json"], &[("FEEDMILL_FAILPOINT", &format!("fail:{point}"))]);
        let when = format!("at point {point}: {}{}", run.stdout, run.stderr);
        if run.stdout.contains("state-failed") && feeds(&hurt) == feeds(&begun) {
            let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
            let states: Vec<_> = report["feeds"].as_array().unwrap().iter().map(|feed| &feed["state"]).collect();
            assert_eq!(states, ["failed"; 3], "{when}");
            assert_eq!(run.code, Some(1), "{when}");
            seen += 1;
        } else {
            assert!(!run.stdout.contains("state-failed") || run.code == Some(1), "{when}");
        }
        hurt.run(&["build"]).exit(0);
        assert_same(&calm, &hurt, &when);
    }
    assert!(seen > 0, "no commit of a batch failed");
}

/// Nothing that a run wrote since the disk was last waited for need be there after a power cut: of each file the old
/// bytes, the new ones, none, or some; and the state as the run found it.
#[cfg(debug_assertions)]
#[test]
fn what_a_power_cut_leaves_is_mended_by_the_next_run() {
    let (begun, calm) = begun("");
    let old = contents(&begun);
    for point in 1.. {
        let dead = copy(&begun);
        let died = dead.run_with(&["build"], &[("FEEDMILL_FAILPOINT", &format!("die:{point}"))]);
        if died.code == Some(0) {
            assert!(point > 15, "{point}");
            break;
        }
        for state_is_lost in [false, true] {
            let hurt = copy(&dead);
            let new = contents(&hurt);
            let touched = new.iter().filter(|(name, bytes)| old.get(*name) != Some(*bytes));
            for (at, (name, bytes)) in touched.enumerate() {
                let path = hurt.path("public").join(name);
                match ((point + at) % 4, old.get(name)) {
                    (0, Some(old)) => std::fs::write(path, old).unwrap(),
                    (0, None) => std::fs::remove_file(path).unwrap(),
                    (1, _) => std::fs::write(path, "").unwrap(),
                    (2, _) => std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap(),
                    _ => {}
                }
            }
            if state_is_lost {
                std::fs::remove_dir_all(hurt.path(".feedmill")).unwrap();
                for (name, path) in crate::support::files(&begun.path(".feedmill")) {
                    hurt.write(&format!(".feedmill/{name}"), std::fs::read(path).unwrap());
                }
            }
            let run = hurt.run(&["build"]);
            let when = format!("cut at point {point}, state lost: {state_is_lost}: {}", run.stderr);
            assert_eq!(run.code, Some(0), "{when}");
            assert_same(&calm, &hurt, &when);
        }
    }
}
