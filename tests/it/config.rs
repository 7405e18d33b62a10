//! A configuration with mistakes: all are told at once, and nothing is touched.

use crate::support::Project;

#[test]
fn every_mistake_is_told_with_its_place() {
    let project = Project::new(
        "[defaults]\ntimezone = \"Australia/Melborne\"\n\n[feeds.acme]\nurl = \"htps://acme.example\"\nmax_entires = 5\n\
         listing = { items = \"li[\" }\nrequest = { headers = { Cookie = \"${NOT_SET_ANYWHERE}\" } }\n\n\
         [feeds.\"../up\"]\nurl = \"https://up.example/\"\nfull_text = \"yes\"\n",
    );
    project
        .run(&["build"])
        .exit(2)
        .stderr_has("feeds.toml:2")
        .stderr_has("Australia/Melbourne")
        .stderr_has("feeds.toml:5")
        .stderr_has("feeds.toml:6")
        .stderr_has("max_entries")
        .stderr_has("feeds.toml:7")
        .stderr_has("feeds.toml:8")
        .stderr_has("NOT_SET_ANYWHERE")
        .stderr_has("feeds.toml:10")
        .stderr_has("feeds.toml:12")
        .no_file("public")
        .no_file(".feedmill");
}

#[test]
fn mistakes_are_json_on_request() {
    let project = Project::new("[feeds.acme]\nurl = 7\n");
    let run = project.run(&["build", "--json"]).exit(2);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["mistakes"][0]["line"], 2);
}

#[test]
fn a_missing_file_is_named_with_a_way_to_begin() {
    let project = Project::new("");
    project.run(&["build", "--config", "nowhere.toml"]).exit(2).stderr_has("nowhere.toml");
    std::fs::remove_file(project.path("feeds.toml")).unwrap();
    project.run(&["build"]).exit(2).stderr_has("feeds.toml").stderr_has("[feeds.acme]");
}

#[test]
fn a_wrong_command_line_is_exit_2() {
    let project = Project::new("[feeds.a]\nurl = \"https://a.example/\"\n");
    project.run(&["biuld"]).exit(2).stderr_has("build");
    project.run(&["build", "--nonsense"]).exit(2);
    project.run(&["--help"]).exit(0).stdout_has("Exit codes:");
}
