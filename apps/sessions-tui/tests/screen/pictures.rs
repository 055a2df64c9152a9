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
fn groups() {
    picture("groups", "<Tab>gjj ");
}

#[test]
fn sorting() {
    picture("sorting", "<Tab>skk");
}

#[test]
fn export() {
    picture("export", "<Tab>e");
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
fn reader_everything() {
    picture("reader_everything", "<Down><Down><^O>3");
}

#[test]
fn reader_further_down() {
    picture("reader_further_down", "<Down><Down><^O>/Edit<Enter><Esc>");
}

#[test]
fn reader_raw() {
    picture("reader_raw", "<Down><Down><^O>m");
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
fn palette() {
    picture("palette", "<Tab><^P>re");
}

#[test]
fn obstacle() {
    picture("obstacle", "<Enter>");
}
