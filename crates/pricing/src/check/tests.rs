//! The built-in table is sound, and each kind of fault is found.

use crate::{Origin, PriceTable};

const SOUND: &str = r#"
batch = 0.5
[sources]
A = "somewhere"
[models.m]
family = "f"
context_window = 1
sources = { A = "m" }
[[models.m.standard]]
from = "beginning"
input = 1
output = 5
cache_write_5m = 1.25
cache_write_1h = 2
cache_read = 0.1
"#;

fn faults(toml: &str) -> Vec<String> {
    let table = PriceTable::empty().laid_over(toml, Origin::BuiltIn).expect("a table that can be read");
    table.check().iter().map(ToString::to_string).collect()
}

#[test]
fn the_built_in_table_has_no_fault() {
    let faults: Vec<String> = PriceTable::built_in().check().iter().map(ToString::to_string).collect();
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn each_fault_is_found() {
    assert_eq!(faults(SOUND), Vec::<String>::new());
    for (from, to, expect) in [
        ("batch = 0.5", "batch = 0.6", "batch: is not half"),
        ("cache_read = 0.1", "cache_read = 0.2", "m: cache_read of standard is not 10 %"),
        ("cache_write_5m = 1.25", "cache_write_5m = 1.3", "m: cache_write_5m of standard is not 125 %"),
        ("cache_write_1h = 2", "cache_write_1h = 3", "m: cache_write_1h of standard is not 200 %"),
        (
            "input = 1\n",
            "input = 1\nexceptions = [\"cache_read\"]\n",
            "m: cache_read of standard is called an exception",
        ),
        ("input = 1\n", "input = 1\nexceptions = [\"output\"]\n", "m: `output` of standard is no price"),
        ("input = 1\n", "input = 1\nverified = false\n", "m: standard is not verified"),
        ("output = 5", "output = 0.5", "m: standard has no input price, or one above"),
        ("\"beginning\"", "\"beginning\"\nuntil = 2026-01-01", "m: it has no standard row that holds to this day"),
        ("m.standard", "m.fast", "m: it has no standard row, so"),
        ("{ A = \"m\" }", "{ B = \"m\" }", "m: its source `B`"),
        ("sources = { A = \"m\" }", "", "m: it has no source"),
        ("family = \"f\"", "", "m: it has no family"),
        ("context_window = 1", "context_window = 1\nids = [\"m/x[1m]\"]", "m: the name `m/x[1m]` is lost"),
    ] {
        let found = faults(&SOUND.replace(from, to));
        assert!(matches!(found.as_slice(), [only] if only.starts_with(expect)), "{expect}: {found:?}");
    }
    let renamed = faults(&SOUND.replace("models.m", "models.m-latest"));
    assert!(renamed.iter().any(|fault| fault.contains("carries a decoration")), "{renamed:?}");
    let second = SOUND.split_once("[[").map(|(_, row)| format!("[[{row}")).expect("it has a row");
    let second = second.replace("\"beginning\"", "2026-01-03");
    let gap = faults(&(SOUND.replace("\"beginning\"", "\"beginning\"\nuntil = 2026-01-01") + &second));
    assert_eq!(gap, ["m: there are days between two standard rows that have no price"]);
}
