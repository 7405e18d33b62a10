//! Disks that are full, read-only or small, and a machine that gives little.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{NOON, Origin, Project, front_page, story_page};

const STORIES: [(&str, &str); 3] = [
    ("/n/1", "Night trains return to the northern line"),
    ("/n/2", "A museum of clocks opens in the old mill"),
    ("/n/3", "Rain delays the harvest for another week"),
];

/// A folder that stands for a site: `small` has three stories, `large` the same and one of half a megabyte.
fn project() -> Project {
    let project = Project::new("[feeds.a]\nurl = \"https://site.example/\"\nroot = \"site\"\n");
    for (folder, more) in [("small", None), ("large", Some(("/n/4", "A very long report on the state of the dams")))] {
        let stories: Vec<(&str, &str)> = more.into_iter().chain(STORIES).collect();
        project.write(&format!("{folder}/index.html"), front_page(&stories));
        for (path, title) in &stories {
            let mut page = story_page(title, "2026-11-20T08:00:00Z");
            if *path == "/n/4" {
                let more =
                    "<p>The dams hold, said the engineer, and the river is low, which is no wonder in this month.</p>";
                page = page.replace("</article>", &(more.repeat(5000) + "</article>"));
            }
            project.write(&format!("{folder}{path}"), page);
        }
    }
    project
}

