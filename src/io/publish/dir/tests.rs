use std::fs;

use super::*;

const BYTES: &[u8] = b"<rss/>";

fn artifact(path: &str, bytes: &[u8]) -> Artifact {
    Artifact { path: path.to_owned(), media_type: "application/rss+xml", bytes: bytes.to_vec() }
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn paths_are_plain() {
    for good in ["a.rss", "archive/acme/2026-01.xml", "_headers", ".nojekyll", "index.html", "a/.htaccess"] {
        assert!(names_of(good).is_ok(), "{good}");
    }
    let long = "a".repeat(256);
    let bad = ["", "/etc/passwd", "../a", "a/../b", "a//b", "a/", ".", "..", ".git/config", "A.rss", "a b", "a\\b"];
    for bad in bad.into_iter().chain(["c:a", "ü", "a\0", "a.", "a./b", long.as_str()]) {
        assert!(names_of(bad).is_err(), "{bad}");
    }
}

#[test]
fn the_same_bytes_keep_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("site/public");
    let dir = Dir::open(&root).unwrap();
    assert_eq!(dir.write(&artifact("a.rss", BYTES)).unwrap(), Written::Changed);
    dir.finish().unwrap();
    let file = root.join("a.rss");
    let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    File::options().write(true).open(&file).unwrap().set_modified(then).unwrap();

    assert_eq!(dir.write(&artifact("a.rss", BYTES)).unwrap(), Written::Same);
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), then);
    assert_eq!(dir.write(&artifact("a.rss", b"<RSS/>")).unwrap(), Written::Changed, "same size, other content");
    dir.finish().unwrap();
    assert_ne!(fs::metadata(&file).unwrap().modified().unwrap(), then);

    assert_eq!(dir.write(&artifact("archive/acme/1.xml", BYTES)).unwrap(), Written::Changed);
    dir.finish().unwrap();
    dir.finish().unwrap();
    assert_eq!(names_in(&root), ["a.rss", "archive"]);
    assert_eq!(dir.read("a.rss").unwrap(), b"<RSS/>");
    assert_eq!(dir.size("archive/acme/1.xml"), Some(6));
    assert_eq!((dir.read("none"), dir.size("none"), dir.size("archive")), (None, None, None));
    assert_eq!((dir.read("../site/public/a.rss"), dir.read("archive")), (None, None));
}

#[test]
fn a_sheet_is_written_as_if_it_were_held() {
    let folder = tempfile::tempdir().unwrap();
    let dir = Dir::open(folder.path()).unwrap();
    let text = |lines: usize, last: &'static str| {
        move |out: &mut dyn Write| {
            for line in 0..lines {
                writeln!(out, "line {line}")?;
            }
            out.write_all(last.as_bytes())
        }
    };
    let put = |write: Content<'_>| dir.write_sheet(Sheet { path: "a.html", media_type: "text/html", write }).unwrap();
    // Longer than what is compared and written at a time; then of the same length, shorter, and longer than what is there.
    for (lines, last) in [(40_000, "end"), (40_000, "END"), (40_000, ""), (1, ""), (40_000, "end")] {
        let write = text(lines, last);
        let mut bytes = Vec::new();
        write(&mut bytes).unwrap();
        let size = bytes.len() as u64;
        assert_eq!(put(&write), (Written::Changed, size), "{lines} {last}");
        assert_eq!(put(&write), (Written::Same, size), "before it is shown");
        dir.finish().unwrap();
        assert_eq!(fs::read(folder.path().join("a.html")).unwrap(), bytes);
        assert_eq!(put(&write), (Written::Same, size));
        assert_eq!(dir.write(&artifact("a.html", &bytes)).unwrap(), Written::Same, "held, it is the same");
        assert_eq!(names_in(folder.path()), ["a.html"]);
    }
    let refuse = |out: &mut dyn Write| out.write_all(b"half").and_then(|()| Err(Error::other("no more")));
    let failed = dir.write_sheet(Sheet { path: "a.html", media_type: "text/html", write: &refuse });
    assert!(failed.is_err_and(|error| error.to_string().contains("no more")), "and nothing of it is left");
    dir.finish().unwrap();
    assert_eq!(names_in(folder.path()), ["a.html"]);
    assert!(fs::read(folder.path().join("a.html")).unwrap().ends_with(b"end"));
}

