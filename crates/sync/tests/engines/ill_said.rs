//! Operations that say something else than what belongs there: whoever syncs with a place can write them.

use serde_json::{Value, json};

/// The views of a database.
pub(crate) const VIEWS: [&str; 7] =
    ["operation_bodies", "session_bodies", "usage_hourly", "session_models", "sessions", "log_entries", "devices"];

/// The places in bodies that views look at.
const PLACES: [(&str, &[&str]); 3] = [
    (
        r#"{"v":1,"kind":"session","at_ms":1,"by":"eve","id":"ID","session":{"title":{"text":"t"},"started":"2026-11-02T10:00:00Z",
        "ended":"2026-11-02T11:00:00Z","active_ms":1,"models":["m"],"skills":["s"],"versions":["v"],"prompts":1,"tool_calls":1,
        "tokens":{"input":1,"output":1,"cache_write_5m":1,"cache_write_1h":1,"cache_read":1},"cost_nano_usd":1,"bytes":1},
        "hours":[{"hour":"2026-11-02T10:00:00Z","model":"m","requests":1,"input":1,"output":1,"cache_write_5m":1,
        "cache_write_1h":1,"cache_read":1,"cost_pico_usd":"1"}],"files":[{"role":"session","read_to":1}]}"#,
        &[
            "/id",
            "/at_ms",
            "/by",
            "/session",
            "/session/title",
            "/session/started",
            "/session/ended",
            "/session/active_ms",
            "/session/models",
            "/session/models/0",
            "/session/skills",
            "/session/versions",
            "/session/prompts",
            "/session/tool_calls",
            "/session/tokens",
            "/session/tokens/input",
            "/session/tokens/output",
            "/session/tokens/cache_write_5m",
            "/session/tokens/cache_write_1h",
            "/session/tokens/cache_read",
            "/session/cost_nano_usd",
            "/session/bytes",
            "/hours",
            "/hours/0",
            "/hours/0/hour",
            "/hours/0/model",
            "/hours/0/requests",
            "/hours/0/input",
            "/hours/0/output",
            "/hours/0/cache_write_5m",
            "/hours/0/cache_write_1h",
            "/hours/0/cache_read",
            "/hours/0/cost_pico_usd",
            "/files",
            "/files/0",
            "/files/0/role",
            "/files/0/read_to",
        ],
    ),
    (
        r#"{"v":1,"kind":"entry","at_ms":1,"by":"eve","subject":"ID","set":{"title":{"to":"t","revision":1}},
        "notes":[{"id":"n","text":"t","at_ms":1}]}"#,
        &[
            "/subject",
            "/at_ms",
            "/by",
            "/set",
            "/set/title",
            "/set/title/to",
            "/set/title/revision",
            "/notes",
            "/notes/0",
            "/notes/0/id",
            "/notes/0/text",
            "/notes/0/at_ms",
        ],
    ),
    (
        r#"{"v":1,"kind":"device","at_ms":1,"by":"eve","replica":"ID","revision":1,"name":"n","forgotten":false,"was":["w"]}"#,
        &["/at_ms", "/by", "/replica", "/revision", "/name", "/forgotten", "/was", "/was/0"],
    ),
];

/// Bodies that say it.
pub(crate) fn bodies() -> Vec<String> {
    let instead = [
        json!("no date"),
        json!(""),
        json!("now"),
        json!("infinity"),
        json!("2026-13-45T99:00:00Z"),
        json!("0000-01-01T00:00:00Z"),
        json!("9".repeat(40)),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(900_000_000_000_000_000_u64),
        json!(1e300),
        json!(-1.5),
        json!(true),
        Value::Null,
        json!({ "a": 1 }),
        json!([[1]]),
    ];
    let mut bodies: Vec<String> = Vec::new();
    for (body, places) in PLACES {
        for place in places {
            for value in &instead {
                let body = body.replace("ID", &format!("ill-{}", bodies.len()));
                let mut body: Value = serde_json::from_str(&body).expect("it is JSON");
                *body.pointer_mut(place).expect("it is there") = value.clone();
                bodies.push(body.to_string());
            }
        }
    }
    let copies = instead.iter().flat_map(|value| {
        ["stream", "seq", "body"].map(|field| {
            let mut body = json!({ "kind": "copy", "stream": "somebody/private", "seq": 1, "body": "{}" });
            body[field] = value.clone();
            body.to_string()
        })
    });
    bodies.extend(copies);
    bodies.extend(["", "{", "[]", "5", "\"x\"", "null", r#"{"kind":"session","id":"a\u0000b"}"#].map(str::to_owned));
    bodies
}
