//! Sessions of other machines: listed, found, counted, and never taken for those of this one.

use std::fs;

use serde_json::Value;

use crate::history::{self, BLOG, REFUND};
use crate::sandbox::Sandbox;
use crate::syncing::{place, two_homes};

/// Two homes that know each other, of which the first is called laptop and has the history.
fn laptop_and_other(address: &str) -> (Sandbox, Sandbox) {
    let (one, two) = two_homes(address);
    one.run(&["devices", "name", "laptop"]).ok();
    one.run(&["sync"]).ok();
    two.run(&["devices", "name", "tower"]).ok();
    two.run(&["sync"]).ok();
    one.run(&["sync"]).ok();
    (one, two)
}

fn devices(home: &Sandbox, query: &[&str]) -> Vec<Value> {
    let listed = home.run(&[&["ls", "--json"][..], query].concat()).json();
    listed["sessions"].as_array().expect("a list").iter().map(|row| row["device"]["name"].clone()).collect()
}

#[test]
fn a_session_names_the_machine_that_it_ran_on() {
    let (_place, address) = place();
    let (one, two) = laptop_and_other(&address);
    assert_eq!(devices(&two, &[]), ["laptop"; 3]);
    assert_eq!(devices(&two, &["device:lap"]), ["laptop"; 3]);
    assert_eq!(devices(&two, &["is:remote"]), ["laptop"; 3]);
    assert!(devices(&two, &["device:tower"]).is_empty() && devices(&two, &["is:gone"]).is_empty());
    assert_eq!(devices(&one, &["device:laptop"]), [Value::Null, Value::Null, Value::Null]);
    let shown = two.run(&["show", BLOG, "--json"]);
    assert_eq!(shown.json()["session"]["device"]["name"], "laptop");
    assert!(devices(&one, &["is:remote"]).is_empty());
    insta::assert_snapshot!(two.run(&["resume", REFUND]).refused(), @r"
    sessions: The transcript of 4f2a1111-1111-4111-8111-111111111111 lies on laptop; only its figures are here.
    Go on there: `sessions resume 4f2a1111-1111-4111-8111-111111111111`, or from here `ssh -t laptop sessions resume 4f2a1111-1111-4111-8111-111111111111`.
    ");
}

#[test]
fn usage_is_asked_by_machine_and_every_machine_counts_the_same() {
    let (_place, address) = place();
    let (one, two) = laptop_and_other(&address);
    let rows = |home: &Sandbox, more: &[&str]| {
        let answer = home.run(&[&["usage", "--by", "device", "--json"][..], more].concat()).json();
        let rows = answer["rows"].as_array().expect("rows").iter();
        rows.map(|row| (row["key"].clone(), row["requests"].clone(), row["cost_usd"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(rows(&one, &[]), rows(&two, &[]));
    assert_eq!(rows(&two, &[])[0].0, "laptop");
    assert_eq!(rows(&two, &["--device", "LAP"]), rows(&two, &[]));
    assert!(rows(&two, &["--device", "tower"]).is_empty());
    insta::assert_snapshot!(two.run(&["usage", "--device", "phone"]).refused(), @r"
    sessions: No device is called `phone`.
    There are: tower, laptop.
    ");
}

#[test]
fn a_transcript_that_two_machines_have_counts_once_and_is_no_other_machines() {
    let (_place, address) = place();
    let (one, two) = (history::sandbox(), history::sandbox());
    let totals = |home: &Sandbox| home.run(&["usage", "--json"]).json()["totals"].clone();
    let before = totals(&one);
    for home in [&one, &two] {
        home.run(&["remote", "add", "home", &address]).ok();
    }
    one.run(&["sync"]).ok();
    two.run(&["sync", "--remote", "home", "--join"]).ok();
    one.run(&["sync"]).ok();
    for home in [&one, &two] {
        assert_eq!(totals(home), before);
        assert_eq!(devices(home, &[]), [Value::Null, Value::Null, Value::Null]);
    }
}

#[test]
fn devices_of_one_name_are_told_apart_and_the_setting_names_this_one() {
    let (_place, address) = place();
    let (one, two) = two_homes(&address);
    for home in [&one, &two] {
        let file = home.home.path().join(".config/sessions/config.toml");
        let before = fs::read_to_string(&file).expect("a remote was added");
        fs::write(&file, format!("{before}\n[device]\nname = 'laptop'\n")).expect("it can be written");
        home.run(&["sync"]).ok();
    }
    one.run(&["sync"]).ok();
    let listed = one.run(&["devices", "--json"]).json();
    let labels: Vec<&str> =
        listed["devices"].as_array().expect("a list").iter().filter_map(|one| one["label"].as_str()).collect();
    assert!(labels.len() == 2 && labels[0] != labels[1], "{listed}");
    assert!(labels.iter().all(|label| label.starts_with("laptop (01")), "{listed}");
    assert_eq!(listed["devices"][0]["sessions"], 3, "{listed}");
    // what a person says goes before the setting until that changes
    one.run(&["devices", "name", "old laptop"]).ok();
    one.run(&["sync"]).ok();
    assert!(one.run(&["devices"]).ok().contains("old laptop (here)"));
}

#[test]
fn a_place_that_holds_what_is_not_known_here_says_so_when_it_is_added() {
    let (_place, address) = place();
    let (_one, _two) = two_homes(&address);
    let three = Sandbox::new();
    let added = three.run(&["remote", "add", "home", &format!("folder:{address}")]);
    assert!(added.ok().contains("sessions sync --remote home --join"), "{added:?}");
    three.run(&["sync", "--remote", "home", "--join"]).ok();
    assert_eq!(devices(&three, &[]).len(), 3);
}