#[test]
fn what_is_written_is_shown_together() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join("a.rss"), "before").unwrap();
    fs::write(root.join("gone.rss"), "before").unwrap();
    let dir = Dir::open(root).unwrap();
    for bytes in [b"<first/>", b"<other/>"] {
        assert_eq!(dir.write(&artifact("a.rss", bytes)).unwrap(), Written::Changed);
    }
    assert_eq!(dir.write(&artifact("a.rss", b"<other/>")).unwrap(), Written::Same);
    dir.write(&artifact("folder/b.rss", BYTES)).unwrap();
    assert!(dir.remove("gone.rss").unwrap());
    assert!(!dir.remove("gone.rss").unwrap(), "it is as good as gone");
    // The writer sees what is to come, everybody else what was.
    assert_eq!((dir.read("a.rss").unwrap().as_slice(), dir.size("a.rss")), (&b"<other/>"[..], Some(8)));
    assert_eq!((dir.read("gone.rss"), dir.size("gone.rss")), (None, None));
    assert_eq!(fs::read(root.join("a.rss")).unwrap(), b"before");
    assert!(root.join("gone.rss").exists() && !root.join("folder/b.rss").exists());

    dir.finish().unwrap();
    assert_eq!(fs::read(root.join("a.rss")).unwrap(), b"<other/>");
    assert_eq!(names_in(root), ["a.rss", "folder"]);
    assert_eq!(names_in(&root.join("folder")), ["b.rss"]);

    dir.write(&artifact("a.rss", BYTES)).unwrap();
    dir.remove("folder/b.rss").unwrap();
    drop(dir);
    assert_eq!(fs::read(root.join("a.rss")).unwrap(), b"<other/>", "a run that ends early leaves the old files");
    assert_eq!(names_in(root), ["a.rss", "folder"], "and nothing beside them");
}

#[test]
fn what_cannot_be_shown_keeps_nothing_else_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let dir = Dir::open(root).unwrap();
    // Few are brought to the disk one by one, many together.
    for many in [3, 40] {
        let paths: Vec<String> = (0..many).map(|n| format!("{many}-{n}.rss")).collect();
        for path in &paths {
            dir.write(&artifact(path, BYTES)).unwrap();
        }
        let obstacle = root.join(&paths[1]);
        fs::create_dir(&obstacle).unwrap();
        let error = dir.finish().unwrap_err();
        assert!(error.to_string().contains(&format!("{}: ", paths[1])), "{error}");
        assert!(obstacle.is_dir());
        for path in paths.iter().filter(|path| **path != paths[1]) {
            assert_eq!(fs::read(root.join(path)).unwrap(), BYTES, "{path}");
        }
        dir.finish().unwrap();
    }
    assert!(names_in(root).iter().all(|name| !name.starts_with('.')), "{:?}", names_in(root));
}

#[test]
fn a_new_file_that_is_lost_is_told_and_a_removed_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join("gone.rss"), "before").unwrap();
    let dir = Dir::open(root).unwrap();
    dir.remove("gone.rss").unwrap();
    fs::remove_file(root.join("gone.rss")).unwrap();
    dir.finish().unwrap();
    // One by one, and all together.
    for many in [1, 40] {
        for n in 0..many {
            dir.write(&artifact(&format!("{many}-{n}.rss"), BYTES)).unwrap();
        }
        let waiting = names_in(root).into_iter().find(|name| name.starts_with(TEMPORARY_PREFIX));
        fs::remove_file(root.join(waiting.unwrap())).unwrap();
        assert!(dir.finish().unwrap_err().to_string().contains(&format!("{many}-")));
        let shown = names_in(root).iter().filter(|name| name.starts_with(&format!("{many}-"))).count();
        assert_eq!(shown, many - 1);
    }
}

#[cfg(unix)]
#[test]
fn everybody_may_read_what_is_published() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let dir = Dir::open(folder.path()).unwrap();
    for content in [BYTES, b"<rss></rss>"] {
        dir.write(&artifact("a.rss", content)).unwrap();
        dir.finish().unwrap();
        assert_eq!(fs::metadata(folder.path().join("a.rss")).unwrap().permissions().mode() & 0o777, 0o644);
    }
}

