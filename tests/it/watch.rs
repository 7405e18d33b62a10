//! The daemon: builds what is due, reads feeds.toml again, ends when it is told to.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Origin, Project, front_page};

const STORIES: [(&str, &str); 3] = [
    ("/n/1", "Night trains return to the northern line"),
    ("/n/2", "A museum of clocks opens in the old mill"),
    ("/n/3", "Rain delays the harvest for another week"),
];
/// No test waits longer.
const LIMIT: Duration = Duration::from_mins(1);

struct Daemon {
    child: Child,
    lines: std::sync::mpsc::Receiver<String>,
    said: Vec<String>,
}

impl Daemon {
    fn start(project: &Project) -> Self {
        Self::start_with(project, &[])
    }

    fn start_with(project: &Project, variables: &[(&str, &str)]) -> Self {
        let mut command = project.command(&["watch"]);
        command.env_remove("SOURCE_DATE_EPOCH").envs(variables.iter().copied());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let (send, lines) = std::sync::mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).all(|line| send.send(line).is_ok()));
        Self { child, lines, said: Vec::new() }
    }

    /// Waits for a line with `words`.
    #[track_caller]
    fn says(&mut self, words: &str) {
        let begun = Instant::now();
        while let Ok(line) = self.lines.recv_timeout(LIMIT.saturating_sub(begun.elapsed())) {
            let found = line.contains(words);
            self.said.push(line);
            if found {
                return;
            }
        }
        panic!("{words:?} was not said: {:#?}", self.said);
    }

    /// Tells it to end and returns its exit code.
    fn end(mut self, signal: &str) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn table(name: &str, origin: &Origin) -> String {
    let url = origin.url("/");
    format!(
        "[feeds.{name}]\nurl = \"{url}\"\nfull_text = false\nrequest = {{ allow_private = true, delay = \"0s\" }}\n"
    )
}

#[test]
fn it_builds_reads_again_and_ends() {
    let origin = Origin::start();
    origin.page("/", &front_page(&STORIES));
    let project = Project::new(&table("a", &origin));
    let mut daemon = Daemon::start(&project);
    daemon.says("watching 1 feed");
    daemon.says("a: changed, 3 new");
    // A second one is one too many; other commands find the state free.
    project.run(&["watch"]).exit(75).stderr_has("another feedmill");
    project.write("feeds.toml", format!("{}oops\n", table("a", &origin)));
    daemon.says("the configuration of before is kept");
    project.write("feeds.toml", table("a", &origin) + &table("b", &origin));
    daemon.says("was read again");
    daemon.says("b: changed, 3 new");
    project.run(&["status"]).exit(0).stdout_has("b ");
    assert_eq!(daemon.end("-TERM"), Some(0));
    let listings = origin.requests().into_iter().filter(|line| line == "GET /").count();
    assert_eq!(listings, 2, "each feed once");
    // Starting again brings nothing forward.
    let mut daemon = Daemon::start(&project);
    daemon.says("watching 2 feeds");
    assert_eq!(daemon.end("-INT"), Some(0));
    assert_eq!(origin.requests(), Vec::<String>::new());
}

/// Without a state every feed stays due; the sites are not to pay for it.
#[cfg(debug_assertions)]
#[test]
fn it_waits_when_nothing_can_be_kept() {
    let origin = Origin::start();
    origin.page("/", &front_page(&STORIES));
    let project = Project::new(&table("a", &origin));
    let mut daemon = Daemon::start_with(&project, &[("FEEDMILL_FAILPOINT", "full:1")]);
    daemon.says("state-failed");
    daemon.says("the next visits follow in 10 minutes");
    assert_eq!(daemon.end("-TERM"), Some(0));
    assert!(project.published().iter().all(|(name, ..)| !name.starts_with("a.")), "nothing is shown");
}

#[test]
fn it_ends_at_once_though_a_site_is_slow() {
    let slow = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://127.0.0.1:{}/", slow.local_addr().unwrap().port());
    let project = Project::new(&format!("[feeds.a]\nurl = \"{url}\"\nrequest = {{ allow_private = true }}\n"));
    let mut daemon = Daemon::start(&project);
    daemon.says("watching");
    // The site takes the call and never answers.
    let call = slow.accept().unwrap();
    let begun = Instant::now();
    assert_eq!(daemon.end("-TERM"), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    drop(call);
}

#[test]
fn a_mistake_from_the_beginning_is_an_error() {
    Project::new("[feeds.a]\n").run(&["watch"]).exit(2).stderr_has("has no `url`");
}
