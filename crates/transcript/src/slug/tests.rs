//! Claims about the project-folder rule.

use super::*;

#[test]
fn everything_but_letters_and_digits_becomes_a_dash() {
    for (path, expect) in [
        ("/home/dev/w2/proj", "-home-dev-w2-proj"),
        ("/a/b.c_d e", "-a-b-c-d-e"),
        (r"D:\oh-my-posh\.claude\worktrees\x", "D--oh-my-posh--claude-worktrees-x"),
        ("/é/😀/Ä", "-------"),
        ("", ""),
    ] {
        assert_eq!(slug(path), expect, "{path}");
        assert!(slug_matches(expect, path), "{path}");
    }
}

#[test]
fn long_names_are_cut_and_get_a_hash() {
    let path = format!("/{}", "a".repeat(199));
    assert_eq!(slug(&path), format!("-{}", "a".repeat(199)), "200 units are not cut");
    for (path, hash) in [
        (format!("/{}", "long-directory/".repeat(15)), "574dd0"),
        (format!("/home/é😀/{}", "deep_folder.x/".repeat(20)), "8o265o"),
        ("/x".repeat(150), "4y6yx2"),
        (format!("/{}", "a".repeat(200)), "b6ymvl"),
    ] {
        let name = slug(&path);
        let (start, end) = name.split_at(200);
        assert_eq!(end, format!("-{hash}"), "{path}");
        assert!(start.chars().all(|character| character == '-' || character.is_ascii_alphanumeric()), "{path}");
    }
}

#[test]
fn long_names_match_by_their_start() {
    let path = "/x".repeat(150);
    let other_hash = format!("{}-zzz", &slug(&path)[..200]);
    assert!(slug_matches(&slug(&path), &path));
    assert!(slug_matches(&other_hash, &path), "other runtimes have other hashes");
    assert!(!slug_matches(&slug(&path)[..200], &path));
    assert!(!slug_matches("-x", &path));
}