#[cfg(unix)]
#[test]
fn links_are_refused_and_left_alone() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let (outside, real, root) =
        (folder.path().join("outside"), folder.path().join("real"), folder.path().join("public"));
    fs::create_dir_all(&real).unwrap();
    fs::create_dir_all(&outside).unwrap();
    fs::write(outside.join("secret"), "secret").unwrap();
    symlink(&real, &root).unwrap();
    let dir = Dir::open(&root).unwrap();
    assert_eq!(dir.write(&artifact("b.rss", BYTES)).unwrap(), Written::Changed, "the folder itself may be a link");

    symlink(outside.join("secret"), real.join("a.rss")).unwrap();
    symlink(outside.join("nowhere"), real.join("dangling.rss")).unwrap();
    symlink(&outside, real.join("archive")).unwrap();
    for path in ["a.rss", "dangling.rss", "archive/x.xml", "archive/secret"] {
        let error = dir.write(&artifact(path, BYTES)).unwrap_err().to_string();
        assert!(error.contains("symbolic link"), "{path}: {error}");
        assert_eq!((dir.read(path), dir.size(path)), (None, None), "{path}");
    }
    assert_eq!(names_in(&outside), ["secret"]);
    assert_eq!(fs::read(outside.join("secret")).unwrap(), b"secret");
    assert!(real.join("a.rss").is_symlink());
}

#[test]
fn folders_and_foreign_files_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir_all(root.join("a.rss")).unwrap();
    fs::write(root.join("CNAME"), "feeds.example").unwrap();
    fs::write(root.join("plain"), "").unwrap();
    let dir = Dir::open(root).unwrap();
    assert!(dir.write(&artifact("a.rss", BYTES)).unwrap_err().to_string().contains("a folder stands"));
    assert!(dir.write(&artifact("plain/x.xml", BYTES)).unwrap_err().to_string().contains("a file stands"));
    assert!(dir.write(&artifact("../x.xml", BYTES)).is_err());
    dir.write(&artifact("b.rss", BYTES)).unwrap();
    dir.finish().unwrap();
    assert_eq!(names_in(root), ["CNAME", "a.rss", "b.rss", "plain"], "no temporary file stays");
    assert_eq!(fs::read(root.join("CNAME")).unwrap(), b"feeds.example");
}

#[test]
fn errors_name_the_file_and_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    for path in [file.join("public"), file.clone()] {
        let error = Dir::open(&path).unwrap_err().to_string();
        assert!(error.starts_with(&path.display().to_string()) && error.contains("a file stands"), "{error}");
    }
    let root = folder.path().join("public");
    let dir = Dir::open(&root).unwrap();
    fs::remove_dir(&root).unwrap();
    fs::write(&root, "now a file").unwrap();
    let error = dir.write(&artifact("a.rss", BYTES)).unwrap_err().to_string();
    assert!(error.contains("a.rss: ") && error.contains("a file stands"), "{error}");
    assert_eq!(names_in(folder.path()), ["file", "public"]);
}

#[test]
fn old_temporary_files_are_removed_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let old = SystemTime::now() - Duration::from_hours(2);
    fs::create_dir_all(root.join("archive")).unwrap();
    let files = [".feedmill-old.tmp", ".feedmill-note", "mine.tmp", "archive/.feedmill-old.tmp", "archive/old.tmp"];
    for name in files {
        fs::write(root.join(name), "x").unwrap();
        File::options().write(true).open(root.join(name)).unwrap().set_modified(old).unwrap();
    }
    fs::write(root.join(".feedmill-new.tmp"), "x").unwrap();
    let dir = Dir::open(root).unwrap();
    assert_eq!(names_in(root), [".feedmill-new.tmp", ".feedmill-note", "archive", "mine.tmp"]);
    dir.write(&artifact("archive/a.xml", BYTES)).unwrap();
    dir.finish().unwrap();
    assert_eq!(names_in(&root.join("archive")), ["a.xml", "old.tmp"]);
}
