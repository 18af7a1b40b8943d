//! What a terminal gets: verdicts in colour, and sentences in lines that fit.

use crate::support::Sandbox;

const SIZE: [&str; 8] =
    ["size", "small.toml", "--vary", "worker.w.count=1..4", "--meet", "mean(wait) < 100h", "--out", "sized"];

/// The standard output of a command with variables of the environment.
fn printed(sandbox: &Sandbox, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = sandbox.claimsim(arguments);
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env_remove("COLUMNS");
    command.envs(variables.iter().copied());
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}

#[test]
fn verdicts_are_coloured_only_where_that_is_allowed() {
    let sandbox = Sandbox::small();
    let plain = printed(&sandbox, &SIZE, &[]);
    let forced = printed(&sandbox, &SIZE, &[("CLICOLOR_FORCE", "1")]);
    assert!(plain.contains("met (answer)") && !plain.contains('\u{1b}'), "{plain}");
    assert!(forced.contains("\u{1b}[32mmet\u{1b}[0m (answer)"), "{forced}");
    assert_eq!(forced.replace("\u{1b}[32m", "").replace("\u{1b}[0m", ""), plain);
    for variables in [&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")][..], &[("CLICOLOR_FORCE", "0")]] {
        assert_eq!(printed(&sandbox, &SIZE, variables), plain, "{variables:?}");
    }
    let document = printed(&sandbox, &[&SIZE[..], &["--json"]].concat(), &[("CLICOLOR_FORCE", "1")]);
    assert!(!document.contains('\u{1b}') && !document.contains("\\u001b"));
    for (path, bytes) in sandbox.files("sized") {
        assert!(!bytes.contains(&0x1b) || path.extension().is_some_and(|end| end == "gz"), "{}", path.display());
    }
}

#[test]
fn sentences_fit_the_columns_that_are_asked_for() {
    let sandbox = Sandbox::small();
    let whole = printed(&sandbox, &SIZE, &[]);
    let narrow = printed(&sandbox, &SIZE, &[("COLUMNS", "60"), ("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]);
    assert_eq!(printed(&sandbox, &SIZE, &[("COLUMNS", "60")]), whole, "a program gets whole sentences");
    let is_sentence = |line: &&str| !line.starts_with([' ', '\u{2500}']);
    assert!(whole.lines().filter(is_sentence).any(|line| line.chars().count() > 80), "{whole}");
    assert!(narrow.lines().filter(is_sentence).all(|line| line.chars().count() <= 60), "{narrow}");
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&narrow), words(&whole));
    // Warnings, too.
    let overloaded =
        ["run", "small.toml", "--set", "worker.w.count=1", "--set", "action.scan.service=9h", "--out", "o"];
    let mut command = sandbox.claimsim(&overloaded);
    let said = command.env("COLUMNS", "60").env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").assert().success();
    let said = String::from_utf8(said.get_output().stderr.clone()).unwrap();
    assert!(said.lines().count() > 1 && said.lines().all(|line| line.chars().count() <= 60), "{said}");
}