/// Runs `script` with the program as `$feedmill` in the folder of `project`, in a mount namespace of its own.
fn in_namespace(project: &Project, script: &str) -> Option<String> {
    let possible = Command::new("unshare")
        .args(["-m", "sh", "-c", "mount -t tmpfs -o size=16k tmpfs /mnt"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !possible {
        // Not by a macro, whose words the harness of the tests keeps to itself.
        let words = "SKIPPED: no file system can be mounted here (this needs Linux, root and unshare)";
        let _ = writeln!(std::io::stderr(), "{words}");
        return None;
    }
    Some(sh(project, &["unshare", "-m", "sh", "-e", "-c"], script))
}

/// Runs `script` in the folder of `project` and returns what it says.
fn sh(project: &Project, shell: &[&str], script: &str) -> String {
    let output = Command::new(shell[0])
        .args(&shell[1..])
        .arg(script)
        .current_dir(project.path(""))
        .env("feedmill", env!("CARGO_BIN_EXE_feedmill"))
        .env("SOURCE_DATE_EPOCH", NOON.to_string())
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
    words
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The feeds in `folder` are the small ones, to the byte.
fn assert_small(project: &Project, folder: &str) {
    for file in ["a.rss", "a.atom", "a.json"] {
        assert_eq!(
            read(&project.path(&format!("{folder}/{file}"))),
            read(&project.path(&format!("first/{file}"))),
            "{file}"
        );
    }
}

fn assert_large(project: &Project, folder: &str) {
    for file in ["a.rss", "a.atom", "a.json"] {
        assert!(read(&project.path(&format!("{folder}/{file}"))).len() > 400_000, "{folder}/{file}");
    }
}

#[test]
fn an_output_folder_that_is_full() {
    let project = project();
    let script = "mkdir public; mount -t tmpfs -o size=300k tmpfs public
        cp -r small site; $feedmill build; cp -r public first
        rm -r site; cp -r large site; code=0; $feedmill build || code=$?; test $code = 1; cp -r public second
        code=0; $feedmill build || code=$?; test $code = 1; cp -r public again
        mount -o remount,size=8m public; $feedmill build; cp -r public third";
    let Some(words) = in_namespace(&project, script) else { return };
    assert!(words.contains("publish-failed") && words.contains("free some space"), "{words}");
    assert_small(&project, "second");
    assert_small(&project, "again");
    assert_large(&project, "third");
    let left = crate::support::files(&project.path("second"));
    assert!(left.iter().all(|(name, _)| !name.contains(".tmp")), "{left:?}");
}

#[test]
fn an_output_folder_without_room_for_names() {
    let project = project();
    // The root of the file system and five files; the second feed's files find no room.
    let script = "mkdir public; mount -t tmpfs -o nr_inodes=64 tmpfs public
        cp -r small site; $feedmill build; cp -r public first
        used=$(ls -A public | wc -l); mount -o remount,nr_inodes=$((used + 1)) public
        rm -r site; cp -r large site; code=0; $feedmill build || code=$?; test $code = 1; cp -r public second
        mount -o remount,nr_inodes=64 public; $feedmill build; cp -r public third";
    let Some(words) = in_namespace(&project, script) else { return };
    assert!(words.contains("publish-failed"), "{words}");
    assert_small(&project, "second");
    assert_large(&project, "third");
}

#[test]
fn a_state_folder_that_is_full() {
    let project = project();
    let script = "mkdir .feedmill; mount -t tmpfs -o size=300k tmpfs .feedmill
        cp -r small site; $feedmill build; cp -r public first
        rm -r site; cp -r large site; code=0; $feedmill build || code=$?; test $code = 1; cp -r public second
        mount -o remount,size=16m .feedmill; $feedmill build; cp -r public third";
    let Some(words) = in_namespace(&project, script) else { return };
    assert!(words.contains("the disk is full") || words.contains("free some space"), "{words}");
    assert_small(&project, "second");
    assert_large(&project, "third");
}

#[test]
fn folders_that_cannot_be_written() {
    let project = project();
    let script = "mkdir public; mount -t tmpfs tmpfs public
        cp -r small site; $feedmill build; cp -r public first
        mount -o remount,ro public
        rm -r site; cp -r large site; code=0; $feedmill build || code=$?; test $code = 1; cp -r public second
        mount -o remount,rw public; $feedmill build; cp -r public third";
    let Some(words) = in_namespace(&project, script) else { return };
    assert!(words.contains("read-only"), "{words}");
    assert_small(&project, "second");
    assert_large(&project, "third");
}

#[cfg(unix)]
#[test]
fn a_limit_on_the_size_of_files() {
    let project = project();
    // 200 blocks of 512 bytes; the signal is ignored, so that the system answers with an error.
    let script = "cp -r small site; $feedmill build; cp -r public first
        rm -r site; cp -r large site; code=0
        (trap '' XFSZ; ulimit -f 200; exec $feedmill build) || code=$?; test $code = 1; cp -r public second
        $feedmill build; cp -r public third";
    let words = sh(&project, &["sh", "-e", "-c"], script);
    assert!(words.contains("-failed]"), "{words}");
    assert_small(&project, "second");
    assert_large(&project, "third");
}

#[cfg(unix)]
#[test]
fn a_machine_that_gives_little() {
    use std::os::unix::fs::PermissionsExt;
    let project = project();
    // Few open files, nowhere to put temporary ones, no home, no language, and a mask that hides files.
    let script = "cp -r small site
        (umask 077; ulimit -n 32; exec env -u HOME LANG=C TMPDIR=/nowhere $feedmill build); cp -rp public first
        (umask 000; rm -r public; exec $feedmill build)";
    sh(&project, &["sh", "-e", "-c"], script);
    for folder in ["public", "first"] {
        assert_small(&project, folder);
        for (name, path) in crate::support::files(&project.path(folder)) {
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644, "{folder}/{name}");
        }
    }
}

#[cfg(unix)]
#[test]
fn many_hosts_with_few_open_files() {
    let origins: Vec<Origin> = (0..40).map(|_| Origin::start()).collect();
    let table = |(n, origin): (usize, &Origin)| {
        origin.page("/", &front_page(&STORIES));
        let url = origin.url("/");
        format!(
            "[feeds.f{n}]\nurl = \"{url}\"\nfull_text = false\nrequest = {{ allow_private = true, delay = \"0s\" }}\n"
        )
    };
    let config: String = origins.iter().enumerate().map(table).collect();
    let project = Project::new(&config);
    sh(&project, &["sh", "-e", "-c"], "ulimit -n 96; exec $feedmill build");
    let published = crate::support::files(&project.path("public"));
    let feeds = published.iter().filter(|(name, _)| name.starts_with('f') && name.rsplit('.').next() == Some("rss"));
    assert_eq!(feeds.count(), 40);
}
