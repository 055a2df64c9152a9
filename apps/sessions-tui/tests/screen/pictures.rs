//! Pictures of every screen at the sizes that people use.

use crate::driver::Driver;

fn picture(name: &str, keys: &str) {
    for (width, height) in [(80, 24), (120, 30), (200, 50)] {
        let mut driver = Driver::new(width, height);
        driver.press(keys);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), driver.text());
    }
}

#[test]
fn list() {
    picture("list", "<Down><Down>");
}

#[test]
fn filter() {
    picture("filter", "refund");
}

#[test]
fn nothing_matches() {
    picture("nothing_matches", "zzz");
}

#[test]
fn reader() {
    picture("reader", "<Down><Down><^O>");
}

#[test]
fn find() {
    picture("find", "<Down><Down><^O>/poll");
}

#[test]
fn help() {
    picture("help", "<F1>");
}

#[test]
fn obstacle() {
    picture("obstacle", "<Enter>");
}
